//! A recorder for each router that the monitor has, for as long as it is to be recorded.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use lalin_history::History;
use lalin_monitor::{Monitor, Router};
use lalin_stats::RouterId;
use tokio::sync::watch;
use tokio_util::task::AbortOnDropHandle;
use tracing::{Instrument, error_span};

use super::line_names::LineNames;
use super::policy::{RecordingPolicy, RouterPolicy};
use super::router_recorder::{Clock, RouterRecorder};

/// The recording of all routers. Dropping it ends it.
#[derive(Debug)]
pub struct Recording {
    history: Arc<History>,
    policy: watch::Sender<RecordingPolicy>,
    _task: AbortOnDropHandle<()>,
}

impl Recording {
    /// Records what the policy wants of every router that the monitor has or gets.
    ///
    /// Must be called inside a tokio runtime.
    pub fn start(monitor: Arc<Monitor>, history: Arc<History>, policy: RecordingPolicy) -> Self {
        Self::start_after(std::future::ready(()), Clock::now(), monitor, history, policy)
    }

    /// The same, once something is ready: a past that was made up. `clock` tells its ticks and these apart.
    ///
    /// Must be called inside a tokio runtime.
    pub fn start_after(
        ready: impl Future<Output = ()> + Send + 'static,
        clock: Clock,
        monitor: Arc<Monitor>,
        history: Arc<History>,
        policy: RecordingPolicy,
    ) -> Self {
        let policy = watch::Sender::new(policy);
        let (into, policies) = (history.clone(), policy.subscribe());
        let task = tokio::spawn(async move {
            ready.await;
            follow(monitor, into, policies, clock).await;
        });
        Self { history, policy, _task: AbortOnDropHandle::new(task) }
    }

    /// Where it is recorded.
    pub fn history(&self) -> &Arc<History> {
        &self.history
    }

    /// What is recorded.
    pub fn policy(&self) -> RecordingPolicy {
        self.policy.borrow().clone()
    }

    /// Records this from now on.
    pub fn set_policy(&self, policy: RecordingPolicy) {
        self.policy.send_if_modified(|old| {
            let changed = *old != policy;
            *old = policy;
            changed
        });
    }
}

/// One router that is recorded.
struct Recorded {
    router: Arc<Router>,
    policy: RouterPolicy,
    _task: AbortOnDropHandle<()>,
}

/// Keeps one recorder a router, as routers come and go and the policy changes.
async fn follow(
    monitor: Arc<Monitor>,
    history: Arc<History>,
    mut policies: watch::Receiver<RecordingPolicy>,
    clock: Clock,
) {
    let mut changes = monitor.changes();
    let mut recorded: HashMap<RouterId, Recorded> = HashMap::new();
    loop {
        changes.borrow_and_update();
        let policy = policies.borrow_and_update().clone();
        let mut before = std::mem::take(&mut recorded);
        for router in monitor.routers() {
            let Some(policy) = policy.of(router.id()) else { continue };
            let same = |old: &Recorded| Arc::ptr_eq(&old.router, &router) && old.policy == policy;
            let one = match before.remove(router.id()).filter(same) {
                Some(going_on) => going_on,
                None => start(router.clone(), &history, policy, clock),
            };
            recorded.insert(router.id().clone(), one);
        }
        // Those that are left end here.
        drop(before);
        tokio::select! {
            changed = changes.changed() => if changed.is_err() { return },
            changed = policies.changed() => if changed.is_err() { return },
        }
    }
}

fn start(router: Arc<Router>, history: &Arc<History>, policy: RouterPolicy, clock: Clock) -> Recorded {
    let span = error_span!("recorder", router = %router.id());
    let task = record(router.clone(), history.clone(), policy.clone(), clock).instrument(span);
    Recorded { router, policy, _task: AbortOnDropHandle::new(tokio::spawn(task)) }
}

/// Records one router until it is removed.
async fn record(router: Arc<Router>, history: Arc<History>, policy: RouterPolicy, clock: Clock) {
    let id = router.id().clone();
    let mut updates = router.record(None, Duration::ZERO);
    // The monitor's events end with the router only if nobody here holds it.
    drop(router);
    let reader = history.reader();
    let of = id.clone();
    let lines = tokio::task::spawn_blocking(move || reader.lines(Some(&of))).await;
    let lines = match lines {
        Ok(Ok(lines)) => lines,
        Ok(Err(error)) => {
            tracing::warn!(%error, "the history's lines cannot be read; they are told apart by name alone");
            Vec::new()
        }
        Err(_) => Vec::new(),
    };
    let recorder = history.recorder();
    let mut state = RouterRecorder::new(id, policy, LineNames::new(lines), clock);
    while let Some(update) = updates.next().await {
        state.take(update, &recorder, now_ms());
    }
}

fn now_ms() -> i64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(now.as_millis()).unwrap_or(i64::MAX)
}
