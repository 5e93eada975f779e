//! How much passed, by hour, day or month.
//!
//! Whole days and hours are in the database; what lies at the edges, and what is not sealed yet, is summed from samples.

use std::collections::BTreeMap;

use lalin_stats::RouterId;

use crate::meta::{Totals, TotalsRow};
use crate::rollup::Grid;
use crate::segment::TimesCache;
use crate::store::{HOUR_MS, View, lock, touches};
use crate::zone::Zone;
use crate::{Error, LineId, Reader};

/// What is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UsageQuery {
    /// Whose.
    pub lines: Lines,
    /// How long each period is.
    pub by: By,
    /// From when; the first period is cut to it.
    pub from_ms: i64,
    /// Until when; the last period is cut to it.
    pub to_ms: i64,
    /// So many lines are left out at the beginning.
    pub offset: u32,
    /// So many lines are answered at the most.
    pub limit: u32,
}

/// Whose usage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lines {
    /// One line's.
    One(LineId),
    /// That of all lines of a router, a page of them.
    Router(RouterId),
    /// That of all lines, a page of them.
    All,
}

/// How long a period is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// An hour on the clock.
    Hour,
    /// A day of the history's zone.
    Day,
    /// A month of the history's zone.
    Month,
    /// All of the range.
    Range,
}

/// A page of lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UsageAnswer {
    /// Each line's periods.
    pub lines: Vec<LineUsage>,
    /// There are more lines behind these.
    pub more: bool,
}

/// One line's periods.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineUsage {
    /// Whose.
    pub line: LineId,
    /// Side by side.
    pub periods: Vec<Period>,
}

/// What passed in a period.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    /// When it begins.
    pub from_ms: i64,
    /// When it ends.
    pub to_ms: i64,
    /// What passed.
    pub totals: Totals,
}

/// No answer has more numbers.
const MOST: usize = 400_000;

/// Where a stretch of the range is summed from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum From {
    Days,
    Hours,
    Samples,
}

impl Reader {
    /// How much passed, period by period.
    pub fn usage(&self, query: &UsageQuery) -> Result<UsageAnswer, Error> {
        let zone = self.zone();
        let edges = periods(query, &zone)?;
        let (lines, more) = self.page(query)?;
        if edges.len().saturating_mul(lines.len()) > MOST {
            return Err(Error::Question("more periods than an answer has: ask for fewer lines or a shorter range"));
        }
        if let Some(remote) = self.remote() {
            return Ok(UsageAnswer { lines: self.far_usage(&remote, &lines, &edges, query)?, more });
        }
        let view = self.shared.get();
        let empty: Vec<Period> =
            edges.iter().map(|&(from_ms, to_ms)| Period { from_ms, to_ms, totals: Totals::default() }).collect();
        let mut usage: BTreeMap<u32, Vec<Period>> = lines.iter().map(|(line, _)| (*line, empty.clone())).collect();
        let ends = (usage.keys().min().copied().unwrap_or_default(), usage.keys().max().copied().unwrap_or_default());
        let mut read: BTreeMap<u32, Vec<u64>> = BTreeMap::new();
        let mut cache = TimesCache::default();
        for (source, from_ms, to_ms) in stretches(&edges, view.unbooked(), &zone) {
            let rows = match source {
                From::Days => self.database().days(ends, from_ms, to_ms)?,
                From::Hours => self.database().hours(ends, from_ms, to_ms)?,
                From::Samples => self.sum_samples(&view, &lines, &edges, (from_ms, to_ms), &mut cache)?,
            };
            for TotalsRow { from_ms, line, totals } in rows {
                let periods = usage.get_mut(&line.number());
                if let Some(period) = periods.and_then(|periods| period_at(periods, &edges, from_ms)) {
                    period.totals.add(&totals);
                }
            }
            for router in lines.iter().map(|(_, router)| *router).collect::<std::collections::BTreeSet<_>>() {
                let read = read.entry(router).or_insert_with(|| vec![0; edges.len()]);
                if source == From::Samples {
                    self.read_from_samples(&view, router, &edges, (from_ms, to_ms), read, &mut cache);
                } else {
                    for (hour, ms) in self.database().router_hours(router, from_ms, to_ms)? {
                        if let Some(read) = place_of(&edges, hour).and_then(|place| read.get_mut(place)) {
                            *read += ms;
                        }
                    }
                }
            }
        }
        let finished = lines.iter().filter_map(|(line, router)| {
            let mut periods = usage.remove(line)?;
            for (period, read) in periods.iter_mut().zip(read.get(router).into_iter().flatten()) {
                period.totals.router_ms = (*read).max(period.totals.measured_ms);
            }
            Some(LineUsage { line: LineId::from_number(*line), periods })
        });
        Ok(UsageAnswer { lines: finished.collect(), more })
    }

    /// The lines of the page with their routers, and whether there are more.
    fn page(&self, query: &UsageQuery) -> Result<(Vec<(u32, u32)>, bool), Error> {
        if let Lines::One(line) = query.lines {
            let router = self.line(line)?.router;
            return Ok((vec![(line.number(), self.router_number(&router)?)], false));
        }
        let router = if let Lines::Router(router) = &query.lines { Some(router) } else { None };
        let limit = query.limit.clamp(1, 10_000);
        let mut lines = self.database().page(router, query.offset, limit + 1)?;
        let more = lines.len() > limit as usize;
        lines.truncate(limit as usize);
        Ok((lines, more))
    }

    fn sum_samples(
        &self,
        view: &View,
        lines: &[(u32, u32)],
        edges: &[(i64, i64)],
        (from_ms, to_ms): (i64, i64),
        cache: &mut TimesCache,
    ) -> Result<Vec<TotalsRow>, Error> {
        let mut rows = Vec::new();
        for (line, _) in lines {
            let line = LineId::from_number(*line);
            for (begin, end) in edges.iter().map(|(begin, end)| (*begin.max(&from_ms), *end.min(&to_ms))) {
                if begin < end {
                    let mut grid = Grid::new(begin, end - begin, 1);
                    // A step of 1 asks for the finest tier that is left.
                    self.fill_finest(view, line, &mut grid, cache)?;
                    let totals = Totals::of(&grid.buckets[0]);
                    rows.push(TotalsRow { from_ms: begin, line, totals });
                }
            }
        }
        Ok(rows)
    }

    fn fill_finest(&self, view: &View, line: LineId, grid: &mut Grid, cache: &mut TimesCache) -> Result<(), Error> {
        let mut fine = Grid::new(grid.from_ms, 30_000, 0);
        let length = grid.to_ms() - grid.from_ms;
        // Points of half a minute make `fill` choose as for a chart that is zoomed in.
        fine.buckets =
            vec![crate::rollup::Bucket::default(); usize::try_from(length.div_euclid(30_000) + 1).unwrap_or(1)];
        fine.clip(grid.from_ms, grid.to_ms());
        self.fill(view, line, &mut fine, cache)?;
        for bucket in &fine.buckets {
            grid.buckets[0].merge(bucket);
        }
        Ok(())
    }

    /// How long a router was read, of the hours that are not in the totals: all intervals but those that are gaps.
    fn read_from_samples(
        &self,
        view: &View,
        router: u32,
        edges: &[(i64, i64)],
        (from_ms, to_ms): (i64, i64),
        read: &mut [u64],
        cache: &mut TimesCache,
    ) {
        let mut parts = Vec::new();
        for segment in view.raw.iter().filter(|segment| touches(segment, from_ms, to_ms)) {
            let own = segment.parts.iter().enumerate().filter(|(_, part)| part.router == router);
            parts.extend(own.filter_map(|(number, _)| cache.times(segment, number as u32).ok()));
        }
        for hour in &view.hours {
            let hour = lock(hour);
            let own = hour.parts.iter().filter(|part| part.router == router);
            parts.extend(own.map(|part| std::sync::Arc::new(part.times.clone())));
        }
        for times in parts {
            let mut spans: Vec<u32> = (1..times.offsets.len() as u32).map(|tick| times.span(tick)).collect();
            let middle = spans.len() / 2;
            let usual = if spans.is_empty() { times.lead_ms } else { *spans.select_nth_unstable(middle).1 };
            for tick in 0..times.offsets.len() as u32 {
                let (at, span) = (times.at(tick), times.span(tick));
                if span == 0 || span > usual.saturating_mul(3) {
                    continue;
                }
                let (begin, end) = ((at - i64::from(span)).max(from_ms), at.min(to_ms));
                for (read, edge) in read.iter_mut().zip(edges) {
                    *read += (end.min(edge.1) - begin.max(edge.0)).max(0) as u64;
                }
            }
        }
    }
}

fn place_of(edges: &[(i64, i64)], at_ms: i64) -> Option<usize> {
    let place = edges.partition_point(|(_, to)| *to <= at_ms);
    edges.get(place).filter(|(from, _)| *from <= at_ms).map(|_| place)
}

fn period_at<'a>(periods: &'a mut [Period], edges: &[(i64, i64)], at_ms: i64) -> Option<&'a mut Period> {
    place_of(edges, at_ms).and_then(|place| periods.get_mut(place))
}

/// The periods that touch the range, the first and the last cut to it.
fn periods(query: &UsageQuery, zone: &Zone) -> Result<Vec<(i64, i64)>, Error> {
    if query.from_ms >= query.to_ms {
        return Err(Error::Question("the range is empty"));
    }
    let mut edges = Vec::new();
    let mut at = query.from_ms;
    while at < query.to_ms {
        let end = match query.by {
            By::Hour => (at.div_euclid(HOUR_MS) + 1) * HOUR_MS,
            By::Day => zone.day(at).to_ms,
            By::Month => zone.month(at).to_ms,
            By::Range => query.to_ms,
        };
        let end = end.max(at + 1).min(query.to_ms);
        edges.push((at, end));
        if edges.len() > MOST {
            return Err(Error::Question("more periods than an answer has: ask for a shorter range"));
        }
        at = end;
    }
    Ok(edges)
}

/// Cuts the range into what whole days, whole hours and samples are to be asked for. No stretch of days or hours lies on
/// both sides of a period's edge within one of its rows.
fn stretches(edges: &[(i64, i64)], unbooked: Option<(i64, i64)>, zone: &Zone) -> Vec<(From, i64, i64)> {
    let booked = |from: i64, to: i64| unbooked.is_none_or(|(begin, end)| to <= begin || from >= end);
    let mut stretches: Vec<(From, i64, i64)> = Vec::new();
    for &(from, to) in edges {
        let mut at = from;
        while at < to {
            let day = zone.day(at);
            let hour = at.div_euclid(HOUR_MS) * HOUR_MS;
            let on_hours = day.from_ms % HOUR_MS == 0 && day.to_ms % HOUR_MS == 0;
            let (source, end) = if at == day.from_ms && day.to_ms <= to && on_hours && booked(at, day.to_ms) {
                (From::Days, day.to_ms)
            } else if at == hour && hour + HOUR_MS <= to && booked(hour, hour + HOUR_MS) {
                (From::Hours, hour + HOUR_MS)
            } else {
                (From::Samples, (hour + HOUR_MS).min(to))
            };
            match stretches.last_mut() {
                Some(last) if last.0 == source && last.2 == at => last.2 = end,
                _ => stretches.push((source, at, end)),
            }
            at = end;
        }
    }
    stretches
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY_MS: i64 = 24 * HOUR_MS;

    #[test]
    fn a_range_is_cut_into_days_hours_and_what_is_left() {
        let unbooked = Some((2 * DAY_MS + 5 * HOUR_MS, 2 * DAY_MS + 7 * HOUR_MS));
        let cut = stretches(&[(HOUR_MS / 2, 3 * DAY_MS)], unbooked, &Zone::utc());
        let open = 2 * DAY_MS + 5 * HOUR_MS;
        assert_eq!(
            cut,
            [
                (From::Samples, HOUR_MS / 2, HOUR_MS),
                (From::Hours, HOUR_MS, DAY_MS),
                (From::Days, DAY_MS, 2 * DAY_MS),
                (From::Hours, 2 * DAY_MS, open),
                (From::Samples, open, open + 2 * HOUR_MS),
                (From::Hours, open + 2 * HOUR_MS, 3 * DAY_MS),
            ]
        );
    }

    #[test]
    fn in_a_zone_on_half_hours_a_midnight_is_cut_from_samples() {
        let zone = Zone::named("Asia/Kolkata").unwrap();
        let day = zone.day(10 * DAY_MS);
        let cut = stretches(&[(day.from_ms, day.to_ms)], None, &zone);
        assert_eq!(cut.iter().map(|(from, ..)| *from).collect::<Vec<_>>(), [From::Samples, From::Hours, From::Samples]);
    }

    #[test]
    fn periods_are_cut_to_the_range() {
        let query = |by| UsageQuery { lines: Lines::All, by, from_ms: 10, to_ms: 3 * HOUR_MS, offset: 0, limit: 1 };
        assert_eq!(periods(&query(By::Hour), &Zone::utc()).unwrap()[0], (10, HOUR_MS));
        assert_eq!(periods(&query(By::Month), &Zone::utc()).unwrap(), [(10, 3 * HOUR_MS)]);
    }
}
