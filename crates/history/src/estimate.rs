//! How much disk a history will need, before it is there.
//!
//! From what the benchmark measures on its noisy lines (`docs/reference/benchmarks.md`): real lines are between them.

use std::time::Duration;

use crate::Retention;

/// How many lines of each sort there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Mix {
    /// Lines that are busy all day: uplinks, trunks.
    pub busy: u32,
    /// Customers' lines: busy a quarter of the day.
    pub customers: u32,
    /// Ports with little but the network's own chatter.
    pub idle: u32,
    /// Ports without a link.
    pub dead: u32,
}

/// What each tier will take when it is full, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Estimate {
    /// Every sample, today's hours and the journal with it.
    pub raw: u64,
    /// By the minute.
    pub minute: u64,
    /// By five minutes.
    pub five_minutes: u64,
    /// By the hour; by day and month for two years.
    pub totals: u64,
}

/// Bytes a sample at the day, and a row of a minute and of five minutes, for each sort of line.
const RAW: [f64; 4] = [10.5, 4.0, 1.4, 0.01];
const MINUTE: [f64; 4] = [14.3, 10.2, 3.5, 0.1];
const FIVE_MINUTES: [f64; 4] = [15.9, 12.6, 3.7, 0.1];
const TOTALS_ROW: f64 = 45.0;
const DAY: f64 = 86_400.0;
/// Until the day is put together it is in hours, which are a little larger, and both are there for a moment.
const TODAY: f64 = 2.2;
const JOURNAL: f64 = 32e6;

impl Mix {
    fn sum(&self, of: [f64; 4]) -> f64 {
        [self.busy, self.customers, self.idle, self.dead]
            .iter()
            .zip(of)
            .map(|(count, each)| f64::from(*count) * each)
            .sum()
    }
}

/// What each tier grows by in a day, in bytes, before anything is taken away.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct DailyBytes {
    pub(crate) raw: f64,
    pub(crate) minute: f64,
    pub(crate) five_minutes: f64,
    /// By the hour: rows that go when they are old.
    pub(crate) hours: f64,
    /// By day and month: rows that stay.
    pub(crate) kept: f64,
}

impl DailyBytes {
    /// Of so many lines, read so often.
    pub(crate) fn of(mix: &Mix, interval: Duration) -> Self {
        let lines = mix.sum([1.0; 4]);
        Self {
            raw: mix.sum(RAW) * DAY / interval.as_secs_f64().max(1.0),
            minute: mix.sum(MINUTE) * 1_440.0,
            five_minutes: mix.sum(FIVE_MINUTES) * 288.0,
            hours: lines * TOTALS_ROW * 24.0,
            kept: lines * TOTALS_ROW * (1.0 + 12.0 / 365.0),
        }
    }

    pub(crate) fn sum(&self) -> f64 {
        self.raw + self.minute + self.five_minutes + self.hours + self.kept
    }

    /// When every tier is as old as it gets. What is kept for ever is counted for ten years, days and months for two.
    pub(crate) fn full(&self, retention: &Retention) -> Estimate {
        let days = |days: Option<u32>| f64::from(days.unwrap_or(3_650));
        let limited = |bytes: f64, most: Option<u64>| most.map_or(bytes as u64, |most| most.min(bytes as u64));
        let [raw, minute, five] = kept_days(retention);
        Estimate {
            raw: limited(self.raw * raw, retention.raw.bytes) + JOURNAL as u64,
            minute: limited(self.minute * minute, retention.minute.bytes),
            five_minutes: limited(self.five_minutes * five, retention.five_minutes.bytes),
            totals: (self.hours * days(retention.hours.days) + self.kept * 730.0) as u64,
        }
    }
}

/// How many days of each tier lie on the disk at the most. A segment goes when all of it is too old, so there is up to
/// one more.
pub(crate) fn kept_days(retention: &Retention) -> [f64; 3] {
    let days = |days: Option<u32>, more: f64| f64::from(days.unwrap_or(3_650)) + more;
    [days(retention.raw.days, TODAY), days(retention.minute.days, 7.0), days(retention.five_minutes.days, 28.0)]
}

impl Estimate {
    /// For so many lines, read so often, kept so long. What is kept for ever is counted for ten years.
    pub fn of(mix: &Mix, interval: Duration, retention: &Retention) -> Self {
        DailyBytes::of(mix, interval).full(retention)
    }

    /// All of it.
    pub fn total(&self) -> u64 {
        self.raw + self.minute + self.five_minutes + self.totals
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thousand_lines_take_a_few_gigabytes_by_default_and_half_of_it_when_small() {
        let mix = Mix { busy: 40, customers: 760, idle: 120, dead: 80 };
        let whole = Estimate::of(&mix, Duration::from_secs(10), &Retention::default()).total();
        let small = Estimate::of(&mix, Duration::from_secs(10), &Retention::small()).total();
        assert!((4_000_000_000..5_500_000_000).contains(&whole), "{whole}");
        assert!(small < whole * 2 / 3, "{small}");
    }

    #[test]
    fn a_limit_of_bytes_limits() {
        let mix = Mix { busy: 1_000, ..Mix::default() };
        let mut retention = Retention::default();
        retention.minute.bytes = Some(1_000_000);
        assert_eq!(Estimate::of(&mix, Duration::from_secs(10), &retention).minute, 1_000_000);
    }
}
