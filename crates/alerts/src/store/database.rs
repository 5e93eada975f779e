//! `alerts.db`, and the one thread that has it: no task that samples or serves waits for a disk.

use std::path::Path;
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};

use rusqlite::Connection;
use tokio::sync::oneshot;

use crate::{Error, outbox};

/// The migrations, in order; the file's `user_version` is the number of those applied. A released one never changes.
const STEPS: [&str; 2] = [
    "
    CREATE TABLE alert (
        id TEXT PRIMARY KEY, at INTEGER NOT NULL, router TEXT, interface TEXT, over INTEGER NOT NULL,
        owes INTEGER NOT NULL, body TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX alert_standing ON alert (id) WHERE over = 0 OR owes = 1;
    CREATE INDEX alert_past ON alert (at DESC, id) WHERE over = 1;
    CREATE INDEX alert_past_of_router ON alert (router, at DESC, id) WHERE over = 1;
    CREATE TABLE line (router TEXT NOT NULL, name TEXT NOT NULL, up INTEGER NOT NULL, PRIMARY KEY (router, name))
        STRICT, WITHOUT ROWID;
    CREATE TABLE boot (router TEXT PRIMARY KEY, at INTEGER NOT NULL) STRICT, WITHOUT ROWID;
",
    outbox::TABLES,
];
/// So many calls wait for the thread.
const QUEUE: usize = 256;
/// Another process may look into the file.
const BUSY: std::time::Duration = std::time::Duration::from_secs(5);

type Job = Box<dyn FnOnce(&mut Connection) + Send>;

/// The alerts' database. Cheap to clone; the thread ends with the last clone.
#[derive(Clone, Debug)]
pub struct Database {
    jobs: SyncSender<Job>,
}

impl Database {
    /// Opens the file, or makes it so that only its owner can read it.
    ///
    /// # Errors
    /// [`Error::Database`], also where a newer Lalin wrote it; [`Error::Ended`] where there is no thread to be had.
    pub fn open(path: &Path) -> Result<Self, Error> {
        make_private(path);
        let connection = Connection::open(path)?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        Self::over(connection)
    }

    /// One that is gone with the process.
    ///
    /// # Errors
    /// As [`Database::open`].
    pub fn in_memory() -> Result<Self, Error> {
        Self::over(Connection::open_in_memory()?)
    }

    fn over(mut connection: Connection) -> Result<Self, Error> {
        connection.busy_timeout(BUSY)?;
        // A message that was queued must be there after a loss of power.
        connection.pragma_update(None, "synchronous", "FULL")?;
        migrate(&mut connection)?;
        let (jobs, waiting) = sync_channel(QUEUE);
        let run = move || work(connection, waiting);
        std::thread::Builder::new().name("alerts".into()).spawn(run).map_err(|_| Error::Ended)?;
        Ok(Self { jobs })
    }

    /// Runs a call on the database's thread. One that was begun is finished, also where nobody waits for it any more.
    ///
    /// # Errors
    /// The call's own; [`Error::Ended`] where too many wait already.
    pub async fn run<T, F>(&self, call: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: FnOnce(&mut Connection) -> Result<T, Error> + Send + 'static,
    {
        let (answer, answered) = oneshot::channel();
        let job: Job = Box::new(move |connection| drop(answer.send(call(connection))));
        match self.jobs.try_send(job) {
            Ok(()) => answered.await.unwrap_or(Err(Error::Ended)),
            Err(TrySendError::Full(_) | TrySendError::Disconnected(_)) => Err(Error::Ended),
        }
    }
}

fn work(mut connection: Connection, jobs: Receiver<Job>) {
    while let Ok(job) = jobs.recv() {
        // A call that panics takes its own answer with it and nothing else.
        let job = std::panic::AssertUnwindSafe(|| job(&mut connection));
        if std::panic::catch_unwind(job).is_err() {
            tracing::error!("a call of the alerts' database failed");
        }
    }
}

fn migrate(connection: &mut Connection) -> Result<(), Error> {
    let found: i64 = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    let newest = i64::try_from(STEPS.len()).unwrap_or(i64::MAX);
    if found > newest {
        return Err(Error::Newer);
    }
    let transaction = connection.transaction()?;
    for step in STEPS.iter().skip(usize::try_from(found).unwrap_or(0)) {
        transaction.execute_batch(step)?;
    }
    transaction.pragma_update(None, "user_version", newest)?;
    Ok(transaction.commit()?)
}

/// SQLite makes its files with the rights of the first one.
fn make_private(path: &Path) {
    let mut options = std::fs::File::options();
    options.create_new(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    // One that is there already has its rights.
    let _ = options.open(path);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_file_is_made_once_and_for_its_owner_only() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("alerts.db");
        for _ in 0..2 {
            let database = Database::open(&path).unwrap();
            let count = database.run(|connection| {
                Ok(connection.query_row("SELECT count(*) FROM alert", [], |row| row.get::<_, i64>(0))?)
            });
            assert_eq!(count.await.unwrap(), 0);
        }
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        }
    }

    #[tokio::test]
    async fn a_file_of_a_newer_version_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("alerts.db");
        drop(Database::open(&path).unwrap());
        Connection::open(&path).unwrap().pragma_update(None, "user_version", 99).unwrap();
        assert!(matches!(Database::open(&path), Err(Error::Newer)));
    }

    #[tokio::test]
    async fn a_call_that_panics_ends_alone() {
        let database = Database::in_memory().unwrap();
        let panicked: Result<(), _> = database.run(|_| panic!("on purpose")).await;
        assert!(matches!(panicked, Err(Error::Ended)));
        assert_eq!(database.run(|_| Ok(7)).await.unwrap(), 7);
    }
}
