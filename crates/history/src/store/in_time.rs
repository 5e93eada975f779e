//! A line's samples in the order of their times, whichever machine recorded them.
//!
//! What several machines recorded is taken in machine by machine, so of two parts the earlier may stand behind the later,
//! and one may lie in a gap of another. They are merged: a part is read when its time has come and forgotten behind its last
//! sample, so that in memory are those alone that overlap.

use std::sync::Arc;

use super::damage::DamageLog;
use super::view::{View, lock};
use crate::columns::Start;
use crate::segment::{LineEntry, Piece, Segment, TimesCache};
use crate::tick::COUNTERS;

/// One sample as it is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Kept {
    pub(crate) at_ms: i64,
    pub(crate) span_ms: u32,
    pub(crate) start: Option<Start>,
    pub(crate) rises: [i64; COUNTERS],
}

/// Gives the samples, the earliest first.
#[derive(Debug)]
pub(crate) struct InTime<'a> {
    from_ms: i64,
    to_ms: i64,
    /// Parts whose time has not come, the earliest last.
    waiting: Vec<Waiting>,
    /// Parts that are being read: those that overlap.
    reading: Vec<Reading>,
    cache: &'a mut TimesCache,
    damage: &'a DamageLog,
}

#[derive(Debug)]
struct Waiting {
    /// Not later than the first sample.
    from_ms: i64,
    first_seq: u64,
    place: Place,
}

#[derive(Debug)]
enum Place {
    Sealed(Arc<Segment>, LineEntry),
    Open(Piece),
}

/// A part, and where in it the next sample is.
#[derive(Debug)]
struct Reading {
    piece: Piece,
    run: usize,
    in_run: u32,
    sample: usize,
    at_ms: i64,
}

impl View {
    /// A line's samples in a range, in the order of their times. What is damaged is reported and left out.
    pub(crate) fn in_time<'a>(
        &self,
        line: u32,
        (from_ms, to_ms): (i64, i64),
        cache: &'a mut TimesCache,
        damage: &'a DamageLog,
    ) -> InTime<'a> {
        let mut waiting = Vec::new();
        // A sample of a segment's first moment lies behind its edge by nothing.
        for (segment, entry) in self.sealed(line, (from_ms.saturating_sub(1), to_ms), damage) {
            let Some(part) = segment.parts.get(entry.part as usize) else { continue };
            let (from_ms, first_seq) = (part.from_ms, part.first_seq);
            waiting.push(Waiting { from_ms, first_seq, place: Place::Sealed(segment.clone(), entry) });
        }
        for piece in self.hours.iter().flat_map(|hour| lock(hour).pieces(line)) {
            let range = piece.times.range();
            if range.1 >= from_ms && range.0 <= to_ms {
                let first_seq = piece.first_seq;
                waiting.push(Waiting { from_ms: range.0, first_seq, place: Place::Open(piece) });
            }
        }
        waiting.sort_by_key(|part| std::cmp::Reverse((part.from_ms, part.first_seq)));
        InTime { from_ms, to_ms, waiting, reading: Vec::new(), cache, damage }
    }
}

impl InTime<'_> {
    fn begin(&mut self, part: Waiting) {
        let piece = match part.place {
            Place::Open(piece) => piece,
            Place::Sealed(segment, entry) => match segment.piece(&entry, self.cache) {
                Ok(piece) => piece,
                Err(why) => return self.damage.chunk(&segment, &entry, &why),
            },
        };
        self.reading.extend(Reading::begin(piece));
    }
}

impl Iterator for InTime<'_> {
    type Item = Kept;

    fn next(&mut self) -> Option<Kept> {
        loop {
            let parts = self.reading.iter().enumerate();
            let first = parts.min_by_key(|(_, part)| (part.at_ms, part.piece.first_seq));
            let first = first.map(|(place, part)| (place, part.at_ms));
            let comes = |part: &mut Waiting| first.is_none_or(|(_, at_ms)| part.from_ms <= at_ms);
            if let Some(part) = self.waiting.pop_if(comes) {
                self.begin(part);
                continue;
            }
            let (place, at_ms) = first?;
            if at_ms >= self.to_ms {
                return None;
            }
            let part = self.reading.get_mut(place)?;
            let sample = part.sample();
            if !part.goes_on() {
                self.reading.swap_remove(place);
            }
            if at_ms >= self.from_ms {
                return Some(sample);
            }
        }
    }
}

impl Reading {
    /// `None` where there is no sample.
    fn begin(piece: Piece) -> Option<Self> {
        let first = piece.chunk.runs.0.first()?;
        let at_ms = piece.times.at(first.tick);
        Some(Self { piece, run: 0, in_run: 0, sample: 0, at_ms })
    }

    fn sample(&self) -> Kept {
        let run = self.piece.chunk.runs.0.get(self.run);
        let tick = run.map_or(0, |run| run.tick + self.in_run);
        let mut rises = [0; COUNTERS];
        for (rise, column) in rises.iter_mut().zip(&self.piece.chunk.columns) {
            *rise = column.get(self.sample).copied().unwrap_or_default();
        }
        let start = run.filter(|_| self.in_run == 0).map(|run| run.start);
        Kept { at_ms: self.at_ms, span_ms: self.piece.times.span(tick), start, rises }
    }

    /// To the next sample; whether there is one.
    fn goes_on(&mut self) -> bool {
        let runs = &self.piece.chunk.runs.0;
        (self.sample, self.in_run) = (self.sample + 1, self.in_run + 1);
        if runs.get(self.run).is_none_or(|run| self.in_run >= run.length) {
            (self.run, self.in_run) = (self.run + 1, 0);
        }
        let Some(run) = runs.get(self.run) else { return false };
        self.at_ms = self.piece.times.at(run.tick + self.in_run);
        true
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::super::folder::Folder;
    use crate::columns::{LineChunk, Runs, Times};

    use super::*;

    /// A sample each minute of `minutes`, in one part: its rise is its minute.
    fn part(first_seq: u64, minutes: &[u32]) -> Waiting {
        let first = minutes[0];
        let offsets = minutes.iter().map(|minute| (minute - first) * 60_000).collect();
        let times = Times { anchor_ms: i64::from(first) * 60_000, lead_ms: 60_000, offsets };
        let mut runs = Runs::default();
        for (tick, pair) in (0..).zip([&[first][..], minutes].concat().windows(2)) {
            runs.push(tick, (tick == 0 || pair[1] > pair[0] + 1).then_some(Start::Gap));
        }
        let columns = vec![minutes.iter().map(|minute| i64::from(*minute)).collect(); COUNTERS];
        let chunk = LineChunk { runs, bases: vec![0; COUNTERS], columns };
        let from_ms = times.range().0;
        let piece = Piece { router: 1, first_seq, times: Arc::new(times), chunk };
        Waiting { from_ms, first_seq, place: Place::Open(piece) }
    }

    fn merged(mut waiting: Vec<Waiting>, range: (i64, i64)) -> (Vec<i64>, usize) {
        waiting.sort_by_key(|part| std::cmp::Reverse((part.from_ms, part.first_seq)));
        let (disk, folder) = (Arc::new(crate::disk::RealDisk), Folder::new(Path::new("unused")));
        let (mut cache, damage) = (TimesCache::default(), DamageLog::new(disk, folder, Arc::default()));
        let (from_ms, to_ms) = (range.0 * 60_000, range.1 * 60_000);
        let mut all = InTime { from_ms, to_ms, waiting, reading: Vec::new(), cache: &mut cache, damage: &damage };
        let (mut minutes, mut most) = (Vec::new(), 0);
        while let Some(sample) = all.next() {
            assert_eq!(sample.at_ms, sample.rises[0] * 60_000);
            minutes.push(sample.rises[0]);
            most = most.max(all.reading.len());
        }
        (minutes, most)
    }

    #[test]
    fn a_part_in_the_gap_of_another_comes_in_it() {
        let parts = || vec![part(1, &[0, 1, 2, 6, 7]), part(6, &[3, 4, 5]), part(9, &[7, 8])];
        assert_eq!(merged(parts(), (0, 100)).0, [0, 1, 2, 3, 4, 5, 6, 7, 7, 8]);
        assert_eq!(merged(parts(), (2, 7)).0, [2, 3, 4, 5, 6]);
        assert_eq!(merged(Vec::new(), (0, 100)).0, []);
    }

    #[test]
    fn only_parts_that_overlap_are_in_memory() {
        // Ten machines in turns of ten minutes: the last one's turns were taken in first.
        let parts = (0..100).map(|turn| {
            let minutes: Vec<u32> = (0..10).map(|minute| turn * 10 + minute).collect();
            part(u64::from(1 + (9 - turn % 10) * 1_000 + turn), &minutes)
        });
        let (minutes, most) = merged(parts.collect(), (0, 10_000));
        assert_eq!(minutes, (0..1_000).collect::<Vec<_>>());
        assert!(most <= 2, "{most}");
    }
}
