//! What everything that is remembered is asked through.

use std::path::Path;
use std::sync::Arc;

use rusqlite::Transaction;
use tokio::sync::watch;

use crate::background_writer::BackgroundWriter;
use crate::database::Database;
use crate::known_access::KnownAccess;
use crate::last_use::LastUse;
use crate::memory_sessions::MemorySessions;
use crate::{EncryptionKey, Error, schema};

/// What Lalin remembers. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Store(pub(crate) Arc<Inner>);

#[derive(Debug)]
pub(crate) struct Inner {
    pub(crate) database: Arc<Database>,
    pub(crate) last_use: Arc<LastUse>,
    pub(crate) sessions: Arc<MemorySessions>,
    /// What was looked up of who may do what.
    pub(crate) known: KnownAccess,
    /// How often this process changed who may do what, or saw that another one may have.
    pub(crate) access_changes: watch::Sender<u64>,
    /// Ends, with what it still has to write, when the last clone of the store is gone.
    background_writer: BackgroundWriter,
}

impl Store {
    /// Opens the file, or makes it so that only its owner can read it. A file that can only be read is read; what would
    /// write fails with [`Error::ReadOnly`] until it can be written again.
    ///
    /// # Errors
    /// [`Error::Open`], [`Error::Emptied`], [`Error::Newer`], [`Error::NoCopy`], [`Error::WrongKey`], [`Error::Full`],
    /// [`Error::Database`].
    pub fn open(path: &Path, key: EncryptionKey) -> Result<Self, Error> {
        if !path.exists() {
            schema::create(path, &key)?;
        }
        Self::over(Database::open(path, key)?)
    }

    /// One that is gone with the process.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub fn in_memory(key: EncryptionKey) -> Result<Self, Error> {
        Self::over(Database::in_memory(key)?)
    }

    pub(crate) fn over(database: Database) -> Result<Self, Error> {
        let (database, last_use, sessions) = (Arc::new(database), Arc::default(), Arc::default());
        let background_writer = BackgroundWriter::start(&database, &last_use, &sessions)?;
        Ok(Self(Arc::new(Inner {
            database,
            last_use,
            sessions,
            known: KnownAccess::default(),
            access_changes: watch::Sender::new(0),
            background_writer,
        })))
    }

    /// Runs one call that only reads: it waits for nobody who writes.
    pub(crate) async fn read<T, F>(&self, call: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: FnOnce(&Transaction<'_>, &EncryptionKey) -> Result<T, Error> + Send + 'static,
    {
        self.0.database.clone().read(call).await
    }

    /// Runs one call in a transaction of its own; an error takes back whatever it did. Where the store is shared and
    /// another node was first, it runs again over what is there then.
    pub(crate) async fn write<T, F>(&self, call: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: FnOnce(&Transaction<'_>, &EncryptionKey) -> Result<T, Error> + Clone + Send + 'static,
    {
        self.0.database.clone().write(call).await
    }

    pub(crate) fn key(&self) -> &EncryptionKey {
        self.0.database.key()
    }

    /// Has what could not be written at once, or need not be, written in the background.
    pub(crate) fn wake_background_writer(&self) {
        self.0.background_writer.wake();
    }

    /// Changes whenever this process changed who may do what, or has seen that another one wrote something.
    pub fn access_changes(&self) -> watch::Receiver<u64> {
        self.0.access_changes.subscribe()
    }

    /// The access revision, for a look-up that may be answered from memory. Waits only where other processes' changes have
    /// to be looked for.
    pub(crate) async fn known_revision(&self) -> u64 {
        if self.0.known.is_due() && self.changed_elsewhere().await.is_err() {
            // What cannot be looked at may have changed.
            self.access_changed();
        }
        *self.0.access_changes.borrow()
    }

    /// Whether anything was written into the file since this was last asked; always false for a store in memory. Where it
    /// was, [`Store::access_changes`] tells it too.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn changed_elsewhere(&self) -> Result<bool, Error> {
        let store = self.clone();
        self.0.database.clone().changed(move || store.access_changed()).await
    }

    /// Tells that who may do what is not as it was.
    pub(crate) fn access_changed(&self) {
        self.0.access_changes.send_modify(|changes| *changes += 1);
    }
}
