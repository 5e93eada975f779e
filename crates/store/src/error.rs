//! What can go wrong with what is remembered, told apart by what the caller can do.

use std::io;
use std::path::PathBuf;

/// Why the store cannot do what was asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The file cannot be opened or made.
    #[error("cannot open {}: {detail}", path.display())]
    Open {
        /// Which file.
        path: PathBuf,
        /// What the system or SQLite said.
        detail: String,
    },
    /// The file was written by a newer version.
    #[error("the data is of a newer Lalin (schema {found}, this one knows {known}): update Lalin, or restore a backup")]
    Newer {
        /// The file's schema.
        found: i64,
        /// The newest one known here.
        known: i64,
    },
    /// The key is not the one that the data was encrypted with.
    #[error("the key does not fit the data: put the old key file back, or set LALIN_KEY to the old key")]
    WrongKey,
    /// The key cannot be read or made.
    #[error("key {}: {source}", path.display())]
    KeyFile {
        /// Which file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The text is no key.
    #[error("a key is 64 hexadecimal digits")]
    KeyText,
    /// The name is taken already.
    #[error("{what} of this name exists already")]
    Taken {
        /// A router, a user.
        what: &'static str,
    },
    /// There is no such entry.
    #[error("there is no such {what}")]
    Unknown {
        /// A router, a user, a token.
        what: &'static str,
    },
    /// A value that cannot be kept.
    #[error("{field}: {reason}")]
    Invalid {
        /// Which value.
        field: &'static str,
        /// Why.
        reason: &'static str,
    },
    /// The last administrator cannot go.
    #[error("this is the last administrator")]
    LastAdministrator,
    /// The database failed: a full disk, a damaged file.
    #[error("database: {0}")]
    Database(#[from] rusqlite::Error),
    /// The system gave no random numbers, or no thread.
    #[error("the system failed: {0}")]
    System(String),
}
