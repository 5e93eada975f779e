//! `from` and `to`: RFC 3339, or milliseconds since 1970.

use std::time::{SystemTime, UNIX_EPOCH};

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::Problem;
use crate::routes::Parameters;

/// From a moment until just before another, ms since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TimeRange {
    pub(crate) from_ms: i64,
    pub(crate) to_ms: i64,
}

impl TimeRange {
    /// Until now where `to` is absent, and `usual_ms` long where `from` is.
    pub(crate) fn of(parameters: &Parameters, usual_ms: i64) -> Result<Self, Problem> {
        let to_ms = moment(parameters, "to")?.unwrap_or_else(now_ms);
        let from_ms = moment(parameters, "from")?.unwrap_or(to_ms.saturating_sub(usual_ms));
        if from_ms >= to_ms {
            return Err(Problem::bad_parameter("from", "must be before to"));
        }
        Ok(Self { from_ms, to_ms })
    }
}

fn moment(parameters: &Parameters, key: &str) -> Result<Option<i64>, Problem> {
    let Some(text) = parameters.text(key) else { return Ok(None) };
    parse(text).map(Some).ok_or_else(|| {
        let detail =
            "expected a time such as 2026-11-26T21:00:00+07:00 (a + is written %2B), or milliseconds since 1970";
        Problem::bad_parameter(key, detail)
    })
}

/// The years from 1970 to 9999.
fn parse(text: &str) -> Option<i64> {
    const LATEST: i64 = 253_402_300_799_999;
    let ms = match text.parse::<i64>() {
        Ok(ms) => ms,
        // A + that was not escaped arrives as a space.
        Err(_) => {
            let time = OffsetDateTime::parse(&text.replace(' ', "+"), &Rfc3339).ok()?;
            i64::try_from(time.unix_timestamp_nanos() / 1_000_000).ok()?
        }
    };
    (0..=LATEST).contains(&ms).then_some(ms)
}

pub(crate) fn now_ms() -> i64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(now.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_rfc_3339_or_milliseconds() {
        assert_eq!(parse("1795402800007"), Some(1_795_402_800_007));
        assert_eq!(parse("2026-11-23T03:00:00.007Z"), Some(1_795_402_800_007));
        assert_eq!(parse("2026-11-23T10:00:00+07:00"), Some(1_795_402_800_000));
        assert_eq!(parse("2026-11-23T10:00:00 07:00"), Some(1_795_402_800_000), "a plus that was not escaped");
        for bad in ["", "yesterday", "2026-11-23", "2026-11-23T10:00:00", "-1", "99999999999999999", "1e3"] {
            assert_eq!(parse(bad), None, "{bad}");
        }
    }
}
