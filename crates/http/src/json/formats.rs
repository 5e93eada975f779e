//! How single values are written: durations, times, counters.

use std::time::Duration;

use serde::Serializer;
use time::OffsetDateTime;
use time::format_description::BorrowedFormatItem;
use time::macros::format_description;

pub(crate) fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

const RFC3339_MILLIS: &[BorrowedFormatItem<'_>] =
    format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:3]Z");

/// Milliseconds since 1970-01-01 UTC as RFC 3339 with milliseconds.
pub(crate) fn rfc3339(unix_ms: u64) -> String {
    let nanos = i128::from(unix_ms) * 1_000_000;
    let time = OffsetDateTime::from_unix_timestamp_nanos(nanos).unwrap_or(OffsetDateTime::UNIX_EPOCH);
    time.format(RFC3339_MILLIS).unwrap_or_default()
}

/// A counter as a string, because it may exceed 2^53; `null` where the router did not send it.
pub(crate) fn counter<S: Serializer>(counter: &Option<u64>, to: S) -> Result<S::Ok, S::Error> {
    match counter {
        Some(counter) => to.collect_str(counter),
        None => to.serialize_none(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_rfc_3339_with_milliseconds() {
        assert_eq!(rfc3339(0), "1970-01-01T00:00:00.000Z");
        assert_eq!(rfc3339(1_795_402_800_007), "2026-11-23T03:00:00.007Z");
    }
}
