//! Alertmanager: told the whole state each minute instead of being sent messages, so there is no queue and no double.
//!
//! It keeps alerts in memory and ends those that are no longer repeated; its identity of an alert is the set of labels.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use futures_util::FutureExt as _;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep, sleep_until};
use url::Url;
use zeroize::Zeroizing;

use crate::channel::transport::ask;
use crate::channel::transport::http_url;
use crate::channel::{Secrets, SendError, Transport, shown};
use crate::{Error, Severity};

/// How often the whole is told.
const EVERY: Duration = Duration::from_secs(60);
/// How soon it is tried again after a failure.
const AGAIN: Duration = Duration::from_secs(10);
/// What changes within this is told at once.
const SETTLE: Duration = Duration::from_millis(500);
/// An alert ends by itself this long after the last time it was told.
const LASTS_MS: i64 = 4 * 60_000;
/// An ended one is repeated this long, in case Alertmanager was away.
const REPEATED: Duration = Duration::from_secs(15 * 60);
/// How many are told at once, at most.
const BATCH: usize = 64;
const MOST: usize = 5_000;

/// The servers of one Alertmanager; a cluster's are all told. Secrets: `token`, or `password` with `user`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AlertmanagerSettings {
    /// As `http://127.0.0.1:9093`.
    pub urls: Vec<String>,
    /// The user of HTTP Basic.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
}

pub(super) const SECRETS: &[&str] = &["token", "password"];

/// One alert that stands. What changes while it does belongs into summary and description, never into the rest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FiringAlert {
    /// The kind in CamelCase, as `LineDown`.
    pub alertname: String,
    /// How bad it is.
    pub severity: Severity,
    /// The router's id, if it is about one.
    pub router: Option<String>,
    /// The interface's name, if it is about one.
    pub interface: Option<String>,
    /// The rule's id or name.
    pub rule: String,
    /// One line.
    pub summary: String,
    /// The whole text.
    pub description: String,
    /// Since when, ms since 1970.
    pub since_ms: i64,
}

/// What became of the last turn.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AlertmanagerState {
    /// Turns that every server took.
    pub synced: u64,
    /// Turns that some server did not.
    pub failed: u64,
    /// Alerts that Alertmanager never takes.
    pub refused: u64,
    /// Why the last turn failed.
    pub why: Option<String>,
}

/// The telling task; it ends with this. On quitting nothing is sent: what is told ends by itself.
pub struct Alertmanager {
    state: Arc<Mutex<AlertmanagerState>>,
    client: Client,
    task: JoinHandle<()>,
}

impl std::fmt::Debug for Alertmanager {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Alertmanager").field("state", &self.state()).finish_non_exhaustive()
    }
}

impl Alertmanager {
    /// Tells what the receiver holds, each minute and when it changes.
    ///
    /// # Errors
    /// [`Error::Channel`] where an address is none.
    pub fn start(
        settings: &AlertmanagerSettings,
        secrets: &Secrets,
        transport: &Transport,
        firing: watch::Receiver<Arc<Vec<FiringAlert>>>,
    ) -> Result<Self, Error> {
        let client = Client::new(settings, secrets, transport)?;
        let state = Arc::<Mutex<AlertmanagerState>>::default();
        let task = tokio::spawn(run(client.clone(), state.clone(), firing).boxed());
        Ok(Self { state, client, task })
    }

    /// How it goes.
    pub fn state(&self) -> AlertmanagerState {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Tells every server of an alert that ends in a minute; what they answered.
    ///
    /// # Errors
    /// What the first server that did not take it answered.
    pub async fn send_test(&self) -> Result<String, SendError> {
        let now = jiff::Timestamp::now().as_millisecond();
        let alert = json!({
            "labels": { "alertname": "LalinTest", "severity": "info", "source": "lalin" },
            "annotations": { "summary": "Tes Lalin, abaikan. / Lalin test, please ignore." },
            "startsAt": time(now),
            "endsAt": time(now + 60_000),
        });
        for url in self.client.urls.iter() {
            self.client.post(url, std::slice::from_ref(&alert)).await?;
        }
        Ok(format!("{} of {} took it", self.client.urls.len(), self.client.urls.len()))
    }
}

impl Drop for Alertmanager {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn run(client: Client, state: Arc<Mutex<AlertmanagerState>>, mut firing: watch::Receiver<Arc<Vec<FiringAlert>>>) {
    let mut told = Told::default();
    loop {
        let now = firing.borrow_and_update().clone();
        let outcome = told.sync(&client, &now, jiff::Timestamp::now().as_millisecond()).await;
        let next = Instant::now() + if outcome.is_ok() { EVERY } else { AGAIN };
        {
            let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
            match outcome {
                Ok(refused) => {
                    if state.why.take().is_some() {
                        tracing::info!("Alertmanager is told again");
                    }
                    state.synced += 1;
                    state.refused += refused;
                }
                Err(error) => {
                    if state.why.is_none() {
                        tracing::warn!(%error, "Alertmanager cannot be told");
                    }
                    state.failed += 1;
                    state.why = Some(error.to_string());
                }
            }
        }
        tokio::select! {
            () = sleep_until(next) => {}
            more = firing.changed() => {
                if more.is_err() {
                    return;
                }
                sleep(SETTLE).await;
            }
        }
    }
}

/// What was told, so that an end can be.
#[derive(Default)]
struct Told {
    alerts: HashMap<String, Known>,
}

struct Known {
    alert: Value,
    /// Since when it is over.
    ended: Option<Instant>,
}

impl Told {
    /// Tells every server the whole; answers how many alerts it never takes.
    async fn sync<S: Server>(&mut self, server: &S, firing: &[FiringAlert], now_ms: i64) -> Result<u64, SendError> {
        let now = Instant::now();
        let mut standing = HashMap::new();
        for alert in firing.iter().take(MOST) {
            let labels = alert.labels();
            standing.insert(labels.to_string(), alert.told(labels, now_ms));
        }
        self.alerts.retain(|key, known| standing.contains_key(key) || known.ended.is_none_or(|at| now - at < REPEATED));
        for (key, known) in &mut self.alerts {
            if known.ended.is_none() && !standing.contains_key(key) {
                known.ended = Some(now);
                known.alert["endsAt"] = json!(time(now_ms));
            }
        }
        for (key, alert) in standing {
            self.alerts.insert(key, Known { alert, ended: None });
        }
        let mut all: Vec<&Value> = self.alerts.values().map(|known| &known.alert).collect();
        // Ends last, so that a name that ended and began again within a turn stands.
        all.sort_by_key(|alert| alert["startsAt"].as_str().unwrap_or_default().to_owned());
        let (mut refused, mut failure) = (0, None);
        for place in 0..server.count() {
            for batch in all.chunks(BATCH) {
                let batch: Vec<Value> = batch.iter().map(|alert| (*alert).clone()).collect();
                match tell(server, place, &batch).await {
                    Ok(bad) => refused += bad,
                    Err(error) => {
                        failure = Some(error);
                        break;
                    }
                }
            }
        }
        failure.map_or(Ok(refused), Err)
    }
}

/// Tells a batch. One bad alert spoils the answer for all, so halves are told until it stands alone.
async fn tell<S: Server>(server: &S, place: usize, batch: &[Value]) -> Result<u64, SendError> {
    let mut waiting = vec![batch];
    let mut refused = 0;
    while let Some(part) = waiting.pop() {
        match server.tell(place, part).await {
            Ok(()) => {}
            Err(SendError::MessageFinal { status: Some(400), .. }) if part.len() > 1 => {
                let (first, second) = part.split_at(part.len() / 2);
                waiting.extend([second, first]);
            }
            Err(SendError::MessageFinal { status: Some(400), why }) => {
                refused += 1;
                tracing::warn!(alert = %part[0]["labels"], error = why, "Alertmanager refuses an alert");
            }
            Err(error) => return Err(error),
        }
    }
    Ok(refused)
}

/// Where alerts are told: the servers, or a test.
#[async_trait]
trait Server: Send + Sync {
    fn count(&self) -> usize;
    async fn tell(&self, place: usize, alerts: &[Value]) -> Result<(), SendError>;
}

#[derive(Clone)]
struct Client {
    transport: Transport,
    urls: Arc<Vec<Url>>,
    authorization: Option<Zeroizing<String>>,
}

impl Client {
    fn new(settings: &AlertmanagerSettings, secrets: &Secrets, transport: &Transport) -> Result<Self, Error> {
        if settings.urls.is_empty() || settings.urls.len() > 8 {
            return Err(Error::Channel("there are 1 to 8 addresses".into()));
        }
        let at = |base: &String| http_url(&format!("{}/api/v2/alerts", base.trim().trim_end_matches('/')));
        let authorization = match (secrets.get("token"), &settings.user) {
            (Some(token), _) => Some(Zeroizing::new(format!("Bearer {}", token.trim()))),
            (None, Some(user)) => {
                let pair = Zeroizing::new(format!("{user}:{}", secrets.get("password").unwrap_or_default()));
                Some(Zeroizing::new(format!("Basic {}", data_encoding::BASE64.encode(pair.as_bytes()))))
            }
            (None, None) => None,
        };
        let urls = Arc::new(settings.urls.iter().map(at).collect::<Result<_, _>>()?);
        Ok(Self { transport: transport.clone(), urls, authorization })
    }

    async fn post(&self, url: &Url, alerts: &[Value]) -> Result<(), SendError> {
        let mut request = self.transport.client().await?.post(url.clone()).json(alerts);
        if let Some(authorization) = &self.authorization {
            request = request.header("authorization", authorization.as_str());
        }
        let answer = ask(request).await?;
        if answer.is_success() { Ok(()) } else { Err(answer.refused(0, &shown(&answer.body))) }
    }
}

#[async_trait]
impl Server for Client {
    fn count(&self) -> usize {
        self.urls.len()
    }

    async fn tell(&self, place: usize, alerts: &[Value]) -> Result<(), SendError> {
        match self.urls.get(place) {
            Some(url) => self.post(url, alerts).await,
            None => Ok(()),
        }
    }
}

impl FiringAlert {
    /// What Alertmanager knows it by.
    fn labels(&self) -> Value {
        let mut labels = json!({
            "alertname": self.alertname,
            "severity": self.severity.word(),
            "rule": self.rule,
            "source": "lalin",
        });
        for (name, value) in [("router", &self.router), ("interface", &self.interface)] {
            if let Some(value) = value.as_ref().filter(|value| !value.is_empty()) {
                labels[name] = json!(value);
            }
        }
        labels
    }

    fn told(&self, labels: Value, now_ms: i64) -> Value {
        json!({
            "labels": labels,
            "annotations": { "summary": self.summary, "description": self.description },
            // A clock that was set back must not let it end before it begins.
            "startsAt": time(self.since_ms.min(now_ms)),
            "endsAt": time(now_ms + LASTS_MS),
        })
    }
}

fn time(ms: i64) -> String {
    crate::channel::rfc3339(ms)
}

#[cfg(test)]
mod tests;
