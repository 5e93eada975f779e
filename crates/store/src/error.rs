//! What can go wrong with the store, one variant for each thing that a caller can do about it.

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
    #[error("the data is of a newer Lalin (schema {found}, this one knows {known}): update Lalin, or {}", older(copy.as_ref()))]
    Newer {
        /// The file's schema.
        found: i64,
        /// The newest one known here.
        known: i64,
        /// What the file was before it was of that schema, where that is still there.
        copy: Option<PathBuf>,
    },
    /// The data is of an older Lalin, and the copy that has to be made before it is changed cannot be made.
    #[error("cannot copy the data to {} before it is brought up to date, so it stays as it is: {detail}", path.display())]
    NoCopy {
        /// The copy.
        path: PathBuf,
        /// What the system or SQLite said.
        detail: String,
    },
    /// The data is of an older Lalin, which is running.
    #[error("the data is of an older Lalin that runs{}: restart it with this version first", process_number(*process))]
    OlderRuns {
        /// Its process, where that is known.
        process: Option<u32>,
    },
    /// Another server uses the data directory.
    #[error("another Lalin{} uses the data directory {}: stop it, or choose another with --data-dir", process_number(*process), folder.display())]
    Running {
        /// The directory.
        folder: PathBuf,
        /// The other's process, where that is known.
        process: Option<u32>,
    },
    /// The database is there and holds nothing, not even its tables.
    #[error("{0} is empty: what it held was lost. Put its copy back; or, where nothing is to be kept, remove {0} and start again", path.display())]
    Emptied {
        /// Which file.
        path: PathBuf,
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
    /// The key file holds no key.
    #[error("{} holds no key (64 hexadecimal digits): put its copy back", path.display())]
    NoKey {
        /// Which file.
        path: PathBuf,
    },
    /// There is data and not the key it was encrypted with.
    #[error("{} is missing, and the data beside it was encrypted with it: put its copy back, or set LALIN_KEY", path.display())]
    KeyLost {
        /// Which file.
        path: PathBuf,
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
    /// Somebody else changed it since it was read.
    #[error("somebody else changed this meanwhile: nothing was changed; look at what it is now, then try again")]
    Conflict,
    /// This node does not hear from the others, so what it knows may be old.
    #[error(
        "this node has lost the others of its cluster, so what it shows may be old: nothing was changed; try again when \
         they are back"
    )]
    StateOld,
    /// The other nodes did not answer in time: it may have been changed, or not.
    #[error("the cluster did not answer in time: look whether it was changed, then try again")]
    Unanswered,
    /// There is something already that would be written over.
    #[error("there are routers, accounts or settings already: nothing was copied")]
    NotEmpty,
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
            Self::Full | Self::ReadOnly | Self::Busy | Self::StateOld | Self::Unanswered => true,
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

fn older(copy: Option<&PathBuf>) -> String {
    match copy {
        Some(copy) => {
            format!(
                "go back: with Lalin stopped, remove lalin.db-wal if it is there and rename {} to lalin.db; changes since are lost",
                copy.display()
            )
        }
        None => "put a copy from before the update back".to_owned(),
    }
}

fn process_number(process: Option<u32>) -> String {
    process.map(|process| format!(" (process {process})")).unwrap_or_default()
}
