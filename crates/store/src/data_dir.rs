//! The data directory as a whole: the key beside the database, one server, first starts, rights.
//!
//! Key file and database are each completed under another name and then renamed, so that a full disk or a crash leaves
//! either nothing or all of a file. A file that exists but is empty has lost its content; it is never silently replaced.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::path::Path;
use std::time::Duration;

use crate::database::Database;
use crate::files::{companion, hand_over, narrow, size};
use crate::{EncryptionKey, Error, Store, schema};

const DATABASE: &str = "lalin.db";
/// The copy of what a cluster remembers; of no worth by itself.
const COPY: &str = "cluster.db";
const KEY: &str = "lalin.key";
/// Locked by the server as long as it runs; the file holds its process number.
const SERVER: &str = "lalin.lock";
/// Locked by whoever opens or makes the files, as long as that takes.
const OPENING: &str = "lalin.opening";
/// How long others may take to open or make the files.
const OPENING_TIME: Duration = Duration::from_secs(10);
/// The pause between two attempts to get a lock.
const LOOK: Duration = Duration::from_millis(20);

/// The lock that makes this process the only server of a data directory. Released when dropped or when the process ends.
#[derive(Debug)]
pub struct ServerLock(#[expect(dead_code, reason = "it is held, not read")] Option<File>);

impl ServerLock {
    /// Takes the lock; makes the directory where there is none. Where nothing can be written no lock is needed.
    ///
    /// # Errors
    /// [`Error::Running`] where another server has it, [`Error::Open`] where the directory cannot be made.
    pub fn take(folder: &Path) -> Result<Self, Error> {
        make(folder)?;
        let path = folder.join(SERVER);
        let Some(mut file) = lock_file(&path)? else { return Ok(Self(None)) };
        match file.try_lock() {
            Ok(()) => {
                // For people to read. On a full disk it stays empty.
                let _ = file.set_len(0).and_then(|()| writeln!(file, "{}", std::process::id()));
                Ok(Self(Some(file)))
            }
            Err(TryLockError::WouldBlock) => {
                Err(Error::Running { folder: folder.to_owned(), process: holder(&mut file) })
            }
            Err(TryLockError::Error(error)) => {
                tracing::warn!(%error, path = %path.display(), "this file system has no locks: see that one server uses it");
                Ok(Self(None))
            }
        }
    }
}

/// The process number of the server that holds the lock, if it can be read.
fn holder(file: &mut File) -> Option<u32> {
    let mut text = String::new();
    file.rewind().and_then(|()| file.take(16).read_to_string(&mut text)).ok()?;
    text.trim().parse().ok()
}

impl Store {
    /// Opens the store of a data directory, and makes what is missing, readable by its owner alone. Without a `key` the one
    /// in the file `lalin.key` is used. A server passes its lock; without one, a file of an older Lalin is migrated only
    /// while no server runs.
    ///
    /// # Errors
    /// [`Error::Open`], [`Error::KeyFile`], [`Error::NoKey`], [`Error::KeyLost`], [`Error::Emptied`],
    /// [`Error::OlderRuns`], [`Error::Busy`] and those of [`Store::open`].
    pub fn open_folder(folder: &Path, key: Option<EncryptionKey>, server: Option<&ServerLock>) -> Result<Self, Error> {
        make(folder)?;
        let _opening = opening(folder)?;
        let (path, key_path) = (folder.join(DATABASE), folder.join(KEY));
        let files = [path.clone(), companion(&path, "-wal"), companion(&path, "-shm"), key_path.clone()];
        files.iter().for_each(|path| narrow(path));
        let found = size(&path)?;
        let key = match key {
            Some(key) => key,
            None => key_of(&key_path, found)?,
        };
        match found {
            Some(0) => return Err(Error::Emptied { path }),
            Some(_) => {}
            None => schema::create(&path, &key)?,
        }
        // A running server must not find its file migrated: it is of an older Lalin.
        let _server = match server {
            None if schema::is_older(&path) => match ServerLock::take(folder) {
                Err(Error::Running { process, .. }) => return Err(Error::OlderRuns { process }),
                taken => Some(taken?),
            },
            _ => None,
        };
        Self::over(Database::open(&path, key)?)
    }
}

impl Store {
    /// Opens a node's copy of what its cluster remembers, beside the data of the machine alone. One that is empty or
    /// damaged is begun anew: the cluster has it all.
    ///
    /// # Errors
    /// [`Error::WrongKey`] where the copy was made with another key, and those of [`Store::open`].
    pub fn open_copy(folder: &Path, key: EncryptionKey) -> Result<Self, Error> {
        make(folder)?;
        let _opening = opening(folder)?;
        let path = folder.join(COPY);
        match Self::open(&path, key.clone()) {
            Err(error @ (Error::Emptied { .. } | Error::Open { .. } | Error::Newer { .. })) => {
                tracing::warn!(%error, "the copy of the cluster's state is begun anew");
                for ending in ["", "-wal", "-shm"] {
                    let _ = fs::remove_file(companion(&path, ending));
                }
                Self::open(&path, key)
            }
            opened => opened,
        }
    }
}

/// The key in the file. A new one is made only where there is no data that the old key would be needed for.
fn key_of(path: &Path, database: Option<u64>) -> Result<EncryptionKey, Error> {
    match (size(path)?, database) {
        (Some(0), None) => {
            // Left by a first start on a full disk.
            tracing::warn!(path = %path.display(), "the key file is empty, and nothing is encrypted yet: a new key is made");
            EncryptionKey::write_new(path)
        }
        (Some(0), Some(_)) => Err(Error::NoKey { path: path.to_owned() }),
        (None, None | Some(0)) => EncryptionKey::write_new(path),
        (None, Some(_)) => Err(Error::KeyLost { path: path.to_owned() }),
        (Some(_), found) => {
            let key = EncryptionKey::of_file(path)?;
            if found.is_none() {
                tracing::warn!(
                    key = %path.display(),
                    "there is a key and no database beside it: one is begun. If there was one, stop and put its copy back"
                );
            }
            Ok(key)
        }
    }
}

/// Makes the directory for its owner only, like the database in it.
fn make(folder: &Path) -> Result<(), Error> {
    if folder.is_dir() {
        return Ok(());
    }
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder).map_err(|error| Error::Open { path: folder.to_owned(), detail: error.to_string() })
}

/// The lock for opening or making the files; `None` where nothing can be written anyway.
fn opening(folder: &Path) -> Result<Option<File>, Error> {
    let Some(file) = lock_file(&folder.join(OPENING))? else { return Ok(None) };
    let mut waited = Duration::ZERO;
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(Some(file)),
            Err(TryLockError::WouldBlock) if waited < OPENING_TIME => {
                std::thread::park_timeout(LOOK);
                waited += LOOK;
            }
            Err(TryLockError::WouldBlock) => return Err(Error::Busy),
            // A file system without locks: `ServerLock` has logged it.
            Err(TryLockError::Error(_)) => return Ok(None),
        }
    }
}

/// Opens a lock file; `None` where it cannot be made because nothing can be written.
fn lock_file(path: &Path) -> Result<Option<File>, Error> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Ok(file) => {
            hand_over(path);
            Ok(Some(file))
        }
        Err(error) => match error.kind() {
            io::ErrorKind::ReadOnlyFilesystem | io::ErrorKind::PermissionDenied | io::ErrorKind::StorageFull => {
                Ok(None)
            }
            _ => Err(Error::Open { path: path.to_owned(), detail: error.to_string() }),
        },
    }
}
