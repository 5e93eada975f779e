//! The routers on the networks of this machine: discovered while somebody asks, and a little longer.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::FutureExt as _;
use lalin_mikrotik::{Discovery, DiscoverySettings, Gateway, Neighbour, default_gateway};
use tokio::time::{Instant, sleep_until};
use tokio_util::task::AbortOnDropHandle;

/// How long after the last question the discovery goes on.
const LEASE: Duration = Duration::from_secs(15);

/// What was discovered.
#[derive(Clone, Debug, Default)]
pub struct Discovered {
    /// Whether this machine can listen at all.
    pub listening: bool,
    /// Why it cannot, or cannot by IPv4, where nearly all routers are heard.
    pub problem: Option<String>,
    /// The routers that were heard, by name.
    pub neighbours: Vec<Neighbour>,
    /// The default gateway: often the router itself.
    pub gateway: Option<Gateway>,
}

/// Listens by MNDP, on demand.
#[derive(Debug, Default)]
pub(crate) struct DiscoveryOnDemand(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    wanted_until: Option<Instant>,
    /// What runs now; the task ends itself, and with it the listening.
    task: Option<AbortOnDropHandle<()>>,
    found: Discovered,
}

impl DiscoveryOnDemand {
    /// What was discovered so far; begins to listen, or goes on.
    pub(crate) fn discovered(&self) -> Discovered {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.wanted_until = Some(Instant::now() + LEASE);
        let runs = state.task.as_ref().is_some_and(|task| !task.is_finished());
        if !runs {
            state.found = Discovered::default();
            match Discovery::start(DiscoverySettings::default()) {
                Ok(discovery) => {
                    state.found.listening = true;
                    state.found.problem = discovery.deaf().map(str::to_owned);
                    let task = tokio::spawn(listen(discovery, self.0.clone()).boxed());
                    state.task = Some(AbortOnDropHandle::new(task));
                }
                Err(error) => {
                    tracing::warn!(%error, "neighbours cannot be listened for");
                    state.found.problem = Some(error.to_string());
                }
            }
        }
        state.found.clone()
    }
}

async fn listen(mut discovery: Discovery, shared: Arc<Mutex<State>>) {
    let lock = || shared.lock().unwrap_or_else(PoisonError::into_inner);
    let gateway = default_gateway().await;
    lock().found.gateway = gateway;
    loop {
        let found = discovery.found();
        let until = {
            let mut state = lock();
            state.found.neighbours = found;
            state.wanted_until
        };
        let Some(until) = until.filter(|until| *until > Instant::now()) else { return };
        tokio::select! {
            () = discovery.changed() => {}
            // A router that fell silent is forgotten without news.
            () = sleep_until(until.min(Instant::now() + Duration::from_secs(1))) => {}
        }
    }
}
