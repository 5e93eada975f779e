//! The file, and how calls reach it: one connection, one call at a time, on tokio's blocking threads.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rusqlite::{Connection, OptionalExtension, Transaction};

use crate::{Error, Key, schema};

/// Another process may be writing: `lalin user add` beside the server.
const BUSY: Duration = Duration::from_secs(5);
/// Encrypted with the key at the beginning, so that another key is noticed at the start and not at the first router.
const WITNESS: &[u8] = b"lalin";

/// What Lalin remembers. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Store(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    connection: Mutex<Connection>,
    key: Key,
}

impl Store {
    /// Opens the file, or makes it so that only its owner can read it.
    ///
    /// # Errors
    /// [`Error::Open`], [`Error::Newer`], [`Error::WrongKey`], [`Error::Database`].
    pub fn open(path: &Path, key: Key) -> Result<Self, Error> {
        let failed = |detail: String| Error::Open { path: path.to_owned(), detail };
        private(path).map_err(|error| failed(error.to_string()))?;
        let connection = Connection::open(path).map_err(|error| failed(error.to_string()))?;
        Self::of(connection, key)
    }

    /// One that is gone with the process.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub fn in_memory(key: Key) -> Result<Self, Error> {
        Self::of(Connection::open_in_memory()?, key)
    }

    fn of(mut connection: Connection, key: Key) -> Result<Self, Error> {
        connection.busy_timeout(BUSY)?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "NORMAL")?;
        connection.pragma_update(None, "foreign_keys", "ON")?;
        schema::migrate(&mut connection)?;
        let sql = "SELECT value FROM meta WHERE name = 'witness'";
        match connection.query_row(sql, [], |row| row.get::<_, Vec<u8>>(0)).optional()? {
            Some(sealed) => drop(key.open("witness", &sealed)?),
            None => {
                let sealed = key.seal("witness", WITNESS)?;
                connection.execute("INSERT INTO meta (name, value) VALUES ('witness', ?1)", [sealed])?;
            }
        }
        Ok(Self(Arc::new(Inner { connection: Mutex::new(connection), key })))
    }

    /// Runs one call in a transaction of its own; an error takes back whatever it did.
    pub(crate) async fn call<T, F>(&self, call: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: FnOnce(&Transaction<'_>, &Key) -> Result<T, Error> + Send + 'static,
    {
        let inner = self.0.clone();
        let done = tokio::task::spawn_blocking(move || {
            // A call that panicked left no transaction behind: its drop took it back.
            let mut connection = inner.connection.lock().unwrap_or_else(PoisonError::into_inner);
            let transaction = connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
            let outcome = call(&transaction, &inner.key)?;
            transaction.commit()?;
            Ok(outcome)
        });
        done.await.unwrap_or_else(|error| Err(Error::System(error.to_string())))
    }
}

/// SQLite gives its other files the rights of this one.
#[cfg(unix)]
fn private(path: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::OpenOptionsExt;
    std::fs::OpenOptions::new().append(true).create(true).mode(0o600).open(path).map(drop)
}

#[cfg(not(unix))]
fn private(_: &Path) -> std::io::Result<()> {
    Ok(())
}
