//! Takes the past elsewhere, row by row: every sample, or sums by minute, hour, day, month or any step.
//!
//! An hour of one router is in memory at a time. Samples come hour by hour, in each hour router by router and line by
//! line, a line's in the order of their times, so that whoever reads them can put a router's lines together again without having all of it.

use lalin_stats::RouterId;

use super::Archive;
use crate::columns::Start;
use crate::segment::{Tier, TimesCache};
use crate::store::{HOUR_MS, lock, touches};
use crate::tick::COUNTERS;
use crate::{By, Error, Line, Progress};

/// What is to be exported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExportQuery {
    /// One router, or all.
    pub router: Option<RouterId>,
    /// Lines of one name, or all: the name that lasts, or what the router calls it.
    pub line: Option<String>,
    /// From when, ms since 1970; everything where it is left out.
    pub from_ms: Option<i64>,
    /// Until when; not itself within.
    pub to_ms: Option<i64>,
    /// How fine.
    pub fineness: Fineness,
}

/// How fine what is exported is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fineness {
    /// Every sample that is kept; this can be imported again.
    Samples,
    /// The rows of a tier.
    Tier(Tier),
    /// Sums of this width, ms, from the finest that is kept.
    StepMs(u64),
    /// The totals of hours, days or months of the configured zone.
    By(By),
}

/// The names of what the rows hold: texts first, then whole numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Columns {
    /// Texts.
    pub texts: &'static [&'static str],
    /// Numbers.
    pub numbers: &'static [&'static str],
}

/// Where rows go.
pub trait Rows {
    /// Before the first row.
    fn begin(&mut self, columns: &Columns) -> Result<(), Error>;
    /// One row, as many values as there are columns.
    fn row(&mut self, texts: &[&str], numbers: &[i64]) -> Result<(), Error>;
    /// Behind the last row. What is not finished is of no use.
    fn finish(&mut self) -> Result<(), Error>;
}

/// What a sample has. Times are ms since 1970; `at` is when the counters were read, `span_ms` the interval before.
pub(super) const SAMPLES: Columns = Columns {
    texts: &["router", "kind", "line", "shown", "start"],
    numbers: &[
        "at",
        "span_ms",
        "rx_bytes",
        "tx_bytes",
        "rx_packets",
        "tx_packets",
        "rx_errors",
        "tx_errors",
        "rx_drops",
        "tx_drops",
    ],
};
/// How a stretch begins, as it is exported; empty where the sample follows the one before.
pub(super) const STARTS: [(Option<Start>, &str); 6] = [
    (None, ""),
    (Some(Start::Follows), "follows"),
    (Some(Start::Zero), "zero"),
    (Some(Start::Gap), "gap"),
    (Some(Start::GapZero), "gap-zero"),
    (Some(Start::First), "first"),
];

impl Archive {
    /// Gives every row that is asked for, from the earliest on. How many there were.
    pub fn export(
        &self,
        query: &ExportQuery,
        rows: &mut dyn Rows,
        each: &mut dyn FnMut(Progress),
    ) -> Result<u64, Error> {
        let mut lines = self.reader.lines(query.router.as_ref())?;
        if let Some(name) = &query.line {
            lines.retain(|line| *line.name.name == **name || *line.shown == **name);
        }
        if (query.router.is_some() || query.line.is_some()) && lines.is_empty() {
            return Err(Error::NoLine);
        }
        let (first, last) = self.range().unwrap_or((0, 0));
        let range = (query.from_ms.unwrap_or(first).max(first), query.to_ms.unwrap_or(i64::MAX).min(last + 1));
        if query.from_ms.zip(query.to_ms).is_some_and(|(from, to)| from >= to) {
            return Err(Error::Question("the range is empty"));
        }
        let count = match query.fineness {
            Fineness::Samples | Fineness::Tier(Tier::Raw) => self.export_samples(&lines, range, rows, each)?,
            Fineness::Tier(Tier::Hour) => self.export_totals(&lines, By::Hour, range, rows, each)?,
            Fineness::Tier(tier) => self.export_tier(&lines, tier, range, rows, each)?,
            Fineness::StepMs(step) => self.export_steps(&lines, step, range, rows, each)?,
            Fineness::By(by) => self.export_totals(&lines, by, range, rows, each)?,
        };
        rows.finish()?;
        Ok(count)
    }

    fn export_samples(
        &self,
        lines: &[Line],
        (from_ms, to_ms): (i64, i64),
        rows: &mut dyn Rows,
        each: &mut dyn FnMut(Progress),
    ) -> Result<u64, Error> {
        rows.begin(&SAMPLES)?;
        let view = self.shared.get();
        let mut cache = TimesCache::default();
        let mut count = 0;
        let begin = from_ms.div_euclid(HOUR_MS) * HOUR_MS;
        let of = (to_ms - begin).max(0) as u64;
        let mut at = begin;
        while at < to_ms {
            let (from, to) = (at.max(from_ms), (at + HOUR_MS).min(to_ms));
            at += HOUR_MS;
            // A sample of an hour's first moment lies behind the edge by nothing.
            let open = view.hours.iter().any(|hour| lock(hour).range().is_some_and(|(a, b)| b >= from && a < to));
            if !open && !view.raw.iter().any(|segment| touches(segment, from - 1, to)) {
                continue;
            }
            for line in lines {
                count += self.samples_of(&view, line, (from, to), rows, &mut cache)?;
            }
            each(Progress { done: (at - begin).max(0) as u64, of });
        }
        Ok(count)
    }

    fn samples_of(
        &self,
        view: &crate::store::View,
        line: &Line,
        range: (i64, i64),
        rows: &mut dyn Rows,
        cache: &mut TimesCache,
    ) -> Result<u64, Error> {
        let mut count = 0;
        for kept in view.in_time(line.id.number(), range, cache, &self.reader.damage) {
            let mut numbers = [0; 2 + COUNTERS];
            (numbers[0], numbers[1]) = (kept.at_ms, kept.span_ms.into());
            numbers[2..].copy_from_slice(&kept.rises);
            let word = STARTS.iter().find(|(known, _)| *known == kept.start).map_or("", |(_, word)| word);
            rows.row(&[line.router.as_str(), &line.name.kind, &line.name.name, &line.shown, word], &numbers)?;
            count += 1;
        }
        Ok(count)
    }
}
