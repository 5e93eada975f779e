//! Who is logged in, by the hash of his cookie.

use std::time::Duration;

use rusqlite::{OptionalExtension, Transaction, params};

use crate::last_use::Used;
use crate::memory_sessions::{Begun, Change};
use crate::password_stamp::stamp_of;
use crate::principals::Session;
use crate::users::read;
use crate::{Error, SecretToken, Store, Timestamp, UserId};

/// A session that was not used for so long is over.
pub const SESSION_IDLE: Duration = Duration::from_secs(14 * 86_400);
/// A session is over after so long, however much it was used.
pub const SESSION_LIFE: Duration = Duration::from_secs(90 * 86_400);
/// The most sessions of a user; the oldest gives way.
const MOST: i64 = 32;

impl Store {
    /// Begins a session; the secret token is what the cookie holds. Where nothing can be written it holds in memory, until it
    /// can be or the process ends.
    ///
    /// # Errors
    /// [`Error::Unknown`] when the user is gone, [`Error::System`], [`Error::Database`].
    pub async fn begin_session(&self, user: UserId, now: Timestamp) -> Result<SecretToken, Error> {
        let secret = SecretToken::random()?;
        let hash = secret.hash();
        let written = self.write(move |db, _| {
            forget(db, now)?;
            if stamp_of(db, user)?.is_none() {
                return Err(Error::Unknown { what: "user" });
            }
            let sql = "INSERT INTO sessions (hash, user, created, seen) VALUES (?1, ?2, ?3, ?3)";
            db.execute(sql, params![hash, user.0, now.0])?;
            let sql = "DELETE FROM sessions WHERE user = ?1 AND hash NOT IN
                       (SELECT hash FROM sessions WHERE user = ?1 ORDER BY seen DESC, created DESC LIMIT ?2)";
            Ok(db.execute(sql, params![user.0, MOST])? > 0)
        });
        match written.await {
            Ok(pushed_out) => {
                if pushed_out {
                    self.access_changed();
                }
            }
            Err(error) if error.is_unwritable() => {
                let stamp = self.read(move |db, _| stamp_of(db, user)).await?.ok_or(Error::Unknown { what: "user" })?;
                self.0.sessions.begin(hash, Begun { user, stamp, created: now })?;
                tracing::warn!(%error, "a session is not written for now: it would end with this process");
                self.wake_background_writer();
            }
            Err(error) => return Err(error),
        }
        Ok(secret)
    }

    /// The session that a secret token opens, if it is not over.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn session(&self, secret: &SecretToken, now: Timestamp) -> Result<Option<Session>, Error> {
        let hash = secret.hash();
        let in_memory = match self.0.sessions.get(&hash) {
            Some(Change::Ended) => return Ok(None),
            Some(Change::Begun(begun)) => Some(begun),
            None => None,
        };
        let revision = self.known_revision().await;
        let mut session = match self.0.known.sessions.get(&hash, revision) {
            Some(known) => known,
            None => {
                let look = || {
                    self.read(move |db, _| match in_memory {
                        Some(begun) => of_memory(db, begun),
                        None => of_file(db, &hash),
                    })
                };
                let found = match look().await? {
                    // Begun at another node a moment ago.
                    None if self.caught_up().await => look().await?,
                    found => found,
                };
                let Some(found) = found else { return Ok(None) };
                self.0.known.sessions.keep(hash, revision, &found);
                found
            }
        };
        let used = Used::Session(hash);
        session.seen = self.0.last_use.known(used, Some(session.seen)).unwrap_or(session.seen);
        if session.over(now) {
            return Ok(None);
        }
        if self.0.last_use.note(used, Some(session.seen), now) {
            self.wake_background_writer();
        }
        Ok(Some(session))
    }

    /// Ends a session, also where nothing can be written: then it ends here, and in the file as soon as that is possible.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn end_session(&self, secret: &SecretToken) -> Result<(), Error> {
        let hash = secret.hash();
        // First here: one that began in memory must not be written after it ended.
        self.0.sessions.end(hash)?;
        let deleted = self.write(move |db, _| {
            db.execute("DELETE FROM sessions WHERE hash = ?1", [hash])?;
            Ok(())
        });
        match deleted.await {
            Ok(()) => self.0.sessions.wrote(&[(hash, Change::Ended)]),
            Err(error) if error.is_unwritable() => {
                tracing::warn!(%error, "the end of a session is not written for now");
                self.wake_background_writer();
            }
            Err(error) => return Err(error),
        }
        self.access_changed();
        Ok(())
    }
}

pub(crate) fn of_file(db: &Transaction<'_>, hash: &[u8; 32]) -> Result<Option<Session>, Error> {
    let sql = "SELECT users.id, users.name, users.role, users.grants, users.created, sessions.created AS begun, seen
               FROM sessions JOIN users ON users.id = sessions.user WHERE hash = ?1";
    let found = db.query_row(sql, [hash], |row| {
        Ok(Session { user: read(row)?, created: Timestamp(row.get("begun")?), seen: Timestamp(row.get("seen")?) })
    });
    Ok(found.optional()?)
}

pub(crate) fn of_memory(db: &Transaction<'_>, begun: Begun) -> Result<Option<Session>, Error> {
    if stamp_of(db, begun.user)? != Some(begun.stamp) {
        return Ok(None);
    }
    let sql = "SELECT id, name, role, grants, created FROM users WHERE id = ?1";
    let user = db.query_row(sql, [begun.user.0], read).optional()?;
    Ok(user.map(|user| Session { user, created: begun.created, seen: begun.created }))
}

impl Session {
    /// When it is over, if it is not used again.
    pub fn until(&self) -> Timestamp {
        self.seen.after(SESSION_IDLE).min(self.created.after(SESSION_LIFE))
    }

    pub(crate) fn over(&self, now: Timestamp) -> bool {
        now >= self.until()
    }
}

/// Forgets sessions that are over.
fn forget(db: &Transaction<'_>, now: Timestamp) -> Result<(), Error> {
    let before = |life: Duration| now.0.saturating_sub(i64::try_from(life.as_millis()).unwrap_or(i64::MAX));
    let sql = "DELETE FROM sessions WHERE seen <= ?1 OR created <= ?2";
    db.execute(sql, params![before(SESSION_IDLE), before(SESSION_LIFE)])?;
    Ok(())
}
