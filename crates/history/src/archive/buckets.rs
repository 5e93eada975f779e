//! Sums instead of samples: the rows of a tier, of a step, of hours, days and months.

use super::Archive;
use super::export::{Columns, Rows};
use crate::meta::RAW_FROM;
use crate::rollup::{Bucket, Grid};
use crate::segment::{Tier, TimesCache};
use crate::store::{DAY_MS, FIVE_MINUTES, MINUTE, has_day};
use crate::{By, Error, Line, Lines, Progress, Totals, UsageQuery};

/// What a sum has. `from` and `to` are ms since 1970; rates are bit/s.
const SUMS: Columns = Columns {
    texts: &["router", "kind", "line", "shown"],
    numbers: &[
        "from",
        "to",
        "rx_bytes",
        "tx_bytes",
        "rx_packets",
        "tx_packets",
        "errors",
        "drops",
        "unmeasured_rx",
        "unmeasured_tx",
        "measured_ms",
        "resets",
        "rx_min_bps",
        "rx_max_bps",
        "tx_min_bps",
        "tx_max_bps",
    ],
};
/// What a total has: it knows no lowest rate.
const TOTALS: Columns = Columns {
    texts: SUMS.texts,
    numbers: &[
        "from",
        "to",
        "rx_bytes",
        "tx_bytes",
        "rx_packets",
        "tx_packets",
        "errors",
        "drops",
        "unmeasured_rx",
        "unmeasured_tx",
        "measured_ms",
        "resets",
        "rx_max_bps",
        "tx_max_bps",
    ],
};
/// Periods that are asked for at once.
const AT_ONCE: i64 = 1_000;

impl Archive {
    /// The rows of a tier; of days that are not put together yet, the same from samples.
    pub(super) fn export_tier(
        &self,
        lines: &[Line],
        tier: Tier,
        range: (i64, i64),
        rows: &mut dyn Rows,
        each: &mut dyn FnMut(Progress),
    ) -> Result<u64, Error> {
        let kind = if tier == Tier::Minute { MINUTE } else { FIVE_MINUTES };
        let raw_from = self.reader.database().number(RAW_FROM)?;
        let view = self.shared.get();
        let has = |day: i64| day >= raw_from || view.tier(tier).iter().any(|segment| has_day(segment, day));
        self.export_grid(lines, kind.width_ms, range, &has, rows, each)
    }

    /// Sums of any width.
    pub(super) fn export_steps(
        &self,
        lines: &[Line],
        step_ms: u64,
        range: (i64, i64),
        rows: &mut dyn Rows,
        each: &mut dyn FnMut(Progress),
    ) -> Result<u64, Error> {
        let step_ms = i64::try_from(step_ms).ok().filter(|step| (1_000..=DAY_MS).contains(step));
        let step_ms = step_ms.ok_or(Error::Question("a step is a second at least and a day at most"))?;
        if DAY_MS % step_ms != 0 {
            return Err(Error::Question("a step divides the day, such as 30 s, 5 min or 2 h"));
        }
        self.export_grid(lines, step_ms, range, &|_| true, rows, each)
    }

    fn export_grid(
        &self,
        lines: &[Line],
        step_ms: i64,
        (from_ms, to_ms): (i64, i64),
        has: &dyn Fn(i64) -> bool,
        rows: &mut dyn Rows,
        each: &mut dyn FnMut(Progress),
    ) -> Result<u64, Error> {
        rows.begin(&SUMS)?;
        let view = self.shared.get();
        let mut cache = TimesCache::default();
        let begin = from_ms.div_euclid(step_ms) * step_ms;
        let of = (to_ms - begin).max(0) as u64;
        let (mut day, mut count) = (begin.div_euclid(DAY_MS) * DAY_MS, 0);
        while day < to_ms {
            let (from, to) = (day.max(begin), (day + DAY_MS).min(to_ms));
            if has(day) {
                for line in lines {
                    let mut grid = Grid::new(from, step_ms, ((to - from + step_ms - 1) / step_ms) as usize);
                    self.reader.fill(&view, line.id, &mut grid, &mut cache)?;
                    let texts: [&str; 4] = [line.router.as_str(), &line.name.kind, &line.name.name, &line.shown];
                    for (place, bucket) in (0..).zip(&grid.buckets).filter(|(_, bucket)| !bucket.is_empty()) {
                        rows.row(&texts, &numbers(bucket, from + place * step_ms, step_ms))?;
                        count += 1;
                    }
                }
            }
            day += DAY_MS;
            each(Progress { done: (day - begin).clamp(0, of as i64) as u64, of });
        }
        Ok(count)
    }

    /// The totals of whole periods, as the API tells them.
    pub(super) fn export_totals(
        &self,
        lines: &[Line],
        by: By,
        (from_ms, to_ms): (i64, i64),
        rows: &mut dyn Rows,
        each: &mut dyn FnMut(Progress),
    ) -> Result<u64, Error> {
        rows.begin(&TOTALS)?;
        let zone = self.reader.zone();
        let (from_ms, to_ms) = match by {
            By::Hour => (from_ms.div_euclid(3_600_000) * 3_600_000, to_ms),
            By::Day => (zone.day(from_ms).from_ms, to_ms),
            By::Month => (zone.month(from_ms).from_ms, to_ms),
            By::Range => (from_ms, to_ms),
        };
        let width = match by {
            By::Hour => 3_600_000,
            By::Day => DAY_MS,
            By::Month | By::Range => 31 * DAY_MS,
        };
        let mut count = 0;
        for (done, line) in (1..).zip(lines) {
            let texts: [&str; 4] = [line.router.as_str(), &line.name.kind, &line.name.name, &line.shown];
            let last = line.last_ms.saturating_add(2 * DAY_MS).min(to_ms);
            let mut at = from_ms.max(by_begin(by, line.first_ms, &zone));
            while at < last {
                let end = if by == By::Range { last } else { by_begin(by, at + AT_ONCE * width, &zone).min(to_ms) };
                let query = UsageQuery { lines: Lines::One(line.id), by, from_ms: at, to_ms: end, offset: 0, limit: 1 };
                for usage in self.reader.usage(&query)?.lines {
                    for period in usage.periods.iter().filter(|period| is_there(&period.totals)) {
                        rows.row(&texts, &total(&period.totals, period.from_ms, period.to_ms))?;
                        count += 1;
                    }
                }
                at = end.max(at + 1);
            }
            each(Progress { done, of: lines.len() as u64 });
        }
        Ok(count)
    }
}

fn by_begin(by: By, at_ms: i64, zone: &crate::Zone) -> i64 {
    match by {
        By::Hour => at_ms.div_euclid(3_600_000) * 3_600_000,
        By::Day => zone.day(at_ms).from_ms,
        By::Month => zone.month(at_ms).from_ms,
        By::Range => at_ms,
    }
}

fn is_there(totals: &Totals) -> bool {
    totals.measured_ms > 0 || totals.unmeasured_rx_bytes > 0 || totals.unmeasured_tx_bytes > 0 || totals.resets > 0
}

fn number(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

fn numbers(bucket: &Bucket, from_ms: i64, step_ms: i64) -> [i64; 16] {
    let [rx_bytes, tx_bytes, rx_packets, tx_packets] = bucket.passed.map(number);
    let means = [0, 1].map(|direction| bucket.mean_bps(direction));
    let [rx, tx] = bucket.extremes.unwrap_or(means.map(|mean| (mean, mean)));
    [
        from_ms,
        from_ms + step_ms,
        rx_bytes,
        tx_bytes,
        rx_packets,
        tx_packets,
        number(bucket.errors),
        number(bucket.drops),
        number(bucket.unmeasured[0]),
        number(bucket.unmeasured[1]),
        bucket.measured_ms,
        bucket.resets.into(),
        number(rx.0),
        number(rx.1),
        number(tx.0),
        number(tx.1),
    ]
}

fn total(totals: &Totals, from_ms: i64, to_ms: i64) -> [i64; 14] {
    [
        from_ms,
        to_ms,
        number(totals.rx_bytes),
        number(totals.tx_bytes),
        number(totals.rx_packets),
        number(totals.tx_packets),
        number(totals.errors),
        number(totals.drops),
        number(totals.unmeasured_rx_bytes),
        number(totals.unmeasured_tx_bytes),
        number(totals.measured_ms),
        totals.resets.into(),
        number(totals.rx_max_bps),
        number(totals.tx_max_bps),
    ]
}
