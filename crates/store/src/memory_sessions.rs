//! Sessions that began or ended while nothing could be written: they are kept in memory, and written when that is
//! possible.
//!
//! They end with the process, and with everything that ends a written one: logout, a new password, the user's removal.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use rusqlite::{Transaction, params};

use crate::password_stamp::{PasswordStamp, stamp_of};
use crate::{Error, Timestamp, UserId};

/// The most changes that are kept. At the bound a logout fails, so it is far above what people do.
const MOST: usize = 4_096;

/// A session that the file does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Begun {
    pub(crate) user: UserId,
    /// The stamp of the password at its beginning: a new password ends the session.
    pub(crate) stamp: PasswordStamp,
    pub(crate) created: Timestamp,
}

/// What became of a session since the file was last written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Change {
    Begun(Begun),
    Ended,
}

/// What the file does not have yet, by the hash of the secret token.
#[derive(Debug, Default)]
pub(crate) struct MemorySessions(Mutex<HashMap<[u8; 32], Change>>);

impl MemorySessions {
    pub(crate) fn get(&self, hash: &[u8; 32]) -> Option<Change> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(hash).copied()
    }

    /// Keeps a session that could not be written.
    ///
    /// # Errors
    /// [`Error::Full`] when there are too many.
    pub(crate) fn begin(&self, hash: [u8; 32], session: Begun) -> Result<(), Error> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= MOST {
            return Err(Error::Full);
        }
        all.insert(hash, Change::Begun(session));
        Ok(())
    }

    /// Ends a session that could not be deleted.
    ///
    /// # Errors
    /// [`Error::Full`] when there are too many.
    pub(crate) fn end(&self, hash: [u8; 32]) -> Result<(), Error> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= MOST && !all.contains_key(&hash) {
            return Err(Error::Full);
        }
        all.insert(hash, Change::Ended);
        Ok(())
    }

    pub(crate) fn unwritten(&self) -> Vec<([u8; 32], Change)> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.iter().map(|(hash, change)| (*hash, *change)).collect()
    }

    /// Marks these as written.
    pub(crate) fn wrote(&self, written: &[([u8; 32], Change)]) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for (hash, change) in written {
            if all.get(hash) == Some(change) {
                all.remove(hash);
            }
        }
    }
}

/// Writes what happened into the file; a session whose user is gone or has a new password is not kept.
pub(crate) fn write(db: &Transaction<'_>, changes: &[([u8; 32], Change)]) -> Result<(), Error> {
    for (hash, change) in changes {
        match change {
            Change::Ended => {
                db.execute("DELETE FROM sessions WHERE hash = ?1", [hash])?;
            }
            Change::Begun(begun) if stamp_of(db, begun.user)? == Some(begun.stamp) => {
                let sql = "INSERT OR IGNORE INTO sessions (hash, user, created, seen) VALUES (?1, ?2, ?3, ?3)";
                db.execute(sql, params![hash, begun.user.0, begun.created.0])?;
            }
            Change::Begun(_) => {}
        }
    }
    Ok(())
}
