//! What several answers show alike: a state, a moment, a counter.

use actix_web::HttpResponseBuilder;
use lalin_monitor::Status;
use lalin_stats::Uncertainty;
use serde::{Serialize, Serializer};
use time::OffsetDateTime;
use time::format_description::BorrowedFormatItem;
use time::macros::format_description;
use tokio::time::Instant;

/// A router's state as anybody may see it who may see something of the router. What the system or the router said of a
/// failure is not here, as it names addresses, ports and users: that is in [`DetailedState`].
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct State {
    pub(crate) code: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) reason: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) attempt: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) retry_in_ms: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) sampled_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) age_ms: Option<u64>,
    /// The slowest of the router's recent answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) read_ms: Option<u64>,
    /// How long it may be silent during a read now: `read-limit`, or more where it has shown that it needs more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) read_limit_ms: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) interval_ms: Option<u64>,
}

impl State {
    /// Of a router that is switched off.
    pub(crate) fn off() -> Self {
        Self {
            code: "off",
            reason: None,
            attempt: None,
            retry_in_ms: None,
            sampled_at: None,
            age_ms: None,
            read_ms: None,
            read_limit_ms: None,
            interval_ms: None,
        }
    }

    pub(crate) fn of(status: &Status) -> Self {
        let failure = status.state.failure();
        let retry_at = failure.and_then(|failure| failure.retry_at);
        Self {
            code: status.state.code(),
            reason: failure.map(|failure| failure.reason.code()),
            attempt: failure.map(|failure| failure.attempt).filter(|attempt| *attempt > 0),
            retry_in_ms: retry_at.map(|at| millis(at.saturating_duration_since(Instant::now()))),
            sampled_at: status.newest.map(|(_, unix_ms)| rfc3339(unix_ms)),
            age_ms: status.age().map(millis),
            read_ms: status.timing.needed.map(millis),
            read_limit_ms: status.timing.limit.map(millis),
            interval_ms: Some(millis(status.interval)),
        }
    }
}

/// How far all rates of one tick may be off: the truth lies from `low` times to `high` times what is told. Absent where no
/// rate is known.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub(crate) struct RateBounds {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) low: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) high: Option<f64>,
}

impl RateBounds {
    /// To four digits after the point, outwards.
    pub(crate) fn of(uncertainty: Option<Uncertainty>) -> Self {
        // What a computation of binary fractions adds or leaves off is no reason for one more step outwards.
        let steps = |factor: f64| if factor.is_finite() { factor * 1e4 } else { 1e4 };
        Self {
            low: uncertainty.map(|factors| (steps(factors.low) + 1e-3).floor() / 1e4),
            high: uncertainty.map(|factors| (steps(factors.high) - 1e-3).ceil() / 1e4),
        }
    }
}

/// A router's state for whoever may see everything.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct DetailedState {
    #[serde(flatten)]
    state: State,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
}

/// A router's state as one visitor sees it; made by `Visibility::state`.
#[derive(Clone, Debug, Serialize)]
#[serde(untagged)]
pub(crate) enum StateView {
    Limited(State),
    Detailed(DetailedState),
}

impl StateView {
    pub(crate) fn limited(status: &Status) -> Self {
        Self::Limited(State::of(status))
    }

    pub(crate) fn detailed(status: &Status) -> Self {
        let detail = status.state.failure().map(|failure| failure.reason.to_string());
        Self::Detailed(DetailedState { state: State::of(status), detail })
    }

    pub(crate) fn detail(&self) -> Option<&str> {
        match self {
            Self::Limited(_) => None,
            Self::Detailed(detailed) => detailed.detail.as_deref(),
        }
    }
}

/// What both have.
impl std::ops::Deref for StateView {
    type Target = State;

    fn deref(&self) -> &State {
        match self {
            Self::Limited(state) => state,
            Self::Detailed(detailed) => &detailed.state,
        }
    }
}

/// A state in an answer's headers.
pub(crate) fn state_headers(answer: &mut HttpResponseBuilder, state: &State) {
    answer.insert_header(("X-Lalin-State", state.code));
    if let Some(reason) = state.reason {
        answer.insert_header(("X-Lalin-Reason", reason));
    }
    if let Some(age) = state.age_ms {
        answer.insert_header(("Age", (age / 1_000).to_string()));
        answer.insert_header(("X-Lalin-Age-Ms", age.to_string()));
    }
}

pub(crate) fn millis(duration: std::time::Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

const RFC3339_MILLIS: &[BorrowedFormatItem<'_>] =
    format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:3]Z");

/// Ms since 1970-01-01 UTC as RFC 3339 with milliseconds.
pub(crate) fn rfc3339(unix_ms: u64) -> String {
    let nanos = i128::from(unix_ms) * 1_000_000;
    let moment = OffsetDateTime::from_unix_timestamp_nanos(nanos).unwrap_or(OffsetDateTime::UNIX_EPOCH);
    moment.format(RFC3339_MILLIS).unwrap_or_default()
}

/// A counter as a string, since it may pass 2^53; `null` where the router did not send it.
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
    fn a_band_is_rounded_outwards_to_four_digits() {
        let told = |low, high| {
            let band = RateBounds::of(Some(Uncertainty { low, high }));
            (band.low.unwrap(), band.high.unwrap())
        };
        assert_eq!(told(1.0, 1.0), (1.0, 1.0));
        assert_eq!(told(f64::from(0.98_f32), f64::from(1.03_f32)), (0.98, 1.03));
        assert_eq!(told(0.980_06, 1.030_01), (0.98, 1.0301));
        assert_eq!(told(0.123_49, f64::INFINITY), (0.1234, 1.0));
        assert!(RateBounds::of(None).low.is_none());
    }

    #[test]
    fn a_moment_is_rfc_3339_with_milliseconds() {
        assert_eq!(rfc3339(0), "1970-01-01T00:00:00.000Z");
        assert_eq!(rfc3339(1_795_402_800_007), "2026-11-23T03:00:00.007Z");
    }
}
