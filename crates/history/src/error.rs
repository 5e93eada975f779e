//! What can go wrong with the history, one variant for each thing that a caller can do about it.

use std::io;
use std::path::{Path, PathBuf};

use crate::store_fault::StoreFault;

/// Why the history cannot do what was asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file or folder cannot be read or written.
    #[error("{}: {source}", path.display())]
    File {
        /// Which one.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The database of names and totals cannot be used.
    #[error("history database: {0}")]
    Database(#[from] rusqlite::Error),
    /// What is on the disk is not what was written.
    #[error("damaged: {0}")]
    Damaged(&'static str),
    /// The files were written by a newer version.
    #[error("the history is of a newer Lalin (version {found}, this one knows {known}): update Lalin")]
    Newer {
        /// The version found.
        found: u32,
        /// The newest one known here.
        known: u32,
    },
    /// There is no time zone of this name.
    #[error("no time zone is named {0}")]
    NoZone(String),
    /// There is no history in this folder.
    #[error("there is no history in {}", .0.display())]
    NoHistory(PathBuf),
    /// The files were written by an older version, and only a start of the server brings them up to date.
    #[error("the history is of an older Lalin (version {found}, this one is at {known}): start the server once")]
    Older {
        /// The version found.
        found: u32,
        /// The newest one.
        known: u32,
    },
    /// A file that is to be imported has something else than what an export writes.
    #[error("line {line}: {what}")]
    Import {
        /// Where, counted from 1.
        line: u64,
        /// What is wrong there.
        what: String,
    },
    /// What is to be imported is there already: it would count twice.
    #[error("{router}: {name} has samples from {from_ms} to {to_ms} already")]
    Double {
        /// The router.
        router: String,
        /// The line.
        name: String,
        /// From when, ms since 1970.
        from_ms: i64,
        /// Until when.
        to_ms: i64,
    },
    /// What is exported cannot be written.
    #[error("{0}")]
    Output(String),
    /// The line is not, or no longer, in the history.
    #[error("the history has no such line")]
    NoLine,
    /// The question makes no sense: its range is empty, or it asks for nothing.
    #[error("{0}")]
    Question(&'static str),
    /// Another process keeps its history in this folder.
    #[error("another Lalin records into {}", .0.display())]
    Locked(PathBuf),
    /// More waits to be sealed than memory may hold, because the disk does not take it.
    #[error("the disk takes no more of the history")]
    Full,
    /// The store that has the samples does not answer as it should.
    #[error("the store of the history {fault}: {detail}")]
    Store {
        /// What is the matter with it.
        fault: StoreFault,
        /// What it said, or what was seen.
        detail: String,
    },
    /// The history was closed.
    #[error("the history is closed")]
    Closed,
}

impl Error {
    /// Whether the same call may succeed later without anybody changing it.
    pub fn is_passing(&self) -> bool {
        matches!(self, Self::File { .. } | Self::Database(_) | Self::Locked(_) | Self::Full | Self::Store { .. })
    }

    pub(crate) fn file(path: &Path) -> impl FnOnce(io::Error) -> Self + use<> {
        let path = path.to_owned();
        move |source| Self::File { path, source }
    }
}
