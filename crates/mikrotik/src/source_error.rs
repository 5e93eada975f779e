//! Turns an error of the client into the error of a source, by what the operator can do about it.

use lalin_stats::{Phase, SourceError};
use routeros::Error;

/// What an error of the client means for a source: for whoever writes a source of his own over `routeros`.
///
/// A function and no `From`: both types are of other crates, and neither of those is to know the other.
pub fn source_error(error: &Error) -> SourceError {
    let detail = error.to_string().into();
    match error {
        Error::Unreachable { .. } => SourceError::Unreachable { detail },
        Error::Refused { .. } => SourceError::Refused { detail },
        Error::TimedOut { phase, after } => SourceError::TimedOut { phase: phase_of(*phase), after: *after },
        Error::WrongCredentials { .. } => SourceError::WrongCredentials { detail },
        Error::NotPermitted { .. } => SourceError::NotPermitted { detail },
        Error::Trap { .. } | Error::Fatal { .. } => SourceError::Router { detail },
        Error::NoCertificate | Error::NotTls | Error::HandshakeFailed { .. } | Error::InvalidTls { .. } => {
            SourceError::Tls { detail }
        }
        Error::UntrustedCertificate { .. } | Error::CertificateChanged { .. } => SourceError::Certificate { detail },
        Error::Malformed { .. } | Error::TooLarge => SourceError::Malformed { detail },
        Error::Closed { .. } => SourceError::Closed { detail },
        _ => SourceError::Internal { detail },
    }
}

/// What `error` means as the reason why there is no session: one was `lost`, or could not be opened.
pub(crate) fn session_error(error: &Error, lost: bool) -> SourceError {
    match source_error(error) {
        // Nobody accepts a connection only to close it: the address is not allowed, or there are too many sessions.
        SourceError::Closed { detail } if !lost => SourceError::TurnedAway { detail },
        reason => reason,
    }
}

fn phase_of(phase: routeros::Phase) -> Phase {
    match phase {
        routeros::Phase::Connect => Phase::Connect,
        routeros::Phase::Command => Phase::Command,
        // Whatever there is between the connection and the answered login.
        _ => Phase::Login,
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use routeros::Fingerprint;

    use super::*;

    #[test]
    fn each_error_is_told_by_what_the_operator_can_do() {
        let detail = || "so".to_owned();
        let after = Duration::from_secs(3);
        let fingerprint = Fingerprint::of(b"a certificate");
        let cases = [
            (Error::Unreachable { detail: detail() }, "unreachable"),
            (Error::Refused { detail: detail() }, "refused"),
            (Error::TimedOut { phase: routeros::Phase::Login, after }, "timed-out"),
            (Error::WrongCredentials { message: detail() }, "wrong-credentials"),
            (Error::NotPermitted { message: detail() }, "not-permitted"),
            (Error::Trap { traps: Vec::new() }, "router-error"),
            (Error::Fatal { message: detail() }, "router-error"),
            (Error::Malformed(routeros::ProtocolError::Stray), "malformed"),
            (Error::TooLarge, "malformed"),
            (Error::NoCertificate, "tls"),
            (Error::NotTls, "tls"),
            (Error::HandshakeFailed { detail: detail() }, "tls"),
            (Error::UntrustedCertificate { detail: detail(), fingerprint }, "certificate"),
            (Error::CertificateChanged { expected: fingerprint, presented: fingerprint }, "certificate"),
            (Error::Closed { detail: detail() }, "closed"),
            (Error::Lagged, "internal"),
        ];
        for (error, code) in cases {
            assert_eq!(source_error(&error).code(), code, "{error:?}");
        }
        let closed = Error::Closed { detail: detail() };
        assert_eq!(session_error(&closed, false).code(), "turned-away");
        assert_eq!(session_error(&closed, true).code(), "closed");
    }

    #[test]
    fn a_time_out_keeps_its_phase_and_limit() {
        let after = Duration::from_millis(1_500);
        let error = Error::TimedOut { phase: routeros::Phase::Connect, after };
        assert_eq!(source_error(&error), SourceError::TimedOut { phase: Phase::Connect, after });
    }
}
