//! A router that another machine asks: frames that come from there become this process's own, and back.

use std::sync::Arc;
use std::time::Duration;

use lalin_stats::{Frame, GapPart, GapReason, Identity, Interface, RouterState, Timing};
use tokio::time::Instant;

use super::{Engine, Event};
use crate::identities::Identities;
use crate::recent_window::{Past, PastLine, Point};
use crate::sequence::{epoch_of, number_of};
use crate::{ReadTimes, Taken};

/// So many of the newest frames are handed on whole, with their counters.
const WHOLE: usize = 4;

impl Engine {
    /// Of a router whose lines get the same numbers on every machine.
    pub(crate) fn of_a_cluster(self) -> Self {
        Self { identities: Identities::by_key(), ..self }
    }

    pub(crate) fn is_followed(&self) -> bool {
        self.followed
    }

    /// Whether what began to feed it at this turn still does.
    pub(crate) fn is_turn(&self, turn: u64) -> bool {
        self.followed && self.turns == turn
    }

    /// Another machine asks from now on. Returns the number of this turn.
    pub(crate) fn follow(&mut self) -> u64 {
        // Told as the state of one that is sampled here: whoever keeps it knows then that no more comes.
        self.change(RouterState::Idle);
        self.followed = true;
        self.turns += 1;
        self.turns
    }

    /// This machine asks from now on, or by another source than before: the first sample ends a gap, and has no rates.
    pub(crate) fn sample(&mut self, epoch: u64) {
        self.change(RouterState::Idle);
        self.followed = false;
        self.turns += 1;
        // At the same turn, with another source, the numbers go on.
        self.seq = self.seq.max(number_of(epoch, 0));
        self.revision = self.revision.max(number_of(epoch, 0));
        self.asked = None;
        self.above_link = Box::default();
        self.read_times = ReadTimes::new(self.settings.interval);
        if self.frames.newest().is_some() {
            self.gaps.moved();
        }
    }

    /// The last `window`, for another machine.
    pub(crate) fn past(&self, window: Duration) -> Past {
        let frames = self.frames.last(WHOLE);
        let Some(first) = frames.first() else { return Past::default() };
        let (lines, points) = self.recent_window.past(self.oldest_ms(window), first.seq);
        Past { lines, points, frames }
    }

    /// Takes in one frame of the machine that asks.
    pub(crate) fn take_frame(&mut self, frame: Frame, now: Instant, wall_ms: u64) -> Taken {
        match self.frames.newest().map(|newest| newest.seq) {
            Some(newest) if frame.seq <= newest => Taken::Known,
            Some(newest) if frame.seq == newest + 1 => {
                let frame = self.follow_tick(frame, now, wall_ms);
                self.tell(Event::Followed(frame));
                Taken::Told
            }
            _ => Taken::Missing,
        }
    }

    /// Takes in what the machine that asks has of the last minutes; what is known is passed over.
    pub(crate) fn take_past(&mut self, past: &Past, now: Instant, wall_ms: u64) {
        let Some(newest) = past.frames.last() else { return };
        let known = self.recent_window.newest();
        let whole = self.frames.newest().map(|frame| frame.seq);
        // The other machine's wall clock may be wrong, its spacing is right: all is moved to where the newest is by ours.
        let age = i64::try_from(super::whole_ms(now.saturating_duration_since(newest.at))).unwrap_or(i64::MAX);
        let unix = |ms: u64| i64::try_from(ms).unwrap_or(i64::MAX);
        let shift = unix(wall_ms).saturating_sub(age).saturating_sub(unix(newest.unix_ms));
        let mut last_ms = known.map_or(0, |(_, unix_ms)| unix_ms);
        let mut last_seq = known.map(|(seq, _)| seq);
        let mut filled = false;
        let mut listed: Option<Listed> = None;
        let base = self.frames.newest().map_or(1, |frame| frame.time_base);
        for point in past.points.iter().filter(|point| known.is_none_or(|(seq, _)| point.seq > seq)) {
            let list = listed.take().filter(|list| list.fits(point.seq));
            let list = list.unwrap_or_else(|| Listed::at(&past.lines, point.seq));
            let unix_ms = point.unix_ms.saturating_add_signed(shift).max(last_ms + 1);
            let gap =
                last_seq.and_then(|last| hole((last, last_ms), (point.seq, unix_ms))).or_else(|| point.gap.clone());
            let rates = list.columns.iter().map(|column| point.rates.get(*column).copied().unwrap_or([f32::NAN; 2]));
            let rates = rates.collect();
            let (interfaces, identities) = (list.interfaces.clone(), list.identities.clone());
            let kept = Point::of_past(point.seq, unix_ms, base, (interfaces, identities), rates, point.band, gap);
            self.recent_window.push(kept, &self.retention());
            (last_ms, last_seq, filled) = (unix_ms, Some(point.seq), true);
            listed = Some(list);
        }
        self.time_base.after(last_ms);
        for frame in past.frames.iter().filter(|frame| whole.is_none_or(|seq| frame.seq > seq)) {
            self.follow_tick(Frame::clone(frame), now, wall_ms);
            filled = true;
        }
        if filled {
            self.budget.set(self.recent_window.bytes());
            self.tell(Event::Filled);
        }
    }

    /// How the reads go of the machine that asks.
    pub(crate) fn take_state(&mut self, state: RouterState, timing: Timing) {
        self.learn(timing);
        self.shown = self.timing;
        // Idle says here that nobody watches here, and only that: one who watches waits for the other machine to begin.
        let state = if matches!(state, RouterState::Idle) { RouterState::Connecting } else { state };
        if !matches!(self.status.borrow().state, RouterState::Idle) {
            self.change(state);
        }
    }

    /// One frame of another machine becomes this one's.
    fn follow_tick(&mut self, mut frame: Frame, now: Instant, wall_ms: u64) -> Arc<Frame> {
        let before = self.frames.newest().cloned();
        if let Some(before) = &before {
            // Samples are in order, whatever the way between the machines does to their moments.
            frame.at = frame.at.max(before.at + Duration::from_micros(1));
        }
        frame.at = frame.at.min(now);
        let time = self.time_base.time_of(frame.at, now, wall_ms);
        (frame.unix_ms, frame.time_base, frame.clock_step_ms) = (time.unix_ms, time.base, time.step_ms);
        if time.step_ms < 0 {
            self.recent_window.set_back(time.step_ms, frame.seq);
        }
        if let Some(before) = self.recent_window.newest()
            && let Some(gap) = hole(before, (frame.seq, frame.unix_ms))
        {
            frame.gap = Some(gap);
        }
        let frame = Arc::new(frame);
        self.seq = frame.seq;
        self.recent_window.push(Point::of(&frame), &self.retention());
        self.budget.set(self.recent_window.bytes());
        self.counters_delay.answered(now.saturating_duration_since(frame.at));
        let needed = self.counters_delay.wanted() + 2 * self.settings.interval;
        self.frames.push(frame.clone(), needed);
        let watched = !matches!(self.status.borrow().state, RouterState::Idle);
        self.change(if watched { RouterState::Live } else { RouterState::Idle });
        frame
    }
}

/// The gap between two ticks that do not follow each other: another machine asks now, or nobody here watched meanwhile. Each
/// has its number and its time.
fn hole(before: (u64, u64), after: (u64, u64)) -> Option<Arc<[GapPart]>> {
    let reason = match after.0 {
        seq if epoch_of(seq) != epoch_of(before.0) => GapReason::Moved,
        seq if seq > before.0 + 1 => GapReason::Unwatched,
        _ => return None,
    };
    Some([GapPart { reason, before_ms: Some(after.1.saturating_sub(before.1)) }].into())
}

/// The lines that were there at a tick, and until which other tick it is the same ones.
struct Listed {
    from: u64,
    until: u64,
    columns: Vec<usize>,
    interfaces: Arc<[Arc<Interface>]>,
    identities: Arc<[Identity]>,
}

impl Listed {
    fn at(lines: &[PastLine], seq: u64) -> Self {
        let mut until = u64::MAX;
        let mut found = Vec::with_capacity(lines.len());
        for (column, line) in lines.iter().enumerate() {
            if let Some(next) = line.changes().find(|change| *change > seq) {
                until = until.min(next);
            }
            if let Some(version) = line.at(seq) {
                found.push((column, version));
            }
        }
        Self {
            from: seq,
            until,
            columns: found.iter().map(|(column, _)| *column).collect(),
            interfaces: found.iter().map(|(_, version)| version.interface.clone()).collect(),
            identities: found.iter().map(|(_, version)| version.identity.clone()).collect(),
        }
    }

    fn fits(&self, seq: u64) -> bool {
        (self.from..self.until).contains(&seq)
    }
}
