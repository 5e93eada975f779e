//! The time of the router: a wall clock that follows tokio's, and the two formats of RouterOS. There are no time
//! zones: a router shows its local time, and this one is in UTC.

use std::fmt::Write;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use time::UtcDateTime;
use tokio::time::Instant;

/// The router's wall clock and the moment of its last boot.
pub(crate) struct Clock {
    began: Instant,
    /// At `began`, since 1970.
    unix: Duration,
    booted: Instant,
}

impl Clock {
    /// A router that boots now.
    pub(crate) fn new() -> Self {
        let now = Instant::now();
        // A machine whose clock is before 1970 simulates a router whose clock was never set.
        let unix = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Self { began: now, unix, booted: now }
    }

    pub(crate) fn reboot(&mut self) {
        self.booted = Instant::now();
    }

    /// `1w2d3h4m5s` since the boot.
    pub(crate) fn uptime(&self) -> String {
        span(self.booted.elapsed().as_secs())
    }

    /// Seconds since 1970 by the router's clock.
    pub(crate) fn now(&self) -> u64 {
        (self.unix + self.began.elapsed()).as_secs()
    }
}

/// A date and time, `nov/19/2021 21:12:53` or `2021-11-19 21:12:53`.
pub(crate) fn date_time(unix: u64, names_months: bool) -> String {
    format!("{} {}", date(unix, names_months), time_of_day(unix))
}

pub(crate) fn date(unix: u64, names_months: bool) -> String {
    let date = at(unix);
    let (year, day) = (date.year(), date.day());
    if names_months {
        let month = date.month().to_string().to_ascii_lowercase();
        format!("{}/{day:02}/{year}", &month[..3])
    } else {
        format!("{year}-{:02}-{day:02}", u8::from(date.month()))
    }
}

pub(crate) fn time_of_day(unix: u64) -> String {
    let (hour, minute, second) = at(unix).as_hms();
    format!("{hour:02}:{minute:02}:{second:02}")
}

/// A moment that no calendar reaches is shown as a clock that was never set.
fn at(unix: u64) -> UtcDateTime {
    let unix = i64::try_from(unix).unwrap_or(i64::MAX);
    UtcDateTime::from_unix_timestamp(unix).unwrap_or(UtcDateTime::UNIX_EPOCH)
}

/// A duration in seconds as RouterOS writes it: without units that are zero.
fn span(seconds: u64) -> String {
    let mut text = String::new();
    let mut rest = seconds;
    for (unit, letter) in [(604_800, 'w'), (86_400, 'd'), (3_600, 'h'), (60, 'm'), (1, 's')] {
        if rest >= unit || (unit == 1 && text.is_empty()) {
            // Writing to a string does not fail.
            let _ = write!(text, "{}{letter}", rest / unit);
        }
        rest %= unit;
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_written_as_each_version_writes_them() {
        assert_eq!(date_time(1_637_356_373, true), "nov/19/2021 21:12:53");
        assert_eq!(date_time(1_637_356_373, false), "2021-11-19 21:12:53");
        assert_eq!(date_time(0, true), "jan/01/1970 00:00:00");
        assert_eq!(date(951_782_400, false), "2000-02-29");
        assert_eq!(date(4_107_542_400, false), "2100-03-01", "2100 is no leap year");
    }

    #[test]
    fn spans_leave_out_what_is_zero() {
        assert_eq!(span(0), "0s");
        assert_eq!(span(788_645), "1w2d3h4m5s");
        assert_eq!(span(604_801), "1w1s");
        assert_eq!(span(3_600), "1h");
    }
}
