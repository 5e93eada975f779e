//! Where the figures come from: the running server, asked again and again, or a router itself.

use std::sync::Arc;
use std::thread::park_timeout;
use std::time::Duration;

use lalin_config::Config;
use lalin_fleet::Fleet;
use lalin_monitor::Router;
use lalin_stats::PointOfView;
use serde::Deserialize;

use crate::client::{Client, Refusal};
use crate::error::Error;

/// What is known at one moment.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Sample {
    /// The router's name.
    pub(super) router: String,
    /// A word of the API: `live`, `stale`, `unreachable` and so on.
    pub(super) state: String,
    /// Why it is not live.
    pub(super) detail: Option<String>,
    /// When the counters were read, ms since 1970; so one that was seen before is known.
    pub(super) at_ms: u64,
    pub(super) lines: Vec<LineNow>,
}

/// A line at one moment.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct LineNow {
    /// What tells it apart.
    pub(super) key: String,
    pub(super) name: String,
    pub(super) comment: Option<String>,
    pub(super) kind: String,
    pub(super) running: bool,
    /// bit/s; `None` where it is not known, which is not zero.
    pub(super) down: Option<u64>,
    pub(super) up: Option<u64>,
}

/// Something that is asked.
pub(super) trait Feed {
    /// What is known now; an error where nobody answers at present.
    fn sample(&mut self) -> Result<Sample, String>;
    /// The next router, where there are several.
    fn next_router(&mut self);
    /// What ends the program: the error as the command tells it.
    fn failed(&self, reason: String) -> Error;
}

/// The server.
pub(super) struct ServerFeed {
    client: Client,
    routers: Vec<RouterName>,
    chosen: usize,
}

#[derive(Clone, Debug, Deserialize)]
struct RouterName {
    id: String,
    name: String,
}

#[derive(Deserialize)]
struct Routers {
    routers: Vec<RouterName>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Interfaces {
    state: State,
    age_ms: Option<u64>,
    interfaces: Vec<Interface>,
}

#[derive(Deserialize)]
struct State {
    code: String,
    detail: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Interface {
    key: String,
    name: String,
    #[serde(default)]
    alias: Option<String>,
    comment: Option<String>,
    #[serde(rename = "type")]
    kind: String,
    running: bool,
    download_bps: Option<u64>,
    upload_bps: Option<u64>,
}

/// The server learns of a token that was made beside it within a second or two.
const TRIES: u32 = 10;
const BETWEEN: Duration = Duration::from_millis(400);

impl ServerFeed {
    /// The routers that may be seen; of them `wanted` first.
    pub(super) fn begin(client: Client, wanted: Option<String>) -> Result<Self, Refusal> {
        let Routers { routers } = client.get("/api/v1/routers")?;
        let is = |router: &RouterName| wanted.as_ref().is_some_and(|wanted| *wanted == router.id);
        let chosen = routers.iter().position(is).unwrap_or_default();
        if wanted.is_some() && !routers.iter().any(is) {
            return Err(Refusal::Said(crate::words::say("top.no-router", &[])));
        }
        Ok(Self { client, routers, chosen })
    }

    /// The same with a token that the server may not know yet.
    pub(super) fn begin_patiently(client: Client, wanted: Option<String>) -> Result<Self, Refusal> {
        for _ in 0..TRIES {
            match client.get::<serde_json::Value>("/api/v1/routers") {
                Err(Refusal::Login) => park_timeout(BETWEEN),
                _ => break,
            }
        }
        Self::begin(client, wanted)
    }
}

impl Feed for ServerFeed {
    fn sample(&mut self) -> Result<Sample, String> {
        let Some(router) = self.routers.get(self.chosen) else {
            let Routers { routers } = self.client.get("/api/v1/routers").map_err(|refusal| told(&refusal))?;
            self.routers = routers;
            return Ok(Sample { state: "off".to_owned(), ..Sample::default() });
        };
        let answer = self.client.get::<Interfaces>(&format!("/api/v1/routers/{}/interfaces", router.id));
        let Interfaces { state, age_ms, interfaces } = answer.map_err(|refusal| told(&refusal))?;
        let lines = interfaces.into_iter().map(|interface| LineNow {
            key: interface.key,
            name: interface.alias.filter(|alias| !alias.is_empty()).unwrap_or(interface.name),
            comment: interface.comment,
            kind: interface.kind,
            running: interface.running,
            down: interface.download_bps,
            up: interface.upload_bps,
        });
        let at_ms = now_ms().saturating_sub(age_ms.unwrap_or_default());
        let State { code, detail } = state;
        Ok(Sample { router: router.name.clone(), state: code, detail, at_ms, lines: lines.collect() })
    }

    fn next_router(&mut self) {
        self.chosen = (self.chosen + 1) % self.routers.len().max(1);
    }

    fn failed(&self, reason: String) -> Error {
        Error::NoServer { url: self.client.url().to_owned(), reason }
    }
}

fn told(refusal: &Refusal) -> String {
    match refusal {
        Refusal::NotRunning(reason) | Refusal::Said(reason) => reason.clone(),
        Refusal::Login => crate::words::say("top.login", &[]),
    }
}

fn now_ms() -> u64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since.map_or(0, |since| since.as_millis() as u64)
}

/// A router itself, watched by this process.
pub(super) struct RouterFeed {
    router: Arc<Router>,
    _fleet: Fleet,
    label: String,
}

impl RouterFeed {
    pub(super) fn begin(config: &Config, interval: u64) -> Result<Self, Error> {
        let settings = config.routers.first().cloned().ok_or(Error::NothingToCheck)?;
        let mut sampling = config.sampling;
        sampling.interval = Duration::from_secs(interval);
        let fleet = Fleet::new(sampling, None);
        let (id, label) = (settings.id.clone(), settings.label().to_owned());
        fleet.apply(settings)?;
        let router = fleet.monitor().get(&id).ok_or(Error::NothingToCheck)?;
        Ok(Self { router, _fleet: fleet, label })
    }
}

impl Feed for RouterFeed {
    fn sample(&mut self) -> Result<Sample, String> {
        self.router.touch();
        let status = self.router.status();
        let detail = status.state.failure().map(|failure| failure.reason.to_string());
        let mut sample =
            Sample { router: self.label.clone(), state: status.state.code().to_owned(), detail, ..Sample::default() };
        let Some(frame) = self.router.newest() else { return Ok(sample) };
        sample.at_ms = frame.unix_ms;
        for ((interface, _, rate), identity) in frame.rows().zip(frame.identities.iter()) {
            let (rx, tx) = (rate.rx.map(|bps| bps.get()), rate.tx.map(|bps| bps.get()));
            let (down, up) = match PointOfView::of(interface) {
                PointOfView::Customer => (tx, rx),
                PointOfView::Network => (rx, tx),
            };
            sample.lines.push(LineNow {
                key: identity.key.to_string(),
                name: interface.name.to_string(),
                comment: interface.comment.as_deref().map(str::to_owned),
                kind: interface.kind.to_string(),
                running: interface.running,
                down,
                up,
            });
        }
        Ok(sample)
    }

    fn next_router(&mut self) {}

    fn failed(&self, reason: String) -> Error {
        Error::Refused { url: self.label.clone(), reason }
    }
}
