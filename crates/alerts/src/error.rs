//! Why something about alerts could not be done.

/// What failed, by whose fault it is.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The database failed or cannot be read.
    #[error("the alerts' database: {0}")]
    Database(#[from] rusqlite::Error),
    /// A stored notice is not one.
    #[error("a stored notice: {0}")]
    Notice(#[from] serde_json::Error),
    /// A channel's settings do not make a channel. The text is for whoever fills them in and has no secret.
    #[error("{0}")]
    Channel(String),
    /// The certificates that channels trust cannot be read.
    #[error("certificates: {0}")]
    Certificates(String),
    /// A newer Lalin wrote the database.
    #[error("the alerts' database is of a newer Lalin: update Lalin, or move alerts.db away")]
    Newer,
    /// What several machines share cannot be reached.
    #[error("what is shared: {0}")]
    Shared(String),
    /// Another machine holds the router, or none does.
    #[error("this machine does not hold the router")]
    NotHeld,
    /// The sending task has ended.
    #[error("alerts are no longer sent")]
    Ended,
}

impl Error {
    /// Whether trying again later may help.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Database(rusqlite::Error::SqliteFailure(failure, _)) => {
                use rusqlite::ErrorCode::{DatabaseBusy, DatabaseLocked, DiskFull, SystemIoFailure};
                matches!(failure.code, DatabaseBusy | DatabaseLocked | DiskFull | SystemIoFailure)
            }
            Self::Shared(_) => true,
            _ => false,
        }
    }
}
