//! The outbox's rows: queued in the transaction that changes an alert's state, so that neither is there without the other.
//!
//! Bounded by rows and bytes over all channels; what does not fit pushes the oldest out, and that is counted.

use rusqlite::{Connection, OptionalExtension, Transaction, params};

use crate::{Error, Notice};

/// The tables, as one step of the migrations of `alerts.db`.
pub const TABLES: &str = "
CREATE TABLE outbox (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    channel TEXT NOT NULL,
    notice TEXT NOT NULL,
    alert TEXT NOT NULL,
    kind TEXT NOT NULL,
    answers TEXT,
    body TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    state TEXT NOT NULL DEFAULT 'queued',
    waits INTEGER NOT NULL DEFAULT 1,
    attempts INTEGER NOT NULL DEFAULT 0,
    doubtful INTEGER NOT NULL DEFAULT 0,
    queued_ms INTEGER NOT NULL,
    due_ms INTEGER NOT NULL DEFAULT 0,
    changed_ms INTEGER NOT NULL,
    result TEXT,
    handle TEXT,
    UNIQUE (channel, notice)
) STRICT;
CREATE INDEX outbox_waiting ON outbox (channel, seq) WHERE waits = 1;
CREATE INDEX outbox_settled ON outbox (changed_ms) WHERE waits = 0;
CREATE INDEX outbox_alert ON outbox (alert, channel, seq);
CREATE TABLE outbox_channel (
    channel TEXT PRIMARY KEY,
    sent INTEGER NOT NULL DEFAULT 0,
    failed INTEGER NOT NULL DEFAULT 0,
    lost INTEGER NOT NULL DEFAULT 0,
    waiting INTEGER NOT NULL DEFAULT 0,
    waiting_bytes INTEGER NOT NULL DEFAULT 0,
    address_of TEXT,
    address TEXT
) STRICT, WITHOUT ROWID;
";

/// Counts what waits from the rows.
pub(super) const COUNT_AGAIN: &str = "
UPDATE outbox_channel SET waiting = 0, waiting_bytes = 0;
INSERT INTO outbox_channel (channel, waiting, waiting_bytes)
    SELECT channel, count(*), sum(bytes) FROM outbox WHERE waits = 1 GROUP BY channel
    ON CONFLICT (channel) DO UPDATE SET waiting = excluded.waiting, waiting_bytes = excluded.waiting_bytes;";

/// The most rows and bytes that wait, over all channels.
const MOST_ROWS: i64 = 10_000;
const MOST_BYTES: i64 = 16 * 1024 * 1024;

/// What became of a notice on a channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// The channel's id.
    pub channel: String,
    /// The notice's id.
    pub notice: String,
    /// Why it was told: [`NoticeKind::word`](crate::NoticeKind::word).
    pub kind: String,
    /// `queued`, `sending`, `sent`, `failed`, `lost`, `merged` into the message after it, or `skipped`.
    pub state: String,
    /// When that was, ms since 1970.
    pub at_ms: i64,
    /// What the receiver answered, or why it failed.
    pub result: Option<String>,
}

/// Queues a notice for one channel. Answers whether it is new: the same notice is queued once a channel.
///
/// Call the sending task's `wake` after the commit.
///
/// # Errors
/// [`Error::Database`], [`Error::Notice`].
pub fn enqueue(transaction: &Transaction<'_>, notice: &Notice, channel_id: &str) -> Result<bool, Error> {
    let notice = notice.clone().shortened();
    let body = serde_json::to_string(&notice)?;
    let bytes = body.len() as i64;
    let added = transaction
        .prepare_cached(
            "INSERT OR IGNORE INTO outbox (channel, notice, alert, kind, answers, body, bytes, queued_ms, changed_ms)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?8)",
        )?
        .execute(params![
            channel_id,
            notice.id,
            notice.alert,
            notice.kind.word(),
            notice.answers,
            body,
            bytes,
            notice.at_ms
        ])?;
    if added == 0 {
        return Ok(false);
    }
    transaction
        .prepare_cached(
            "INSERT INTO outbox_channel (channel, waiting, waiting_bytes) VALUES (?1, 1, ?2)
            ON CONFLICT (channel) DO UPDATE SET waiting = waiting + 1, waiting_bytes = waiting_bytes + ?2",
        )?
        .execute(params![channel_id, bytes])?;
    make_room(transaction, MOST_ROWS, MOST_BYTES)?;
    Ok(true)
}

/// The same for a notice that another machine may have sent already: it goes out with that remark, where the receiver knows
/// no keys.
///
/// # Errors
/// As [`enqueue`].
pub fn enqueue_doubtful(transaction: &Transaction<'_>, notice: &Notice, channel_id: &str) -> Result<bool, Error> {
    let is_new = enqueue(transaction, notice, channel_id)?;
    if is_new {
        transaction
            .prepare_cached("UPDATE outbox SET doubtful = 1 WHERE channel = ?1 AND notice = ?2")?
            .execute([channel_id, &notice.id])?;
    }
    Ok(is_new)
}

/// Takes out what waits and is about this router, or with `None` about any: whoever holds it tells it. Its rows are gone, so
/// that they can be queued again. What is under way is left to its end.
///
/// # Errors
/// [`Error::Database`].
pub fn withdraw(transaction: &Transaction<'_>, router: Option<&str>) -> Result<usize, Error> {
    let found = transaction
        .prepare_cached(
            "DELETE FROM outbox WHERE waits = 1 AND state = 'queued'
                AND coalesce(body ->> 'router', body ->> 'toldWith') IS NOT NULL
                AND (?1 IS NULL OR coalesce(body ->> 'router', body ->> 'toldWith') = ?1)",
        )?
        .execute([router])?;
    if found > 0 {
        transaction.execute_batch(COUNT_AGAIN)?;
    }
    Ok(found)
}

/// Pushes the oldest out until the rest fits. One that is being sent is left to its end.
fn make_room(transaction: &Transaction<'_>, most_rows: i64, most_bytes: i64) -> Result<(), Error> {
    loop {
        let (rows, bytes): (i64, i64) = transaction
            .prepare_cached("SELECT coalesce(sum(waiting), 0), coalesce(sum(waiting_bytes), 0) FROM outbox_channel")?
            .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        if rows <= most_rows && bytes <= most_bytes {
            return Ok(());
        }
        let oldest: Option<(i64, String, i64)> = transaction
            .prepare_cached(
                "SELECT seq, channel, bytes FROM outbox WHERE waits = 1 AND state = 'queued' ORDER BY seq LIMIT 1",
            )?
            .query_row([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
            .optional()?;
        let Some((seq, channel, bytes)) = oldest else { return Ok(()) };
        transaction
            .prepare_cached("UPDATE outbox SET waits = 0, state = 'lost', body = '' WHERE seq = ?1")?
            .execute([seq])?;
        transaction
            .prepare_cached(
                "UPDATE outbox_channel SET lost = lost + 1, waiting = waiting - 1, waiting_bytes = waiting_bytes - ?2
                WHERE channel = ?1",
            )?
            .execute(params![channel, bytes])?;
        tracing::warn!(channel, "the outbox is full: the oldest message is lost");
    }
}

/// What became of an alert's notices, oldest first; the last month's at most.
///
/// # Errors
/// [`Error::Database`].
pub fn told(connection: &Connection, alert: &str) -> Result<Vec<Told>, Error> {
    let mut rows = connection.prepare_cached(
        "SELECT channel, notice, kind, state, changed_ms, result FROM outbox WHERE alert = ?1 ORDER BY seq LIMIT 500",
    )?;
    let told = rows.query_map([alert], |row| {
        Ok(Told {
            channel: row.get(0)?,
            notice: row.get(1)?,
            kind: row.get(2)?,
            state: row.get(3)?,
            at_ms: row.get(4)?,
            result: row.get(5)?,
        })
    })?;
    Ok(told.collect::<Result<_, _>>()?)
}

/// The channels that got a notice or still will: who is told when it clears.
///
/// # Errors
/// [`Error::Database`].
pub fn channels_told(connection: &Connection, alert: &str, notice_id: &str) -> Result<Vec<String>, Error> {
    let mut rows = connection.prepare_cached(
        "SELECT channel FROM outbox WHERE alert = ?1 AND notice = ?2 AND state NOT IN ('failed', 'lost', 'skipped')
        ORDER BY channel",
    )?;
    let channels = rows.query_map([alert, notice_id], |row| row.get(0))?;
    Ok(channels.collect::<Result<_, _>>()?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Language;

    fn database() -> Connection {
        let connection = Connection::open_in_memory().unwrap();
        connection.execute_batch(TABLES).unwrap();
        connection
    }

    fn notice(id: &str) -> Notice {
        Notice { alert: "a".into(), ..Notice::test(id.into(), Language::Id, 1_000) }
    }

    fn states(connection: &Connection) -> Vec<(String, String)> {
        told(connection, "a").unwrap().into_iter().map(|told| (told.notice, told.state)).collect()
    }

    #[test]
    fn a_notice_is_queued_once_a_channel() {
        let mut connection = database();
        let transaction = connection.transaction().unwrap();
        assert!(enqueue(&transaction, &notice("n"), "one").unwrap());
        assert!(enqueue(&transaction, &notice("n"), "two").unwrap());
        assert!(!enqueue(&transaction, &notice("n"), "one").unwrap());
        transaction.commit().unwrap();
        assert_eq!(told(&connection, "a").unwrap().len(), 2);
        assert_eq!(channels_told(&connection, "a", "n").unwrap(), ["one", "two"]);
    }

    #[test]
    fn a_rolled_back_transaction_queues_nothing() {
        let mut connection = database();
        let transaction = connection.transaction().unwrap();
        enqueue(&transaction, &notice("n"), "one").unwrap();
        drop(transaction);
        assert!(told(&connection, "a").unwrap().is_empty());
    }

    #[test]
    fn the_oldest_is_lost_first_and_counted() {
        let mut connection = database();
        let transaction = connection.transaction().unwrap();
        for id in ["1", "2", "3"] {
            enqueue(&transaction, &notice(id), "one").unwrap();
        }
        make_room(&transaction, 2, MOST_BYTES).unwrap();
        transaction.commit().unwrap();
        let states = states(&connection);
        assert_eq!(states[0], ("1".into(), "lost".into()));
        assert_eq!(states[1], ("2".into(), "queued".into()));
        let (lost, waiting): (i64, i64) = connection
            .query_row("SELECT lost, waiting FROM outbox_channel", [], |row| Ok((row.get(0)?, row.get(1)?)))
            .unwrap();
        assert_eq!((lost, waiting), (1, 2));
        assert!(channels_told(&connection, "a", "1").unwrap().is_empty());
    }

    #[test]
    fn bytes_are_bounded_as_rows_are() {
        let mut connection = database();
        let transaction = connection.transaction().unwrap();
        for id in ["1", "2", "3"] {
            enqueue(&transaction, &notice(id), "one").unwrap();
        }
        let one: i64 = transaction.query_row("SELECT bytes FROM outbox", [], |row| row.get(0)).unwrap();
        make_room(&transaction, MOST_ROWS, 2 * one).unwrap();
        transaction.commit().unwrap();
        assert_eq!(states(&connection).iter().filter(|(_, state)| state == "queued").count(), 2);
    }
}
