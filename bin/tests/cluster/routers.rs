//! The simulated routers, which count what is done to them, and a watch over how many sessions each has.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use routeros_simulator::{Config, Handle, InterfaceSpec, Simulator, Traffic};
use tokio::task::JoinSet;
use tokio::time::{Instant, interval};
use tokio_util::task::AbortOnDropHandle;

use crate::nodes::Node;
use crate::sizes::until;

/// So many additions are under way at a time.
const AT_ONCE: usize = 16;

pub(crate) const LINES: usize = 3;
/// Of all of them. A stranger on this machine that looks for a router of its own where one was before has another one.
const PASSWORD: &str = "sandi-kelompok";

/// Running routers, `r0` and on.
pub(crate) struct Routers {
    simulators: Vec<Simulator>,
    longest: Arc<Mutex<Longest>>,
    _watched: AbortOnDropHandle<()>,
}

/// The longest time that a router had two sessions.
#[derive(Clone, Debug, Default)]
struct Longest {
    time: Duration,
    router: usize,
}

impl Routers {
    /// With three lines each.
    pub(crate) async fn start(count: usize) -> Self {
        Self::start_at(count, LINES, "127.0.0.1").await
    }

    /// With so many lines each, at an address of this machine.
    pub(crate) async fn start_at(count: usize, lines: usize, address: &str) -> Self {
        let mut simulators = Vec::with_capacity(count);
        for _ in 0..count {
            simulators.push(start(lines, address).await);
        }
        let longest = Arc::default();
        let handles = simulators.iter().map(Simulator::handle).collect();
        let watched = tokio::spawn(watch_sessions(handles, Arc::clone(&longest)));
        Self { simulators, longest, _watched: AbortOnDropHandle::new(watched) }
    }

    pub(crate) fn count(&self) -> usize {
        self.simulators.len()
    }

    pub(crate) fn handle(&self, at: usize) -> Handle {
        self.simulators[at].handle()
    }

    /// Adds all of them, as the page does.
    pub(crate) async fn add_at(&self, web: &Node) {
        self.add(&web.address, &web.log_in().await).await;
    }

    /// The same with the session of whoever may.
    pub(crate) async fn add(&self, address: &str, session: &str) {
        for part in (0..self.count()).collect::<Vec<_>>().chunks(AT_ONCE) {
            let mut adding = JoinSet::new();
            for at in part {
                let (path, body) = ("/api/v1/routers", body(&format!("r{at}"), &self.simulators[*at]));
                let (address, more) = (address.to_owned(), session.to_owned());
                adding.spawn(async move { crate::client::ask(&address, "POST", path, &more, &body).await });
            }
            for answer in adding.join_all().await {
                let text = String::from_utf8_lossy(&answer.body).into_owned();
                assert!(answer.status() == 201, "{}\n{text}", answer.head);
            }
        }
    }

    /// How many sessions stand on each.
    pub(crate) fn sessions(&self) -> Vec<usize> {
        self.simulators.iter().map(|router| router.handle().usage().open_sessions).collect()
    }

    /// Waits until each has a session.
    pub(crate) async fn are_asked(&self, limit: Duration) -> Duration {
        until("each router is asked", limit, async || {
            let sessions = self.sessions();
            if sessions.iter().all(|sessions| *sessions >= 1) { Ok(()) } else { Err(sessions) }
        })
        .await
    }

    /// All logins there ever were.
    pub(crate) fn logins(&self) -> u64 {
        self.simulators.iter().map(|router| router.handle().usage().logins).sum()
    }

    /// Nobody has had two sessions on one router for longer than this.
    pub(crate) fn had_one_session(&self, limit: Duration) {
        let longest = self.longest.lock().unwrap().clone();
        assert!(longest.time <= limit, "two sessions on r{} for {:?}", longest.router, longest.time);
    }
}

/// One more router.
pub(crate) async fn start(lines: usize, address: &str) -> Simulator {
    let steady = |bps: f64| Traffic::Constant { bps };
    let lines = (1..=lines).map(|n| {
        let line = InterfaceSpec::ether(format!("ether{n}"));
        line.traffic(steady(1e6 * n as f64), steady(1e5)).counters(1_000_000, 1_000_000)
    });
    let config = Config::default().credentials("admin", PASSWORD).interfaces(lines);
    Simulator::start(config, format!("{address}:0").parse().unwrap()).await.unwrap()
}

/// What adds it.
pub(crate) fn body(id: &str, router: &Simulator) -> String {
    let address = router.addr().unwrap();
    let (host, port) = (address.ip().to_string(), address.port());
    serde_json::json!({ "id": id, "address": host, "port": port, "user": "admin", "password": PASSWORD }).to_string()
}

async fn watch_sessions(handles: Vec<Handle>, longest: Arc<Mutex<Longest>>) {
    let mut two_since: Vec<Option<Instant>> = vec![None; handles.len()];
    let mut looks = interval(Duration::from_millis(25));
    loop {
        looks.tick().await;
        let now = Instant::now();
        for (router, (handle, since)) in handles.iter().zip(&mut two_since).enumerate() {
            if handle.usage().open_sessions < 2 {
                *since = None;
                continue;
            }
            let time = now - *since.get_or_insert(now);
            let mut longest = longest.lock().unwrap();
            if time > longest.time {
                *longest = Longest { time, router };
            }
        }
    }
}
