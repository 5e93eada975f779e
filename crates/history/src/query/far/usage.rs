//! How much passed, period by period.

use std::collections::{BTreeSet, HashMap};

use crate::meta::Totals;
use crate::query::usage::{LineUsage, Lines, Period, UsageQuery};
use crate::remote::{FIVE_MINUTES_MS, Remote, Scope, ceil, floor, fold, merged};
use crate::rollup::{Bucket, Grid};
use crate::{Error, Line, LineId, Reader};

type Stretch = (i64, i64);

impl Reader {
    /// The periods of a page of lines, whose numbers and routers these are.
    pub(in crate::query) fn far_usage(
        &self,
        remote: &Remote,
        page: &[(u32, u32)],
        edges: &[Stretch],
        query: &UsageQuery,
    ) -> Result<Vec<LineUsage>, Error> {
        let router = if let Lines::Router(router) = &query.lines { Some(router) } else { None };
        let lines: Vec<Line> = match query.lines {
            Lines::One(line) => vec![self.line(line)?],
            _ => self.lines(router)?,
        };
        let all = lines.len();
        let wanted: HashMap<u32, usize> = page.iter().enumerate().map(|(place, (line, _))| (*line, place)).collect();
        let lines: Vec<Line> = lines.into_iter().filter(|line| wanted.contains_key(&line.id.number())).collect();
        let mut found: HashMap<u32, Vec<Totals>> = HashMap::with_capacity(lines.len());
        for scope in Scope::many(&lines, all) {
            totals(remote, &scope, edges, &mut found)?;
        }
        let usage = page.iter().map(|(line, _)| {
            let totals = found.remove(line).unwrap_or_else(|| vec![Totals::default(); edges.len()]);
            let period = |((from_ms, to_ms), totals): (&Stretch, Totals)| {
                let router_ms = totals.router_ms.max(totals.measured_ms);
                Period { from_ms: *from_ms, to_ms: *to_ms, totals: Totals { router_ms, ..totals } }
            };
            LineUsage { line: LineId::from_number(*line), periods: edges.iter().zip(totals).map(period).collect() }
        });
        Ok(usage.collect())
    }
}

/// Sums what rows there are, and samples for the rest: what is not booked, and the ends of periods beside the clock's
/// five minutes.
fn totals(
    remote: &Remote,
    scope: &Scope,
    edges: &[Stretch],
    found: &mut HashMap<u32, Vec<Totals>>,
) -> Result<(), Error> {
    let (Some(first), Some(last)) = (edges.first(), edges.last()) else { return Ok(()) };
    // Whole rows inside each period.
    let windows: Vec<Stretch> = edges
        .iter()
        .map(|(from, to)| (ceil(*from), floor(*to)))
        .map(|(from, to)| if from < to { (from, to) } else { (from, from) })
        .collect();
    let mut buckets: HashMap<u32, Vec<Bucket>> = HashMap::new();
    let empty = || vec![Bucket::default(); edges.len()];
    for (place, by_line) in remote.sums(scope, &windows, false)?.into_iter().enumerate() {
        for (line, bucket) in by_line {
            buckets.entry(line).or_insert_with(empty)[place].merge(&bucket);
        }
    }
    // The pieces at the edges are nobody's row; they are the same for all routers.
    let mut pieces: Vec<Stretch> = Vec::new();
    for ((from, to), (begin, end)) in edges.iter().zip(&windows) {
        if begin < end {
            pieces.extend([(*from, *begin), (*end, *to)].into_iter().filter(|(from, to)| from < to));
        } else {
            pieces.push((*from, *to));
        }
    }
    let unbooked = remote.unbooked(scope, floor(first.0), ceil(last.1))?;
    let mut stretches: HashMap<&str, Vec<Stretch>> = HashMap::new();
    let mut stray: HashMap<&str, Vec<Stretch>> = HashMap::new();
    for (router, of_router) in &unbooked {
        let inside = of_router.iter().flat_map(|(begin, end)| {
            let first = windows.partition_point(|window| window.1 <= *begin);
            let touched = windows[first..].iter().take_while(|window| window.0 < *end);
            let both = touched.map(|window| (window.0.max(*begin), window.1.min(*end)));
            both.filter(|(from, to)| from < to)
        });
        let inside: Vec<Stretch> = inside.collect();
        if !inside.is_empty() {
            stray.insert(router, inside.clone());
        }
        let mut all: Vec<Stretch> = inside.into_iter().chain(pieces.iter().copied()).collect();
        all.sort_unstable();
        stretches.insert(router, all);
    }
    // Rows that came without being booked are of a moment ago, or the rest was lost: the samples count.
    let rows: Vec<Stretch> = stray.values().flatten().copied().collect::<BTreeSet<_>>().into_iter().collect();
    for (stretch, mut by_line) in rows.iter().zip(remote.sums(scope, &rows, false)?) {
        for (line, router) in scope.lines() {
            let Some(row) = by_line.remove(&line) else { continue };
            let place = edges.partition_point(|edge| edge.1 <= stretch.0);
            let mine = stray.get(router).is_some_and(|mine| mine.contains(stretch));
            if let Some(bucket) = buckets.get_mut(&line).and_then(|of_line| of_line.get_mut(place)).filter(|_| mine) {
                bucket.take_out(&row);
            }
        }
    }
    let every = merged(stretches.values().flatten().copied().collect());
    for (from, to) in every {
        let samples = remote.samples(scope, from, to)?;
        for (line, router) in scope.lines() {
            let (Some(samples), Some(of_router)) = (samples.get(&line), stretches.get(router)) else { continue };
            for piece in of_router.iter().filter(|(begin, end)| *begin >= from && *end <= to) {
                // A piece lies in one period.
                let place = edges.partition_point(|edge| edge.1 <= piece.0);
                let mut grid = Grid::new(piece.0, piece.1 - piece.0, 1);
                fold(samples, &mut grid);
                if let Some(bucket) = buckets.entry(line).or_insert_with(empty).get_mut(place) {
                    bucket.merge(&grid.buckets[0]);
                }
            }
        }
    }
    let read = remote.router_read(scope, &windows)?;
    for (line, router) in scope.lines() {
        let Some(of_line) = buckets.remove(&line) else { continue };
        let read = read.get(router);
        let totals = of_line.iter().enumerate().map(|(place, bucket)| {
            let router_ms = read.and_then(|read| read.get(place)).copied().unwrap_or_default();
            Totals { router_ms, ..Totals::of(bucket) }
        });
        found.insert(line, totals.collect());
    }
    debug_assert!(windows.iter().all(|(from, _)| from % FIVE_MINUTES_MS == 0));
    Ok(())
}
