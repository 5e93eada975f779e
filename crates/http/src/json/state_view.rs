//! A router's state in an answer: a stable code for everyone, the reason in full for those who may see it.

use actix_web::HttpResponseBuilder;
use lalin_monitor::Status;
use serde::Serialize;
use tokio::time::Instant;
use utoipa::ToSchema;

use super::formats::{millis, rfc3339};

/// The part of a router's state for everyone who may see anything of the router. Error messages are not in it, because they
/// name addresses, ports and users; [`DetailedState`] has them.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = RouterState)]
pub(crate) struct LimitedState {
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
    /// How long the slowest of the router's recent answers took.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) read_ms: Option<u64>,
    /// How long it may be silent during a read: `read-limit`, or more where the router has shown that it needs more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) read_limit_ms: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) interval_ms: Option<u64>,
}

impl LimitedState {
    /// The state of a router that is switched off.
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

/// A router's state with the error message.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = RouterStateDetailed)]
pub(crate) struct DetailedState {
    #[serde(flatten)]
    state: LimitedState,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
}

/// A router's state, with or without details; see `Visibility::state_view`.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(untagged)]
#[schema(as = RouterStateSeen)]
pub(crate) enum StateView {
    Limited(LimitedState),
    Detailed(DetailedState),
}

impl StateView {
    pub(crate) fn limited(status: &Status) -> Self {
        Self::Limited(LimitedState::of(status))
    }

    pub(crate) fn detailed(status: &Status) -> Self {
        let detail = status.state.failure().map(|failure| failure.reason.to_string());
        Self::Detailed(DetailedState { state: LimitedState::of(status), detail })
    }

    pub(crate) fn detail(&self) -> Option<&str> {
        match self {
            Self::Limited(_) => None,
            Self::Detailed(detailed) => detailed.detail.as_deref(),
        }
    }
}

/// The part that both have.
impl std::ops::Deref for StateView {
    type Target = LimitedState;

    fn deref(&self) -> &LimitedState {
        match self {
            Self::Limited(state) => state,
            Self::Detailed(detailed) => &detailed.state,
        }
    }
}

/// Adds a state to the headers of an answer.
pub(crate) fn state_headers(answer: &mut HttpResponseBuilder, state: &LimitedState) {
    answer.insert_header(("X-Lalin-State", state.code));
    if let Some(reason) = state.reason {
        answer.insert_header(("X-Lalin-Reason", reason));
    }
    if let Some(age) = state.age_ms {
        answer.insert_header(("Age", (age / 1_000).to_string()));
        answer.insert_header(("X-Lalin-Age-Ms", age.to_string()));
    }
}
