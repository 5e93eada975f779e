//! What can go wrong when it is started; later failures are counted and logged, not returned.

use std::io;
use std::path::PathBuf;

/// Why remote write cannot start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The folder of the queue cannot be used.
    #[error("the queue of remote write in {path}: {reason}", path = path.display())]
    Queue {
        /// The folder.
        path: PathBuf,
        /// Why.
        reason: io::Error,
    },
    /// The receiver's address is none.
    #[error("the address of remote write: {0}")]
    Address(String),
    /// There is no HTTP client.
    #[error("remote write has no HTTP client: {0}")]
    Client(String),
}
