//! How the disk fills: what is taken now, what will be, and when there is no room left.
//!
//! At the rate of the days that are recorded; before there is a whole one, at that of as many lines of the benchmark.

use crate::estimate::{DailyBytes, kept_days};
use crate::query::Stats;
use crate::segment::Tier;
use crate::{Estimate, Retention};

/// How the disk fills.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Outlook {
    /// What everything takes now, bytes.
    pub used: u64,
    /// What is written in a day at the present rate, bytes.
    pub daily: u64,
    /// What each tier will take when it is as old as it gets.
    pub full: Estimate,
    /// What the limits of size leave, where every tier has one.
    pub limit: Option<u64>,
    /// What is free on the disk, where the system says.
    pub free: Option<u64>,
    /// When there is no room left for it; `None` if there is.
    pub full_in_days: Option<u32>,
    /// Whether it is reckoned from what was recorded.
    pub measured: bool,
}

/// A segment of a day that was not wholly recorded says little.
const ENOUGH_DAYS: f64 = 1.0;
/// No look goes further.
const FARTHEST_DAYS: u32 = 3_650;
/// What the other tiers take beside the samples, where there is nothing of theirs yet (as in the benchmark's mix).
const MINUTE_OF_RAW: f64 = 0.44;
const FIVE_MINUTES_OF_RAW: f64 = 0.11;

/// What is there of each tier: bytes and days.
#[derive(Clone, Copy, Debug, Default)]
struct There {
    bytes: f64,
    days: f64,
}

impl Outlook {
    /// From what is kept, and from `expected` where that says too little.
    pub(crate) fn of(stats: &Stats, used: u64, expected: DailyBytes, retention: &Retention, free: Option<u64>) -> Self {
        let there = |tier: Tier| {
            let found = stats.tiers.iter().find(|one| one.tier == tier);
            found.map_or_else(There::default, |one| There { bytes: one.bytes as f64, days: one.days })
        };
        let [raw, minute, five] = [Tier::Raw, Tier::Minute, Tier::FiveMinutes].map(there);
        let measured = raw.days >= ENOUGH_DAYS;
        let daily = if measured { measured_daily(raw, minute, five, expected) } else { expected };
        let limit = [retention.raw.bytes, retention.minute.bytes, retention.five_minutes.bytes]
            .into_iter()
            .sum::<Option<u64>>()
            .map(|tiers| tiers.saturating_add(stats.database_bytes));
        let room = match (limit, free) {
            (Some(limit), Some(free)) => Some(limit.min(used.saturating_add(free))),
            (limit, free) => limit.or(free.map(|free| used.saturating_add(free))),
        };
        let grown = |day: u32| {
            let [a, b, c] = kept_days(retention);
            let tiers = [(raw, daily.raw, a), (minute, daily.minute, b), (five, daily.five_minutes, c)];
            let more: f64 =
                tiers.iter().map(|(now, rate, most)| rate * f64::from(day).min((most - now.days).max(0.0))).sum();
            let rows = daily.hours * f64::from(day).min(f64::from(retention.hours.days.unwrap_or(FARTHEST_DAYS)));
            used as f64 + more + rows + daily.kept * f64::from(day)
        };
        let full_in_days = room.and_then(|room| {
            let mut days = 0..FARTHEST_DAYS;
            days.find(|day| grown(*day) >= room as f64)
        });
        let full = daily.full(retention);
        Self { used, daily: daily.sum() as u64, full, limit, free, full_in_days, measured }
    }
}

fn measured_daily(raw: There, minute: There, five: There, expected: DailyBytes) -> DailyBytes {
    let rate = |of: There| (of.days > 0.0).then(|| of.bytes / of.days);
    let raw = rate(raw).unwrap_or(expected.raw);
    DailyBytes {
        raw,
        minute: rate(minute).unwrap_or(raw * MINUTE_OF_RAW),
        five_minutes: rate(five).unwrap_or(raw * FIVE_MINUTES_OF_RAW),
        ..expected
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::query::TierStats;
    use crate::{Keep, Mix};

    const GB: u64 = 1_000_000_000;

    fn stats(raw: (u64, f64)) -> Stats {
        let raw = TierStats { tier: Tier::Raw, files: 1, bytes: raw.0, from_ms: 0, to_ms: 0, days: raw.1 };
        Stats { tiers: vec![raw], database_bytes: 0, lines: 1_000, hours_from_ms: None }
    }

    fn thousand() -> DailyBytes {
        DailyBytes::of(&Mix { busy: 40, customers: 760, idle: 120, dead: 80 }, Duration::from_secs(10))
    }

    #[test]
    fn before_a_day_is_recorded_the_lines_are_reckoned_with() {
        let retention = Retention::default();
        let early = Outlook::of(&stats((1_000_000, 0.2)), 1_000_000, thousand(), &retention, None);
        assert!(!early.measured && early.full_in_days.is_none());
        assert_eq!(early.full, thousand().full(&retention));
        let later = Outlook::of(&stats((90_000_000, 3.0)), 90_000_000, thousand(), &retention, None);
        assert!(later.measured);
        assert_eq!(later.full.raw, (30e6 * 9.2) as u64 + 32_000_000);
    }

    #[test]
    fn a_disk_that_is_too_small_is_full_on_a_day_and_one_that_is_large_enough_never() {
        let retention = Retention::default();
        let days = |free| Outlook::of(&stats((0, 0.0)), 0, thousand(), &retention, Some(free)).full_in_days;
        // 28.8 MB of samples, 12.6 of minutes, 3.1 and 1.1: 45 MB on the first days, 17 once samples are old enough.
        assert!(days(GB / 2).is_some_and(|days| (10..25).contains(&days)), "{:?}", days(GB / 2));
        assert!(days(2 * GB).is_some_and(|days| days > 90), "{:?}", days(2 * GB));
        assert_eq!(days(100 * GB), None);
    }

    #[test]
    fn limits_of_size_are_a_limit_where_every_tier_has_one() {
        let keep = |days, bytes| Keep { days: Some(days), bytes: Some(bytes) };
        let mut retention =
            Retention { raw: keep(7, GB), minute: keep(90, GB), five_minutes: keep(730, GB), ..Retention::default() };
        let outlook = Outlook::of(&stats((0, 0.0)), 0, thousand(), &retention, None);
        assert_eq!(outlook.limit, Some(3 * GB));
        assert!(outlook.full.minute == GB && outlook.full_in_days.is_some());
        retention.minute.bytes = None;
        assert_eq!(Outlook::of(&stats((0, 0.0)), 0, thousand(), &retention, None).limit, None);
    }
}
