//! When days and months begin, for quotas: in local time.

use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

use crate::rule::Period;

/// The day or the month that a moment is in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PeriodSpan {
    /// When it began, ms since 1970.
    pub from_ms: i64,
    /// Its name: `2026-11-26` or `2026-11`.
    pub name: String,
}

/// The zone of a name such as `Asia/Jakarta`; UTC where there is none of it.
pub fn time_zone(name: &str) -> TimeZone {
    TimeZone::get(name).unwrap_or(TimeZone::UTC)
}

/// The day or the month that a moment is in.
pub fn period(zone: &TimeZone, period: Period, at_ms: i64) -> PeriodSpan {
    let at = Timestamp::from_millisecond(at_ms).unwrap_or_default().to_zoned_datetime(zone.clone());
    let day = at.start_of_day().unwrap_or_else(|_| at.clone());
    let (begin, form) = match period {
        Period::Day => (day, "%Y-%m-%d"),
        Period::Month => {
            let first = day.checked_sub((i64::from(day.day()) - 1).days()).and_then(|first| first.start_of_day());
            (first.unwrap_or(day), "%Y-%m")
        }
    };
    PeriodSpan { from_ms: begin.timestamp().as_millisecond(), name: begin.strftime(form).to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_months_begin_at_local_midnight() {
        let zone = time_zone("Asia/Jakarta");
        // 2026-11-30 18:00 UTC is the first of December there.
        let at_ms = 1_796_061_600_000;
        let day = period(&zone, Period::Day, at_ms);
        assert_eq!((day.name.as_str(), day.from_ms), ("2026-12-01", at_ms - 3_600_000));
        let month = period(&zone, Period::Month, at_ms + 10 * 86_400_000);
        assert_eq!((month.name.as_str(), month.from_ms), ("2026-12", at_ms - 3_600_000));
        assert_eq!(period(&time_zone("nowhere"), Period::Day, at_ms).name, "2026-11-30");
    }
}
