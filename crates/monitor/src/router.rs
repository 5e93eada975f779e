//! One router as its consumers see it: subscribe to it, poll it, read its state.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use lalin_stats::{BitsPerSecond, Frame, Interface, Rate, RouterId, RouterState, StatsSource};
use tokio::sync::watch;
use tokio::time::{Instant, timeout};
use tokio_util::task::AbortOnDropHandle;
use tracing::{Instrument, Span, error_span};

use crate::demand::Pace;
use crate::feed::{self, Feed};
use crate::interpolation::counters_at;
use crate::moment::{Moment, Moments};
use crate::shared::Shared;
use crate::{CountersAt, Past, ReadCounts, Settings, Status, Subscription, Window, sampler};

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

/// One router in the [`crate::Monitor`]. Dropping the last handle ends its sampling and its subscriptions.
#[derive(Debug)]
pub struct Router {
    id: RouterId,
    label: Mutex<Label>,
    shared: Arc<Shared>,
    /// Everything logged about this router is logged inside it, so that each line carries the router's id.
    span: Span,
    moments: Moments,
    /// What samples it, or waits for somebody who wants what another machine samples.
    task: Mutex<Option<AbortOnDropHandle<()>>>,
}

impl Router {
    pub(crate) fn new(label: Label, shared: Shared) -> Self {
        let shared = Arc::new(shared);
        let id = shared.engine().router().clone();
        // Whoever adds it may stand in such a span already.
        let span = error_span!(parent: None, "router", router = %id);
        Self { id, label: Mutex::new(label), shared, span, moments: Moments::new(), task: Mutex::default() }
    }

    /// Begins to sample, as one that never was followed.
    pub(crate) fn start(&self, source: Arc<dyn StatsSource>) {
        self.run(sampler::run(self.shared.clone(), source));
    }

    /// Begins to be fed.
    pub(crate) fn begin_to_follow(&self) -> Feed {
        let turn = self.shared.engine().follow();
        let (feed, wanted) = Feed::new(self.shared.clone(), turn);
        self.run(feed::run(self.shared.clone(), turn, wanted));
        feed
    }

    /// In place of what ran before.
    fn run(&self, task: impl Future<Output = ()> + Send + 'static) {
        let task = AbortOnDropHandle::new(tokio::spawn(task.instrument(self.span.clone())));
        *self.task.lock().unwrap_or_else(PoisonError::into_inner) = Some(task);
    }

    /// Whether another machine asks the router.
    pub fn is_followed(&self) -> bool {
        self.shared.engine().is_followed()
    }

    /// From now on this process asks the router, which another one asked before: recent window and subscriptions stay, and
    /// the time between is a gap. `epoch` is higher than that of everybody who asked before; it begins the numbers of the
    /// ticks, see [`epoch_of`](crate::epoch_of).
    ///
    /// Must be called inside a tokio runtime.
    pub fn sample(&self, source: Arc<dyn StatsSource>, epoch: u64) {
        // What fed it stops first: no frame of another machine comes between.
        drop(self.task.lock().unwrap_or_else(PoisonError::into_inner).take());
        self.shared.engine().sample(epoch);
        self.start(source);
    }

    /// From now on another process asks the router: recent window and subscriptions stay. Returns once the sampling has
    /// ended here, and with it this crate's hold of the source.
    ///
    /// Must be called inside a tokio runtime.
    pub async fn follow(&self) -> Feed {
        let sampling = self.task.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(sampling) = sampling {
            sampling.abort();
            // It was cancelled, or failed; either way it is over.
            let _ = sampling.await;
        }
        self.begin_to_follow()
    }

    /// The last `window` of what was sampled, whole, for another machine that follows the router.
    pub fn past(&self, window: Duration) -> Past {
        self.shared.engine().past(window)
    }

    /// The id.
    pub fn id(&self) -> &RouterId {
        &self.id
    }

    /// What people call it.
    pub fn label(&self) -> Label {
        self.label.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The settings in effect now; see [`Settings::scaled`].
    pub fn settings(&self) -> Settings {
        self.shared.settings()
    }

    /// Changes label and settings; the recent window, the subscriptions and the source stay.
    pub(crate) fn change(&self, label: Label, settings: Settings) {
        *self.label.lock().unwrap_or_else(PoisonError::into_inner) = label;
        self.span.in_scope(|| self.shared.engine().set_settings(settings));
        self.shared.changed.notify_one();
    }

    /// How many subscriptions of viewers are open.
    pub fn viewers(&self) -> usize {
        self.shared.demand.viewers()
    }

    /// The state now.
    pub fn status(&self) -> Status {
        self.shared.engine().status()
    }

    /// Changes with the state and with every sample; closed once the router is gone.
    pub fn statuses(&self) -> watch::Receiver<Status> {
        self.shared.engine().statuses()
    }

    /// How its reads went since the start.
    pub fn read_counts(&self) -> ReadCounts {
        self.shared.engine().read_counts().clone()
    }

    /// The newest sample, however old.
    pub fn newest(&self) -> Option<Arc<Frame>> {
        self.shared.engine().frames().newest().cloned()
    }

    /// Subscribes to the router: the recent window, then every tick and every change of state, until it is dropped.
    ///
    /// `after` is the number of the last tick the caller has. The recent window begins after it if that tick is still
    /// remembered, and otherwise covers the last `window`.
    pub fn subscribe(&self, after: Option<u64>, window: Duration) -> Subscription {
        Subscription::new(self.shared.clone(), after, window, Pace::Live)
    }

    /// [`Router::subscribe`] for one who keeps the samples and does not look at them: while nobody watches, the router
    /// is read only once a [`Settings::recording_interval`]. It does not count as a viewer.
    pub fn record(&self, after: Option<u64>, window: Duration) -> Subscription {
        Subscription::new(self.shared.clone(), after, window, Pace::Recording)
    }

    /// The last `window` of what was sampled. Sends nothing to the router.
    pub fn recent_window(&self, window: Duration) -> Window {
        self.shared.engine().window(window)
    }

    /// Gives the recent window a past that was never sampled, for demonstrations: `steps` points, each `step`
    /// before the next, the last of them before the oldest one there is. `rate` is asked for each interface, from so long ago until so long ago. Nothing happens
    /// before the first sample, and subscriptions that are open are not told.
    pub fn recall(&self, steps: usize, step: Duration, rate: impl Fn(&Interface, Duration, Duration) -> Rate) {
        let small = |rate: Option<BitsPerSecond>| rate.map_or(f32::NAN, |rate| rate.get() as f32);
        let step_ms = u64::try_from(step.as_millis()).unwrap_or(u64::MAX);
        self.shared.engine().recall(steps, step_ms, |interface, ago| {
            let [from, to] = ago.map(Duration::from_millis);
            let Rate { rx, tx } = rate(interface, from, to);
            [small(rx), small(tx)]
        });
    }

    /// How far back [`Router::recent_window`] reaches once its share of the memory is full; at least
    /// [`Settings::window`].
    pub fn window_reach(&self) -> Duration {
        self.shared.engine().window_reach()
    }

    /// Counts as a viewer for the lease, and waits for nothing.
    pub fn touch(&self) {
        self.shared.demand.lease(self.settings().poll_lease);
    }

    /// Counts as a viewer for the lease and makes sure that there is data, if there can be: returns as soon as the
    /// newest sample is fresh, or reads fail, and at the latest after [`Settings::first_sample`].
    pub async fn poll(&self) -> Status {
        let (settings, status) = {
            let engine = self.shared.engine();
            (*engine.settings(), engine.status())
        };
        let begun = self.shared.demand.lease(settings.poll_lease);
        // What was only recorded until now may be fresh and still too old to interpolate up to.
        let old = status.newest.filter(|_| begun);
        let fresh = |status: &Status| status.newest != old && status.age().is_some_and(|age| age <= settings.fresh_for);
        let answerable = |status: &Status| {
            fresh(status) && status.has_line
                || matches!(status.state, RouterState::Stale(_) | RouterState::Unreachable(_))
        };
        if answerable(&status) {
            return status;
        }
        let mut statuses = self.statuses();
        // Out of time, or the router is gone: the state as it stands is the answer.
        let _ = timeout(settings.first_sample, statuses.wait_for(answerable)).await;
        self.status()
    }

    /// The counters at a moment before `asked` that is sure to lie between two samples; `None` until there is a sample.
    /// See [`Router::moment`].
    pub fn counters(&self, asked: Instant) -> Option<CountersAt> {
        self.counters_at(&self.moment(asked)?)
    }

    /// The moment whose counters answer a question that came at `asked`: a [`CountersDelay`](crate::CountersDelay) before
    /// it, rounded so that many questions share one; `None` until there is a sample.
    ///
    /// `asked` is when the request came in, not when it can be answered: a first [`Router::poll`] waits for samples.
    pub fn moment(&self, asked: Instant) -> Option<Moment> {
        let (frame, delay) = {
            let mut engine = self.shared.engine();
            (engine.frames().newest()?.clone(), engine.counters_delay(asked))
        };
        Some(self.moments.of(frame, asked, delay))
    }

    /// The counters at `moment`, of the interfaces of the newest sample.
    pub fn counters_at(&self, moment: &Moment) -> Option<CountersAt> {
        let frames = self.shared.engine().frames().clone();
        counters_at(&frames, moment.at, moment.delay)
    }
}

impl Router {
    /// Ends every subscription. Whoever still holds the router sees the last known data.
    pub(crate) fn close(&self) {
        self.shared.engine().close();
    }
}

impl Drop for Router {
    fn drop(&mut self) {
        self.shared.engine().close();
    }
}
