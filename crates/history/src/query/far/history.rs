//! One line over any stretch of time.

use crate::query::filling::Stretch;
use crate::query::gaps::{self, Gap};
use crate::query::line_history::{HistoryAnswer, Interval, rates};
use crate::remote::{FIVE_MINUTES_MS, Remote, Scope, ceil, floor, fold, merged, stretches};
use crate::rollup::{Bucket, Grid, fold_bucket};
use crate::segment::Tier;
use crate::{Error, Line, Reader};

/// For points that rows of five minutes do not fit, so much is summed from samples.
const FROM_SAMPLES_MS: i64 = 32 * 86_400_000;

impl Reader {
    /// What a line carried, in the points of the grid.
    pub(in crate::query) fn far_history(
        &self,
        remote: &Remote,
        line: &Line,
        mut grid: Grid,
    ) -> Result<HistoryAnswer, Error> {
        let scope = Scope::one(line);
        let (from_ms, to_ms) = grid.clipped();
        let on_edges = from_ms % FIVE_MINUTES_MS == 0 && grid.step_ms % FIVE_MINUTES_MS == 0;
        let (tier, measured) = if on_edges || to_ms - from_ms > FROM_SAMPLES_MS {
            (Tier::FiveMinutes, fill_from_rows(remote, &scope, line.id.number(), &mut grid)?)
        } else {
            let samples = remote.samples(&scope, from_ms, to_ms)?;
            let samples = samples.get(&line.id.number()).map_or(&[][..], Vec::as_slice);
            fold(samples, &mut grid);
            (Tier::Raw, stretches(samples))
        };
        grid.clip(from_ms, to_ms);
        let points = grid.buckets.iter().zip(0..).map(|(bucket, place)| Interval {
            from_ms: grid.from_ms + place * grid.step_ms,
            rates: rates(bucket),
            coverage: (bucket.measured_ms as f64 / grid.step_ms as f64).clamp(0.0, 1.0),
        });
        let points = points.collect();
        let gaps = self.far_gaps(remote, (&scope, line), &measured, (from_ms, to_ms), grid.step_ms)?;
        Ok(HistoryAnswer { step_ms: grid.step_ms as u64, tier, points, gaps })
    }

    fn far_gaps(
        &self,
        remote: &Remote,
        (scope, line): (&Scope, &Line),
        measured: &[Stretch],
        (from_ms, to_ms): Stretch,
        step_ms: i64,
    ) -> Result<Vec<Gap>, Error> {
        // Before the first sample there is no gap, and after the last one of all nothing was recorded yet: unless it is
        // known what it is that lasts.
        let from_ms = from_ms.max(line.first_ms);
        let router = self.router_number(&line.router)?;
        let happened = self.database().happenings(router, line.id.number(), from_ms, to_ms)?;
        let lasts = happened.iter().any(|one| one.to_ms.is_none());
        let last_ms = measured.last().map_or(i64::MIN, |last| last.1);
        let latest_ms = remote.latest(to_ms)?.unwrap_or(i64::MIN).max(last_ms);
        let to_ms = to_ms.min(if lasts { latest_ms.max(gaps::now_ms()) } else { latest_ms });
        let between = gaps::between(measured, from_ms, to_ms);
        gaps::explained(between, &happened, step_ms, |from_ms, to_ms| remote.was_read(scope, from_ms, to_ms))
    }
}

/// Fills the grid from rows, and from samples where there are none; answers what was measured.
fn fill_from_rows(remote: &Remote, scope: &Scope, line: u32, grid: &mut Grid) -> Result<Vec<Stretch>, Error> {
    let (from_ms, to_ms) = grid.clipped();
    let step_ms = grid.step_ms;
    let on_edges = from_ms % FIVE_MINUTES_MS == 0 && step_ms % FIVE_MINUTES_MS == 0;
    if on_edges {
        let windows: Vec<Stretch> = (0..grid.buckets.len() as i64)
            .map(|place| (from_ms + place * step_ms, from_ms + (place + 1) * step_ms))
            .collect();
        for (bucket, mut found) in grid.buckets.iter_mut().zip(remote.sums(scope, &windows, true)?) {
            bucket.merge(&found.remove(&line).unwrap_or_default());
        }
    } else {
        // Points that begin anywhere: each row is spread over those that it touches.
        let edges: Vec<Stretch> = each_row(floor(from_ms), to_ms).collect();
        for ((begin_ms, _), mut found) in edges.iter().zip(remote.sums(scope, &edges, true)?) {
            let bucket: Bucket = found.remove(&line).unwrap_or_default();
            fold_bucket(&bucket, *begin_ms, FIVE_MINUTES_MS, grid);
        }
    }
    let (first_ms, end_ms) = (floor(from_ms), ceil(to_ms));
    let rows = remote.rows(scope, first_ms, end_ms, true)?;
    let rows = rows.get(&line).into_iter().flatten().filter(|(_, [.., measured_ms])| *measured_ms > 0);
    let mut measured: Vec<Stretch> = rows.map(|(end_ms, _)| (end_ms - FIVE_MINUTES_MS, *end_ms)).collect();
    let unbooked: Vec<Stretch> = remote.unbooked(scope, first_ms, end_ms)?.into_values().flatten().collect();
    // Rows that came without being booked are of a moment ago, or the rest was lost: the samples count.
    let edges: Vec<Stretch> = unbooked.iter().flat_map(|(from, to)| each_row(*from, *to)).collect();
    for ((begin_ms, end_ms), mut stray) in edges.iter().zip(remote.sums(scope, &edges, false)?) {
        let Some(stray) = stray.remove(&line) else { continue };
        measured.retain(|(_, end)| end != end_ms);
        let mut less = Grid::new(grid.from_ms, step_ms, grid.buckets.len());
        fold_bucket(&stray, *begin_ms, FIVE_MINUTES_MS, &mut less);
        grid.buckets.iter_mut().zip(&less.buckets).for_each(|(bucket, less)| bucket.take_out(less));
    }
    for (from, to) in unbooked {
        let samples = remote.samples(scope, from, to)?;
        let samples = samples.get(&line).map_or(&[][..], Vec::as_slice);
        grid.clip(from, to);
        fold(samples, grid);
        let inside = stretches(samples).into_iter().map(|(begin, end)| (begin.max(from), end.min(to)));
        measured.extend(inside.filter(|(begin, end)| begin < end));
    }
    grid.clip(from_ms, to_ms);
    // A row says how much of it was measured, not which part: the ends of gaps were told.
    Ok(without(&merged(measured), &remote.gaps(scope, first_ms, end_ms)?))
}

/// The five minutes of a stretch that begins with some.
fn each_row(from_ms: i64, to_ms: i64) -> impl Iterator<Item = Stretch> {
    (from_ms..to_ms).step_by(FIVE_MINUTES_MS as usize).map(|edge| (edge, edge + FIVE_MINUTES_MS))
}

/// What is left of stretches without others; both in order.
fn without(stretches: &[Stretch], others: &[Stretch]) -> Vec<Stretch> {
    let mut left = Vec::with_capacity(stretches.len());
    for (from, to) in stretches {
        let mut at = *from;
        for (begin, end) in others.iter().filter(|(begin, end)| begin < to && end > from) {
            if *begin > at {
                left.push((at, *begin));
            }
            at = at.max(*end);
        }
        if at < *to {
            left.push((at, *to));
        }
    }
    left
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_told_of_gaps_is_taken_out() {
        let stretches = [(0, 100), (200, 300)];
        assert_eq!(without(&stretches, &[]), stretches);
        assert_eq!(without(&stretches, &[(90, 210), (250, 260)]), [(0, 90), (210, 250), (260, 300)]);
        assert_eq!(without(&stretches, &[(-5, 120)]), [(200, 300)]);
    }
}
