//! One router's recorder: from the monitor's updates to the history's ticks and events.

use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use lalin_history::{Cause, Event, Line, LineName, LineReading, Recorder, Tick, What};
use lalin_monitor::{Status, Update, epoch_of};
use lalin_stats::{Counters, Frame, GapReason, Interface, RouterId, RouterState};
use tokio::time::Instant;

use super::line_names::{INTERFACE, LineNames};
use super::policy::RouterPolicy;

/// The clock that is never set, from a moment on: at `epoch` it shows `shows`.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    epoch: Instant,
    shows: Duration,
}

impl Clock {
    /// One that begins now.
    pub fn now() -> Self {
        Self::beginning(Duration::ZERO)
    }

    /// One that shows this now, so that there is room for what was before.
    pub fn beginning(shows: Duration) -> Self {
        Self { epoch: Instant::now(), shows }
    }

    fn ms(&self, at: Instant) -> u64 {
        let shown = self.shows + at.saturating_duration_since(self.epoch);
        u64::try_from(shown.as_millis()).unwrap_or(u64::MAX)
    }
}

/// What outlives a router's recorder, which ends when something else is to be recorded.
#[derive(Clone, Debug, Default)]
pub(super) struct Memory(Arc<Mutex<Remembered>>);

#[derive(Debug, Default)]
pub(super) struct Remembered {
    /// What was said to be off and not said to be on again: `None` for the router itself.
    pub(super) off: HashSet<Option<LineName>>,
    /// The lines of the last sample that was recorded, and whether each one's link was up.
    running: HashMap<Arc<str>, bool>,
    /// Whose turn at the router the last sample was of; 0 without a cluster.
    epoch: u64,
}

impl Memory {
    pub(super) fn lock(&self) -> MutexGuard<'_, Remembered> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What one router's recorder remembers from update to update.
#[derive(Debug)]
pub struct RouterRecorder {
    router: RouterId,
    policy: RouterPolicy,
    names: LineNames,
    /// For all routers the same.
    clock: Clock,
    /// The interval in force, ms.
    interval_ms: u32,
    /// The reads fail since a moment, for this reason.
    failing: Option<&'static str>,
    /// A sample was recorded.
    begun: bool,
    memory: Memory,
    /// Lines that were recorded once: of one that never was nobody asks why there is nothing.
    recorded: HashSet<LineName>,
}

impl RouterRecorder {
    /// With the lines that the history knows of the router, and what it knows to be off.
    pub(super) fn new(router: RouterId, policy: RouterPolicy, lines: Vec<Line>, memory: Memory, clock: Clock) -> Self {
        let mut recorded: HashSet<LineName> = lines.iter().map(|line| line.name.clone()).collect();
        // The history may not have heard of the newest ones yet.
        let newest = |name: &Arc<str>| LineName { kind: INTERFACE.into(), name: name.clone() };
        recorded.extend(memory.lock().running.keys().map(newest));
        Self {
            router,
            policy,
            names: LineNames::new(lines),
            clock,
            interval_ms: 10_000,
            failing: None,
            begun: false,
            memory,
            recorded,
        }
    }

    /// For a past that is made up: of a router that nothing was recorded of.
    pub fn of_past(router: RouterId) -> Self {
        Self::new(router, RouterPolicy::default(), Vec::new(), Memory::default(), Clock::now())
    }

    /// What the counters of `frame` were at another moment, which `mono_ms` tells on the recording's clock.
    pub fn past_tick(&mut self, frame: &Frame, mono_ms: u64, interval_ms: u32, recorder: &Recorder) -> bool {
        self.interval_ms = interval_ms;
        self.tick(frame, mono_ms, recorder)
    }

    /// Hands on what an update says. The recent window is history already, or older than this recorder.
    pub(super) fn take(&mut self, update: Update, recorder: &Recorder, now_ms: i64) {
        match update {
            Update::Window(_) => {}
            Update::State(status) => self.state(&status, recorder, now_ms),
            Update::Tick(frame) => {
                self.tick(&frame, self.clock.ms(frame.at), recorder);
            }
        }
    }

    fn state(&mut self, status: &Status, recorder: &Recorder, now_ms: i64) {
        self.interval_ms = u32::try_from(status.interval.as_millis()).unwrap_or(u32::MAX);
        if let RouterState::Unreachable(failure) = &status.state {
            let reason = failure.reason.code();
            if self.failing != Some(reason) {
                self.failing = Some(reason);
                self.tell(recorder, None, now_ms, What::Began(Cause::Unreachable, reason.to_owned()));
            }
        }
    }

    fn tick(&mut self, frame: &Frame, mono_ms: u64, recorder: &Recorder) -> bool {
        let wall_ms = i64::try_from(frame.unix_ms).unwrap_or(i64::MAX);
        if !self.same_turn(frame, recorder) {
            // The history is behind; the next tick tries again.
            return false;
        }
        if self.failing.take().is_some() {
            self.tell(recorder, None, wall_ms, What::Ended(Cause::Unreachable));
        }
        if frame.gap.iter().flat_map(|parts| parts.iter()).any(|part| part.reason == GapReason::Rebooted) {
            self.tell(recorder, None, wall_ms, What::Rebooted);
        }
        let memory = self.memory.clone();
        let mut memory = memory.lock();
        let memory = &mut *memory;
        if memory.off.remove(&None) {
            self.tell(recorder, None, wall_ms, What::Ended(Cause::Off));
        }
        let goes_on = self.begun && frame.elapsed.is_some();
        self.begun = true;
        let names = self.names.of(frame);
        let rows = frame.interfaces.iter().zip(&frame.counters).zip(names);
        let mut readings = Vec::with_capacity(names.len());
        let mut switched = Vec::new();
        let mut running = HashMap::with_capacity(memory.running.len());
        for ((interface, counters), name) in rows {
            if !self.policy.records(interface, &name.name) {
                if self.recorded.remove(name) && memory.off.insert(Some(name.clone())) {
                    switched.push((name.clone(), What::Began(Cause::Off, String::new())));
                }
                continue;
            }
            if !memory.off.is_empty() && memory.off.remove(&Some(name.clone())) {
                switched.push((name.clone(), What::Ended(Cause::Off)));
            }
            if let Some(what) = link_change(memory.running.get(&name.name).copied(), interface.running) {
                let line = Some(name.clone());
                recorder.event(Event { router: self.router.clone(), line, at_ms: wall_ms, what });
            }
            running.insert(name.name.clone(), interface.running);
            // Seen without it at the sample before: what it counts is from zero on.
            let born = goes_on && !memory.running.contains_key(&name.name);
            readings.push(reading(interface, name, born, *counters));
        }
        memory.running = running;
        let tick = Tick { router: self.router.clone(), wall_ms, mono_ms, interval_ms: self.interval_ms, readings };
        for (line, what) in switched {
            self.tell(recorder, Some(line), wall_ms, what);
        }
        // False when the history is behind: it knows of the gap itself and counts it.
        recorder.record(tick)
    }

    /// Where another machine may have asked the router since the last sample, it has recorded too what passed meanwhile.
    /// False where the history could not be told.
    fn same_turn(&mut self, frame: &Frame, recorder: &Recorder) -> bool {
        let (memory, epoch) = (self.memory.clone(), epoch_of(frame.seq));
        let mut memory = memory.lock();
        if epoch != memory.epoch {
            if !recorder.begins_anew(self.router.clone()) {
                return false;
            }
            // What happened meanwhile to links was told there.
            (memory.epoch, memory.running) = (epoch, HashMap::new());
            (self.begun, self.failing) = (false, None);
        }
        true
    }

    fn tell(&self, recorder: &Recorder, line: Option<LineName>, at_ms: i64, what: What) {
        recorder.event(Event { router: self.router.clone(), line, at_ms, what });
    }
}

fn reading(interface: &Interface, name: &LineName, born: bool, counters: Counters) -> LineReading {
    let shown = interface.name.clone();
    LineReading { name: name.clone(), shown, incarnation: incarnation(interface), born, counters }
}

/// Another number where the counters begin anew although the name is the same.
fn incarnation(interface: &Interface) -> u64 {
    let mut hasher = DefaultHasher::new();
    interface.id.hash(&mut hasher);
    if interface.dynamic {
        interface.last_link_up.hash(&mut hasher);
    }
    hasher.finish()
}

fn link_change(before: Option<bool>, running: bool) -> Option<What> {
    match (before?, running) {
        (false, true) => Some(What::LinkUp),
        (true, false) => Some(What::LinkDown),
        _ => None,
    }
}
