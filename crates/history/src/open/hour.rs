//! What was recorded since the last seal.

use std::collections::HashMap;
use std::sync::Arc;

use super::entry::{Entry, put_rises, rises};
use super::numbered::Numbered;
use crate::columns::{Bytes, LineChunk, Runs, Start, Times};
use crate::segment::Piece;
use crate::tick::COUNTERS;

/// When a tick was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TickTime {
    pub(crate) seq: u64,
    pub(crate) wall_ms: i64,
    /// How long the interval before it was; 0 where that is not known.
    pub(crate) lead_ms: u32,
    /// The wall clock was set since the tick before, or nobody knows how long that is ago.
    pub(crate) new_part: bool,
}

/// One line's samples.
#[derive(Clone, Debug, Default)]
pub(crate) struct OpenLine {
    pub(crate) runs: Runs,
    pub(crate) bases: [u64; COUNTERS],
    pub(crate) data: Vec<u8>,
}

/// One router's ticks since its wall clock was set last.
#[derive(Clone, Debug, Default)]
pub(crate) struct OpenPart {
    pub(crate) router: u32,
    pub(crate) first_seq: u64,
    pub(crate) times: Times,
    pub(crate) lines: Numbered<OpenLine>,
}

/// Everything since the last seal.
#[derive(Debug, Default)]
pub(crate) struct OpenHour {
    /// The number that the segment will have.
    pub(crate) number: u64,
    pub(crate) parts: Vec<OpenPart>,
    /// The part that a router's next tick goes into.
    latest: HashMap<u32, usize>,
    /// What it takes in memory, about.
    pub(crate) bytes: usize,
}

/// What a line takes besides its data.
const LINE: usize = size_of::<OpenLine>() + 48;
/// A part has no more ticks than can be read back.
const MOST_TICKS: usize = 100_000;

impl OpenHour {
    pub(crate) fn new(number: u64) -> Self {
        Self { number, ..Self::default() }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }

    /// Adds a router's tick.
    pub(crate) fn push(&mut self, router: u32, time: TickTime, entries: &[Entry]) {
        let place = match self.latest.get(&router) {
            Some(&place) if !time.new_part && self.parts[place].takes(time) => place,
            _ => {
                let times = Times { anchor_ms: time.wall_ms, lead_ms: time.lead_ms, offsets: Vec::new() };
                self.parts.push(OpenPart { router, first_seq: time.seq, times, lines: Numbered::default() });
                self.latest.insert(router, self.parts.len() - 1);
                self.parts.len() - 1
            }
        };
        let part = &mut self.parts[place];
        let offset = part.times.offsets.last().map_or(0, |last| last + time.lead_ms);
        let tick = part.times.offsets.len() as u32;
        part.times.offsets.push(offset);
        for entry in entries {
            let line = part.lines.entry(entry.line).or_insert_with(|| {
                self.bytes += LINE;
                OpenLine { bases: entry.bases, ..OpenLine::default() }
            });
            let before = line.capacity();
            line.push(tick, entry);
            self.bytes += line.capacity() - before;
        }
    }

    /// Takes a part whole, as it was written down.
    pub(crate) fn insert(&mut self, part: OpenPart) {
        self.bytes += part.lines.values().map(|line| LINE + line.capacity()).sum::<usize>();
        self.latest.insert(part.router, self.parts.len());
        self.parts.push(part);
    }

    /// A line's samples, in the order in which they came.
    pub(crate) fn pieces(&self, line: u32) -> Vec<Piece> {
        let parts = self.parts.iter().filter_map(|part| Some((part, part.lines.get(&line)?)));
        parts.map(|(part, line)| part.piece(line)).collect()
    }

    /// From the beginning of the first interval to the last tick.
    pub(crate) fn range(&self) -> Option<(i64, i64)> {
        let ranges = self.parts.iter().map(|part| part.times.range());
        ranges.reduce(|(from, to), (other_from, other_to)| (from.min(other_from), to.max(other_to)))
    }
}

impl OpenPart {
    /// Whether a tick follows the last one here. Behind one whose record is damaged the time is known by the wall clock only.
    fn takes(&self, time: TickTime) -> bool {
        let last = self.times.offsets.last().copied().unwrap_or_default();
        let follows = time.seq == self.first_seq + self.times.offsets.len() as u64;
        follows
            && self.times.offsets.len() < MOST_TICKS
            && last.checked_add(time.lead_ms).is_some_and(|at| at < u32::MAX / 2)
    }

    fn piece(&self, line: &OpenLine) -> Piece {
        Piece {
            router: self.router,
            first_seq: self.first_seq,
            times: Arc::new(self.times.clone()),
            chunk: line.chunk(),
        }
    }
}

impl OpenLine {
    pub(crate) fn push(&mut self, tick: u32, entry: &Entry) {
        let start = if self.runs.0.is_empty() { Some(entry.start.unwrap_or(Start::Follows)) } else { entry.start };
        self.runs.push(tick, start);
        put_rises(&mut self.data, &entry.rises);
    }

    fn capacity(&self) -> usize {
        self.data.capacity() + self.runs.0.capacity() * size_of::<crate::columns::Run>()
    }

    /// The samples as columns.
    pub(crate) fn chunk(&self) -> LineChunk {
        let samples = self.runs.samples();
        let mut columns: Vec<Vec<i64>> = (0..COUNTERS).map(|_| Vec::with_capacity(samples)).collect();
        let mut bytes = Bytes(&self.data);
        for _ in 0..samples {
            // It was written here or checked when it was read: it cannot be short.
            let row = rises(&mut bytes).unwrap_or_default();
            columns.iter_mut().zip(row).for_each(|(column, rise)| column.push(rise as i64));
        }
        LineChunk { runs: self.runs.clone(), bases: self.bases.to_vec(), columns }
    }

    /// Whether the data are as many samples as the runs say.
    pub(crate) fn is_whole(&self) -> bool {
        let mut bytes = Bytes(&self.data);
        (0..self.runs.samples()).all(|_| rises(&mut bytes).is_ok()) && bytes.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn time(seq: u64, new_part: bool) -> TickTime {
        TickTime { seq, wall_ms: seq as i64 * 10_000, lead_ms: 10_000, new_part }
    }

    fn entry(line: u32, rise: u64) -> Entry {
        Entry { line, start: None, bases: [100; 8], rises: [rise; 8] }
    }

    #[test]
    fn what_was_pushed_is_read_as_columns() {
        let mut hour = OpenHour::new(1);
        for seq in 0..5 {
            let entries = if seq == 2 { vec![entry(1, 7)] } else { vec![entry(1, seq), entry(2, seq)] };
            hour.push(3, time(seq, false), &entries);
        }
        let [piece] = &hour.pieces(1)[..] else { panic!() };
        assert_eq!(piece.chunk.columns[0], [0, 1, 7, 3, 4]);
        assert_eq!(piece.chunk.bases, [100; 8]);
        assert_eq!(piece.times.range(), (-10_000, 40_000));
        let [piece] = &hour.pieces(2)[..] else { panic!() };
        assert_eq!(piece.chunk.runs.0.len(), 2);
        assert_eq!(hour.range(), Some((-10_000, 40_000)));
    }

    #[test]
    fn a_tick_that_is_missing_moves_none_behind_it() {
        let mut hour = OpenHour::new(1);
        for seq in [0, 1, 4, 5] {
            hour.push(3, time(seq, false), &[entry(1, seq)]);
        }
        let pieces = hour.pieces(1);
        let ticks = pieces.iter().flat_map(|piece| (0..2).map(|tick| (piece.first_seq, piece.times.at(tick))));
        assert_eq!(ticks.collect::<Vec<_>>(), [(0, 0), (0, 10_000), (4, 40_000), (4, 50_000)]);
    }

    #[test]
    fn a_clock_that_was_set_begins_a_part() {
        let mut hour = OpenHour::new(1);
        hour.push(3, time(0, false), &[entry(1, 1)]);
        hour.push(3, time(1, true), &[entry(1, 2)]);
        assert_eq!(hour.pieces(1).len(), 2);
        assert_eq!(hour.pieces(1)[1].times.lead_ms, 10_000);
    }
}
