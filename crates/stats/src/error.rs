//! Why a source could not be read, told apart by what the operator can do about it.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

/// Where the time ran out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Phase {
    /// Opening the TCP connection.
    Connect,
    /// Between the open connection and the answered login.
    Login,
    /// Waiting for a command's answer.
    Command,
    /// The whole read, whatever it was doing.
    Read,
}

/// The end of a sentence, with the name of the setting that holds the limit.
impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Connect => "while connecting (connect-limit)",
            Self::Login => "while logging in (login-limit)",
            Self::Command => "to a question (read-limit)",
            Self::Read => "to a read (read-limit)",
        })
    }
}

/// Why there is no fresh data. Cheap to clone: every waiter of one read gets the same one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SourceError {
    /// No route, no such host, or the host is down.
    #[error("router unreachable: {detail}")]
    Unreachable {
        /// What the system said.
        detail: Arc<str>,
    },
    /// The host answers, the port does not: the router's API service is off or on another port.
    #[error("connection refused: {detail}")]
    Refused {
        /// What the system said.
        detail: Arc<str>,
    },
    /// Nothing came in time.
    #[error("no answer within {} ms {phase}", after.as_millis())]
    TimedOut {
        /// What was being waited for.
        phase: Phase,
        /// The limit that ran out.
        after: Duration,
    },
    /// User name or password are wrong. Retried at most once a minute: the router logs each attempt.
    #[error("wrong user name or password: {detail}")]
    WrongCredentials {
        /// The router's own words.
        detail: Arc<str>,
    },
    /// The user may not read this.
    #[error("permission missing: {detail}")]
    NotPermitted {
        /// The router's own words.
        detail: Arc<str>,
    },
    /// The router closed the connection before the login was answered: the address is not allowed, or the
    /// service's session limit is reached.
    #[error("router closed the connection at login: {detail}")]
    TurnedAway {
        /// What was seen.
        detail: Arc<str>,
    },
    /// No encrypted connection came about: the router's TLS service has no certificate, or what listens there does not
    /// speak TLS.
    #[error("no encrypted connection: {detail}")]
    Tls {
        /// What was seen.
        detail: Arc<str>,
    },
    /// The router's certificate is not trusted, or is not the one it had before.
    #[error("certificate not trusted: {detail}")]
    Certificate {
        /// What is wrong with it.
        detail: Arc<str>,
    },
    /// The connection ended.
    #[error("connection closed: {detail}")]
    Closed {
        /// What was seen.
        detail: Arc<str>,
    },
    /// The router answered with an error of its own.
    #[error("router answered: {detail}")]
    Router {
        /// The router's own words.
        detail: Arc<str>,
    },
    /// The bytes are not the expected protocol: another service listens on this port, or the connection damages data.
    #[error("unexpected answer: {detail}")]
    Malformed {
        /// What was wrong with it.
        detail: Arc<str>,
    },
    /// A bug on our side.
    #[error("internal failure: {detail}")]
    Internal {
        /// What happened.
        detail: Arc<str>,
    },
}

impl SourceError {
    /// A stable word for programs: the API's `reason`, the page's key for its sentence.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unreachable { .. } => "unreachable",
            Self::Refused { .. } => "refused",
            Self::TimedOut { .. } => "timed-out",
            Self::WrongCredentials { .. } => "wrong-credentials",
            Self::NotPermitted { .. } => "not-permitted",
            Self::TurnedAway { .. } => "turned-away",
            Self::Tls { .. } => "tls",
            Self::Certificate { .. } => "certificate",
            Self::Closed { .. } => "closed",
            Self::Router { .. } => "router-error",
            Self::Malformed { .. } => "malformed",
            Self::Internal { .. } => "internal",
        }
    }

    /// The error of a [`code`](Self::code) that comes with words; `None` for a code that there is not, and for that of a
    /// limit, which has none.
    pub fn with_words(code: &str, detail: Arc<str>) -> Option<Self> {
        Some(match code {
            "unreachable" => Self::Unreachable { detail },
            "refused" => Self::Refused { detail },
            "wrong-credentials" => Self::WrongCredentials { detail },
            "not-permitted" => Self::NotPermitted { detail },
            "turned-away" => Self::TurnedAway { detail },
            "tls" => Self::Tls { detail },
            "certificate" => Self::Certificate { detail },
            "closed" => Self::Closed { detail },
            "router-error" => Self::Router { detail },
            "malformed" => Self::Malformed { detail },
            "internal" => Self::Internal { detail },
            _ => return None,
        })
    }

    /// What was said of it, but for a limit: that has figures.
    pub fn words(&self) -> Option<&Arc<str>> {
        match self {
            Self::TimedOut { .. } => None,
            Self::Unreachable { detail }
            | Self::Refused { detail }
            | Self::WrongCredentials { detail }
            | Self::NotPermitted { detail }
            | Self::TurnedAway { detail }
            | Self::Tls { detail }
            | Self::Certificate { detail }
            | Self::Closed { detail }
            | Self::Router { detail }
            | Self::Malformed { detail }
            | Self::Internal { detail } => Some(detail),
        }
    }
}

/// A read of a router that failed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct Failure {
    /// Why.
    pub reason: SourceError,
    /// How many attempts to connect failed in a row, this one included; 0 where the source does not connect.
    pub attempt: u32,
    /// When the source tries again by itself.
    pub retry_at: Option<Instant>,
}

impl From<SourceError> for Failure {
    fn from(reason: SourceError) -> Self {
        Self { reason, attempt: 0, retry_at: None }
    }
}

impl ReadError for Failure {
    fn timed_out(after: Duration) -> Self {
        SourceError::TimedOut { phase: Phase::Read, after }.into()
    }

    fn internal(detail: &str) -> Self {
        SourceError::Internal { detail: detail.into() }.into()
    }

    fn is_internal(&self) -> bool {
        matches!(self.reason, SourceError::Internal { .. })
    }
}

/// What the error of a [`Source`](crate::Source) must be able to say.
///
/// A decorator has failures of its own to report: a time limit that ran out, a source that panicked. Callers should see
/// them as they see every other failure of the source, so the decorator makes them in the source's own error type. It
/// is cloned because many callers may wait for one read.
pub trait ReadError: Clone + fmt::Display + Send + Sync + 'static {
    /// The read was given up after this time.
    fn timed_out(after: Duration) -> Self;

    /// A bug on our side of the connection, such as a source that panicked.
    fn internal(detail: &str) -> Self;

    /// Whether it was made by [`ReadError::internal`]. Such a failure says nothing about what is read, so no cache
    /// answers further callers with it.
    fn is_internal(&self) -> bool;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_comes_back_by_its_code_and_words() {
        let codes = [
            "unreachable",
            "refused",
            "wrong-credentials",
            "not-permitted",
            "turned-away",
            "tls",
            "certificate",
            "closed",
            "router-error",
            "malformed",
            "internal",
        ];
        for code in codes {
            let error = SourceError::with_words(code, "invalid user name or password (6)".into());
            let said = error.as_ref().and_then(|error| Some((error.code(), &**error.words()?)));
            assert_eq!(said, Some((code, "invalid user name or password (6)")));
        }
        let limit = SourceError::TimedOut { phase: Phase::Read, after: Duration::from_secs(3) };
        assert_eq!((limit.words(), SourceError::with_words(limit.code(), "x".into())), (None, None));
    }
}
