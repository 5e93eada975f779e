//! What everything that is remembered is asked through.

use std::path::Path;
use std::sync::Arc;

use rusqlite::Transaction;
use tokio::sync::watch;

use crate::data_dir;
use crate::database::Database;
use crate::last_use::LastUse;
use crate::memory_sessions::MemorySessions;
use crate::upkeep::Upkeep;
use crate::{Error, Key};

/// What Lalin remembers. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Store(pub(crate) Arc<Inner>);

#[derive(Debug)]
pub(crate) struct Inner {
    pub(crate) database: Arc<Database>,
    pub(crate) last_use: Arc<LastUse>,
    pub(crate) sessions: Arc<MemorySessions>,
    /// How often this process changed who may do what.
    pub(crate) access_changes: watch::Sender<u64>,
    /// Ends, with what it still has to write, when the last clone of the store is gone.
    upkeep: Upkeep,
}

impl Store {
    /// Opens the file, or makes it so that only its owner can read it. A file that can only be read is read; what would
    /// write fails with [`Error::ReadOnly`] until it can be written again.
    ///
    /// # Errors
    /// [`Error::Open`], [`Error::Emptied`], [`Error::Newer`], [`Error::NoCopy`], [`Error::WrongKey`], [`Error::Full`],
    /// [`Error::Database`].
    pub fn open(path: &Path, key: Key) -> Result<Self, Error> {
        if !path.exists() {
            data_dir::create(path, &key)?;
        }
        Self::over(Database::open(path, key)?)
    }

    /// One that is gone with the process.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub fn in_memory(key: Key) -> Result<Self, Error> {
        Self::over(Database::in_memory(key)?)
    }

    pub(crate) fn over(database: Database) -> Result<Self, Error> {
        let (database, last_use, sessions) = (Arc::new(database), Arc::default(), Arc::default());
        let upkeep = Upkeep::start(&database, &last_use, &sessions)?;
        Ok(Self(Arc::new(Inner { database, last_use, sessions, access_changes: watch::Sender::new(0), upkeep })))
    }

    /// Runs one call that only reads: it waits for nobody who writes.
    pub(crate) async fn read<T, F>(&self, call: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: FnOnce(&Transaction<'_>, &Key) -> Result<T, Error> + Send + 'static,
    {
        self.0.database.clone().read(call).await
    }

    /// Runs one call in a transaction of its own; an error takes back whatever it did.
    pub(crate) async fn write<T, F>(&self, call: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: FnOnce(&Transaction<'_>, &Key) -> Result<T, Error> + Send + 'static,
    {
        self.0.database.clone().write(call).await
    }

    pub(crate) fn key(&self) -> &Key {
        self.0.database.key()
    }

    /// Has what could not be written at once, or need not be, written in the background.
    pub(crate) fn wake_upkeep(&self) {
        self.0.upkeep.wake();
    }
}
