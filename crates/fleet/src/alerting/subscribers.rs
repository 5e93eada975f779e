//! A task for each router that the monitor has, for as long as there are rules.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt as _;
use lalin_monitor::{Monitor, Router, Update};
use lalin_stats::RouterId;
use tokio::sync::{mpsc, watch};
use tokio_util::task::AbortOnDropHandle;
use tracing::{Instrument, error_span};

use super::driver::Input;

/// Keeps one subscriber a router, as routers come and go, while any rule is watched.
/// Routers that another machine asks are judged there; `turned` tells that there are others of them.
pub(super) async fn follow(
    monitor: Arc<Monitor>,
    inputs: mpsc::Sender<Input>,
    mut wanted: watch::Receiver<bool>,
    mut turned: watch::Receiver<()>,
) {
    let mut changes = monitor.changes();
    let mut subscribed: HashMap<RouterId, (Arc<Router>, AbortOnDropHandle<()>)> = HashMap::new();
    loop {
        changes.borrow_and_update();
        let is_wanted = *wanted.borrow_and_update();
        turned.borrow_and_update();
        let mut before = std::mem::take(&mut subscribed);
        for router in monitor.routers().into_iter().filter(|router| is_wanted && !router.is_followed()) {
            let id = router.id().clone();
            let one = match before.remove(&id).filter(|(old, _)| Arc::ptr_eq(old, &router)) {
                Some(going_on) => going_on,
                None => {
                    let task = hand_on(router.clone(), inputs.clone()).instrument(error_span!("alerts", router = %id));
                    (router, AbortOnDropHandle::new(tokio::spawn(task.boxed())))
                }
            };
            subscribed.insert(id, one);
        }
        // Those that are left end here.
        drop(before);
        tokio::select! {
            changed = changes.changed() => if changed.is_err() { return },
            changed = wanted.changed() => if changed.is_err() { return },
            changed = turned.changed() => if changed.is_err() { return },
        }
    }
}

/// Hands one router's updates on. Where the engine is behind, the monitor does not wait: what is missed is a gap.
async fn hand_on(router: Arc<Router>, inputs: mpsc::Sender<Input>) {
    let id = router.id().clone();
    let mut updates = router.record(None, Duration::ZERO);
    // The monitor's events end with the router only if nobody here holds it.
    drop(router);
    while let Some(update) = updates.next().await {
        if matches!(update, Update::Window(_)) {
            continue;
        }
        if inputs.send(Input::Update(id.clone(), update)).await.is_err() {
            return;
        }
    }
}
