//! Samples and rows back from a store: in pages, within what a store answers at once, and within a limit of time.
//!
//! A range is asked for one ms shorter than it is: whether its first ms belongs to it is not the same in all stores, and
//! no sample is ever there.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::metric::Field;
use super::samples::{RawSample, put, together};
use super::scope::Scope;
use super::store::{PromQl, Series, When};
use crate::Error;
use crate::rollup::Bucket;
use crate::store_fault::StoreFault;

/// The length of a row.
pub(crate) const FIVE_MINUTES_MS: i64 = 300_000;
const DAY_MS: i64 = 86_400_000;
/// No answer takes longer: whoever waits gives up after 20 s.
const LONGEST: Duration = Duration::from_secs(18);
/// So many numbers of an answer are asked for at once.
const PAGE: i64 = 500_000;
/// Prometheus gives no more points of a series.
const MOST_POINTS: i64 = 10_000;
/// Rows are asked for so many ms at once.
const ROWS_PAGE_MS: i64 = 35 * DAY_MS;
/// A longer stretch that is not booked is looked at first: mostly nothing was recorded in it.
const LOOKED_AT_MS: i64 = 2 * 3_600_000;
/// Of what is not booked there are no more stretches; the rest of it would take for ever.
const MOST_STRETCHES: usize = 2_000;
/// An average over 10 s that touches a range is whole with so much on both sides.
const AROUND_MS: i64 = 15_000;

type Stretch = (i64, i64);

/// What is not booked, by router.
pub(crate) type Unbooked = HashMap<String, Vec<Stretch>>;
/// What passed, by line, in each window.
pub(crate) type Sums = Vec<HashMap<u32, Bucket>>;

/// A store, asked. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Remote {
    store: Arc<dyn PromQl>,
    until: Option<Instant>,
}

impl Remote {
    pub(crate) fn new(store: Arc<dyn PromQl>) -> Self {
        Self { store, until: None }
    }

    /// For one answer, which is then there in time or not at all.
    pub(crate) fn begun(&self) -> Self {
        Self { store: self.store.clone(), until: Some(Instant::now() + LONGEST) }
    }

    fn ask(&self, promql: &str, when: When) -> Result<Vec<Series>, Error> {
        if self.until.is_some_and(|until| Instant::now() >= until) {
            let detail = format!("more than {} s for one answer", LONGEST.as_secs());
            return Err(Error::Store { fault: StoreFault::TooSlow, detail });
        }
        self.store.ask(promql, when)
    }

    /// The samples of a range selector that are later than `from_ms`, up to `to_ms`.
    fn range(&self, selector: &str, from_ms: i64, to_ms: i64) -> Result<Vec<Series>, Error> {
        if to_ms <= from_ms {
            return Ok(Vec::new());
        }
        let mut all = self.ask(&format!("{selector}[{}ms]", to_ms - from_ms), When::At(to_ms))?;
        all.iter_mut().for_each(|series| series.samples.retain(|(at, _)| *at > from_ms && *at <= to_ms));
        Ok(all)
    }

    /// Asks for each window, those of one width that follow each other together. `each` gets the window's place.
    fn windows(
        &self,
        windows: &[Stretch],
        series: usize,
        promql: &dyn Fn(&str) -> String,
        each: &mut dyn FnMut(usize, &Series, f64),
    ) -> Result<(), Error> {
        let at_once = (PAGE / series.max(1) as i64).clamp(1, MOST_POINTS) as usize;
        let mut first = 0;
        while first < windows.len() {
            let (from_ms, to_ms) = windows[first];
            let width = to_ms - from_ms;
            let follows = |place: &usize| {
                let place = *place;
                windows[place].1 - windows[place].0 == width && windows[place].0 == windows[place - 1].1
            };
            let count = 1 + (first + 1..windows.len()).take_while(follows).take(at_once - 1).count();
            if width > 0 {
                let last_ms = windows[first + count - 1].1;
                let when = match count {
                    1 => When::At(to_ms),
                    _ => When::Range { from_ms: to_ms, to_ms: last_ms, step_ms: width },
                };
                for series in self.ask(&promql(&format!("{}ms", width - 1)), when)? {
                    for (at_ms, value) in &series.samples {
                        let place = usize::try_from((at_ms - to_ms) / width).unwrap_or(usize::MAX);
                        if place < count && value.is_finite() {
                            each(first + place, &series, *value);
                        }
                    }
                }
            }
            first += count;
        }
        Ok(())
    }

    /// What the rows of five minutes sum to in each window; a window begins and ends with five minutes.
    pub(crate) fn sums(&self, scope: &Scope, windows: &[Stretch], least: bool) -> Result<Sums, Error> {
        let mut sums: Sums = vec![HashMap::new(); windows.len()];
        let (passed, rates) = (scope.selector("lalin_line_passed_5m", ""), |of| {
            scope.selector("lalin_line_rate_5m", &format!("of=~\"rx_{of}|tx_{of}\""))
        });
        let promql = |width: &str| {
            let mut all = format!("sum_over_time({passed}[{width}]) or max_over_time({}[{width}])", rates("max"));
            if least {
                all += &format!(" or min_over_time({}[{width}])", rates("min"));
            }
            all
        };
        let fields = if least { 9 } else { 7 };
        self.windows(windows, scope.count() * fields, &promql, &mut |place, series, value| {
            if let Some(line) = scope.line_of(series) {
                put(sums[place].entry(line).or_default(), series.label("of"), value);
            }
        })?;
        Ok(sums)
    }

    /// How long each router was read in each window, ms.
    pub(crate) fn router_read(&self, scope: &Scope, windows: &[Stretch]) -> Result<HashMap<String, Vec<u64>>, Error> {
        let mut read: HashMap<String, Vec<u64>> = HashMap::new();
        let selector = scope.router_selector("lalin_router_read_ms");
        let promql = |width: &str| format!("sum by (router) (sum_over_time({selector}[{width}]))");
        self.windows(windows, scope.routers().len(), &promql, &mut |place, series, value| {
            let of = read.entry(series.label("router").to_owned()).or_insert_with(|| vec![0; windows.len()]);
            of[place] += value.max(0.0) as u64;
        })?;
        Ok(read)
    }

    /// A router was read in this stretch.
    pub(crate) fn was_read(&self, scope: &Scope, from_ms: i64, to_ms: i64) -> Result<bool, Error> {
        Ok(!self.router_read(scope, &[(from_ms, to_ms)])?.is_empty())
    }

    /// What of the range has no rows, by router; the ends are those of five minutes.
    pub(crate) fn unbooked(&self, scope: &Scope, from_ms: i64, to_ms: i64) -> Result<Unbooked, Error> {
        let mut booked: HashMap<String, BTreeSet<i64>> = HashMap::new();
        let selector = scope.router_selector("lalin_router_booked");
        for (from_ms, to_ms) in pages(from_ms, to_ms, ROWS_PAGE_MS) {
            for series in self.range(&selector, from_ms, to_ms)? {
                let edges = booked.entry(series.label("router").to_owned()).or_default();
                edges.extend(series.samples.iter().map(|(at_ms, _)| *at_ms));
            }
        }
        let mut unbooked = Unbooked::new();
        let mut long: Vec<Stretch> = Vec::new();
        for router in scope.routers() {
            let (mut stretches, mut at) = (Vec::new(), from_ms);
            for edge in booked.get(router).into_iter().flatten().copied().chain([to_ms + FIVE_MINUTES_MS]) {
                let begin = edge - FIVE_MINUTES_MS;
                if begin > at {
                    stretches.push((at, begin.min(to_ms)));
                }
                at = at.max(edge);
            }
            long.extend(stretches.iter().filter(|(from, to)| to - from > LOOKED_AT_MS));
            unbooked.insert(router.clone(), stretches);
        }
        if !long.is_empty() {
            let busy = self.busy(scope, &merged(long))?;
            let none = BTreeSet::new();
            for (router, stretches) in &mut unbooked {
                let busy = busy.get(router).unwrap_or(&none);
                let parts = stretches.iter().flat_map(|(from, to)| {
                    let whole = (to - from <= LOOKED_AT_MS).then_some((*from, *to));
                    let part = busy.range(from + 1..=*to).filter(move |_| whole.is_none());
                    whole.into_iter().chain(part.map(|edge| (edge - FIVE_MINUTES_MS, *edge)))
                });
                *stretches = merged(parts.collect());
            }
        }
        if unbooked.values().map(Vec::len).sum::<usize>() > MOST_STRETCHES + scope.routers().len() {
            return Err(Error::Question("too much of the range has no rows of five minutes: ask for a shorter range"));
        }
        Ok(unbooked)
    }

    /// The five minutes of long stretches in which routers were read.
    fn busy(&self, scope: &Scope, stretches: &[Stretch]) -> Result<HashMap<String, BTreeSet<i64>>, Error> {
        let windows: Vec<Stretch> =
            stretches.iter().flat_map(|(from, to)| pages(*from, *to, FIVE_MINUTES_MS)).collect();
        let mut busy: HashMap<String, BTreeSet<i64>> = HashMap::new();
        let selector = scope.router_selector("lalin_router_read_ms");
        let promql = |width: &str| format!("sum by (router) (count_over_time({selector}[{width}]))");
        self.windows(&windows, scope.routers().len(), &promql, &mut |place, series, _| {
            busy.entry(series.label("router").to_owned()).or_default().insert(windows[place].1);
        })?;
        Ok(busy)
    }

    /// Every sample that touches the range, by line, and a little more on both sides.
    pub(crate) fn samples(
        &self,
        scope: &Scope,
        from_ms: i64,
        to_ms: i64,
    ) -> Result<HashMap<u32, Vec<RawSample>>, Error> {
        // One on both sides of the end is cut at the next five minutes; the average of 10 s goes on behind.
        let (from_ms, to_ms) = (from_ms - AROUND_MS, ceil(to_ms) + AROUND_MS);
        // 0.7 numbers a second and line, at 10 s.
        let page_ms = (PAGE * 10 / 7 * 1_000 / scope.count() as i64).max(FIVE_MINUTES_MS);
        let selector = scope.selector("lalin_line_passed", "");
        let mut lines: HashMap<u32, Vec<(i64, Field, f64)>> = HashMap::new();
        for (from_ms, to_ms) in pages(from_ms, to_ms, page_ms) {
            for series in self.range(&selector, from_ms, to_ms)? {
                let Some(line) = scope.line_of(&series) else { continue };
                let Some(field) = Field::ALL.into_iter().find(|field| field.of() == series.label("of")) else {
                    continue;
                };
                let numbers = lines.entry(line).or_default();
                numbers.extend(series.samples.iter().map(|(at_ms, value)| (*at_ms, field, *value)));
            }
        }
        Ok(lines.into_iter().map(|(line, numbers)| (line, together(numbers))).collect())
    }

    /// Bytes received, sent, and measured ms of each five minutes that have a row, by line and the rows' ends.
    pub(crate) fn rows(
        &self,
        scope: &Scope,
        from_ms: i64,
        to_ms: i64,
        ms_only: bool,
    ) -> Result<HashMap<u32, HashMap<i64, [u64; 3]>>, Error> {
        let fields = if ms_only { "of=\"milliseconds\"" } else { "of=~\"rx_bytes|tx_bytes|milliseconds\"" };
        let selector = scope.selector("lalin_line_passed_5m", fields);
        let each = (PAGE / (3 * scope.count()) as i64).max(12) * FIVE_MINUTES_MS;
        let mut rows: HashMap<u32, HashMap<i64, [u64; 3]>> = HashMap::new();
        for (from_ms, to_ms) in pages(from_ms, to_ms, each.min(ROWS_PAGE_MS)) {
            for series in self.range(&selector, from_ms, to_ms)? {
                let Some(line) = scope.line_of(&series) else { continue };
                let place = ["rx_bytes", "tx_bytes", "milliseconds"].iter().position(|of| *of == series.label("of"));
                let Some(place) = place else { continue };
                let of_line = rows.entry(line).or_default();
                for (at_ms, value) in &series.samples {
                    of_line.entry(*at_ms).or_default()[place] = value.max(0.0) as u64;
                }
            }
        }
        Ok(rows)
    }

    /// The gaps of a line that ended in a range or a day later, as exactly as they were seen.
    pub(crate) fn gaps(&self, scope: &Scope, from_ms: i64, to_ms: i64) -> Result<Vec<Stretch>, Error> {
        let mut ends: HashMap<i64, [Option<i64>; 2]> = HashMap::new();
        let selector = scope.selector("lalin_line_gap", "");
        for (from_ms, to_ms) in pages(from_ms, to_ms + DAY_MS, ROWS_PAGE_MS) {
            for series in self.range(&selector, from_ms, to_ms)? {
                let place = usize::from(series.label("of") == "length_ms");
                for (at_ms, value) in &series.samples {
                    ends.entry(*at_ms).or_default()[place] = Some(*value as i64);
                }
            }
        }
        let gap = |(at_ms, of): (i64, [Option<i64>; 2])| {
            let from_ms = at_ms - of[0]?;
            Some((from_ms, from_ms + of[1]?))
        };
        let mut gaps: Vec<Stretch> = ends.into_iter().filter_map(gap).collect();
        gaps.sort_unstable();
        Ok(gaps)
    }

    /// Until when something is known to be recorded, up to a moment; `None` where nothing was for five minutes.
    pub(crate) fn latest(&self, to_ms: i64) -> Result<Option<i64>, Error> {
        let later = "count(count_over_time(lalin_router_booked[3599999ms]))";
        if !self.ask(later, When::At(to_ms + 3_600_000))?.is_empty() {
            return Ok(Some(to_ms));
        }
        let found = self.ask("max(timestamp(lalin_router_read_ms))", When::At(to_ms))?;
        let seconds = found.first().and_then(|series| series.samples.first()).map(|(_, value)| *value);
        Ok(seconds.map(|seconds| (seconds * 1_000.0).round() as i64))
    }

    /// The names under which lines were seen in a range: series, and when first and last.
    pub(super) fn seen(&self, from_ms: i64, to_ms: i64) -> Result<Vec<(Series, i64, i64)>, Error> {
        let range = format!("lalin_line_seen_ms[{}ms]", to_ms - from_ms - 1);
        let last = self.ask(&format!("max_over_time({range})"), When::At(to_ms))?;
        let first = self.ask(&format!("min_over_time({range})"), When::At(to_ms))?;
        let key = |series: &Series| ["router", "kind", "interface", "name"].map(|label| series.label(label).to_owned());
        let value = |series: &Series| series.samples.first().map(|(_, value)| *value as i64);
        let first: HashMap<_, _> = first.iter().filter_map(|series| Some((key(series), value(series)?))).collect();
        let both = last.into_iter().filter_map(|series| {
            let last_ms = value(&series)?;
            let first_ms = first.get(&key(&series)).copied().unwrap_or(last_ms);
            Some((series, first_ms, last_ms))
        });
        Ok(both.collect())
    }
}

/// In order, those that touch as one.
pub(crate) fn merged(mut stretches: Vec<Stretch>) -> Vec<Stretch> {
    stretches.sort_unstable();
    let mut all: Vec<Stretch> = Vec::new();
    for (from, to) in stretches {
        match all.last_mut() {
            Some(last) if from <= last.1 => last.1 = last.1.max(to),
            _ => all.push((from, to)),
        }
    }
    all
}

/// A range in pieces.
fn pages(from_ms: i64, to_ms: i64, each_ms: i64) -> impl Iterator<Item = Stretch> {
    let mut at = from_ms;
    std::iter::from_fn(move || {
        let page = (at < to_ms).then(|| (at, (at + each_ms).min(to_ms)))?;
        at = page.1;
        Some(page)
    })
}

/// The next edge of five minutes, or this one.
pub(crate) fn ceil(at_ms: i64) -> i64 {
    (at_ms + FIVE_MINUTES_MS - 1).div_euclid(FIVE_MINUTES_MS) * FIVE_MINUTES_MS
}

/// The edge of five minutes before, or this one.
pub(crate) fn floor(at_ms: i64) -> i64 {
    at_ms.div_euclid(FIVE_MINUTES_MS) * FIVE_MINUTES_MS
}
