//! What is billed by the peak: the 95th percentile of a month's 5-minute averages.
//!
//! The rule: the averages over five minutes, on the clock, of which at least half was measured; sorted; of `n` of them
//! the one at rank `ceil(p / 100 * n)` from below is the answer, so that the top 5 % are not billed. Nothing is
//! interpolated, so the answer is a rate that was really carried. What is missing is not counted as zero: an invoice
//! would become lower by every outage of Lalin's.

use crate::rollup::{FOR_PERCENTILE, Grid};
use crate::segment::TimesCache;
use crate::store::FIVE_MINUTES;
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

impl Reader {
    /// The percentile of a month.
    pub fn percentile(&self, query: &PercentileQuery) -> Result<Percentile, Error> {
        if !(query.p > 0.0 && query.p < 100.0) {
            return Err(Error::Question("a percentile is over 0 and under 100"));
        }
        let span = self.zone().month_of(query.month)?;
        let width = FIVE_MINUTES.width_ms;
        let count = usize::try_from((span.to_ms - span.from_ms) / width).unwrap_or_default();
        let mut grid = Grid::new(span.from_ms, width, count);
        let view = self.shared.get();
        self.fill(&view, query.line, &mut grid, FOR_PERCENTILE, &mut TimesCache::default())?;
        let used = grid.buckets.iter().filter(|bucket| bucket.measured_ms * 2 >= width);
        let rates: Vec<[u64; 2]> = used.map(|bucket| [bucket.mean_bps(0), bucket.mean_bps(1)]).collect();
        let over = |pick: fn(&[u64; 2]) -> u64| rank(rates.iter().map(pick).collect(), query.p);
        let (rx_bps, tx_bps) = (over(|rates| rates[0]), over(|rates| rates[1]));
        let value_bps = match query.rule {
            Rule::Separate => None,
            Rule::Max => Some(rx_bps.max(tx_bps)),
            Rule::Sum => Some(over(|rates| rates[0].saturating_add(rates[1]))),
        };
        // Of a month that is not over, what is still to come is not missing.
        let last = grid.buckets.iter().rposition(|bucket| bucket.measured_ms > 0).map_or(0, |last| last + 1);
        let used = rates.len() as u32;
        Ok(Percentile {
            rx_bps,
            tx_bps,
            value_bps: value_bps.filter(|_| used > 0),
            used,
            missing: (last as u32).saturating_sub(used),
            from_ms: span.from_ms,
            to_ms: span.to_ms,
        })
    }
}

/// The rate at the rank; 0 of none.
fn rank(mut rates: Vec<u64>, p: f64) -> u64 {
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
        assert_eq!(rank(all(100), 95.0), 95);
        assert_eq!(rank(all(8_640), 95.0), 8_208);
        assert_eq!(rank(all(8_928), 95.0), 8_482);
        assert_eq!(rank(all(1), 95.0), 1);
        assert_eq!(rank(all(10), 99.9), 10);
        assert_eq!(rank(vec![], 95.0), 0);
    }
}
