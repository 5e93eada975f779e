//! Which routers are on the networks of this machine: listened for while somebody asks, and a little longer.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use lalin_http::{Discovered, Gateway, Neighbour};
use lalin_mikrotik::{Discovery, DiscoverySettings, default_gateway};
use tokio::time::{Instant, sleep_until};
use tokio_util::task::AbortOnDropHandle;

/// So long after the last question it goes on.
const LEASE: Duration = Duration::from_secs(15);

/// Listens by MNDP, on demand.
#[derive(Debug, Default)]
pub(crate) struct Hearing(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    wanted_until: Option<Instant>,
    /// What runs now; the task ends itself, and with it the listening.
    task: Option<AbortOnDropHandle<()>>,
    found: Discovered,
}

impl Hearing {
    /// Who was heard so far; begins to listen, or goes on.
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
                    let task = tokio::spawn(listen(discovery, self.0.clone()));
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
    let gateway = default_gateway().await.map(|gateway| Gateway {
        address: gateway.address.to_string(),
        api: gateway.api,
        api_tls: gateway.api_ssl,
    });
    lock().found.gateway = gateway;
    loop {
        let heard = discovery.found().into_iter().map(view).collect();
        let until = {
            let mut state = lock();
            state.found.neighbours = heard;
            state.wanted_until
        };
        let Some(until) = until.filter(|until| *until > Instant::now()) else { return };
        tokio::select! {
            () = discovery.changed() => {}
            // Ages change without news.
            () = sleep_until(until.min(Instant::now() + Duration::from_secs(1))) => {}
        }
    }
}

fn view(neighbour: lalin_mikrotik::Neighbour) -> Neighbour {
    let mac = |mac: &[u8; 6]| mac.iter().map(|byte| format!("{byte:02X}")).collect::<Vec<_>>().join(":");
    let addresses: Vec<String> = neighbour.reachable().collect();
    Neighbour {
        address: addresses.first().cloned().unwrap_or_default(),
        addresses,
        mac: neighbour.macs.first().map(mac),
        interface: neighbour.interfaces.first().cloned(),
        age_ms: u64::try_from(neighbour.heard.elapsed().as_millis()).unwrap_or(u64::MAX),
        identity: neighbour.identity,
        board: neighbour.board,
        version: neighbour.version,
    }
}
