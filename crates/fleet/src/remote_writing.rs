//! Every router's samples to the remote write, for as long as the monitor has the router.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt as _;
use lalin_monitor::{Monitor, Router, Update};
use lalin_remote_write::{Counted, RemoteWrite, RouterSeries, Wanted};
use lalin_stats::RouterId;
use tokio::time::{Instant, sleep_until};
use tokio_util::task::AbortOnDropHandle;
use tracing::{Instrument, error_span};

/// So many intervals without a sample end a router's series: what it said last is no longer so.
const INTERVALS: u32 = 3;

/// The remote writing of all routers. Dropping it ends it; what waits on the disk is sent after the next start.
#[derive(Debug)]
pub struct RemoteWriting {
    write: Arc<RemoteWrite>,
    _task: AbortOnDropHandle<()>,
}

impl RemoteWriting {
    /// Sends the samples of every router that the monitor has or gets, of its interfaces those that are wanted.
    ///
    /// Must be called inside a tokio runtime.
    pub fn start(monitor: Arc<Monitor>, write: RemoteWrite, wanted: Wanted) -> Self {
        let write = Arc::new(write);
        let task = tokio::spawn(follow(monitor, write.clone(), wanted).boxed());
        Self { write, _task: AbortOnDropHandle::new(task) }
    }

    /// What became of the samples so far.
    pub fn counted(&self) -> Counted {
        self.write.counted()
    }
}

/// Keeps one task a router, as routers come and go.
async fn follow(monitor: Arc<Monitor>, write: Arc<RemoteWrite>, wanted: Wanted) {
    let mut changes = monitor.changes();
    let mut followed: HashMap<RouterId, (Arc<Router>, AbortOnDropHandle<()>)> = HashMap::new();
    loop {
        changes.borrow_and_update();
        let mut before = std::mem::take(&mut followed);
        for router in monitor.routers() {
            let same = |(old, _): &(Arc<Router>, _)| Arc::ptr_eq(old, &router);
            let going_on = before.remove(router.id()).filter(same);
            let (router, task) = going_on.unwrap_or_else(|| {
                let series = write.router(router.id().clone(), wanted.clone());
                let span = error_span!("remote_write", router = %router.id());
                let task = tokio::spawn(router_of(router.clone(), series).instrument(span).boxed());
                (router, AbortOnDropHandle::new(task))
            });
            followed.insert(router.id().clone(), (router, task));
        }
        // Those that are left end here.
        drop(before);
        if changes.changed().await.is_err() {
            return;
        }
    }
}

/// Sends one router's ticks until it is removed.
async fn router_of(router: Arc<Router>, mut series: RouterSeries) {
    let mut updates = router.record(None, Duration::ZERO);
    drop(router);
    let (mut interval, mut missed) = (Duration::from_secs(10), 0);
    let mut last = Instant::now();
    loop {
        let update = tokio::select! {
            update = updates.next() => update,
            () = sleep_until(last + interval * INTERVALS) => {
                series.ended();
                // Once; it has nothing left to end until there is a sample again.
                last = Instant::now();
                continue;
            }
        };
        match update {
            Some(Update::Tick(frame)) => {
                series.tick(&frame);
                last = Instant::now();
            }
            Some(Update::State(status)) => interval = status.interval.max(Duration::from_secs(1)),
            Some(Update::Window(_)) => {}
            None => {
                series.ended();
                return;
            }
        }
        if updates.missed() > missed {
            tracing::warn!(ticks = updates.missed() - missed, "remote write was too slow for some samples");
            missed = updates.missed();
        }
    }
}
