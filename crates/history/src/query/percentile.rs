//! What is billed by the peak: the 95th percentile of a month's 5-minute averages.
//!
//! The rule: the averages over five minutes, on the clock, of which at least half was measured; sorted; of `n` of them
//! the one at rank `ceil(p / 100 * n)` from below is the answer, so that the top 5 % are not billed. Nothing is
//! interpolated, so the answer is a rate that was really carried. What is missing is not counted as zero: an invoice
//! would become lower by every outage of Lalin's.

use std::sync::Arc;

use super::filling::slices;
use crate::columns::LineChunk;
use crate::meta::RAW_FROM;
use crate::rollup::{FOR_PERCENTILE, Grid, MISSING, RECEIVED, SENT, rate};
use crate::segment::{LineEntry, Segment, Tier, TimesCache};
use crate::store::{FIVE_MINUTES, touches};
use crate::zone::Month;
use crate::{Error, LineId, Reader};

/// What is asked.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PercentileQuery {
    /// Which line.
    pub line: LineId,
    /// Which month, of the history's zone.
    pub month: Month,
    /// Which percentile, over 0 and under 100; 95 as a rule.
    pub p: f64,
    /// Which of the directions counts.
    pub rule: Rule,
}

/// Which of the directions counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// Each direction's percentile; the higher is the answer.
    Max,
    /// The percentile of both directions' sum.
    Sum,
    /// Each for itself.
    Separate,
}

/// The answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Percentile {
    /// What was received, bit/s.
    pub rx_bps: u64,
    /// What was sent, bit/s.
    pub tx_bps: u64,
    /// What the rule says; `None` where it says each for itself, and where there are no averages.
    pub value_bps: Option<u64>,
    /// How many averages were used.
    pub used: u32,
    /// How many of the month so far are missing.
    pub missing: u32,
    /// When the month begins.
    pub from_ms: i64,
    /// When it ends.
    pub to_ms: i64,
}

/// What is asked of many lines at once.
#[derive(Clone, Debug, PartialEq)]
pub struct PercentilesQuery<'a> {
    /// Which lines.
    pub lines: &'a [LineId],
    /// See [`PercentileQuery::month`].
    pub month: Month,
    /// See [`PercentileQuery::p`].
    pub p: f64,
    /// See [`PercentileQuery::rule`].
    pub rule: Rule,
}

/// The length of an average, ms.
const WIDTH_MS: i64 = FIVE_MINUTES.width_ms;

impl Reader {
    /// The percentile of a month.
    pub fn percentile(&self, query: &PercentileQuery) -> Result<Percentile, Error> {
        let PercentileQuery { line, month, p, rule } = *query;
        let found = self.percentiles(&PercentilesQuery { lines: &[line], month, p, rule })?;
        found.into_iter().next().ok_or(Error::NoLine)
    }

    /// The percentiles of a month of many lines, in their order: what is the same for all is looked up once.
    pub fn percentiles(&self, query: &PercentilesQuery<'_>) -> Result<Vec<Percentile>, Error> {
        if !(query.p > 0.0 && query.p < 100.0) {
            return Err(Error::Question("a percentile is over 0 and under 100"));
        }
        let month = self.zone().month_of(query.month)?;
        let count = usize::try_from((month.to_ms - month.from_ms) / WIDTH_MS).unwrap_or_default();
        if let Some(remote) = self.remote() {
            return self.far_percentiles(&remote, query, (month.from_ms, month.to_ms));
        }
        let view = self.shared.get();
        let raw_from = self.database().number(RAW_FROM)?;
        let slices = slices(&view, (month.from_ms, month.to_ms), WIDTH_MS, raw_from);
        let (rows, others): (Vec<_>, Vec<_>) = slices.into_iter().partition(|slice| slice.0 == Tier::FiveMinutes);
        let rows: Vec<(i64, i64)> = rows.into_iter().map(|(_, from_ms, to_ms)| (from_ms, to_ms)).collect();
        let touched = |segment: &&Arc<Segment>| rows.iter().any(|(from, to)| touches(segment, *from, *to));
        let mut directories = Vec::new();
        for segment in view.five_minutes.iter().filter(touched) {
            match Directory::of(segment, query.lines) {
                Ok(directory) => directories.push(directory),
                Err(why) => self.damage.segment(segment, &why),
            }
        }
        let mut averages = Averages::new(month.from_ms, count);
        let (mut grid, mut cache) = (Grid::new(month.from_ms, WIDTH_MS, count), TimesCache::default());
        let mut found = Vec::with_capacity(query.lines.len());
        for line in query.lines {
            averages.clear();
            for directory in &directories {
                for entry in directory.entries_of(line.number()) {
                    match directory.segment.columns(entry, FOR_PERCENTILE) {
                        Ok(chunk) => averages.add_rows(&chunk, directory.segment.header.from_ms, &rows),
                        Err(why) => self.damage.chunk(directory.segment, entry, &why),
                    }
                }
            }
            for (_, from_ms, to_ms) in &others {
                // What no segment of five minutes has: today, as a rule.
                grid.clear(*from_ms, *to_ms);
                self.fill(&view, *line, &mut grid, &mut cache)?;
                averages.add_grid(&grid);
            }
            found.push(averages.percentile(query, (month.from_ms, month.to_ms)));
        }
        Ok(found)
    }
}

/// Where a segment's chunks of some lines are.
struct Directory<'a> {
    segment: &'a Arc<Segment>,
    entries: Vec<LineEntry>,
}

/// For fewer lines each is searched for; for more the whole directory is read at once.
const FEW_LINES: usize = 16;

impl<'a> Directory<'a> {
    fn of(segment: &'a Arc<Segment>, lines: &[LineId]) -> Result<Self, Error> {
        let entries = if lines.len() <= FEW_LINES {
            let mut sorted: Vec<u32> = lines.iter().map(|line| line.number()).collect();
            sorted.sort_unstable();
            sorted.dedup();
            let each = sorted.into_iter().map(|line| segment.find(line));
            each.collect::<Result<Vec<_>, _>>()?.concat()
        } else {
            segment.entries()?
        };
        Ok(Self { segment, entries })
    }

    fn entries_of(&self, line: u32) -> &[LineEntry] {
        let first = self.entries.partition_point(|entry| entry.line < line);
        let rest = self.entries.get(first..).unwrap_or_default();
        let count = rest.iter().take_while(|entry| entry.line == line).count();
        &rest[..count]
    }
}

/// A line's averages of five minutes, as they are found.
pub(super) struct Averages {
    from_ms: i64,
    /// Bytes received and sent.
    passed: Vec<[u64; 2]>,
    measured_ms: Vec<i64>,
    /// The rates that count, of each direction and of both together; kept so that they are allocated once.
    rates: [Vec<u64>; 3],
}

impl Averages {
    pub(super) fn new(from_ms: i64, count: usize) -> Self {
        Self { from_ms, passed: vec![[0; 2]; count], measured_ms: vec![0; count], rates: Default::default() }
    }

    pub(super) fn clear(&mut self) {
        self.passed.fill([0; 2]);
        self.measured_ms.fill(0);
    }

    /// Rows of a segment that begins at `begin_ms`, as far as they lie in one of the ranges.
    fn add_rows(&mut self, chunk: &LineChunk, begin_ms: i64, ranges: &[(i64, i64)]) {
        let empty = Vec::new();
        let [received, sent, missing] =
            [RECEIVED, SENT, MISSING].map(|place| chunk.columns.get(place).unwrap_or(&empty).as_slice());
        let mut sample = 0;
        for run in &chunk.runs.0 {
            let run_ms = begin_ms + i64::from(run.tick) * WIDTH_MS;
            for (from_ms, to_ms) in ranges {
                // The rows of the run that lie in the range, and in the month.
                let row = |at_ms: i64| (at_ms - run_ms).div_euclid(WIDTH_MS).clamp(0, i64::from(run.length)) as usize;
                let (first, end) = (row(*from_ms + WIDTH_MS - 1), row(*to_ms));
                let place = (run_ms - self.from_ms).div_euclid(WIDTH_MS);
                for number in first..end {
                    let Some(at) = usize::try_from(place + number as i64).ok().filter(|at| *at < self.passed.len())
                    else {
                        continue;
                    };
                    let [Some(rx), Some(tx), Some(missing)] =
                        [received, sent, missing].map(|column| column.get(sample + number).copied())
                    else {
                        continue;
                    };
                    let passed = &mut self.passed[at];
                    *passed = [passed[0].saturating_add(rx.max(0) as u64), passed[1].saturating_add(tx.max(0) as u64)];
                    self.measured_ms[at] += WIDTH_MS.saturating_sub(missing);
                }
            }
            sample += run.length as usize;
        }
    }

    /// A row that ends at `end_ms`: bytes received and sent, measured ms.
    pub(super) fn add_row(&mut self, end_ms: i64, [rx, tx, measured_ms]: [u64; 3]) {
        let place = usize::try_from((end_ms - self.from_ms).div_euclid(WIDTH_MS) - 1).ok();
        let Some(at) = place.filter(|at| *at < self.passed.len()) else { return };
        let passed = &mut self.passed[at];
        *passed = [passed[0].saturating_add(rx), passed[1].saturating_add(tx)];
        self.measured_ms[at] += i64::try_from(measured_ms).unwrap_or(WIDTH_MS);
    }

    pub(super) fn add_grid(&mut self, grid: &Grid) {
        for ((passed, measured_ms), bucket) in self.passed.iter_mut().zip(&mut self.measured_ms).zip(&grid.buckets) {
            *passed = [0, 1].map(|direction| passed[direction].saturating_add(bucket.passed[direction]));
            *measured_ms += bucket.measured_ms;
        }
    }

    pub(super) fn percentile(&mut self, query: &PercentilesQuery<'_>, (from_ms, to_ms): (i64, i64)) -> Percentile {
        self.rates.iter_mut().for_each(Vec::clear);
        let [rx, tx, both] = &mut self.rates;
        for ([received, sent], measured_ms) in self.passed.iter().zip(&self.measured_ms) {
            if *measured_ms * 2 < WIDTH_MS {
                continue;
            }
            let rates = [*received, *sent].map(|bytes| match *measured_ms {
                // The usual length: a division by a constant is a multiplication.
                WIDTH_MS => rate(bytes, WIDTH_MS),
                other => rate(bytes, other),
            });
            rx.push(rates[0]);
            tx.push(rates[1]);
            if query.rule == Rule::Sum {
                both.push(rates[0].saturating_add(rates[1]));
            }
        }
        let used = rx.len() as u32;
        let (rx_bps, tx_bps) = (rank(rx, query.p), rank(tx, query.p));
        let value_bps = match query.rule {
            Rule::Separate => None,
            Rule::Max => Some(rx_bps.max(tx_bps)),
            Rule::Sum => Some(rank(both, query.p)),
        };
        // Of a month that is not over, what is still to come is not missing.
        let last = self.measured_ms.iter().rposition(|measured_ms| *measured_ms > 0).map_or(0, |last| last + 1);
        Percentile {
            rx_bps,
            tx_bps,
            value_bps: value_bps.filter(|_| used > 0),
            used,
            missing: (last as u32).saturating_sub(used),
            from_ms,
            to_ms,
        }
    }
}

/// The rate at the rank; 0 of none.
fn rank(rates: &mut [u64], p: f64) -> u64 {
    let rank = (p / 100.0 * rates.len() as f64 - 1e-9).ceil().max(1.0) as usize;
    if rates.is_empty() {
        return 0;
    }
    let place = rank.min(rates.len()) - 1;
    *rates.select_nth_unstable(place).1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_top_five_percent_are_left_out() {
        let all = |n: u64| (1..=n).rev().collect::<Vec<_>>();
        assert_eq!(rank(&mut all(100), 95.0), 95);
        assert_eq!(rank(&mut all(8_640), 95.0), 8_208);
        assert_eq!(rank(&mut all(8_928), 95.0), 8_482);
        assert_eq!(rank(&mut all(1), 95.0), 1);
        assert_eq!(rank(&mut all(10), 99.9), 10);
        assert_eq!(rank(&mut [], 95.0), 0);
    }
}
