//! From many parts of a router's day to few, and from samples of 2 s to samples of the usual interval.
//!
//! A wall display that is never closed would make a week three and a half times as large.

use crate::columns::{LineChunk, Runs, Start, Times};
use crate::tick::COUNTERS;

/// Parts that follow each other, as one.
#[derive(Debug)]
pub(super) struct Group {
    pub(super) first_seq: u64,
    pub(super) times: Times,
    /// Which part, and the tick of the group that its first one is.
    pub(super) members: Vec<(usize, u32, u32)>,
    /// Which ticks stay; all where nothing is thinned.
    keep: Option<Vec<bool>>,
}

/// A wall clock that is off by more was set: then it is another group.
const STEP_MS: i64 = 1_000;
/// A segment's part has no more ticks.
const MOST_TICKS: usize = 190_000;
const HOUR_MS: i64 = 3_600_000;

/// A part: its source, its number there, the number of its first tick and its times.
pub(super) type Part = (usize, u32, u64, Times);

/// The parts of one router, put together where they follow each other. They are in the order of their ticks.
pub(super) fn groups(parts: Vec<Part>) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for (source, part, first_seq, times) in parts {
        if let Some(group) = groups.last_mut()
            && let Some(shift) = group.takes(first_seq, &times)
        {
            let tick = group.times.offsets.len() as u32;
            group.members.push((source, part, tick));
            group.times.offsets.extend(times.offsets.iter().map(|offset| shift + offset));
            continue;
        }
        groups.push(Group { first_seq, times, members: vec![(source, part, 0)], keep: None });
    }
    groups
}

impl Group {
    /// How far behind the group's first tick the part's is, where it follows.
    fn takes(&self, first_seq: u64, times: &Times) -> Option<u32> {
        let last = *self.times.offsets.last()?;
        let shift = last.checked_add(times.lead_ms).filter(|shift| *shift < u32::MAX / 2)?;
        let follows = first_seq == self.first_seq + self.times.offsets.len() as u64 && times.lead_ms > 0;
        let steady = (self.times.anchor_ms + i64::from(shift) - times.anchor_ms).abs() <= STEP_MS;
        let short = self.times.offsets.len() + times.offsets.len() <= MOST_TICKS;
        (follows && steady && short).then_some(shift)
    }

    /// Whether enough ticks come sooner than the interval that it pays to thin them.
    pub(super) fn is_dense(&self, interval_ms: u32) -> bool {
        let ticks = self.times.offsets.len();
        let short = (1..ticks).filter(|tick| self.times.span(*tick as u32) < interval_ms / 4 * 3).count();
        short > ticks / 20
    }

    /// Chooses the ticks that stay: one each interval, those where a line comes or goes, and those beside an hour's edge,
    /// so that no total changes. `edges` are the lines' runs.
    pub(super) fn thin<'a>(&mut self, interval_ms: u32, edges: impl Iterator<Item = &'a Runs>) {
        let ticks = self.times.offsets.len();
        let mut keep = vec![false; ticks];
        let mut mark = |tick: u32| {
            if let Some(keep) = keep.get_mut(tick as usize) {
                *keep = true;
            }
        };
        mark(0);
        mark(ticks.saturating_sub(1) as u32);
        for run in edges.flat_map(|runs| &runs.0) {
            mark(run.tick.saturating_sub(1));
            mark(run.tick);
            mark(run.tick + run.length - 1);
            mark(run.tick + run.length);
        }
        for tick in 1..ticks as u32 {
            let hour = |tick| self.times.at(tick).div_euclid(HOUR_MS);
            if hour(tick - 1) != hour(tick) {
                mark(tick - 1);
                mark(tick);
            }
        }
        let mut last = 0;
        for (keep, offset) in keep.iter_mut().zip(&self.times.offsets) {
            *keep |= offset - last >= interval_ms - interval_ms / 20;
            if *keep {
                last = *offset;
            }
        }
        self.keep = Some(keep);
    }

    /// The times of the ticks that stay.
    pub(super) fn kept_times(&self) -> Times {
        let Some(keep) = &self.keep else { return self.times.clone() };
        let kept = self.times.offsets.iter().zip(keep).filter(|(_, keep)| **keep).map(|(offset, _)| *offset);
        Times { offsets: kept.collect(), ..self.times }
    }

    /// A line's chunks as one. Each is given with the tick of the group that its part begins at.
    pub(super) fn join(&self, chunks: Vec<(u32, LineChunk)>) -> LineChunk {
        let mut whole = LineChunk { runs: Runs::default(), bases: vec![0; COUNTERS], columns: vec![vec![]; COUNTERS] };
        let mut end = None;
        for (first, mut chunk) in chunks {
            if end.is_none() {
                whole.bases = chunk.bases;
            }
            for run in &mut chunk.runs.0 {
                run.tick += first;
                match whole.runs.0.last_mut() {
                    Some(last) if run.start == Start::Follows && end == Some(run.tick) => last.length += run.length,
                    _ => whole.runs.0.push(*run),
                }
                end = Some(run.tick + run.length);
            }
            whole.columns.iter_mut().zip(chunk.columns).for_each(|(whole, column)| whole.extend(column));
        }
        match &self.keep {
            Some(keep) => thinned(&whole, keep),
            None => whole,
        }
    }
}

/// The chunk at the ticks that stay; what rose at the others is added to the next that does.
fn thinned(chunk: &LineChunk, keep: &[bool]) -> LineChunk {
    let mut place = vec![0u32; keep.len()];
    let mut kept = 0;
    for (place, keep) in place.iter_mut().zip(keep) {
        *place = kept;
        kept += u32::from(*keep);
    }
    let mut thin = LineChunk { bases: chunk.bases.clone(), columns: vec![vec![]; COUNTERS], ..LineChunk::default() };
    let mut sums = [0i64; COUNTERS];
    for (sample, (tick, start)) in chunk.runs.ticks().enumerate() {
        sums.iter_mut().zip(&chunk.columns).for_each(|(sum, column)| *sum = sum.wrapping_add(column[sample]));
        // The first and the last tick of a run always stay.
        if keep.get(tick as usize).copied().unwrap_or_default() {
            thin.runs.push(place[tick as usize], start);
            thin.columns.iter_mut().zip(&mut sums).for_each(|(column, sum)| column.push(std::mem::take(sum)));
        }
    }
    thin
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::columns::Run;

    fn chunk(runs: &[(u32, u32, Start)]) -> LineChunk {
        let runs: Vec<Run> = runs.iter().map(|&(tick, length, start)| Run { tick, length, start }).collect();
        let runs = Runs(runs);
        let samples = runs.samples() as i64;
        LineChunk { runs, bases: vec![9; 8], columns: vec![(1..=samples).collect(); 8] }
    }

    fn times(anchor_ms: i64, lead_ms: u32, ticks: u32) -> Times {
        Times { anchor_ms, lead_ms, offsets: (0..ticks).map(|tick| tick * 2_000).collect() }
    }

    #[test]
    fn parts_that_follow_each_other_are_one_and_a_clock_that_was_set_is_another() {
        let parts = vec![
            (0, 0, 1, times(0, 2_000, 5)),
            (1, 0, 6, times(10_300, 2_000, 5)),
            (2, 0, 11, times(90_000, 2_000, 5)),
            (3, 0, 17, times(100_000, 2_000, 5)),
        ];
        let groups = groups(parts);
        assert_eq!(groups.iter().map(|group| group.members.len()).collect::<Vec<_>>(), [2, 1, 1]);
        assert_eq!(groups[0].times.offsets, (0..10).map(|tick| tick * 2_000).collect::<Vec<_>>());
        let joined = groups[0].join(vec![
            (0, chunk(&[(0, 5, Start::First)])),
            (5, chunk(&[(0, 3, Start::Follows), (4, 1, Start::Zero)])),
        ]);
        assert_eq!(joined.runs, chunk(&[(0, 8, Start::First), (9, 1, Start::Zero)]).runs);
        assert_eq!(joined.columns[0], [1, 2, 3, 4, 5, 1, 2, 3, 4]);
    }

    proptest! {
        #[test]
        fn thinning_changes_no_sum_and_no_measured_time(
            lengths in prop::collection::vec((0u32..40, 1u32..60), 1..6)
        ) {
            let mut tick = 0;
            let mut runs = Vec::new();
            for (pause, length) in lengths {
                tick += pause;
                runs.push((tick, length, if pause == 0 { Start::Gap } else { Start::Zero }));
                tick += length;
            }
            let whole = chunk(&runs);
            let mut group = Group { first_seq: 1, times: times(3_590_000, 2_000, tick), members: vec![], keep: None };
            prop_assert!(group.is_dense(10_000) || tick < 2);
            group.thin(10_000, std::iter::once(&whole.runs));
            let kept = group.kept_times();
            let thin = group.join(vec![(0, whole.clone())]);
            let sum = |chunk: &LineChunk| chunk.columns[0].iter().sum::<i64>();
            prop_assert_eq!(sum(&thin), sum(&whole));
            let measured = |chunk: &LineChunk, times: &Times| -> u32 {
                chunk.runs.ticks().filter(|(_, start)| start.is_none_or(Start::is_measured)).map(|(tick, _)| times.span(tick)).sum()
            };
            prop_assert_eq!(measured(&thin, &kept), measured(&whole, &group.times));
            prop_assert!(kept.offsets.len() <= group.times.offsets.len());
        }
    }
}
