//! What can be wrong with the sources of the page's files.

use std::io;
use std::path::PathBuf;

/// The page's files cannot be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file cannot be read or written.
    #[error("{}: {}", .0.display(), .1)]
    File(PathBuf, #[source] io::Error),
    /// The texts cannot be written as a script.
    #[error("texts: {0}")]
    Texts(#[from] serde_json::Error),
    /// The scripts or styles cannot be joined.
    #[error("scripts: {0}")]
    Bundle(String),
}
