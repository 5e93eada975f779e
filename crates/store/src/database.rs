//! The database file and its connections: one writes, a few others read beside it, all on tokio's blocking threads.
//!
//! In WAL mode a reader waits for no writer, and reading needs no room on the disk: a full disk, a database that another
//! program holds, or a directory that became read-only stop what writes, and nothing else. Where the file cannot be
//! written at all it is read as it is, and [`Database::reopen`] tries again.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, Transaction, TransactionBehavior};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};
use tokio::time::timeout;

use crate::files::companion;
use crate::shared::{SharedChanges, SharedPart, Sharing};
use crate::told::Told;
use crate::{EncryptionKey, Error, schema};

/// Another process may be writing: `lalin user add` beside the server.
const BUSY: Duration = Duration::from_secs(2);
/// How long a call waits for its turn.
const TURN: Duration = Duration::from_secs(5);
/// How many calls read at once. Each is a connection and, while it reads, a thread.
const READERS: usize = 4;

/// The database: one call writes at a time, several read.
#[derive(Debug)]
pub(crate) struct Database {
    /// `None` for a database in memory, which only the writer's connection has.
    path: Option<PathBuf>,
    key: EncryptionKey,
    /// `None` while the file cannot be written.
    writer: Mutex<Option<Connection>>,
    /// Readers' connections that are not in use.
    idle: Mutex<Vec<Reader>>,
    /// Notices that another process has written: `data_version` has a meaning on one connection only.
    watcher: Mutex<Option<(Reader, i64)>>,
    /// How many times the file was opened: a reader from before the last time may see an old state for ever.
    opened: AtomicU64,
    reading: Arc<Semaphore>,
    writing: Arc<Semaphore>,
    /// Empty on a machine that shares nothing.
    sharing: OnceLock<Sharing>,
}

#[derive(Debug)]
struct Reader {
    connection: Connection,
    opened: u64,
}

impl Database {
    /// Opens a file that exists.
    ///
    /// # Errors
    /// [`Error::Open`], [`Error::Newer`], [`Error::WrongKey`], [`Error::Database`].
    pub(crate) fn open(path: &Path, key: EncryptionKey) -> Result<Self, Error> {
        match writer(path, &key) {
            Ok(connection) => Ok(Self::of(Some(path.to_owned()), Some(connection), key)),
            Err(error) if error.is_unwritable() => {
                let reader = reader(path).map_err(|_| opening(path, &error))?;
                schema::check(&reader, path, &key)?;
                tracing::warn!(%error, path = %path.display(), "the data cannot be written: it is only read");
                Ok(Self::of(Some(path.to_owned()), None, key))
            }
            Err(error @ Error::Database(_)) => Err(opening(path, &error)),
            Err(error) => Err(error),
        }
    }

    /// A database in memory.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub(crate) fn in_memory(key: EncryptionKey) -> Result<Self, Error> {
        let mut connection = Connection::open_in_memory()?;
        connection.pragma_update(None, "foreign_keys", "ON")?;
        schema::create_in_memory(&mut connection, &key)?;
        Ok(Self::of(None, Some(connection), key))
    }

    fn of(path: Option<PathBuf>, writer: Option<Connection>, key: EncryptionKey) -> Self {
        Self {
            path,
            key,
            writer: Mutex::new(writer),
            idle: Mutex::default(),
            watcher: Mutex::default(),
            opened: AtomicU64::new(0),
            reading: Arc::new(Semaphore::new(READERS)),
            writing: Arc::new(Semaphore::new(1)),
            sharing: OnceLock::new(),
        }
    }

    /// Shares what is written from now on, once.
    pub(crate) fn share(&self, sharing: Sharing) {
        let mut writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(Err(error)) = writer.as_mut().map(|connection| sharing.resume(connection)) {
            tracing::warn!(%error, "the audit log is read from its beginning");
        }
        if self.sharing.set(sharing).is_err() {
            tracing::error!("the store is shared already");
        }
    }

    pub(crate) fn sharing(&self) -> Option<&Sharing> {
        self.sharing.get()
    }

    /// Puts changes of others into this copy.
    pub(crate) async fn apply_shared(self: Arc<Self>, part: SharedPart, changes: SharedChanges) -> Result<(), Error> {
        let turn = turn(&self.writing).await?;
        blocking(turn, move || self.apply_now(part, &changes)).await
    }

    fn apply_now(&self, part: SharedPart, changes: &SharedChanges) -> Result<(), Error> {
        let Some(sharing) = self.sharing() else { return Ok(()) };
        self.with_writer(|connection| sharing.apply(connection, part, changes))
    }

    /// Brings these parts of this copy up to what is committed now.
    pub(crate) async fn catch_up(self: Arc<Self>, parts: &'static [SharedPart]) -> Result<(), Error> {
        // Nobody waits for a writer where there is nothing new.
        let turn = turn(&self.reading).await?;
        let catch_up = move || {
            let Some(sharing) = self.sharing() else { return Ok(()) };
            for part in parts.iter().copied() {
                let changes = sharing.since(part)?;
                if changes.all || changes.up_to > sharing.up_to(part) {
                    self.with_writer(|connection| sharing.apply(connection, part, &changes))?;
                }
            }
            Ok(())
        };
        blocking(turn, catch_up).await
    }

    /// Appends to the audit log of all, and to this copy.
    pub(crate) async fn append(self: Arc<Self>, key: String, value: Vec<u8>) -> Result<(), Error> {
        let turn = turn(&self.writing).await?;
        let append = move || {
            let Some(sharing) = self.sharing() else { return Ok(()) };
            let changes = sharing.append(&key, value)?;
            self.with_writer(|connection| sharing.apply(connection, SharedPart::Audit, &changes))
        };
        blocking(turn, append).await
    }

    pub(crate) fn key(&self) -> &EncryptionKey {
        &self.key
    }

    /// Runs one call that only reads.
    pub(crate) async fn read<T, F>(self: Arc<Self>, call: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: FnOnce(&Transaction<'_>, &EncryptionKey) -> Result<T, Error> + Send + 'static,
    {
        let turn = turn(&self.reading).await?;
        blocking(turn, move || self.read_now(call)).await
    }

    /// Whether anything was written since this was last asked, by this process or another one. Costs one look at the
    /// log's index.
    ///
    /// A change is reported once, so `told` is called where it was found: it is not lost with whoever asked.
    pub(crate) async fn changed(self: Arc<Self>, told: impl FnOnce() + Send + 'static) -> Result<bool, Error> {
        if self.path.is_none() {
            return Ok(false);
        }
        let turn = turn(&self.reading).await?;
        let look = move || {
            let changed = self.changed_now();
            if !matches!(changed, Ok(false)) {
                told();
            }
            changed
        };
        blocking(turn, look).await
    }

    fn changed_now(&self) -> Result<bool, Error> {
        let Some(path) = &self.path else { return Ok(false) };
        let opened = self.opened.load(Ordering::Acquire);
        let mut watcher = self.watcher.lock().unwrap_or_else(PoisonError::into_inner);
        // Taken out, so that one that fails is not asked again.
        let (reader, before) = match watcher.take().filter(|(reader, _)| reader.opened == opened) {
            Some((reader, before)) => (reader, Some(before)),
            None => (Reader { connection: reader(path)?, opened }, None),
        };
        let version = reader.connection.pragma_query_value(None, "data_version", |row| row.get(0))?;
        *watcher = Some((reader, version));
        Ok(before != Some(version))
    }

    /// Runs one call in a transaction of its own, which an error rolls back. Where the store is shared it may run again.
    pub(crate) async fn write<T, F>(self: Arc<Self>, call: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: FnOnce(&Transaction<'_>, &EncryptionKey) -> Result<T, Error> + Clone + Send + 'static,
    {
        // Calls that wait for a locked file must not take the readers' threads.
        let turn = turn(&self.writing).await?;
        let told = Told::of_task();
        blocking(turn, move || self.write_told(told.as_ref(), call)).await
    }

    fn read_now<T>(&self, call: impl FnOnce(&Transaction<'_>, &EncryptionKey) -> Result<T, Error>) -> Result<T, Error> {
        let Some(path) = &self.path else { return self.write_here(call) };
        let opened = self.opened.load(Ordering::Acquire);
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut reader = match idle.filter(|reader| reader.opened == opened) {
            Some(reader) => reader,
            None => Reader { connection: reader(path)?, opened },
        };
        let outcome = call(&reader.connection.transaction()?, &self.key);
        // Not reused after a failure, so that a replaced or repaired file is noticed.
        if !matches!(outcome, Err(Error::Database(_))) {
            self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(reader);
        }
        outcome
    }

    /// [`Self::write`] on this very thread.
    pub(crate) fn write_now<T>(
        &self,
        call: impl FnOnce(&Transaction<'_>, &EncryptionKey) -> Result<T, Error> + Clone,
    ) -> Result<T, Error> {
        self.write_told(None, call)
    }

    fn write_told<T>(
        &self,
        told: Option<&Told>,
        call: impl FnOnce(&Transaction<'_>, &EncryptionKey) -> Result<T, Error> + Clone,
    ) -> Result<T, Error> {
        match self.sharing() {
            Some(sharing) => self.with_writer(|connection| sharing.write(connection, &self.key, told, call)),
            None => self.write_here(call),
        }
    }

    /// A transaction of this machine alone.
    fn write_here<T>(
        &self,
        call: impl FnOnce(&Transaction<'_>, &EncryptionKey) -> Result<T, Error>,
    ) -> Result<T, Error> {
        self.with_writer(|connection| {
            let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let outcome = call(&transaction, &self.key)?;
            transaction.commit()?;
            Ok(outcome)
        })
    }

    fn with_writer<T>(&self, work: impl FnOnce(&mut Connection) -> Result<T, Error>) -> Result<T, Error> {
        // A call that panicked left no open transaction: dropping it rolled it back.
        let mut writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        if writer.is_none() {
            *writer = Some(self.writable()?);
        }
        work(writer.as_mut().ok_or(Error::ReadOnly)?)
    }

    /// Tries again to open a file that could not be written. Blocks.
    pub(crate) fn reopen(&self) {
        let mut writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        if writer.is_none() {
            // The reason was logged when it was opened first.
            *writer = self.writable().ok();
        }
    }

    /// Opens the file for writing.
    fn writable(&self) -> Result<Connection, Error> {
        let path = self.path.as_ref().ok_or(Error::ReadOnly)?;
        // SQLite shares the log's index among a process's connections: while one has it read-only, all have.
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).clear();
        *self.watcher.lock().unwrap_or_else(PoisonError::into_inner) = None;
        let opened = writer(path, &self.key).map_err(|error| match error {
            Error::Full => Error::Full,
            other if other.is_unwritable() => Error::ReadOnly,
            other => other,
        })?;
        self.opened.fetch_add(1, Ordering::AcqRel);
        tracing::info!(path = %path.display(), "the data can be written again");
        Ok(opened)
    }
}

/// The one connection that writes. Migrates the file to the newest schema.
fn writer(path: &Path, key: &EncryptionKey) -> Result<Connection, Error> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(BUSY)?;
    // If the system refuses to open it for writing, SQLite opens it read-only, and only this call tells.
    if connection.is_readonly("main")? {
        return Err(Error::ReadOnly);
    }
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "NORMAL")?;
    connection.pragma_update(None, "foreign_keys", "ON")?;
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    schema::migrate(&mut connection, path, key)?;
    Ok(connection)
}

/// A connection that only reads. Beside a writer it shares the writer's log; where nothing can be written, neither the log
/// nor its index can be made, and the file is read without them, or with those that exist.
pub(crate) fn reader(path: &Path) -> Result<Connection, Error> {
    let opened = try_reader(path, "");
    if opened.is_ok() {
        return opened;
    }
    let log = std::fs::metadata(companion(path, "-wal")).is_ok_and(|file| file.len() > 0);
    // `immutable` ignores the log, so it is only for a file without one.
    try_reader(path, if log { "&readonly_shm=1" } else { "&immutable=1" }).or(opened)
}

fn try_reader(path: &Path, how: &str) -> Result<Connection, Error> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_URI;
    let connection = if how.is_empty() {
        Connection::open_with_flags(path, flags & !OpenFlags::SQLITE_OPEN_URI)?
    } else {
        Connection::open_with_flags(format!("file:{}?mode=ro{how}", escaped(path)), flags)?
    };
    connection.busy_timeout(BUSY)?;
    connection.pragma_update(None, "query_only", "ON")?;
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    connection.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))?;
    Ok(connection)
}

/// Escapes a path for a URI.
fn escaped(path: &Path) -> String {
    let mut escaped = String::new();
    for letter in path.to_string_lossy().chars() {
        match letter {
            '%' | '?' | '#' => {
                let _ = write!(escaped, "%{:02X}", u32::from(letter));
            }
            other => escaped.push(other),
        }
    }
    escaped
}

/// Adds which file could not be opened.
fn opening(path: &Path, error: &Error) -> Error {
    Error::Open { path: path.to_owned(), detail: error.to_string() }
}

async fn turn(of: &Arc<Semaphore>) -> Result<OwnedSemaphorePermit, Error> {
    match timeout(TURN, of.clone().acquire_owned()).await {
        Ok(Ok(turn)) => Ok(turn),
        _ => Err(Error::Busy),
    }
}

/// The permit is held as long as the work lasts, also where its caller has stopped waiting.
async fn blocking<T: Send + 'static>(
    turn: OwnedSemaphorePermit,
    work: impl FnOnce() -> Result<T, Error> + Send + 'static,
) -> Result<T, Error> {
    let (sender, mut result) = oneshot::channel();
    // Boxed, as the runtime's part of a task is compiled anew for each kind of it, and there are fifty.
    let work: Box<dyn FnOnce() + Send> = Box::new(move || {
        let _turn = turn;
        // Whoever has stopped waiting does not hear of it.
        let _ = sender.send(work());
    });
    let ended = |error: String| Err(Error::System(error));
    match tokio::task::spawn_blocking(work).await {
        Ok(()) => result.try_recv().unwrap_or_else(|error| ended(error.to_string())),
        Err(error) => ended(error.to_string()),
    }
}
