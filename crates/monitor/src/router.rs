//! One router as its consumers see it: watch it, ask it, know its state.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use lalin_stats::{Frame, RouterId, RouterState, StatsSource, Timing};
use tokio::sync::Notify;
use tokio::time::{Instant, timeout};
use tokio_util::task::AbortOnDropHandle;
use tracing::{Instrument, Span, error_span};

use crate::demand::Demand;
use crate::engine::Engine;
use crate::fleet::Turn;
use crate::moment::counters_at;
use crate::room::Room;
use crate::{CountersAt, Settings, Subscription, Window, sampler};

/// What people call a router.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// Its name.
    pub name: Arc<str>,
    /// Where it is, for display; no secret is in it.
    pub address: Arc<str>,
}

impl Label {
    /// A label of these.
    pub fn new(name: &str, address: &str) -> Self {
        Self { name: name.into(), address: address.into() }
    }
}

/// How it stands with a router, and how old its data is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Status {
    /// The state.
    pub state: RouterState,
    /// The newest sample's moment: on the monotonic clock, and in ms since 1970-01-01 UTC.
    pub newest: Option<(Instant, u64)>,
    /// How long reads take, as far as the source has learned.
    pub timing: Timing,
    /// The time between two samples.
    pub interval: Duration,
    /// Whether the newest two samples make a line on which the counters of a moment lie.
    pub(crate) has_line: bool,
}

impl Status {
    /// What subscribers are told anew where it changes: the limit, and about how far samples are apart.
    pub(crate) fn pace(&self) -> (Option<Duration>, Duration, u64) {
        let needed = self.timing.needed.unwrap_or_default();
        (self.timing.limit, self.interval, self.interval.max(needed).as_secs())
    }

    /// The newest sample's age, if there ever was one.
    pub fn age(&self) -> Option<Duration> {
        self.newest.map(|(at, _)| at.elapsed())
    }
}

/// What the sampling loop and the consumers share.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) demand: Arc<Demand>,
    /// The settings have changed.
    pub(crate) changed: Notify,
    turn: Turn,
    engine: Mutex<Engine>,
}

impl Shared {
    /// The lock is held for memory work only, never across a wait. A panic under it leaves nothing half done that
    /// the next tick does not replace, so a poisoned lock is taken all the same.
    pub(crate) fn engine(&self) -> MutexGuard<'_, Engine> {
        self.engine.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The settings that hold now.
    pub(crate) fn settings(&self) -> Settings {
        *self.engine().settings()
    }

    /// How long after the beginning of a run its first read is.
    pub(crate) fn turn(&self) -> Duration {
        self.turn.within(self.settings().interval)
    }
}

/// One router in the [`crate::Monitor`]. Dropping the last handle ends its sampling and its subscriptions.
#[derive(Debug)]
pub struct Router {
    id: RouterId,
    label: Mutex<Label>,
    shared: Arc<Shared>,
    /// Whatever is logged of it is logged in here, at every level: a line about a router carries its id, whoever writes it.
    span: Span,
    _sampler: AbortOnDropHandle<()>,
}

impl Router {
    /// `turn` is its part of the interval: where many routers are sampled, not all of them are at once.
    pub(crate) fn new(
        id: RouterId,
        label: Label,
        settings: Settings,
        source: Arc<dyn StatsSource>,
        (room, turn): (Arc<Room>, Turn),
    ) -> Self {
        let engine = Mutex::new(Engine::new(id.clone(), settings, room));
        let shared = Arc::new(Shared { demand: Demand::new(), changed: Notify::new(), turn, engine });
        let span = error_span!("router", router = %id);
        let sampling = sampler::run(shared.clone(), source).instrument(span.clone());
        let sampler = AbortOnDropHandle::new(tokio::spawn(sampling));
        Self { id, label: Mutex::new(label), shared, span, _sampler: sampler }
    }

    /// The id.
    pub fn id(&self) -> &RouterId {
        &self.id
    }

    /// What people call it.
    pub fn label(&self) -> Label {
        self.label.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The numbers it is sampled with, as they hold now: see [`Settings::scaled`].
    pub fn settings(&self) -> Settings {
        self.shared.settings()
    }

    /// Another label, other settings; the past, the subscriptions and the source stay.
    pub(crate) fn change(&self, label: Label, settings: Settings) {
        *self.label.lock().unwrap_or_else(PoisonError::into_inner) = label;
        self.span.in_scope(|| self.shared.engine().set(settings));
        self.shared.changed.notify_one();
    }

    /// How many subscriptions are open.
    pub fn viewers(&self) -> usize {
        self.shared.demand.viewers()
    }

    /// The state now.
    pub fn status(&self) -> Status {
        self.shared.engine().statuses().borrow().clone()
    }

    /// The newest sample, however old.
    pub fn newest(&self) -> Option<Arc<Frame>> {
        self.shared.engine().frames().back().cloned()
    }

    /// Watches the router: the recent past, then every tick and every change of state, until it is dropped.
    ///
    /// `after` is the number of the last tick the caller has; the past begins after it if it is still known, and
    /// otherwise covers the last `window`.
    pub fn subscribe(&self, after: Option<u64>, window: Duration) -> Subscription {
        Subscription::new(self.shared.clone(), after, window)
    }

    /// The last `window` of the past. Asks nothing of the router.
    pub fn past(&self, window: Duration) -> Window {
        self.shared.engine().window(window)
    }

    /// How far back [`Router::past`] reaches once the memory for it is full; at least [`Settings::window`].
    pub fn recent(&self) -> Duration {
        self.shared.engine().recent()
    }

    /// Counts as a viewer for the lease, and waits for nothing.
    pub fn touch(&self) {
        self.shared.demand.lease(self.settings().poll_lease);
    }

    /// Counts as a viewer for the lease and makes sure that there is data, if there can be: returns as soon as the
    /// newest sample is fresh, or reads fail, and at the latest after [`Settings::first_sample`].
    pub async fn poll(&self) -> Status {
        let settings = self.settings();
        self.shared.demand.lease(settings.poll_lease);
        let mut statuses = self.shared.engine().statuses();
        let fresh = |status: &Status| status.age().is_some_and(|age| age <= settings.fresh_for);
        let answerable = |status: &Status| {
            fresh(status) && status.has_line
                || matches!(status.state, RouterState::Stale(_) | RouterState::Unreachable(_))
        };
        // Out of time, or the router is gone: the state as it stands is the answer.
        let _ = timeout(settings.first_sample, statuses.wait_for(answerable)).await;
        self.status()
    }

    /// The counters of a moment before `asked` that is sure to lie between two samples; see [`CountersDelay`](crate::CountersDelay). `None` as long as nothing was sampled.
    ///
    /// `asked` is when the question came, not when it can be answered: a cold first [`Router::poll`] waits for samples.
    pub fn counters(&self, asked: Instant) -> Option<CountersAt> {
        let (frames, delay) = {
            let mut engine = self.shared.engine();
            (engine.frames().clone(), engine.counters_delay(asked))
        };
        counters_at(&frames, asked, delay)
    }
}

impl Router {
    /// Ends every subscription; whoever still holds the router sees what it last knew.
    pub(crate) fn close(&self) {
        self.shared.engine().close();
    }
}

impl Drop for Router {
    fn drop(&mut self) {
        self.shared.engine().close();
    }
}
