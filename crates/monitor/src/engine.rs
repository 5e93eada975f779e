//! From readings to frames and states: all that one router's ticks change, under one lock.
//!
//! Long because it is all that may change together; what changes of a router that is asked elsewhere is in `followed`.

mod followed;

use std::sync::Arc;
use std::time::Duration;

use lalin_stats::{
    CheckedRate, ErrorCounts, Failure, Frame, Freshness, GapReason, Identity, Interface, LinkBound, Rate, Reading,
    RouterId, RouterState, Row, Snapshot, Timing,
};
use tokio::sync::{broadcast, watch};
use tokio::time::Instant;

use crate::demand::Pace;
use crate::gaps::{Gaps, begins_anew, counts_anew};
use crate::identities::Identities;
use crate::link_rates::LinkRates;
use crate::memory_budget::{BudgetUse, MemoryBudget};
use crate::recent_frames::RecentFrames;
use crate::recent_window::{Kept, Point, RecentWindow, Retention};
use crate::renames::renamed;
use crate::row_pairs::RowPairs;
use crate::time_base::TimeBase;
use crate::{CountersDelay, Gap, ReadCounts, ReadTimes, Renamed, Settings, Status, Window};

/// What the engine tells subscribers.
#[derive(Clone, Debug)]
pub(crate) enum Event {
    Tick(Arc<Frame>),
    /// Apart, because each router has room for a whole backlog of events.
    State(Box<Status>),
    /// A tick, and a state, of a router that another machine asks.
    Followed(Arc<Frame>),
    FollowedState(Box<Status>),
    /// The recent window was filled with what another machine has.
    Filled,
}

/// How many events a subscriber may be behind before it is given a window instead.
const BACKLOG: usize = 32;

/// One router's recent frames and state.
#[derive(Debug)]
pub(crate) struct Engine {
    router: RouterId,
    /// As they were set.
    configured: Settings,
    /// How often the router is read now.
    pace: Pace,
    /// As they are in effect: scaled to what the source needs.
    settings: Settings,
    timing: Timing,
    /// What the source had learned when the newest sample came. The limit of a read grows with each one that the router
    /// does not answer; that must not put off the word that it is gone.
    shown: Timing,
    seq: u64,
    revision: u64,
    identities: Identities,
    gaps: Gaps,
    frames: RecentFrames,
    /// When the newest sample was requested.
    asked: Option<Instant>,
    read_times: ReadTimes,
    time_base: TimeBase,
    /// What of the newest sample was above the links' speed, in the order of its interfaces, up to the last that was.
    above_link: Box<[Rate]>,
    counters_delay: CountersDelay,
    read_counts: ReadCounts,
    recent_window: RecentWindow,
    budget: BudgetUse,
    /// Another machine asks the router; counts how often that changed.
    followed: bool,
    turns: u64,
    /// `None` once the router was removed.
    events: Option<broadcast::Sender<Event>>,
    renames: broadcast::Sender<Renamed>,
    status: watch::Sender<Status>,
}

impl Engine {
    pub(crate) fn new(
        router: RouterId,
        configured: Settings,
        budget: Arc<MemoryBudget>,
        renames: broadcast::Sender<Renamed>,
    ) -> Self {
        let (timing, settings) = (Timing::default(), configured.scaled(Timing::default()));
        let interval = configured.interval;
        let status = Status { state: RouterState::Idle, newest: None, timing, interval, has_line: false };
        Self {
            router,
            configured,
            pace: Pace::Live,
            settings,
            timing,
            shown: timing,
            seq: 0,
            revision: 0,
            identities: Identities::default(),
            gaps: Gaps::new(false),
            frames: RecentFrames::default(),
            asked: None,
            read_times: ReadTimes::new(settings.interval),
            time_base: TimeBase::default(),
            above_link: Box::default(),
            counters_delay: CountersDelay::new(settings.interval),
            read_counts: ReadCounts::default(),
            recent_window: RecentWindow::default(),
            budget: BudgetUse::new(budget),
            followed: false,
            turns: 0,
            events: Some(broadcast::Sender::new(BACKLOG)),
            renames,
            status: watch::Sender::new(status),
        }
    }

    /// With what was before belonging to an earlier start of this program.
    pub(crate) fn restarted(self) -> Self {
        Self { gaps: Gaps::new(true), ..self }
    }

    pub(crate) fn router(&self) -> &RouterId {
        &self.router
    }

    pub(crate) fn statuses(&self) -> watch::Receiver<Status> {
        self.status.subscribe()
    }

    pub(crate) fn status(&self) -> Status {
        self.status.borrow().clone()
    }

    /// The settings in effect.
    pub(crate) fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Goes on with these settings: the recent window and the subscriptions stay.
    pub(crate) fn set_settings(&mut self, configured: Settings) {
        self.configured = configured;
        self.counters_delay.set_interval(configured.interval);
        self.rescale();
        let state = self.status.borrow().state.clone();
        self.change(state);
    }

    /// The router is read at this pace from now on.
    pub(crate) fn set_pace(&mut self, pace: Pace) {
        if pace != self.pace {
            self.pace = pace;
            self.rescale();
        }
    }

    /// Puts into effect what was configured, at the pace of now and for what the source has learned.
    fn rescale(&mut self) {
        let before = self.settings.interval;
        self.settings = self.configured.at(self.pace).scaled(self.timing);
        // The last reading was asked for at the pace before, so the stretch up to the next one is no gap by that pace.
        self.read_times.set_interval(before.max(self.settings.interval));
    }

    /// Takes in what the source has learned about its reads.
    pub(crate) fn learn(&mut self, timing: Timing) {
        // How long a read under way may take is between the source and whoever limits it.
        let timing = Timing { longest: None, ..timing };
        if timing != self.timing {
            self.timing = timing;
            self.settings = self.configured.at(self.pace).scaled(timing);
        }
    }

    pub(crate) fn frames(&self) -> &RecentFrames {
        &self.frames
    }

    /// How the reads went so far.
    /// A read begins, so much later than it should.
    pub(crate) fn begins_late(&mut self, late: Duration) {
        self.read_counts.began(late);
    }

    pub(crate) fn read_counts(&self) -> &ReadCounts {
        &self.read_counts
    }

    /// How far back the counters lie for a question that comes now.
    pub(crate) fn counters_delay(&mut self, asked: Instant) -> Duration {
        self.counters_delay.at(asked)
    }

    /// Whether the newest sample is the first of a run, with none before it to interpolate from.
    pub(crate) fn starts_a_run(&self) -> bool {
        self.frames.newest().is_none_or(|frame| frame.elapsed.is_none())
    }

    /// How much the recent window keeps.
    fn retention(&self) -> Retention {
        Retention {
            window_ms: whole_ms(self.settings.window),
            longest_ms: whole_ms(self.settings.longest_window.max(self.settings.window)),
            bytes: self.budget.budget().per_router(),
            most_bytes: self.budget.budget().most_per_router(),
            points: self.settings.most_points(),
        }
    }

    /// How far back the recent window reaches once it is full, at the newest sample's size.
    pub(crate) fn window_reach(&self) -> Duration {
        let interfaces = self.frames.newest().map_or(0, |frame| frame.interfaces.len());
        let points = self.budget.budget().per_router() / Kept::bytes(interfaces);
        let fits = self.settings.interval.saturating_mul(u32::try_from(points).unwrap_or(u32::MAX));
        fits.clamp(self.settings.window, self.settings.longest_window.max(self.settings.window))
    }

    /// The last `window` of what was sampled.
    pub(crate) fn window(&self, window: Duration) -> Window {
        self.recent_window.since(self.oldest_ms(window)).with_open(self.open_gaps())
    }

    /// Why there is nothing now, where the newest sample is older than samples are apart.
    fn open_gaps(&self) -> Vec<Gap> {
        let newest = self.frames.newest();
        let apart = self.settings.cycle(self.timing) * 3;
        if newest.is_some_and(|frame| frame.at.elapsed() <= apart) {
            return Vec::new();
        }
        self.gaps.open(newest.map(|frame| &**frame))
    }

    /// Gives the recent window a past it never saw; see [`crate::Router::recall`]. `rate` is told how long ago, ms.
    pub(crate) fn recall(&mut self, steps: usize, step_ms: u64, rate: impl Fn(&Interface, [u64; 2]) -> [f32; 2]) {
        let now = self.oldest_ms(Duration::ZERO);
        let ago = |unix_ms: u64| now.saturating_sub(unix_ms);
        self.recent_window.recall(steps, step_ms, |interface, from, to| rate(interface, [from, to].map(ago)));
        self.budget.set(self.recent_window.bytes());
    }

    /// The time `window` ago, by the newest sample's time base: the wall clock may have been set since.
    fn oldest_ms(&self, window: Duration) -> u64 {
        let now = self.frames.newest().map_or(0, |frame| frame.unix_ms.saturating_add(whole_ms(frame.at.elapsed())));
        now.saturating_sub(whole_ms(window))
    }

    /// The events from now on, and what was before them. No event falls between, because both are taken under one lock.
    pub(crate) fn join(&self, after: Option<u64>, window: Duration) -> (broadcast::Receiver<Event>, Window) {
        let window = match after.and_then(|seq| self.recent_window.after(seq)) {
            Some(window) => window.with_open(self.open_gaps()),
            // Nothing has come yet from the machine that asks: whoever has something keeps it until then.
            None if self.followed && self.frames.newest().is_none() => {
                let mut nothing = self.window(window);
                nothing.resumed = after.is_some();
                nothing
            }
            None => self.window(window),
        };
        let events = self.events.as_ref().map_or_else(|| broadcast::channel(1).1, broadcast::Sender::subscribe);
        (events, window)
    }

    /// The router was removed: every subscription ends.
    pub(crate) fn close(&mut self) {
        self.events = None;
    }

    /// Sampling begins: somebody watches.
    pub(crate) fn begin(&mut self) {
        if matches!(self.status.borrow().state, RouterState::Idle) {
            self.change(RouterState::Connecting);
        }
    }

    /// Sampling ends: nobody watches.
    pub(crate) fn end(&mut self) {
        self.gaps.begins(GapReason::Unwatched);
        self.change(RouterState::Idle);
    }

    /// Takes in the outcome of one read; true when it was a new sample.
    pub(crate) fn record(&mut self, outcome: Result<Reading, Failure>) -> bool {
        let (snapshot, failure) = match outcome {
            Ok(Reading { data, freshness: Freshness::Fresh, .. }) => (Some(data), None),
            Ok(Reading { data, freshness: Freshness::Stale(failure), .. }) => (Some(data), Some(failure)),
            Err(failure) => (None, Some(failure)),
        };
        // Data from a cache is no new sample: only what was requested after the last one is.
        if let Some(failure) = &failure {
            self.read_counts.failed(failure);
            self.gaps.begins(GapReason::Unreachable(failure.reason.code()));
        }
        let new = snapshot.filter(|snapshot| self.asked.is_none_or(|asked| snapshot.asked > asked));
        let sampled = new.is_some();
        if let Some(snapshot) = new {
            self.read_counts.sampled(snapshot.took());
            self.tick(&snapshot);
            self.shown = self.timing;
        }
        self.change(match failure {
            None => RouterState::Live,
            Some(failure) => self.failing(failure),
        });
        sampled
    }

    fn failing(&self, failure: Failure) -> RouterState {
        let age = self.frames.newest().map(|frame| frame.at.elapsed());
        match age {
            Some(age) if age <= self.configured.at(self.pace).scaled(self.shown).unreachable_after => {
                RouterState::Stale(failure)
            }
            _ => RouterState::Unreachable(failure),
        }
    }

    fn tick(&mut self, snapshot: &Arc<Snapshot>) {
        let before = self.frames.newest().cloned();
        let (interfaces, identities) = self.interfaces(snapshot, before.as_deref());
        let pairs = RowPairs::of(before.as_deref(), snapshot);
        if before.as_ref().is_some_and(|before| !Arc::ptr_eq(&before.interfaces, &interfaces)) {
            let counters = |place: Option<usize>| [place.map(|at| 2 * at), place.map(|at| 2 * at + 1)];
            self.read_times.rearrange(pairs.places().flat_map(counters));
        }
        let rises: Vec<_> =
            pairs.each(|old, row| old.map_or([None; 2], |old| Rate::rises(old, row))).flatten().collect();
        let mut read = self.read_times.next(snapshot.asked, snapshot.answered, &rises);
        self.read_times.set_interval(self.settings.interval);
        let time = self.time_base.time_of(read.at, snapshot.answered, snapshot.unix_ms);
        if time.step_ms != 0 {
            // The machine may have slept, which its monotonic clock does not count, so the elapsed time is not known.
            read.elapsed = None;
            tracing::warn!(router = %self.router, moved_ms = time.step_ms, "the wall clock was set, or the machine slept");
        }
        let rebooted = self.gaps.has_failures() && counts_anew(pairs.each(begins_anew));
        let sample = (read.at, time.unix_ms);
        let line = (read.elapsed.is_some(), rebooted);
        let gap = self.gaps.end(before.as_deref(), sample, time.step_ms, line);
        let limits = self.settings.rate_limits();
        let (links, low) = (LinkRates::of(&snapshot.rows), read.uncertainty.low);
        let check = |old: Option<&Row>, row: &Row| match (old, read.elapsed) {
            (Some(old), Some(elapsed)) => {
                let link = links.carries(&old.interface, &row.interface).map(|carries| LinkBound { carries, low });
                CheckedRate::between(old, row, elapsed, limits, link)
            }
            _ => CheckedRate::default(),
        };
        let was_above = |place| pairs.was_at(place).and_then(|at| self.above_link.get(at)).copied().unwrap_or_default();
        let mut rates = Vec::with_capacity(snapshot.rows.len());
        // Mostly none is above its link, and then nothing is kept.
        let mut above_link = Vec::new();
        let mut error_counts = Vec::new();
        pairs
            .each(|old, row| {
                let (place, checked) = (rates.len(), check(old, row));
                rates.push(checked.after(was_above(place)));
                if checked.above_link != Rate::UNKNOWN {
                    above_link.resize(place, Rate::UNKNOWN);
                    above_link.push(checked.above_link);
                }
                error_counts.extend(old.and_then(|old| ErrorCounts::between(old, row, place)));
            })
            .for_each(drop);
        self.seq += 1;
        let frame = Arc::new(Frame {
            router: self.router.clone(),
            seq: self.seq,
            at: read.at,
            unix_ms: time.unix_ms,
            time_base: time.base,
            clock_step_ms: time.step_ms,
            elapsed: read.elapsed,
            revision: self.revision,
            interfaces,
            identities,
            counters: snapshot.clone().into(),
            rates: rates.into(),
            uncertainty: read.uncertainty,
            error_counts: error_counts.into(),
            gap,
        });
        self.asked = Some(snapshot.asked);
        self.above_link = above_link.into();
        if time.step_ms < 0 {
            self.recent_window.set_back(time.step_ms, self.seq);
        }
        self.recent_window.push(Point::of(&frame), &self.retention());
        self.budget.set(self.recent_window.bytes());
        self.counters_delay.answered(snapshot.took());
        let needed = self.counters_delay.wanted() + 2 * self.settings.interval;
        self.frames.push(frame.clone(), needed);
        self.tell(Event::Tick(frame));
    }

    /// The snapshot's interfaces and what tells them apart; the last frame's own lists where nothing changed.
    fn interfaces(&mut self, snapshot: &Snapshot, before: Option<&Frame>) -> Listed {
        let new = || snapshot.rows.iter().map(|row| &row.interface);
        match before {
            Some(before) if new().eq(before.interfaces.iter()) => {
                (before.interfaces.clone(), before.identities.clone())
            }
            _ => {
                self.revision += 1;
                let interfaces: Arc<[Arc<Interface>]> = new().cloned().collect();
                let identities = self.identities.of(&snapshot.rows, before);
                let names = before.map(|before| renamed(before, &interfaces, &identities)).unwrap_or_default();
                if !names.is_empty() {
                    // It is no error if nobody keeps anything by name.
                    let _ = self.renames.send(Renamed { router: self.router.clone(), names });
                }
                (interfaces, identities)
            }
        }
    }

    fn change(&self, state: RouterState) {
        let newest = self.frames.newest().map(|frame| (frame.at, frame.unix_ms));
        let (timing, interval) = (self.timing, self.settings.interval);
        let status = Status { state, newest, timing, interval, has_line: !self.starts_a_run() };
        let mut told = false;
        self.status.send_if_modified(|old| {
            told = old.state != status.state || old.pace() != status.pace();
            let changed = *old != status;
            *old = status.clone();
            changed
        });
        if told {
            tracing::debug!(state = status.state.code(), "router state");
            let status = Box::new(status);
            self.tell(if self.followed { Event::FollowedState(status) } else { Event::State(status) });
        }
    }

    /// It is no error if nobody receives it: pollers read without subscribing.
    fn tell(&self, event: Event) {
        if let Some(events) = &self.events {
            let _ = events.send(event);
        }
    }
}

/// The interfaces of a frame, and what tells them apart.
type Listed = (Arc<[Arc<Interface>]>, Arc<[Identity]>);

fn whole_ms(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
