//! From what a router's counters show to what passed since the tick before. Pure: nothing is kept until the caller says
//! that the tick is on the disk.
//!
//! A counter that fell, or belongs to another incarnation, began at zero: what it shows is what passed. A line that is
//! new to the router likewise; one that is new to us alone has passed nothing that we know of.

use lalin_stats::RouterId;

use super::entry::{Entry, MOST_SESSIONS, Session};
use super::hour::TickTime;
use super::known_lines::{KnownLines, LineState, Slot};
use super::numbered::Numbered;
use crate::columns::Start;
use crate::tick::{COUNTERS, LineReading, Tick, kept};

/// A router as it was read last.
#[derive(Clone, Debug)]
pub(crate) struct RouterTracker {
    pub(crate) number: u32,
    pub(crate) id: RouterId,
    /// The last tick's number; 0 before the first.
    pub(crate) seq: u64,
    pub(crate) wall_ms: i64,
    /// The clock of this process at the last tick, and how often the router was read; `None` for a tick of an earlier process.
    pub(crate) mono: Option<(u64, u32)>,
    /// How far the wall clock was ahead of the other when the part began.
    pub(crate) wall_ahead_ms: Option<i64>,
    /// A tick was lost: the next one follows a gap.
    pub(crate) lost: bool,
    /// The history that handed over the last tick; `None` where it was recorded here.
    pub(crate) handed_by: Option<u64>,
    pub(crate) lines: KnownLines,
    pub(crate) in_journal: u64,
}

/// Whose a reading is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FoundLine {
    pub(crate) line: u32,
    /// Where its state is, if it was seen lately.
    pub(crate) slot: Option<Slot>,
    /// The router calls it as it did before.
    pub(crate) same_name: bool,
}

/// What a tick says of the lines.
#[derive(Debug, Default)]
pub(crate) struct Rows {
    pub(crate) entries: Vec<Entry>,
    /// In the same order: what the line will be remembered by.
    pub(crate) sessions: Vec<Vec<Session>>,
    /// Whether the sessions follow from those before and the rises.
    pub(crate) implied: Vec<bool>,
    /// The first reading that an entry is of.
    pub(crate) readings: Vec<usize>,
}

/// A wall clock that is off by more was set.
const STEP_MS: i64 = 1_000;
/// More than an hour is a gap, whatever the interval is.
const LONGEST_MS: u64 = 3_600_000;
/// No interface carries more: 100 Gbit/s in bytes a ms. A new line that shows more was not new.
const MOST_BYTES_A_MS: u64 = 12_500_000;

impl RouterTracker {
    pub(crate) fn new(number: u32, id: RouterId, seq: u64) -> Self {
        Self {
            number,
            id,
            seq,
            wall_ms: 0,
            mono: None,
            wall_ahead_ms: None,
            lost: false,
            handed_by: None,
            lines: KnownLines::default(),
            in_journal: 0,
        }
    }

    /// From here on it is recorded here again: the counters of another history are not those of this one.
    pub(crate) fn is_recorded_here(&mut self) {
        if self.handed_by.take().is_some() {
            self.begins_anew();
        }
    }

    /// What the counters showed is forgotten: somebody else may have counted since.
    pub(crate) fn begins_anew(&mut self) {
        self.lines.states_mut().for_each(|state| state.sessions.clear());
    }

    /// When the tick is, and whether the time since the last one was measured.
    pub(crate) fn time(&self, tick: &Tick) -> (TickTime, bool) {
        let ahead = tick.wall_ms - tick.mono_ms as i64;
        let (lead, measured) = match self.mono {
            Some((mono_ms, interval_ms)) => {
                let lead = tick.mono_ms.saturating_sub(mono_ms);
                let longest = (3 * u64::from(interval_ms.max(tick.interval_ms))).min(LONGEST_MS);
                (lead, lead > 0 && lead <= longest && !self.lost)
            }
            None if self.seq > 0 => ((tick.wall_ms - self.wall_ms).max(0) as u64, false),
            None => (0, false),
        };
        let steady = self.wall_ahead_ms.is_some_and(|before| (ahead - before).abs() <= STEP_MS);
        let lead_ms = u32::try_from(lead).unwrap_or(u32::MAX);
        (TickTime { seq: self.seq + 1, wall_ms: tick.wall_ms, lead_ms, new_part: !steady }, measured)
    }

    /// How far the wall clock has moved against the other since the part began, where that is a step.
    pub(crate) fn clock_step(&self, tick: &Tick) -> Option<i64> {
        let moved = tick.wall_ms - tick.mono_ms as i64 - self.wall_ahead_ms?;
        (moved.abs() > STEP_MS).then_some(moved)
    }

    /// What passed on each line, each reading with its line's number.
    pub(crate) fn rows(&self, found: &[FoundLine], readings: &[LineReading], time: TickTime, measured: bool) -> Rows {
        let mut rows = Rows::with_room(readings.len());
        let mut places: Numbered<usize> = Numbered::with_capacity_and_hasher(readings.len(), Default::default());
        for (number, (FoundLine { line, slot, .. }, reading)) in found.iter().zip(readings).enumerate() {
            let Some(counters) = kept(&reading.counters) else { continue };
            let session = Session { incarnation: reading.incarnation, counters };
            let state = slot.and_then(|slot| self.lines.at(slot));
            let place = *places.entry(*line).or_insert_with(|| {
                let bases = state.map_or([0; COUNTERS], |state| sum(&state.sessions));
                rows.entries.push(Entry { line: *line, start: None, bases, rises: [0; COUNTERS] });
                rows.sessions.push(Vec::new());
                rows.readings.push(number);
                rows.implied.push(state.is_some_and(|state| state.sessions.len() == 1));
                rows.entries.len() - 1
            });
            if rows.sessions[place].len() == MOST_SESSIONS {
                continue;
            }
            rows.sessions[place].push(session);
            let known = state.map_or(&[][..], |state| &state.sessions);
            let there = state.is_some_and(|state| state.seen_seq == self.seq);
            let new = reading.born || (!known.is_empty() && (there || !measured));
            let (passed, reset) = session.passed(known, new, time.lead_ms);
            let entry = &mut rows.entries[place];
            let start = match passed {
                None => Some(Start::First),
                Some(_) if !measured => Some(if reset { Start::GapZero } else { Start::Gap }),
                Some(_) if reset => Some(Start::Zero),
                Some(_) if !there => Some(Start::Gap),
                Some(_) => None,
            };
            // Of two sessions of a line, the one that begins says how the stretch begins.
            entry.start = entry.start.max_by_weight(start);
            let passed = passed.unwrap_or_default();
            entry.rises.iter_mut().zip(passed).for_each(|(rise, more)| *rise = rise.saturating_add(more));
        }
        for (place, sessions) in rows.sessions.iter().enumerate() {
            let entry = &rows.entries[place];
            let follows = entry.bases.iter().zip(entry.rises).map(|(base, rise)| base.wrapping_add(rise));
            rows.implied[place] &= sessions.len() == 1 && follows.eq(sessions[0].counters) && entry.start.is_none();
        }
        rows
    }

    /// Keeps what a tick said, once it is safe: the next one is held against it.
    pub(crate) fn remember(&mut self, tick: &Tick, seq: u64, found: &[FoundLine], rows: Rows, in_journal: u64) {
        let mut order: Vec<Option<Slot>> = found.iter().map(|found| found.slot).collect();
        // Of two readings of a line the first one's entry has the sessions of both.
        for (place, sessions) in rows.readings.into_iter().zip(rows.sessions) {
            let (Some(reading), Some(found)) = (tick.readings.get(place), found.get(place)) else { continue };
            match found.slot.and_then(|slot| self.lines.at_mut(slot)) {
                Some(known) => {
                    (known.seen_seq, known.sessions, known.in_journal) = (seq, sessions, in_journal);
                    if !found.same_name {
                        known.shown = reading.shown.clone();
                    }
                }
                None => {
                    let shown = reading.shown.clone();
                    let state = LineState { id: found.line, shown, seen_seq: seq, sessions, in_journal };
                    order[place] = Some(self.lines.insert(reading.name.clone(), state));
                }
            }
        }
        self.lines.came_in(order.into_iter());
        self.seq = seq;
        self.wall_ms = tick.wall_ms;
        self.mono = Some((tick.mono_ms, tick.interval_ms));
        self.in_journal = in_journal;
    }
}

impl Rows {
    fn with_room(lines: usize) -> Self {
        Self {
            entries: Vec::with_capacity(lines),
            sessions: Vec::with_capacity(lines),
            implied: Vec::with_capacity(lines),
            readings: Vec::with_capacity(lines),
        }
    }
}

trait Weightier {
    fn max_by_weight(self, other: Self) -> Self;
}

impl Weightier for Option<Start> {
    fn max_by_weight(self, other: Self) -> Self {
        let weight = |start: &Self| start.map_or(0, |start| 1 + start.number());
        if weight(&other) > weight(&self) { other } else { self }
    }
}

impl Session {
    /// What passed since `known`, and whether the counters began at zero; `None` where that cannot be known.
    fn passed(&self, known: &[Self], new: bool, lead_ms: u32) -> (Option<[u64; COUNTERS]>, bool) {
        let before = known.iter().find(|session| session.incarnation == self.incarnation);
        if let Some(before) = before.filter(|before| (0..2).all(|byte| self.counters[byte] >= before.counters[byte])) {
            let mut passed = self.counters;
            for (now, before) in passed.iter_mut().zip(before.counters) {
                *now = now.checked_sub(before).unwrap_or(*now);
            }
            return (Some(passed), false);
        }
        let most = u64::from(lead_ms.max(1_000)).saturating_mul(MOST_BYTES_A_MS);
        let plausible = self.counters[..2].iter().all(|bytes| *bytes <= most);
        if (before.is_some() || new) && plausible { (Some(self.counters), true) } else { (None, false) }
    }
}

fn sum(sessions: &[Session]) -> [u64; COUNTERS] {
    let mut sum = [0u64; COUNTERS];
    for session in sessions {
        sum.iter_mut().zip(session.counters).for_each(|(sum, counter)| *sum = sum.wrapping_add(counter));
    }
    sum
}

#[cfg(test)]
mod tests {
    use lalin_stats::Counters;

    use super::*;
    use crate::LineName;

    fn tick(mono_ms: u64, readings: Vec<LineReading>) -> Tick {
        let router = "r1".parse().unwrap();
        Tick { router, wall_ms: 1_000_000 + mono_ms as i64, mono_ms, interval_ms: 10_000, readings }
    }

    fn reading(incarnation: u64, rx: u64, born: bool) -> LineReading {
        let name = LineName::interface("budi");
        LineReading { name, shown: "budi".into(), incarnation, born, counters: Counters::bytes(rx, 0) }
    }

    /// The start and the bytes of the second tick.
    fn second(before: &[LineReading], mono_ms: u64, after: &[LineReading]) -> (Option<Start>, u64) {
        let mut router = RouterTracker::new(1, "r1".parse().unwrap(), 0);
        let first = tick(0, before.to_vec());
        let sessions =
            before.iter().map(|r| Session { incarnation: r.incarnation, counters: kept(&r.counters).unwrap() });
        let state = LineState { id: 5, shown: "budi".into(), seen_seq: 1, sessions: sessions.collect(), in_journal: 0 };
        if !before.is_empty() {
            router.lines.insert(LineName::interface("budi"), state);
        }
        router.seq = 1;
        router.wall_ms = first.wall_ms;
        router.mono = Some((0, 10_000));
        router.wall_ahead_ms = Some(1_000_000);
        let tick = tick(mono_ms, after.to_vec());
        let (time, measured) = router.time(&tick);
        let found =
            |reading: &LineReading| FoundLine { line: 5, slot: router.lines.slot(0, &reading.name), same_name: true };
        let found: Vec<_> = tick.readings.iter().map(found).collect();
        let rows = router.rows(&found, &tick.readings, time, measured);
        assert_eq!(rows.entries.len(), 1);
        (rows.entries[0].start, rows.entries[0].rises[0])
    }

    #[test]
    fn what_passed_is_the_difference_or_all_since_zero() {
        let one = |rx| [reading(1, rx, false)];
        assert_eq!(second(&one(100), 10_000, &one(150)), (None, 50));
        assert_eq!(second(&one(100), 10_000, &one(30)), (Some(Start::Zero), 30));
        assert_eq!(second(&one(100), 10_000, &[reading(2, 170, false)]), (Some(Start::Zero), 170));
        assert_eq!(second(&one(100), 90_000, &one(150)), (Some(Start::Gap), 50));
        assert_eq!(second(&one(100), 90_000, &one(30)), (Some(Start::GapZero), 30));
    }

    #[test]
    fn a_line_that_is_new_to_the_router_counts_from_zero_and_one_that_is_new_to_us_does_not() {
        assert_eq!(second(&[], 10_000, &[reading(1, 500, true)]), (Some(Start::Zero), 500));
        assert_eq!(second(&[], 10_000, &[reading(1, 500, false)]), (Some(Start::First), 0));
        assert_eq!(second(&[], 10_000, &[reading(1, u64::MAX / 2, true)]), (Some(Start::First), 0));
    }

    #[test]
    fn two_sessions_of_a_customer_are_summed() {
        let both = [reading(1, 120, false), reading(2, 7, true)];
        assert_eq!(second(&[reading(1, 100, false)], 10_000, &both), (Some(Start::Zero), 27));
        // Then the old one goes.
        assert_eq!(second(&both, 10_000, &[reading(2, 9, false)]), (None, 2));
    }

    #[test]
    fn a_wall_clock_that_is_set_begins_a_part_and_changes_no_interval() {
        let mut router = RouterTracker::new(1, "r1".parse().unwrap(), 0);
        router.seq = 1;
        router.mono = Some((0, 10_000));
        router.wall_ahead_ms = Some(0);
        for (wall_ms, new_part) in [(10_900, false), (8_000, true), (86_410_000, true), (-25_190_000, true)] {
            let tick = Tick { wall_ms, ..tick(10_000, vec![]) };
            let (time, measured) = router.time(&tick);
            assert_eq!((time.lead_ms, time.new_part, measured), (10_000, new_part, true), "{wall_ms}");
        }
    }

    #[test]
    fn after_a_start_nothing_is_measured() {
        let mut router = RouterTracker::new(1, "r1".parse().unwrap(), 4);
        router.wall_ms = 1_000_000 - 5_000;
        let (time, measured) = router.time(&tick(0, vec![]));
        assert_eq!((time.seq, time.lead_ms, measured), (5, 5_000, false));
    }
}
