//! What a receiver's answer means: stored, to be sent again, in another version, or refused.

use std::time::Duration;

use reqwest::StatusCode;
use reqwest::header::{HeaderMap, RETRY_AFTER};

use crate::wire::Version;

/// The header by which a receiver proves that it stored samples of 2.0.
const WRITTEN: &str = "x-prometheus-remote-write-samples-written";
/// The longest that `Retry-After` is obeyed.
const LONGEST: Duration = Duration::from_secs(300);

/// What became of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// It is stored; so many of its samples are not.
    Stored { short: u64 },
    /// The receiver does not take this version: nothing of it is stored.
    OtherVersion,
    /// Again later. `unknown`: it may be stored all the same.
    Again { after: Option<Duration>, unknown: bool, why: String },
    /// Something in it is refused, and none of it is stored.
    Refused { why: String },
}

impl Answer {
    /// Of a request of so many samples. `body` is what it says, for the log alone.
    pub(super) fn of(version: Version, sent: u64, status: StatusCode, headers: &HeaderMap, body: &str) -> Self {
        let why = || format!("{} {}", status.as_u16(), body.trim().chars().take(200).collect::<String>());
        match status.as_u16() {
            200..300 if version == Version::V2 => match written(headers) {
                Some(written) => Self::Stored { short: sent.saturating_sub(written) },
                // Receivers of 1.0 answer so to what they do not understand.
                None => Self::OtherVersion,
            },
            200..300 => Self::Stored { short: 0 },
            415 | 400 if version == Version::V2 => Self::OtherVersion,
            408 | 429 | 500.. => {
                Self::Again { after: retry_after(headers), unknown: status.is_server_error(), why: why() }
            }
            // The address or the token is wrong, which somebody mends; the samples are not at fault.
            401 | 403 | 404 | 407 => Self::Again { after: Some(Duration::from_secs(30)), unknown: false, why: why() },
            _ => Self::Refused { why: why() },
        }
    }
}

fn written(headers: &HeaderMap) -> Option<u64> {
    headers.get(WRITTEN)?.to_str().ok()?.trim().parse().ok()
}

/// In seconds; a date is not looked at.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let seconds: u64 = headers.get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()?;
    Some(Duration::from_secs(seconds).min(LONGEST))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(version: Version, status: u16, header: Option<(&'static str, &'static str)>) -> Answer {
        let headers = header.map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()));
        Answer::of(version, 10, StatusCode::from_u16(status).unwrap(), &headers.into_iter().collect(), "said")
    }

    #[test]
    fn two_is_stored_only_where_the_header_says_so() {
        assert_eq!(of(Version::V2, 204, Some((WRITTEN, "10"))), Answer::Stored { short: 0 });
        assert_eq!(of(Version::V2, 204, Some((WRITTEN, "8"))), Answer::Stored { short: 2 });
        for (status, header) in [(204, None), (200, Some((WRITTEN, "many"))), (415, None), (400, None)] {
            assert_eq!(of(Version::V2, status, header), Answer::OtherVersion, "{status}");
        }
        assert_eq!(of(Version::V1, 204, None), Answer::Stored { short: 0 });
    }

    #[test]
    fn what_may_pass_is_sent_again_and_the_rest_is_refused() {
        let again = |status, header| match of(Version::V1, status, header) {
            Answer::Again { after, unknown, .. } => Some((after, unknown)),
            _ => None,
        };
        assert_eq!(again(503, None), Some((None, true)));
        assert_eq!(again(429, Some(("retry-after", "7"))), Some((Some(Duration::from_secs(7)), false)));
        assert_eq!(again(429, Some(("retry-after", "86400"))), Some((Some(LONGEST), false)));
        assert_eq!(again(404, None), Some((Some(Duration::from_secs(30)), false)));
        for status in [400, 409, 413, 301] {
            assert_eq!(of(Version::V1, status, None), Answer::Refused { why: format!("{status} said") });
        }
    }
}
