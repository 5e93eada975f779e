//! Why a store cannot be used at all; what goes wrong later is the answer's error.

/// Why a store cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The address where it is asked is none.
    #[error("the address of the history's store: {0}")]
    Address(String),
    /// There is no HTTP client.
    #[error("the history's store has no HTTP client: {0}")]
    Client(String),
    /// What is sent cannot be queued.
    #[error(transparent)]
    Write(#[from] lalin_remote_write::Error),
}
