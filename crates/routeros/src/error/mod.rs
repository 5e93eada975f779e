//! The crate's errors, by who is at fault and what the caller can do about it.

mod protocol;
mod refusal;
mod trap;

use std::io;
use std::time::Duration;

pub use protocol::ProtocolError;
pub use trap::{Category, Trap};

pub(crate) use refusal::{command_failed, login_failed};

/// What was being done when the time ran out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Phase {
    /// Opening the TCP connection.
    Connect,
    /// Agreeing on encryption: the TLS handshake.
    Tls,
    /// Logging in.
    Login,
    /// Waiting for a command's end.
    Command,
}

impl std::fmt::Display for Phase {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Connect => "connecting",
            Self::Tls => "agreeing on encryption",
            Self::Login => "logging in",
            Self::Command => "waiting for a command's end",
        })
    }
}

/// Why a connection or a command failed. Cheap enough to clone: every command in flight gets the same reason when
/// the connection ends.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    // The network.
    /// No route, no such host, or nobody there.
    #[error("{detail}")]
    Unreachable {
        /// What the system said, with the address.
        detail: String,
    },
    /// The host refuses connections on this port: the API service is off, or listens on another port.
    #[error("{detail}")]
    Refused {
        /// What the system said, with the address.
        detail: String,
    },
    /// Nothing came in time. In the phase [`Phase::Command`] the connection goes on, unless
    /// [`Client::is_closed`](crate::Client::is_closed) says otherwise: a router that does not even end what was
    /// cancelled within [`Options::cancel_grace`](crate::Options::cancel_grace) is given up with this error too.
    #[error("no answer within {} ms while {phase}", after.as_millis())]
    TimedOut {
        /// While doing what.
        phase: Phase,
        /// The limit that ran out.
        after: Duration,
    },
    /// The connection ended, or the client was closed.
    #[error("{detail}")]
    Closed {
        /// What was seen.
        detail: String,
    },

    // The router's TLS.
    /// The router has no cipher in common with us: `api-ssl` has no certificate and so only anonymous ciphers, or only
    /// ciphers without elliptic curves (some of RouterOS 6), or a key of a kind that is not supported (secp521r1).
    /// [`Tls::CREATE_CERTIFICATE`](crate::Tls::CREATE_CERTIFICATE) has the commands that help.
    #[cfg(feature = "tls")]
    #[error(
        "api-ssl on the router has no certificate, or offers only DHE (RouterOS 6): create one on the router: {}",
        crate::tls::certificate_commands()
    )]
    NoCertificate,
    /// The router's certificate is not trusted: nobody known has signed it, it is for another name, or it is not valid
    /// now. No password was sent. Where it is certain that it is the router's, it can be pinned.
    #[cfg(feature = "tls")]
    #[error("{detail}; its fingerprint is {fingerprint}: if that is the router's, pin it")]
    UntrustedCertificate {
        /// Why not.
        detail: String,
        /// Of the certificate that was presented.
        fingerprint: crate::Fingerprint,
    },
    /// The certificate is not the pinned one: the router got another, or somebody is between us and it. No password was
    /// sent.
    #[cfg(feature = "tls")]
    #[error(
        "the router's certificate has changed: expected {expected}, presented {presented}: make sure why before the new \
         one is pinned"
    )]
    CertificateChanged {
        /// The pinned one.
        expected: crate::Fingerprint,
        /// The one that was presented.
        presented: crate::Fingerprint,
    },
    /// The peer answered in plain text.
    #[cfg(feature = "tls")]
    #[error("the peer does not speak TLS: use the port of api-ssl (usually 8729, the plain api has 8728)")]
    NotTls,
    /// The handshake failed for another reason.
    #[cfg(feature = "tls")]
    #[error("{detail}")]
    HandshakeFailed {
        /// What was seen.
        detail: String,
    },

    // The router.
    /// User name or password are wrong.
    #[error("{message}")]
    WrongCredentials {
        /// The router's words.
        message: String,
    },
    /// The user's group lacks a policy for this command.
    #[error("{message}")]
    NotPermitted {
        /// The router's words.
        message: String,
    },
    /// The router refused the command, or broke it off.
    #[error("{}", trap::summary(traps))]
    Trap {
        /// Every trap of the reply, in order; at least one.
        traps: Vec<Trap>,
    },
    /// The router ended the connection and said why.
    #[error("the router ended the connection: {message}")]
    Fatal {
        /// The router's words; may be empty.
        message: String,
    },
    /// The peer's bytes are not the protocol, or go beyond the limits of a sentence.
    #[error(transparent)]
    Malformed(#[from] ProtocolError),
    /// A collected reply grew beyond [`Limits`](crate::Limits); the command was cancelled, the connection goes on.
    #[error("the reply is larger than the limit")]
    TooLarge,
    /// A row that is not what the caller's type wants.
    #[cfg(feature = "serde")]
    #[error("a row cannot be read: {0}")]
    Row(crate::RowError),

    // The caller.
    /// As many commands as allowed are in flight, and none ended within the command's time limit.
    #[error("{limit} commands are in flight already")]
    Busy {
        /// The limit.
        limit: usize,
    },
    /// The consumer of a stream was too slow: more rows waited than the queue holds. The command was cancelled, the
    /// connection goes on.
    #[error("rows came faster than they were taken")]
    Lagged,
    /// A [`Tls`](crate::Tls) that cannot work: a PEM without a certificate, something that is not a fingerprint or a
    /// name, a system without root certificates.
    #[cfg(feature = "tls")]
    #[error("{detail}")]
    InvalidTls {
        /// What is wrong.
        detail: String,
    },
    /// The command could not be sent as it is; nothing was.
    #[error("invalid command: {detail}")]
    InvalidCommand {
        /// What is wrong with it.
        detail: &'static str,
    },
}

impl Error {
    /// Whether this error is the end of the connection, or there never was one.
    pub fn ends_connection(&self) -> bool {
        match self {
            Self::Unreachable { .. }
            | Self::Refused { .. }
            | Self::Closed { .. }
            | Self::WrongCredentials { .. }
            | Self::Fatal { .. }
            | Self::Malformed(_) => true,
            #[cfg(feature = "tls")]
            Self::NoCertificate
            | Self::UntrustedCertificate { .. }
            | Self::CertificateChanged { .. }
            | Self::NotTls
            | Self::HandshakeFailed { .. }
            | Self::InvalidTls { .. } => true,
            Self::TimedOut { phase, .. } => *phase != Phase::Command,
            _ => false,
        }
    }

    /// Whether the same may succeed later without anybody changing anything.
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::WrongCredentials { .. }
            | Self::NotPermitted { .. }
            | Self::TooLarge
            | Self::InvalidCommand { .. } => false,
            Self::Malformed(error) => !error.is_about_login(),
            #[cfg(feature = "serde")]
            Self::Row(_) => false,
            #[cfg(feature = "tls")]
            Self::NoCertificate
            | Self::UntrustedCertificate { .. }
            | Self::CertificateChanged { .. }
            | Self::NotTls
            | Self::InvalidTls { .. } => false,
            Self::Trap { traps } => traps.iter().any(Trap::is_passing),
            _ => true,
        }
    }

    #[cfg(feature = "tls")]
    pub(crate) fn invalid_tls(detail: impl Into<String>) -> Self {
        Self::InvalidTls { detail: detail.into() }
    }

    pub(crate) fn closed(detail: impl Into<String>) -> Self {
        Self::Closed { detail: detail.into() }
    }

    /// Of an established connection.
    pub(crate) fn broken(error: io::Error) -> Self {
        Self::closed(format!("the connection broke: {error}"))
    }
}

/// Of opening a connection. On an established one every failure is [`Error::Closed`].
impl From<io::Error> for Error {
    fn from(error: io::Error) -> Self {
        use io::ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionRefused, ConnectionReset, UnexpectedEof};
        let detail = error.to_string();
        match error.kind() {
            ConnectionRefused => Self::Refused { detail },
            ConnectionAborted | ConnectionReset | BrokenPipe | UnexpectedEof => Self::Closed { detail },
            _ => Self::Unreachable { detail },
        }
    }
}

#[cfg(feature = "serde")]
impl From<crate::RowError> for Error {
    fn from(error: crate::RowError) -> Self {
        Self::Row(error)
    }
}
