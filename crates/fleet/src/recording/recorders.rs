//! A recorder for each router that the monitor has, for as long as it is to be recorded.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use futures_util::FutureExt as _;
use lalin_history::{Cause, Event, History, Mix, What, Zone};
use lalin_monitor::{Monitor, Router};
use lalin_stats::RouterId;
use tokio::sync::watch;
use tokio_util::task::AbortOnDropHandle;
use tracing::{Instrument, error_span};

use super::mix;
use super::policy::{RecordingPolicy, RouterPolicy};
use super::router_recorder::{Clock, Memory, RouterRecorder};

/// The recording of all routers. Dropping it ends it.
#[derive(Debug)]
pub struct Recording {
    history: Arc<History>,
    /// Where it is recorded, where that is not the history that is shown.
    apart: Option<Arc<History>>,
    /// What the configuration leaves out; that stays, whatever is chosen.
    configured: RecordingPolicy,
    policy: watch::Sender<RecordingPolicy>,
    /// The configuration's time zone.
    zone: Zone,
    _task: Option<AbortOnDropHandle<()>>,
}

impl Recording {
    /// Records what the configuration and the choice of an administrator leave of every router that the monitor has or
    /// gets.
    ///
    /// Must be called inside a tokio runtime.
    pub fn start(
        monitor: Arc<Monitor>,
        history: Arc<History>,
        configured: RecordingPolicy,
        chosen: &RecordingPolicy,
    ) -> Self {
        Self::start_after(std::future::ready(()), Clock::now(), monitor, history, configured, chosen)
    }

    /// The same, once something is ready: a past that was made up. `clock` tells its ticks and these apart.
    ///
    /// Must be called inside a tokio runtime.
    pub fn start_after(
        ready: impl Future<Output = ()> + Send + 'static,
        clock: Clock,
        monitor: Arc<Monitor>,
        history: Arc<History>,
        configured: RecordingPolicy,
        chosen: &RecordingPolicy,
    ) -> Self {
        Self::begin((ready, clock), monitor, (history.clone(), Some(history)), configured, chosen)
    }

    /// Shows one history and records into another, which the one that is shown follows together with those of other
    /// machines; without another nothing is recorded here.
    ///
    /// Must be called inside a tokio runtime.
    pub fn start_apart(
        monitor: Arc<Monitor>,
        shown: Arc<History>,
        recorded: Option<Arc<History>>,
        configured: RecordingPolicy,
        chosen: &RecordingPolicy,
    ) -> Self {
        Self::begin((std::future::ready(()), Clock::now()), monitor, (shown, recorded), configured, chosen)
    }

    /// Shows the one history and records into the other, once something is ready and by this clock.
    fn begin(
        (ready, clock): (impl Future<Output = ()> + Send + 'static, Clock),
        monitor: Arc<Monitor>,
        (shown, recorded): (Arc<History>, Option<Arc<History>>),
        configured: RecordingPolicy,
        chosen: &RecordingPolicy,
    ) -> Self {
        let policy = watch::Sender::new(configured.and(chosen));
        let apart = recorded.clone().filter(|into| !Arc::ptr_eq(into, &shown));
        let task = recorded.map(|into| {
            let policies = policy.subscribe();
            let record = async move {
                ready.await;
                follow(monitor, into, policies, clock).await;
            };
            AbortOnDropHandle::new(tokio::spawn(record.boxed()))
        });
        let zone = shown.reader().zone();
        Self { history: shown, apart, configured, policy, zone, _task: task }
    }

    /// How many lines of which sort are recorded now.
    pub fn lines(&self, monitor: &Monitor) -> Mix {
        mix::of(monitor, &self.policy.borrow())
    }

    /// What is shown.
    pub fn history(&self) -> &Arc<History> {
        &self.history
    }

    /// Returns when everything that was recorded before is safe from a loss of power.
    ///
    /// # Errors
    /// Those of [`History::flush`].
    pub fn flush(&self) -> Result<(), lalin_history::Error> {
        self.apart.as_ref().map_or(Ok(()), |recorded| recorded.flush())?;
        self.history.flush()
    }

    /// What is recorded.
    pub fn policy(&self) -> RecordingPolicy {
        self.policy.borrow().clone()
    }

    /// What the configuration leaves of everything.
    pub fn configured(&self) -> &RecordingPolicy {
        &self.configured
    }

    /// Days and months begin at the midnight of this zone from now on; without one, of the configuration's. It may wait
    /// for the disk.
    ///
    /// # Errors
    /// [`lalin_history::Error::NoZone`] where there is no such zone.
    pub fn choose_zone(&self, name: Option<&str>) -> Result<(), lalin_history::Error> {
        let zone = name.map_or_else(|| Ok(self.zone.clone()), Zone::named)?;
        self.apart.as_ref().map_or(Ok(()), |recorded| recorded.set_zone(zone.clone()))?;
        self.history.set_zone(zone)
    }

    /// Records what this leaves from now on, but for what the configuration leaves out.
    pub fn choose(&self, chosen: &RecordingPolicy) {
        let policy = self.configured.and(chosen);
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
    let mut memories: HashMap<RouterId, Memory> = HashMap::new();
    loop {
        changes.borrow_and_update();
        let policy = policies.borrow_and_update().clone();
        let mut before = std::mem::take(&mut recorded);
        for router in monitor.routers() {
            let id = router.id().clone();
            let memory = memories.entry(id.clone()).or_default();
            let Some(policy) = policy.of(&id) else {
                // The recorder ends first, so that nothing it records comes after this.
                drop(before.remove(&id));
                // Of a router that another machine asks, that one says it: here nothing would ever end it.
                if !router.is_followed() && memory.lock().off.insert(None) {
                    let what = What::Began(Cause::Off, String::new());
                    history.recorder().event(Event { router: id, line: None, at_ms: now_of(&router), what });
                }
                continue;
            };
            let same = |old: &Recorded| Arc::ptr_eq(&old.router, &router) && old.policy == policy;
            let one = match before.remove(&id).filter(same) {
                Some(going_on) => going_on,
                None => start(router.clone(), &history, policy, memory.clone(), clock),
            };
            recorded.insert(id, one);
        }
        // Those that are left end here.
        drop(before);
        memories.retain(|id, _| monitor.get(id).is_some());
        tokio::select! {
            changed = changes.changed() => if changed.is_err() { return },
            changed = policies.changed() => if changed.is_err() { return },
        }
    }
}

fn start(router: Arc<Router>, history: &Arc<History>, policy: RouterPolicy, memory: Memory, clock: Clock) -> Recorded {
    let span = error_span!("recorder", router = %router.id());
    let task = record(router.clone(), history.clone(), policy.clone(), memory, clock).instrument(span);
    Recorded { router, policy, _task: AbortOnDropHandle::new(tokio::spawn(task.boxed())) }
}

/// Records one router until it is removed.
async fn record(router: Arc<Router>, history: Arc<History>, policy: RouterPolicy, memory: Memory, clock: Clock) {
    let id = router.id().clone();
    let mut updates = router.record(None, Duration::ZERO);
    // The monitor's events end with the router only if nobody here holds it.
    drop(router);
    let reader = history.reader();
    let of = id.clone();
    let known = tokio::task::spawn_blocking(move || Ok((reader.lines(Some(&of))?, reader.lasting(&of, Cause::Off)?)));
    let known: Result<_, lalin_history::Error> = known.await.unwrap_or(Err(lalin_history::Error::Closed));
    let (lines, lasting) = known.unwrap_or_else(|error| {
        tracing::warn!(%error, "the history's lines cannot be read; they are told apart by name alone");
        Default::default()
    });
    memory.lock().off.extend(lasting);
    let recorder = history.recorder();
    let mut state = RouterRecorder::new(id, policy, lines, memory, clock);
    while let Some(update) = updates.next().await {
        state.take(update, &recorder, now_ms());
    }
}

/// Now, on the clock that the router's samples have.
fn now_of(router: &Router) -> i64 {
    let newest = router.newest().and_then(|frame| {
        let passed = u64::try_from(frame.at.elapsed().as_millis()).ok()?;
        i64::try_from(frame.unix_ms.saturating_add(passed)).ok()
    });
    newest.unwrap_or_else(now_ms)
}

fn now_ms() -> i64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(now.as_millis()).unwrap_or(i64::MAX)
}
