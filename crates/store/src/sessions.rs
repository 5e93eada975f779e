//! Who is logged in, by the hash of his cookie.

use std::time::Duration;

use rusqlite::{OptionalExtension, params};

use crate::users::read;
use crate::{Error, Moment, Store, Ticket, User, UserId};

/// A session that was not used for so long is over.
pub const SESSION_IDLE: Duration = Duration::from_secs(14 * 86_400);
/// A session is over after so long, however much it was used.
pub const SESSION_LIFE: Duration = Duration::from_secs(90 * 86_400);
/// That a session was used is written down this often at most: a page asks every second.
const NOTED_EVERY: i64 = 60_000;
/// The most sessions of a user; the oldest gives way.
const MOST: i64 = 32;

/// A session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// Whose.
    pub user: User,
    /// Since when.
    pub created: Moment,
    /// When it was last used, to the minute.
    pub seen: Moment,
}

impl Store {
    /// Begins a session; the ticket is what the cookie holds.
    ///
    /// # Errors
    /// [`Error::Unknown`] when the user is gone, [`Error::System`], [`Error::Database`].
    pub async fn begin_session(&self, user: UserId, now: Moment) -> Result<Ticket, Error> {
        self.call(move |db, _| {
            forget(db, now)?;
            if db.query_row("SELECT 1 FROM users WHERE id = ?1", [user.0], |_| Ok(())).optional()?.is_none() {
                return Err(Error::Unknown { what: "user" });
            }
            let ticket = Ticket::random()?;
            let sql = "INSERT INTO sessions (hash, user, created, seen) VALUES (?1, ?2, ?3, ?3)";
            db.execute(sql, params![ticket.hash(), user.0, now.0])?;
            let sql = "DELETE FROM sessions WHERE user = ?1 AND hash NOT IN
                       (SELECT hash FROM sessions WHERE user = ?1 ORDER BY seen DESC, created DESC LIMIT ?2)";
            db.execute(sql, params![user.0, MOST])?;
            Ok(ticket)
        })
        .await
    }

    /// The session that a ticket opens, if it is not over.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn session(&self, ticket: &Ticket, now: Moment) -> Result<Option<Session>, Error> {
        let hash = ticket.hash();
        self.call(move |db, _| {
            let sql =
                "SELECT users.id, users.name, users.role, users.grants, users.created, sessions.created AS begun, seen
                       FROM sessions JOIN users ON users.id = sessions.user WHERE hash = ?1";
            let found = db.query_row(sql, [hash], |row| {
                let (begun, seen) = (Moment(row.get("begun")?), Moment(row.get("seen")?));
                Ok(Session { user: read(row)?, created: begun, seen })
            });
            let Some(session) = found.optional()?.filter(|session| !session.over(now)) else { return Ok(None) };
            if now.0.saturating_sub(session.seen.0) >= NOTED_EVERY {
                db.execute("UPDATE sessions SET seen = ?2 WHERE hash = ?1", params![hash, now.0])?;
            }
            Ok(Some(session))
        })
        .await
    }

    /// Ends a session.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn end_session(&self, ticket: &Ticket) -> Result<(), Error> {
        let hash = ticket.hash();
        self.call(move |db, _| Ok(db.execute("DELETE FROM sessions WHERE hash = ?1", [hash]).map(drop)?)).await
    }
}

impl Session {
    fn over(&self, now: Moment) -> bool {
        now >= self.seen.after(SESSION_IDLE) || now >= self.created.after(SESSION_LIFE)
    }
}

/// Forgets sessions that are over.
fn forget(db: &rusqlite::Transaction<'_>, now: Moment) -> Result<(), Error> {
    let before = |life: Duration| now.0.saturating_sub(i64::try_from(life.as_millis()).unwrap_or(i64::MAX));
    let sql = "DELETE FROM sessions WHERE seen <= ?1 OR created <= ?2";
    db.execute(sql, params![before(SESSION_IDLE), before(SESSION_LIFE)])?;
    Ok(())
}
