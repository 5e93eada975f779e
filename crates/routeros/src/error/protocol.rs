//! Faults of the peer: bytes that are not the protocol, or more of them than allowed.

/// What is wrong with the peer's bytes.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ProtocolError {
    /// A first byte of F1 to FF where a word's length should be: undefined, or reserved for control.
    #[error("control byte {byte:#04x} where a word's length should be")]
    ControlByte {
        /// The byte.
        byte: u8,
    },
    /// A word longer than [`Limits::word`](crate::Limits::word).
    #[error("a word of {length} bytes, the limit is {limit}")]
    WordTooLong {
        /// What was declared, bytes.
        length: usize,
        /// What is allowed, bytes.
        limit: usize,
    },
    /// A sentence longer than [`Limits::sentence`](crate::Limits::sentence).
    #[error("a sentence of more than {limit} bytes")]
    SentenceTooLong {
        /// What is allowed, bytes.
        limit: usize,
    },
    /// A sentence of more words than [`Limits::words`](crate::Limits::words).
    #[error("a sentence of more than {limit} words")]
    TooManyWords {
        /// What is allowed.
        limit: usize,
    },
    /// A reply without a tag while not exactly one command was in flight.
    #[error("a reply without a tag, and it is not clear whose")]
    Stray,
    /// A login challenge that is not an even number of hexadecimal digits.
    #[error("the login challenge is not hexadecimal")]
    InvalidChallenge,
    /// The router answered with a challenge where [`LoginMode::Plain`](crate::LoginMode::Plain) was asked for, or
    /// with a second one.
    #[error("the router wants a login by challenge (RouterOS before 6.43), which is not what was asked for")]
    UnexpectedChallenge,
    /// The router gave no challenge where [`LoginMode::Challenge`](crate::LoginMode::Challenge) was asked for.
    #[error("the router knows no login by challenge (RouterOS 6.43 and later), which was asked for")]
    NoChallenge,
}

impl ProtocolError {
    /// Whether the two sides cannot agree on a login: another attempt would end the same.
    pub(crate) fn is_about_login(&self) -> bool {
        matches!(self, Self::InvalidChallenge | Self::UnexpectedChallenge | Self::NoChallenge)
    }
}
