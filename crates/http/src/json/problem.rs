//! Errors as RFC 9457 problem documents.

use actix_web::body::BoxBody;
use actix_web::http::StatusCode;
use actix_web::http::header::RETRY_AFTER;
use actix_web::{HttpResponse, ResponseError};
use serde::Serialize;
use utoipa::ToSchema;

use super::state_view::{StateView, state_headers};

/// What went wrong with a request, as the client is told.
#[derive(Clone, Debug)]
pub struct Problem(Box<Document>);

#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Problem)]
pub(crate) struct Document {
    #[serde(rename = "type")]
    kind: &'static str,
    title: &'static str,
    status: u16,
    detail: String,
    code: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    limit: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    state: Option<StateView>,
    #[serde(skip)]
    retry_after: Option<u64>,
}

/// Every code that a problem can have.
pub(crate) const CODES: [&str; 40] = [
    "alerts",
    "bad-parameter",
    "busy",
    "changed-meanwhile",
    "disk-full",
    "elsewhere",
    "forbidden",
    "history",
    "history-partial",
    "history-refused",
    "history-slow",
    "history-unreachable",
    "last-administrator",
    "login-needed",
    "method-not-allowed",
    "misdirected",
    "no-alerts",
    "no-data",
    "no-history",
    "no-router",
    "not-acceptable",
    "not-editable",
    "not-found",
    "nothing-kept",
    "read-only",
    "recording-off-in-file",
    "setup-needed",
    "state-old",
    "store",
    "taken",
    "too-large",
    "too-many-attempts",
    "too-many-viewers",
    "too-slow",
    "tried-just-now",
    "unanswered",
    "unknown-alert",
    "unknown-interface",
    "unknown-router",
    "wrong-login",
];

impl Problem {
    pub(super) fn new(status: StatusCode, code: &'static str, title: &'static str, detail: impl Into<String>) -> Self {
        debug_assert!(CODES.contains(&code), "{code} is not in the list of codes");
        Self(Box::new(Document {
            kind: "about:blank",
            title,
            status: status.as_u16(),
            detail: detail.into(),
            code,
            field: None,
            limit: None,
            state: None,
            retry_after: None,
        }))
    }

    fn field(mut self, field: &str) -> Self {
        self.0.field = Some(field.to_owned());
        self
    }

    /// The setting of the configuration that does not allow it.
    fn with_limit(mut self, limit: &'static str) -> Self {
        self.0.limit = Some(limit);
        self
    }

    pub(super) fn retry_after(mut self, seconds: u64) -> Self {
        self.0.retry_after = Some(seconds);
        self
    }

    /// A parameter that cannot be used.
    pub(crate) fn bad_parameter(field: &str, detail: impl std::fmt::Display) -> Self {
        let detail = format!("{field}: {detail}");
        Self::new(StatusCode::BAD_REQUEST, "bad-parameter", "bad parameter", detail).field(field)
    }

    /// `?router=` names none.
    pub(crate) fn unknown_router(id: &str) -> Self {
        let detail = format!("router: there is no router {id:?}");
        Self::new(StatusCode::NOT_FOUND, "unknown-router", "unknown router", detail).field("router")
    }

    /// No alert of this id stands, or none that may be seen.
    pub(crate) fn unknown_alert() -> Self {
        Self::new(StatusCode::NOT_FOUND, "unknown-alert", "unknown alert", "no alert of this id stands")
    }

    /// Alerts are switched off.
    pub(crate) fn no_alerts() -> Self {
        let detail = "alerts are switched off: [alerts] enabled in the configuration";
        Self::new(StatusCode::NOT_FOUND, "no-alerts", "no alerts", detail)
    }

    /// What was told, or is to be, cannot be read or written.
    pub(crate) fn alerts_unreadable() -> Self {
        let detail = "the alerts cannot be read or written; the log says more";
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "alerts", "alerts", detail)
    }

    /// It stands in the configuration file.
    pub(crate) fn in_file(detail: &str) -> Self {
        Self::new(StatusCode::CONFLICT, "not-editable", "not editable", detail)
    }

    /// Nothing is configured.
    pub(crate) fn no_router() -> Self {
        Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "no-router",
            "no router configured",
            "MikroTik not configured: start with --router user@address, or name a router in lalin.toml",
        )
    }

    /// There never was a sample, or it is not there yet.
    pub(crate) fn no_data(state: StateView) -> Self {
        let detail = match state.detail() {
            Some(detail) => format!("no data yet: {detail}"),
            None => "no data yet: the first sample is being waited for".to_owned(),
        };
        let retry_after = state.retry_in_ms.map_or(2, |ms| ms.div_ceil(1_000).max(1));
        let mut problem = Self::new(StatusCode::SERVICE_UNAVAILABLE, "no-data", "no data", detail);
        problem.0.state = Some(state);
        problem.retry_after(retry_after)
    }

    /// All places for streams are taken.
    pub(crate) fn too_many_viewers(open: usize) -> Self {
        let detail = format!("{open} streams are open, which is the limit [limits] viewers");
        let status = StatusCode::SERVICE_UNAVAILABLE;
        Self::new(status, "too-many-viewers", "too many viewers", detail).with_limit("viewers").retry_after(10)
    }

    /// All places for streams of one address are taken.
    pub(crate) fn too_many_viewers_of_one_address(open: usize) -> Self {
        let detail =
            format!("{open} streams are open from this address, which is the limit [limits] viewers-per-address");
        let status = StatusCode::TOO_MANY_REQUESTS;
        let problem = Self::new(status, "too-many-viewers", "too many viewers", detail);
        problem.with_limit("viewers-per-address").retry_after(10)
    }

    /// Nobody is logged in, or the key is none.
    pub(crate) fn login_needed() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "login-needed", "login needed", "log in, or send a token")
    }

    /// There is no administrator yet, and this is not the machine's own loopback.
    pub(crate) fn setup_needed() -> Self {
        let detail = "there is no administrator yet: make one with the code from the log, or with `lalin user add`";
        Self::new(StatusCode::FORBIDDEN, "setup-needed", "setup needed", detail)
    }

    /// Whoever asks may not do this.
    pub(crate) fn forbidden(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, "forbidden", "forbidden", detail)
    }

    /// Another site made the browser ask, or the request was meant for another name.
    pub(crate) fn misdirected(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::MISDIRECTED_REQUEST, "misdirected", "misdirected", detail)
    }

    /// Name or password, or the setup's code, are wrong.
    pub(crate) fn wrong_login() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "wrong-login", "wrong login", "name or password is wrong")
    }

    /// Too many wrong attempts.
    pub(crate) fn too_many_attempts(wait: std::time::Duration) -> Self {
        let seconds = wait.as_secs().max(1);
        let detail = format!("too many wrong attempts: wait {seconds} s");
        Self::new(StatusCode::TOO_MANY_REQUESTS, "too-many-attempts", "too many attempts", detail).retry_after(seconds)
    }

    /// The router was tried a moment ago.
    pub(crate) fn tried_just_now(wait: std::time::Duration) -> Self {
        let seconds = wait.as_secs().saturating_add(1);
        let detail = format!("this router was tried a moment ago: wait {seconds} s");
        Self::new(StatusCode::TOO_MANY_REQUESTS, "tried-just-now", "tried just now", detail).retry_after(seconds)
    }

    /// The client accepts no encoding that there is.
    pub(crate) fn not_acceptable() -> Self {
        let detail = "accept-encoding: there are gzip, zstd and identity";
        Self::new(StatusCode::NOT_ACCEPTABLE, "not-acceptable", "not acceptable", detail).field("accept-encoding")
    }

    /// The body is larger than what this request may carry.
    pub(crate) fn too_large(most: usize) -> Self {
        let detail = format!("body: at most {most} bytes");
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "too-large", "too large", detail).field("body")
    }

    /// The body did not come in time.
    pub(crate) fn too_slow() -> Self {
        let detail = "body: it did not come in time";
        Self::new(StatusCode::REQUEST_TIMEOUT, "too-slow", "too slow", detail).field("body")
    }

    /// Nothing is recorded here.
    pub(crate) fn no_history() -> Self {
        let detail = "the history is switched off: see [history] in the configuration";
        Self::new(StatusCode::NOT_FOUND, "no-history", "no history", detail)
    }

    /// Recording cannot be switched on from here.
    pub(crate) fn recording_off_in_file() -> Self {
        let detail =
            "the history is switched off in the configuration: set enabled = true in [history] and start again";
        Self::new(StatusCode::CONFLICT, "recording-off-in-file", "recording is off", detail)
    }

    /// Nothing was recorded under this name.
    pub(crate) fn unknown_line(name: &str) -> Self {
        let detail = format!("interface: nothing was recorded of {name:?}");
        Self::new(StatusCode::NOT_FOUND, "unknown-interface", "unknown interface", detail).field("interface")
    }

    /// Too many ask at once.
    pub(crate) fn history_busy() -> Self {
        let detail = "the history is busy with other questions, or this one takes too long: ask for less";
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "busy", "busy", detail).retry_after(5)
    }

    /// A part of the history cannot be read.
    pub(crate) fn history_unreadable() -> Self {
        let detail = "the history cannot be read; the log says more";
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "history", "history", detail)
    }

    fn of_store(error: &lalin_store::Error) -> Self {
        use lalin_store::Error;
        match error {
            Error::Taken { .. } => Self::new(StatusCode::CONFLICT, "taken", "taken", error.to_string()),
            Error::Unknown { .. } => Self::new(StatusCode::NOT_FOUND, "not-found", "not found", error.to_string()),
            Error::Invalid { field, .. } => Self::bad_parameter(field, error),
            Error::LastAdministrator => {
                Self::new(StatusCode::CONFLICT, "last-administrator", "last administrator", error.to_string())
            }
            Error::Full => Self::new(StatusCode::INSUFFICIENT_STORAGE, "disk-full", "disk full", error.to_string()),
            Error::ReadOnly => {
                Self::new(StatusCode::SERVICE_UNAVAILABLE, "read-only", "read only", error.to_string()).retry_after(60)
            }
            Error::Busy => Self::new(StatusCode::SERVICE_UNAVAILABLE, "busy", "busy", error.to_string()).retry_after(5),
            Error::Conflict => {
                Self::new(StatusCode::CONFLICT, "changed-meanwhile", "changed meanwhile", error.to_string())
            }
            Error::StateOld => {
                let status = StatusCode::SERVICE_UNAVAILABLE;
                Self::new(status, "state-old", "state may be old", error.to_string()).retry_after(5)
            }
            Error::Unanswered => {
                Self::new(StatusCode::GATEWAY_TIMEOUT, "unanswered", "no answer", error.to_string()).retry_after(5)
            }
            other => {
                // What is wrong inside is for the log.
                tracing::error!(error = %other, "store");
                let detail = "the data cannot be read or written; the log says more";
                Self::new(StatusCode::INTERNAL_SERVER_ERROR, "store", "store", detail)
            }
        }
    }

    fn of_fleet(error: &lalin_fleet::Error) -> Self {
        use lalin_fleet::Error;
        let detail = error.to_string();
        match error {
            Error::Field { field, detail } => Self::bad_parameter(field, detail),
            Error::Unknown(id) => Self::unknown_router(id.as_str()),
            Error::NotEditable(_) => Self::new(StatusCode::CONFLICT, "not-editable", "not editable", detail),
            Error::Taken(_) => Self::new(StatusCode::CONFLICT, "taken", "taken", detail).field("id"),
            Error::NothingKept => Self::new(StatusCode::CONFLICT, "nothing-kept", "nothing is kept", detail),
            Error::DiskFull => Self::of_store(&lalin_store::Error::Full),
            Error::ReadOnly => Self::of_store(&lalin_store::Error::ReadOnly),
            Error::Busy => Self::of_store(&lalin_store::Error::Busy),
            Error::Conflict => Self::of_store(&lalin_store::Error::Conflict),
            Error::StateOld => Self::of_store(&lalin_store::Error::StateOld),
            Error::Unanswered => Self::of_store(&lalin_store::Error::Unanswered),
            // The one setting that is read from a file is the authority's certificate.
            Error::Unusable(unusable) => Self::bad_parameter("tls", &unusable.detail),
            Error::Elsewhere(_) | Error::Unchecked { .. } => {
                Self::new(StatusCode::CONFLICT, "elsewhere", "another site's", detail)
            }
            Error::Store => Self::new(StatusCode::INTERNAL_SERVER_ERROR, "store", "store", detail),
        }
    }

    /// The setting of the configuration that did not allow it.
    #[cfg(test)]
    pub(crate) fn limit(&self) -> Option<&'static str> {
        self.0.limit
    }

    pub(crate) fn method_not_allowed(methods: &str) -> Self {
        let status = StatusCode::METHOD_NOT_ALLOWED;
        Self::new(status, "method-not-allowed", "method not allowed", format!("this path takes {methods}"))
    }

    pub(crate) fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "not-found", "not found", "there is no such path in the API")
    }
}

/// What is remembered cannot be read or written, or refuses the change.
impl From<lalin_store::Error> for Problem {
    fn from(error: lalin_store::Error) -> Self {
        Self::of_store(&error)
    }
}

/// A router is not added, changed or removed.
impl From<lalin_fleet::Error> for Problem {
    fn from(error: lalin_fleet::Error) -> Self {
        Self::of_fleet(&error)
    }
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0.detail)
    }
}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        StatusCode::from_u16(self.0.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    fn error_response(&self) -> HttpResponse<BoxBody> {
        let mut answer = HttpResponse::build(self.status_code());
        answer.insert_header(("Content-Type", "application/problem+json"));
        answer.insert_header(("Cache-Control", "no-store"));
        if let Some(seconds) = self.0.retry_after {
            answer.insert_header((RETRY_AFTER, seconds.to_string()));
        }
        if let Some(state) = &self.0.state {
            state_headers(&mut answer, state);
        }
        answer.body(serde_json::to_vec(&self.0).unwrap_or_default())
    }
}
