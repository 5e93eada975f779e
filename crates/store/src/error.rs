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
    /// There is no room to write in.
    #[error("the disk is full: nothing was changed; make room where the data is")]
    Full,
    /// The file, or the folder around it, cannot be written.
    #[error("the data can only be read: nothing was changed; see to the rights and the mount of its folder")]
    ReadOnly,
    /// Somebody else holds the database, or too many wait for it.
    #[error("another program holds the database: nothing was changed; try again")]
    Busy,
    /// The database failed: a damaged file, a broken disk.
    #[error("database: {0}")]
    Database(#[source] rusqlite::Error),
    /// The system gave no random numbers, or no thread.
    #[error("the system failed: {0}")]
    System(String),
}

impl Error {
    /// Whether it is writing alone that fails, for now: what is there can be read all the same.
    #[must_use]
    pub fn is_unwritable(&self) -> bool {
        use rusqlite::ErrorCode::{CannotOpen, PermissionDenied, SystemIoFailure};
        match self {
            Self::Full | Self::ReadOnly | Self::Busy => true,
            // The log or its index, beside the file, could not be made or made longer.
            Self::Database(error) => {
                matches!(error.sqlite_error_code(), Some(CannotOpen | PermissionDenied | SystemIoFailure))
            }
            _ => false,
        }
    }
}

impl From<rusqlite::Error> for Error {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode::{DatabaseBusy, DatabaseLocked, DiskFull, ReadOnly};
        match error.sqlite_error_code() {
            Some(DiskFull) => Self::Full,
            Some(ReadOnly) => Self::ReadOnly,
            Some(DatabaseBusy | DatabaseLocked) => Self::Busy,
            _ => Self::Database(error),
        }
    }
}
