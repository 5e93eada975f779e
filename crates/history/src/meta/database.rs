//! The file, how it is opened, and what is known of the whole.

use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, OptionalExtension};

use super::schema::{STEPS, migrate};
use crate::Error;

/// A connection. The writer has one, readers share another.
#[derive(Debug)]
pub(crate) struct Database(pub(super) Connection);

/// Nobody else writes, so only a checkpoint is ever waited for.
const BUSY: Duration = Duration::from_secs(5);

impl Database {
    /// Opens the file to write, makes it where there is none, brings it up to date.
    pub(crate) fn open(path: &Path) -> Result<Self, Error> {
        let mut connection = Connection::open(path)?;
        connection.busy_timeout(BUSY)?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "NORMAL")?;
        migrate(&mut connection, &STEPS)?;
        connection.set_prepared_statement_cache_capacity(64);
        Ok(Self(connection))
    }

    /// Opens a file that is there to be read.
    pub(crate) fn open_to_read(path: &Path) -> Result<Self, Error> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags)?;
        connection.busy_timeout(BUSY)?;
        connection.set_prepared_statement_cache_capacity(64);
        Ok(Self(connection))
    }

    /// Opens a file that another process may be writing, or that lies where nothing can be written. Never a change to it.
    pub(crate) fn open_beside(path: &Path) -> Result<Self, Error> {
        let opened =
            Self::open_to_read(path).and_then(|database| database.version().map(|version| (database, version)));
        let (database, version) = match opened {
            Ok(opened) => opened,
            Err(error) => {
                let mut log = path.as_os_str().to_owned();
                log.push("-wal");
                if std::fs::metadata(log).is_ok_and(|log| log.len() > 0) {
                    return Err(error);
                }
                // Without a log the file is whole, and is read where not even the log's index can be made.
                let escaped = path.to_string_lossy().replace('%', "%25").replace('?', "%3F").replace('#', "%23");
                let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI;
                let connection = Connection::open_with_flags(format!("file:{escaped}?mode=ro&immutable=1"), flags)?;
                let database = Self(connection);
                let version = database.version()?;
                (database, version)
            }
        };
        let known = STEPS.len() as u32;
        match version {
            found if found > known => Err(Error::Newer { found, known }),
            found if found < known => Err(Error::Older { found, known }),
            _ => Ok(database),
        }
    }

    fn version(&self) -> Result<u32, Error> {
        Ok(self.0.query_row("PRAGMA user_version", [], |row| row.get(0))?)
    }

    /// What SQLite itself finds wrong with the file; nothing where it is whole.
    pub(crate) fn check(&self) -> Result<Vec<String>, Error> {
        let mut statement = self.0.prepare("PRAGMA quick_check(20)")?;
        let found = statement.query_map([], |row| row.get::<_, String>(0))?.collect::<Result<Vec<_>, _>>()?;
        Ok(found.into_iter().filter(|said| said != "ok").collect())
    }

    /// A copy of what it is at this moment, in a new file, whoever writes meanwhile.
    pub(crate) fn copy_to(&self, path: &Path) -> Result<(), Error> {
        // SQLite takes an empty file as a new one, with its rights: only its owner reads it.
        let mut options = std::fs::OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        options.open(path).map_err(Error::file(path))?;
        // One statement is one state of it. The backup API would begin again with every write of the other process.
        self.0.execute("VACUUM INTO ?1", [path.to_string_lossy()])?;
        Ok(())
    }

    pub(crate) fn state(&self, name: &str) -> Result<Option<String>, Error> {
        let sql = "SELECT value FROM state WHERE name = ?1";
        Ok(self.0.prepare_cached(sql)?.query_row([name], |row| row.get(0)).optional()?)
    }

    pub(crate) fn number(&self, name: &str) -> Result<i64, Error> {
        Ok(self.state(name)?.and_then(|value| value.parse().ok()).unwrap_or_default())
    }

    pub(crate) fn set_state(&self, name: &str, value: &str) -> Result<(), Error> {
        let sql = "INSERT INTO state VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = excluded.value";
        self.0.prepare_cached(sql)?.execute([name, value])?;
        Ok(())
    }

    /// What this file takes.
    pub(crate) fn bytes_on_disk(&self) -> u64 {
        self.0.path().map_or(0, |path| Self::bytes(Path::new(path)))
    }

    /// What the file takes, with what is not merged into it yet.
    pub(crate) fn bytes(path: &Path) -> u64 {
        let length = |path: &Path| std::fs::metadata(path).map_or(0, |metadata| metadata.len());
        let mut log = path.as_os_str().to_owned();
        log.push("-wal");
        length(path) + length(Path::new(&log))
    }

    /// Runs in one transaction, which is on the disk when this returns.
    pub(super) fn safely<T>(&self, run: impl FnOnce(&Connection) -> Result<T, Error>) -> Result<T, Error> {
        self.0.pragma_update(None, "synchronous", "FULL")?;
        let done = self.together(run);
        self.0.pragma_update(None, "synchronous", "NORMAL")?;
        done
    }

    /// What is written from here on is written by [`Database::commit`].
    pub(crate) fn begin(&self) -> Result<(), Error> {
        Ok(self.0.execute_batch("BEGIN IMMEDIATE")?)
    }

    pub(crate) fn commit(&self) -> Result<(), Error> {
        Ok(self.0.execute_batch("COMMIT")?)
    }

    /// Runs what asks this database many times as one transaction.
    pub(crate) fn batch<T>(&self, run: impl FnOnce() -> Result<T, Error>) -> Result<T, Error> {
        self.together(|_| run())
    }

    /// Runs in one transaction.
    pub(super) fn together<T>(&self, run: impl FnOnce(&Connection) -> Result<T, Error>) -> Result<T, Error> {
        let transaction = self.0.unchecked_transaction()?;
        let done = run(&transaction)?;
        transaction.commit()?;
        Ok(done)
    }
}

/// What is kept under `state`: all segments up to this number are in the totals.
pub(crate) const SEALED_UPTO: &str = "sealed_upto";
/// The zone that the rows of days and months are of.
pub(crate) const ZONE: &str = "zone";
/// What the date is, as far as it was believed.
pub(crate) const TODAY: &str = "today";
/// Samples before this moment were taken away.
pub(crate) const RAW_FROM: &str = "raw_from";
