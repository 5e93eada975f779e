//! The client's errors in the words of `stats`: told apart by what the operator can do.

use lalin_stats::{Phase, SourceError};
use routeros::Error;

/// What `error` means for a source.
pub(crate) fn reason(error: &Error) -> SourceError {
    let detail = error.to_string().into();
    match error {
        Error::Unreachable { .. } => SourceError::Unreachable { detail },
        Error::Refused { .. } => SourceError::Refused { detail },
        Error::TimedOut { phase, after } => SourceError::TimedOut { phase: of(*phase), after: *after },
        Error::WrongCredentials { .. } => SourceError::WrongCredentials { detail },
        Error::NotPermitted { .. } => SourceError::NotPermitted { detail },
        Error::Trap { .. } | Error::Fatal { .. } => SourceError::Router { detail },
        Error::Malformed { .. } => SourceError::Malformed { detail },
        Error::Closed { .. } => SourceError::Closed { detail },
        _ => SourceError::Internal { detail },
    }
}

/// What `error` means where a session was being opened.
pub(crate) fn reason_at_login(error: &Error) -> SourceError {
    match reason(error) {
        // Nobody accepts a connection only to close it: the address is not allowed, or there are too many sessions.
        SourceError::Closed { detail } => SourceError::TurnedAway { detail },
        reason => reason,
    }
}

fn of(phase: routeros::Phase) -> Phase {
    match phase {
        routeros::Phase::Connect => Phase::Connect,
        routeros::Phase::Login => Phase::Login,
        routeros::Phase::Command => Phase::Command,
    }
}
