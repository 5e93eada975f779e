//! Collectors for tests: they ask no router, but close sessions and keep a common log of times.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use lalin_cluster::{Connection, Fence, HoldEvent, Holdings, LostReason, NodeSettings, Roles, RouterPlace, Settings};
use lalin_stats::RouterId;
use lalin_test_nats::NatsServers;
use tokio::sync::watch;
use tokio::time::Instant;
use tokio_util::task::AbortOnDropHandle;

use crate::support::settings;

/// What happened to a router at a node.
#[derive(Clone, Debug, PartialEq)]
pub enum What {
    Claimed(u64),
    Lost(LostReason),
    /// The lease's fence closed; said by its own thread.
    Closed,
}

/// One line of the common log.
#[derive(Clone, Debug)]
pub struct Line {
    pub at: Instant,
    pub node: String,
    pub router: Option<RouterId>,
    pub what: What,
}

#[derive(Clone, Debug, Default)]
pub struct Log(Arc<Mutex<Vec<Line>>>);

impl Log {
    pub fn add(&self, node: &str, router: Option<RouterId>, what: What) {
        self.0.lock().unwrap().push(Line { at: Instant::now(), node: node.into(), router, what });
    }

    pub fn lines(&self) -> Vec<Line> {
        self.0.lock().unwrap().clone()
    }

    /// Lines that pass.
    pub fn count(&self, which: impl Fn(&Line) -> bool) -> usize {
        self.0.lock().unwrap().iter().filter(|line| which(line)).count()
    }

    /// Each claim of a router had a higher epoch than the one before.
    pub fn check_epochs(&self) {
        let mut epochs: BTreeMap<RouterId, u64> = BTreeMap::new();
        for line in self.lines() {
            if let (Some(router), What::Claimed(epoch)) = (line.router, line.what) {
                let last = epochs.insert(router.clone(), epoch).unwrap_or(0);
                assert!(epoch > last, "{router} was claimed with epoch {epoch} after {last}");
            }
        }
    }
}

/// A collector.
pub struct Collector {
    pub holdings: Arc<Holdings>,
    held: Arc<Mutex<BTreeMap<RouterId, Fence>>>,
    _reads: AbortOnDropHandle<()>,
}

impl Collector {
    pub async fn start(
        servers: &NatsServers,
        name: &str,
        log: &Log,
        routers: &watch::Sender<Arc<[RouterPlace]>>,
    ) -> Self {
        Self::start_with(settings(servers, name), log, routers).await
    }

    pub async fn start_with(settings: Settings, log: &Log, routers: &watch::Sender<Arc<[RouterPlace]>>) -> Self {
        let name = settings.node.clone();
        let site = settings.site.clone();
        let connection = Connection::open(settings).await.expect("a connection");
        let settings =
            NodeSettings { node: name.clone(), site, roles: Roles { web: false, collect: true }, weight: 1.0 };
        let holdings = Arc::new(Holdings::start(connection, settings, routers.subscribe()));
        let held: Arc<Mutex<BTreeMap<RouterId, Fence>>> = Arc::default();
        let reads = read(name.clone(), holdings.clone(), held.clone(), log.clone());
        Self { holdings, held, _reads: AbortOnDropHandle::new(tokio::spawn(reads)) }
    }

    /// What it holds with an open fence.
    pub fn held(&self) -> Vec<RouterId> {
        let held = self.held.lock().unwrap();
        held.iter().filter(|(_, fence)| fence.is_open()).map(|(router, _)| router.clone()).collect()
    }
}

async fn read(name: String, holdings: Arc<Holdings>, held: Arc<Mutex<BTreeMap<RouterId, Fence>>>, log: Log) {
    let mut events = holdings.events();
    while let Some(event) = events.recv().await {
        match event {
            HoldEvent::Claimed { router, epoch, fence } => {
                let mut held = held.lock().unwrap();
                if held.values().all(|fence| !fence.is_open()) {
                    let (name, log) = (name.clone(), log.clone());
                    fence.at_closing(move || log.add(&name, None, What::Closed));
                }
                log.add(&name, Some(router.clone()), What::Claimed(epoch));
                held.insert(router, fence);
            }
            HoldEvent::Lost { router, reason } => {
                held.lock().unwrap().remove(&router);
                log.add(&name, Some(router.clone()), What::Lost(reason));
                holdings.released(&router);
            }
            _ => {}
        }
    }
}

/// A list of so many routers.
pub fn routers(count: usize) -> watch::Sender<Arc<[RouterPlace]>> {
    watch::channel(places(count)).0
}

pub fn places(count: usize) -> Arc<[RouterPlace]> {
    (0..count).map(|number| RouterPlace { id: format!("r.{number}").parse().unwrap(), site: None }).collect()
}

/// Whether every router is held by exactly one of them.
pub fn each_once(collectors: &[&Collector], count: usize) -> bool {
    let mut all: Vec<RouterId> = collectors.iter().flat_map(|collector| collector.held()).collect();
    let held = all.len();
    all.sort();
    all.dedup();
    assert_eq!(all.len(), held, "a router is held twice");
    held == count
}

pub const SOON: Duration = Duration::from_secs(30);
