//! One machine of a cluster with its alerts, and who holds the one router that there is.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use async_trait::async_trait;
use lalin_alerts::channel::{ChannelForm, Secrets, Transport};
use lalin_alerts::{Alert, Database, Kept, Language, News, RuleForm, SharedStates, State};
use lalin_cluster::{AlertStates, Connection, Credentials, Holds, Settings};
use lalin_config::Sampling;
use lalin_fleet::{Alerting, AlertingSettings, AlertingStart, Channels, Fleet};
use lalin_history::Zone;
use lalin_monitor::{Label, Router, Settings as Pace};
use lalin_stats::{Counters, Failure, Interface, Reading, RouterId, Row, Snapshot, Source};
use lalin_store::{EncryptionKey, Store};
use lalin_test_nats::NatsServers;
use tempfile::TempDir;
use tokio::time::{Instant, sleep};

const PATIENCE: Duration = Duration::from_secs(60);
const RULES: &str = r#"{"id":"lines","kind":"line-down","target":{"all":true},"forSeconds":0,"keepSeconds":0}"#;

pub fn router() -> RouterId {
    "pop.1".parse().unwrap()
}

/// Who holds the router, as the holds' bucket would have it.
#[derive(Debug, Default)]
pub struct Owners(Mutex<Option<(String, u64)>>);

impl Owners {
    pub fn give(&self, node: &str, epoch: u64) {
        *self.0.lock().unwrap() = Some((node.to_owned(), epoch));
    }
}

struct HeldBy {
    node: String,
    owners: Arc<Owners>,
}

impl Holds for HeldBy {
    fn epoch(&self, _: &RouterId) -> Option<u64> {
        let owner = self.owners.0.lock().unwrap();
        owner.as_ref().filter(|(node, _)| *node == self.node).map(|(_, epoch)| *epoch)
    }

    fn speaks(&self) -> bool {
        false
    }
}

/// A router with one line, whose link is up as long as that is so.
struct Line {
    up: Arc<AtomicBool>,
    begun: Instant,
}

#[async_trait]
impl Source for Line {
    type Data = Snapshot;
    type Error = Failure;

    async fn read(&self) -> Result<Reading, Failure> {
        let unix_ms = u64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis()).unwrap();
        let bytes = u64::try_from(self.begun.elapsed().as_millis()).unwrap();
        let mut line = Interface::new("*1", "ether1", "ether");
        line.running = self.up.load(Ordering::SeqCst);
        let rows = vec![Row::new(Arc::new(line), Counters::bytes(bytes, bytes))];
        Ok(Reading::fresh(Arc::new(Snapshot::at(Instant::now(), unix_ms, rows))))
    }
}

pub struct Machine {
    pub alerting: Arc<Alerting>,
    fleet: Fleet,
    router: Arc<Router>,
    channels: Arc<Channels>,
    _folder: TempDir,
}

/// Sees what is kept of the router.
pub struct Spy {
    kept: Arc<Mutex<Kept>>,
    _states: AlertStates,
}

impl Spy {
    pub async fn start(servers: &NatsServers) -> Self {
        let holds = Arc::new(HeldBy { node: "spy".into(), owners: Arc::default() });
        let store = Store::in_memory(EncryptionKey::random().unwrap()).unwrap();
        let states = AlertStates::start(connect(servers, "spy").await, holds, store);
        let (kept, mut news) = (Arc::<Mutex<Kept>>::default(), states.news());
        let seen = kept.clone();
        tokio::spawn(async move {
            while let Some(one) = news.recv().await {
                if let News::Kept { kept, .. } = one {
                    *seen.lock().unwrap() = *kept;
                }
            }
        });
        Self { kept, _states: states }
    }

    /// What stands is kept, and nothing of it is to be sent.
    pub async fn until_all_sent(&self, standing: usize) {
        let kept = || self.kept.lock().unwrap().clone();
        let settled = async || (kept().alerts.len(), kept().unsent.len()) == (standing, 0);
        until("it is kept that nothing is to be sent", settled).await;
    }
}

async fn connect(servers: &NatsServers, node: &str) -> Connection {
    let settings = Settings {
        servers: servers.urls(),
        cluster: "c".into(),
        site: None,
        node: node.into(),
        credentials: Credentials::None,
        tls: None,
    };
    Connection::open(settings).await.unwrap()
}

impl Machine {
    pub async fn start(servers: &NatsServers, node: &str, owners: &Arc<Owners>, receiver: &str) -> Self {
        let connection = connect(servers, node).await;
        let store = Store::in_memory(EncryptionKey::random().unwrap()).unwrap();
        let fleet = Fleet::new(Sampling::default(), None);
        let fast = Duration::from_millis(200);
        let pace = Pace { interval: fast, recording_interval: fast, warm_up: fast / 2, ..Pace::default() };
        let (router, _feed) = fleet.monitor().add_followed(router(), Label::new("POP", "test"), pace);
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("alerts.db");
        let database = Database::open(&path).unwrap();
        let hook = format!(r#"{{"name":"Hook","settings":{{"kind":"webhook","url":"{receiver}/hook"}}}}"#);
        let chat = r#""settings":{"kind":"telegram","chatId":"42","baseUrl":"#;
        let chat = format!(r#"{{"name":"Chat",{chat}"{receiver}"}}}}"#);
        let signing = Secrets::new().with("signing", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
        let token = Secrets::new().with("token", "123456789:AAFabcdefghij");
        let from_file = vec![
            ("hook".to_owned(), ChannelForm::read(&hook).unwrap(), signing),
            ("chat".to_owned(), ChannelForm::read(&chat).unwrap(), token),
        ];
        let transport = Transport::new(None).unwrap();
        let channels = Channels::start(&path, None, from_file, transport, Language::Id).unwrap();
        let holds = Arc::new(HeldBy { node: node.to_owned(), owners: owners.clone() });
        let states: Arc<dyn SharedStates> = Arc::new(AlertStates::start(connection, holds, store));
        let rule = RuleForm::read(RULES).unwrap().rule("lines", true).unwrap();
        let settings = AlertingSettings {
            zone: Zone::named("UTC").unwrap(),
            language: Language::Id,
            file_rules: vec![rule],
            data_dir: None,
        };
        let start =
            AlertingStart { database, history: None, settings, channels: Some(channels.clone()), states: Some(states) };
        let alerting = Alerting::start(&fleet, start).await.unwrap();
        Self { alerting, fleet, router, channels, _folder: folder }
    }

    /// From now on it asks the router.
    pub fn samples(&self, up: &Arc<AtomicBool>, epoch: u64) {
        self.router.sample(Arc::new(Line { up: up.clone(), begun: Instant::now() }), epoch);
    }

    /// Another machine asks it from now on.
    pub async fn lets_go(&self) {
        drop(self.router.follow().await);
    }

    /// The router's line was seen up by the rules.
    pub async fn until_judged(&self) {
        let lines = async || self.alerting.database().remembered().await.unwrap().lines;
        until("its line is seen", async || lines().await.iter().any(|(_, _, up)| *up)).await;
    }

    pub fn active(&self) -> Vec<Arc<Alert>> {
        self.alerting.active().borrow().to_vec()
    }

    pub fn states(&self) -> Vec<State> {
        assert_eq!(self.fleet.monitor().routers().len(), 1);
        self.active().iter().map(|alert| alert.state).collect()
    }

    pub fn sent(&self) -> u64 {
        self.channels.all().iter().filter_map(|channel| channel.counters.as_ref()).map(|counted| counted.sent).sum()
    }

    pub fn waiting(&self) -> u64 {
        self.channels.all().iter().filter_map(|channel| channel.counters.as_ref()).map(|counted| counted.waiting).sum()
    }
}

/// Waits until it is so; panics with the words if that takes too long.
pub async fn until(words: &str, mut is_so: impl AsyncFnMut() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !is_so().await {
        assert!(Instant::now() < deadline, "not within {PATIENCE:?}: {words}");
        sleep(Duration::from_millis(20)).await;
    }
}
