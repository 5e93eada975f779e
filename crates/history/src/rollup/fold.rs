//! A line's samples into a grid.

use super::bucket::{Bucket, Grid, Portion, rate};
use crate::segment::Piece;

/// An average over less is not a peak: otherwise whoever looks on at 2 s would change the invoice. A little under 10 s,
/// because ticks are never quite even.
const PEAK_MS: i64 = 9_500;

/// Samples that are averaged until they are long enough.
#[derive(Clone, Debug, Default)]
pub(crate) struct Window {
    from_ms: i64,
    to_ms: i64,
    passed: [u64; 2],
}

impl Window {
    #[inline]
    pub(crate) fn add(&mut self, grid: &mut Grid, from_ms: i64, to_ms: i64, passed: [u64; 2]) {
        // The next sample follows to the ms; anything else is another stretch.
        if self.to_ms != from_ms {
            *self = Self { from_ms, to_ms: from_ms, passed: [0; 2] };
        }
        self.to_ms = to_ms;
        self.passed[0] += passed[0];
        self.passed[1] += passed[1];
        let length = self.to_ms - self.from_ms;
        if length >= PEAK_MS {
            let rates = self.passed.map(|bytes| rate(bytes, length));
            grid.widen(self.from_ms, self.to_ms, rates.map(|rate| (rate, rate)));
            *self = Self { from_ms: to_ms, to_ms, passed: [0; 2] };
        }
    }
}

/// Adds a line's samples to the grid. Pieces are in the order in which they were recorded.
pub(crate) fn fold(pieces: &[Piece], grid: &mut Grid) {
    let mut window = Window::default();
    let (begin, end) = grid.clipped();
    for piece in pieces {
        let (from, to) = piece.times.range();
        // The window wants a little more than the grid itself.
        if to + PEAK_MS < begin || from > end + PEAK_MS {
            continue;
        }
        fold_piece(piece, grid, &mut window);
    }
}

/// Adds a row of a coarser tier, which is of the time from `from_ms` on.
pub(crate) fn fold_bucket(bucket: &Bucket, from_ms: i64, width_ms: i64, grid: &mut Grid) {
    let to_ms = from_ms + width_ms;
    let Bucket { passed, errors, drops, measured_ms, .. } = *bucket;
    grid.spread(from_ms, to_ms, Portion { passed, errors, drops, measured_ms });
    if let Some(end) = grid.at(to_ms - 1) {
        end.resets += bucket.resets;
        end.unmeasured[0] = end.unmeasured[0].saturating_add(bucket.unmeasured[0]);
        end.unmeasured[1] = end.unmeasured[1].saturating_add(bucket.unmeasured[1]);
    }
    if let Some(rates) = bucket.extremes {
        grid.widen(from_ms, to_ms, rates);
    }
}

fn fold_piece(piece: &Piece, grid: &mut Grid, window: &mut Window) {
    let [rx_bytes, tx_bytes, rx_packets, tx_packets, rx_errors, tx_errors, rx_drops, tx_drops] =
        &piece.chunk.columns[..]
    else {
        return;
    };
    let faulty = [rx_errors, tx_errors, rx_drops, tx_drops].iter().any(|column| column.iter().any(|n| *n != 0));
    let mut place = 0;
    for run in &piece.chunk.runs.0 {
        for tick in run.tick..run.tick + run.length {
            let passed = [rx_bytes[place], tx_bytes[place], rx_packets[place], tx_packets[place]].map(|n| n as u64);
            let to_ms = piece.times.at(tick);
            let begins = tick == run.tick;
            if begins
                && run.start.is_reset()
                && let Some(bucket) = grid.at(to_ms - 1)
            {
                bucket.resets += 1;
            }
            if begins && !run.start.is_measured() {
                if let Some(bucket) = grid.at(to_ms - 1) {
                    bucket.unmeasured[0] = bucket.unmeasured[0].saturating_add(passed[0]);
                    bucket.unmeasured[1] = bucket.unmeasured[1].saturating_add(passed[1]);
                }
                *window = Window::default();
            } else {
                let span = i64::from(piece.times.span(tick));
                let (errors, drops) = if faulty {
                    let sum = |a: &[i64], b: &[i64]| (a[place] as u64).saturating_add(b[place] as u64);
                    (sum(rx_errors, tx_errors), sum(rx_drops, tx_drops))
                } else {
                    (0, 0)
                };
                let from_ms = to_ms - span.max(1);
                grid.spread(from_ms, to_ms, Portion { passed, errors, drops, measured_ms: span });
                window.add(grid, from_ms, to_ms, [passed[0], passed[1]]);
            }
            place += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::columns::{LineChunk, Start, Times};

    fn piece(start: Start, step: u32, bytes: &[i64]) -> Piece {
        let mut chunk = LineChunk { bases: vec![0; 8], columns: vec![vec![0; bytes.len()]; 8], ..LineChunk::default() };
        chunk.columns[0] = bytes.to_vec();
        (0..bytes.len() as u32).for_each(|tick| chunk.runs.push(tick, (tick == 0).then_some(start)));
        let offsets = (0..bytes.len() as u32).map(|tick| tick * step).collect();
        let times = Arc::new(Times { anchor_ms: i64::from(step), lead_ms: step, offsets });
        Piece { router: 1, first_seq: 1, times, chunk }
    }

    #[test]
    fn a_peak_is_an_average_over_ten_seconds_whoever_watches() {
        // 10 Mbit/s on average, of which all in the first 2 s.
        let mut grid = Grid::new(0, 60_000, 1);
        fold(&[piece(Start::Follows, 2_000, &[12_500_000, 0, 0, 0, 0])], &mut grid);
        assert_eq!(grid.buckets[0].extremes.unwrap()[0], (10_000_000, 10_000_000));
        let mut grid = Grid::new(0, 60_000, 1);
        fold(&[piece(Start::Follows, 10_000, &[12_500_000])], &mut grid);
        assert_eq!(grid.buckets[0].extremes.unwrap()[0], (10_000_000, 10_000_000));
    }

    #[test]
    fn peaks_survive_however_few_the_buckets_are() {
        let mut bytes = vec![1_000; 1_000];
        bytes[777] = 99_000_000;
        for count in [1, 7, 100, 1_000] {
            let mut grid = Grid::new(0, 10_000_000 / count, count as usize);
            fold(&[piece(Start::Follows, 10_000, &bytes)], &mut grid);
            let highest = grid.buckets.iter().filter_map(|bucket| Some(bucket.extremes?[0].1)).max();
            assert_eq!(highest, Some(79_200_000), "{count}");
        }
    }

    #[test]
    fn unmeasured_time_is_booked_where_it_ends_and_counts_no_seconds() {
        let mut grid = Grid::new(0, 10_000, 3);
        fold(&[piece(Start::GapZero, 10_000, &[500, 70, 80])], &mut grid);
        let first = &grid.buckets[0];
        assert_eq!((first.unmeasured[0], first.passed[0], first.measured_ms, first.resets), (500, 0, 0, 1));
        assert_eq!((grid.buckets[1].passed[0], grid.buckets[1].measured_ms), (70, 10_000));
    }
}
