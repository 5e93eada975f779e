//! What can go wrong, told apart by who is at fault and what the caller can do.

use std::io;
use std::time::Duration;

/// Where the time ran out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Phase {
    /// Opening the TCP connection.
    Connect,
    /// Logging in.
    Login,
    /// Waiting for a command's end.
    Command,
}

/// Bytes that are not the protocol, or go beyond the limits.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ProtocolError {
    /// A first byte of F1 to FF: undefined, or reserved for control.
    #[error("control byte {byte:#04x} where a word's length should be")]
    ControlByte {
        /// The byte.
        byte: u8,
    },
    /// A word longer than the limit.
    #[error("a word of {length} bytes, the limit is {limit}")]
    WordTooLong {
        /// What was declared.
        length: usize,
        /// What is allowed.
        limit: usize,
    },
    /// A sentence longer than the limit.
    #[error("a sentence of more than {limit} bytes")]
    SentenceTooLong {
        /// What is allowed.
        limit: usize,
    },
    /// A sentence of more words than the limit.
    #[error("a sentence of more than {limit} words")]
    TooManyWords {
        /// What is allowed.
        limit: usize,
    },
    /// A reply that belongs to no command.
    #[error("a reply without a tag, and it is not clear whose")]
    Stray,
    /// A login challenge that is no hexadecimal text.
    #[error("the login challenge is not hexadecimal")]
    Challenge,
}

/// One `!trap`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trap {
    /// The router's number for the kind: 0 missing item or command, 1 argument, 2 interrupted, 3 scripting, 4 general,
    /// 5 API, 6 TTY, 7 value; often absent.
    pub category: Option<u32>,
    /// The router's words.
    pub message: String,
}

/// Why a connection or a command failed. Cheap enough to clone.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// No route, no such host, or nobody there.
    #[error("{detail}")]
    Unreachable {
        /// What the system said.
        detail: String,
    },
    /// The host refuses connections on this port.
    #[error("{detail}")]
    Refused {
        /// What the system said.
        detail: String,
    },
    /// Nothing came in time.
    #[error("no answer within {} ms", after.as_millis())]
    TimedOut {
        /// While doing what.
        phase: Phase,
        /// The limit.
        after: Duration,
    },
    /// User name or password are wrong.
    #[error("{message}")]
    WrongCredentials {
        /// The router's words.
        message: String,
    },
    /// The user may not do this.
    #[error("{message}")]
    NotPermitted {
        /// The router's words.
        message: String,
    },
    /// The router refused the command.
    #[error("{}", traps.first().map_or("trap", |trap| trap.message.as_str()))]
    Trap {
        /// Every trap of the reply; at least one.
        traps: Vec<Trap>,
    },
    /// The router ended the connection and said why.
    #[error("{message}")]
    Fatal {
        /// The router's words.
        message: String,
    },
    /// The peer's bytes are not the protocol.
    #[error(transparent)]
    Malformed(#[from] ProtocolError),
    /// A collected reply grew beyond the limits.
    #[error("the reply is larger than the limit")]
    TooLarge,
    /// As many commands as allowed are in flight.
    #[error("too many commands in flight, the limit is {limit}")]
    Busy {
        /// The limit.
        limit: usize,
    },
    /// The consumer of a stream was too slow for it.
    #[error("rows came faster than they were taken")]
    Lagged,
    /// The connection ended.
    #[error("{detail}")]
    Closed {
        /// What was seen.
        detail: String,
    },
}

impl Error {
    /// Whether the connection is over.
    pub fn ends_connection(&self) -> bool {
        matches!(
            self,
            Self::Unreachable { .. }
                | Self::Refused { .. }
                | Self::Fatal { .. }
                | Self::Malformed(_)
                | Self::Closed { .. }
        )
    }

    /// Whether the same may succeed later without anybody changing anything.
    pub fn is_retryable(&self) -> bool {
        !matches!(self, Self::WrongCredentials { .. } | Self::NotPermitted { .. } | Self::Trap { .. })
    }

    pub(crate) fn closed(detail: impl Into<String>) -> Self {
        Self::Closed { detail: detail.into() }
    }
}

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
