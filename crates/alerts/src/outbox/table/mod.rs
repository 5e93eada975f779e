//! The sending task's side of the rows: which go next, that they are under way, and what became of them.
//!
//! That a row is under way is synced to the disk before the request goes out: what a killed process leaves behind says
//! which messages may have arrived.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OptionalExtension, Row, Transaction, TransactionBehavior, params};

use crate::channel::Moved;
use crate::outbox::compose::{Item, fits, merged};
use crate::outbox::queue::{COUNT_AGAIN, enqueue};
use crate::{Error, Notice};

/// After so long a message is given up.
pub(super) const GIVE_UP_MS: i64 = 24 * 3_600_000;
/// So long it is known what became of a message, and at most so many.
const KEPT_MS: i64 = 30 * 24 * 3_600_000;
const MOST_KEPT: i64 = 20_000;
/// The most rows of a channel that are looked at in one go.
const LOOKED_AT: i64 = 1_000;
/// A row that is due later than this is from before the clock was set back.
const FURTHEST_MS: i64 = 2 * 3_600_000;
/// 2024: a clock before that was never set.
const NEVER_SET_MS: i64 = 1_704_067_200_000;

/// The counters of one channel.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Tally {
    pub(super) sent: u64,
    pub(super) failed: u64,
    pub(super) lost: u64,
    pub(super) waiting: u64,
}

/// What a channel has to send.
#[derive(Debug)]
pub(super) enum Take {
    /// These, as one message; they are marked.
    Items(Vec<Item>, Option<Moved>),
    /// Nothing before then, ms since 1970; or nothing at all.
    Later(Option<i64>),
}

/// What became of a message.
#[derive(Clone, Debug)]
pub(super) enum Settled {
    Sent {
        answer: String,
        handle: Option<String>,
        moved: Option<Moved>,
    },
    Failed {
        why: String,
    },
    /// Back into the queue; `counts`: the attempt was one.
    Queued {
        due_ms: i64,
        doubtful: bool,
        counts: bool,
        why: String,
    },
}

/// A row without its body.
struct Waiting {
    seq: i64,
    alert: String,
    kind: String,
    answers: Option<String>,
    queued: bool,
    attempts: u32,
    doubtful: bool,
    due_ms: i64,
}

/// Opens the file beside whoever else has it open.
pub(super) fn open(path: &Path) -> Result<Connection, Error> {
    let connection = Connection::open(path)?;
    connection.busy_timeout(Duration::from_secs(5))?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    Ok(connection)
}

/// After a start: what was under way may have arrived.
pub(super) fn recover(connection: &mut Connection) -> Result<usize, Error> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let found = transaction.execute(
        "UPDATE outbox SET state = 'queued', doubtful = 1, due_ms = 0 WHERE waits = 1 AND state = 'sending'",
        [],
    )?;
    transaction.execute_batch(COUNT_AGAIN)?;
    transaction.commit()?;
    Ok(found)
}

/// Gives up what is too old, and forgets what is long over.
pub(super) fn sweep(connection: &mut Connection, now_ms: i64) -> Result<usize, Error> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    // A machine whose clock was set after its start must not give up what it queued a minute ago.
    transaction.execute(
        "UPDATE outbox SET queued_ms = ?1 WHERE waits = 1 AND (queued_ms < ?2 OR queued_ms > ?1 + ?3)",
        params![now_ms, NEVER_SET_MS, GIVE_UP_MS],
    )?;
    let old: Vec<(i64, String)> = {
        let mut rows = transaction.prepare_cached(
            "SELECT seq, coalesce(result, 'nobody took it') FROM outbox
            WHERE waits = 1 AND state = 'queued' AND queued_ms < ?1",
        )?;
        rows.query_map([now_ms - GIVE_UP_MS], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<Result<_, _>>()?
    };
    for (seq, why) in &old {
        settle_one(&transaction, *seq, &Settled::Failed { why: format!("given up after 24 h: {why}") }, now_ms)?;
    }
    transaction.execute("DELETE FROM outbox WHERE waits = 0 AND changed_ms < ?1", [now_ms - KEPT_MS])?;
    transaction.execute(
        "DELETE FROM outbox WHERE waits = 0 AND seq <= coalesce((SELECT seq FROM outbox WHERE waits = 0
            ORDER BY seq DESC LIMIT 1 OFFSET ?1), -1)",
        [MOST_KEPT],
    )?;
    transaction.commit()?;
    Ok(old.len())
}

/// Takes what goes next on a channel and marks it. `alone`: rows that must not share a message.
pub(super) fn take(
    connection: &mut Connection,
    channel: &str,
    bundles: usize,
    alone: &HashSet<i64>,
    now_ms: i64,
) -> Result<Take, Error> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let waiting = waiting(&transaction, channel)?;
    let mut later: Option<i64> = None;
    let mut shut: HashSet<&str> = HashSet::new();
    let mut over: HashSet<i64> = HashSet::new();
    let mut items: Vec<Item> = Vec::new();
    let clears = first_clears(&waiting);
    for row in &waiting {
        if items.len() >= bundles.max(1) {
            break;
        }
        // An alert's notices keep their order: what waits holds back those behind it.
        if over.contains(&row.seq) || shut.contains(row.alert.as_str()) {
            continue;
        }
        let due = row.due_ms <= now_ms || row.due_ms > now_ms + FURTHEST_MS;
        if !row.queued || !due {
            shut.insert(&row.alert);
            if row.queued {
                later = Some(later.map_or(row.due_ms, |earlier| earlier.min(row.due_ms)));
            }
            continue;
        }
        if row.kind == "cleared" && told_nobody(&transaction, channel, row.answers.as_deref())? {
            settle_as(&transaction, row.seq, "skipped", now_ms)?;
            continue;
        }
        // What is over before it could be told goes with its end, as one message.
        let clear = clears.get(&row.seq).and_then(|clear| waiting.iter().find(|one| one.seq == *clear));
        let goes = clear.unwrap_or(row);
        let Some(notice) = body(&transaction, goes.seq)? else {
            settle_one(&transaction, goes.seq, &Settled::Failed { why: "the stored notice is none".into() }, now_ms)?;
            continue;
        };
        let fired = if clear.is_some() && row.kind == "fired" { body(&transaction, row.seq)? } else { None };
        let (notice, joined) = match &fired {
            Some(fired) => (merged(fired, notice), true),
            None => (notice, false),
        };
        let answered = answered(&transaction, channel, goes.answers.as_deref())?;
        let attempts = goes.attempts.max(row.attempts);
        let item = Item { seq: goes.seq, notice, doubtful: goes.doubtful, answered, attempts };
        let single = alone.contains(&item.seq);
        if !items.is_empty() && (single || !fits(&items, &item)) {
            break;
        }
        over.insert(goes.seq);
        if joined {
            // Kept, so that another attempt says the same.
            transaction
                .prepare_cached("UPDATE outbox SET body = ?2 WHERE seq = ?1")?
                .execute(params![item.seq, serde_json::to_string(&item.notice)?])?;
        }
        for one in waiting.iter().filter(|one| one.alert == row.alert && one.seq >= row.seq && one.seq < goes.seq) {
            settle_as(&transaction, one.seq, "merged", now_ms)?;
            over.insert(one.seq);
        }
        items.push(item);
        if single {
            break;
        }
    }
    for item in &mut items {
        item.attempts += 1;
        transaction
            .prepare_cached("UPDATE outbox SET state = 'sending', attempts = ?2, changed_ms = ?3 WHERE seq = ?1")?
            .execute(params![item.seq, item.attempts, now_ms])?;
    }
    let address = address(&transaction, channel)?;
    transaction.commit()?;
    Ok(if items.is_empty() { Take::Later(later) } else { Take::Items(items, address) })
}

/// For the first fire or reminder of an alert, the clear behind it that makes it needless.
fn first_clears(waiting: &[Waiting]) -> HashMap<i64, i64> {
    let mut heads: HashMap<&str, i64> = HashMap::new();
    let mut clears = HashMap::new();
    for row in waiting {
        let alert = row.alert.as_str();
        match (row.kind.as_str(), heads.get(alert)) {
            ("fired" | "reminder", None) if row.queued => drop(heads.insert(alert, row.seq)),
            ("reminder", Some(_)) if row.queued => {}
            ("cleared", Some(head)) if row.queued => {
                clears.insert(*head, row.seq);
                heads.remove(alert);
            }
            // Anything else in between is told as it came.
            _ => drop(heads.remove(alert)),
        }
    }
    clears
}

fn waiting(transaction: &Transaction<'_>, channel: &str) -> Result<Vec<Waiting>, Error> {
    let mut rows = transaction.prepare_cached(
        "SELECT seq, alert, kind, answers, state, attempts, doubtful, due_ms FROM outbox
        WHERE channel = ?1 AND waits = 1 ORDER BY seq LIMIT ?2",
    )?;
    let read = |row: &Row<'_>| {
        Ok(Waiting {
            seq: row.get(0)?,
            alert: row.get(1)?,
            kind: row.get(2)?,
            answers: row.get(3)?,
            queued: row.get_ref(4)?.as_str()? == "queued",
            attempts: row.get(5)?,
            doubtful: row.get(6)?,
            due_ms: row.get(7)?,
        })
    };
    Ok(rows.query_map(params![channel, LOOKED_AT], read)?.collect::<Result<_, _>>()?)
}

fn body(transaction: &Transaction<'_>, seq: i64) -> Result<Option<Notice>, Error> {
    let body: String =
        transaction.prepare_cached("SELECT body FROM outbox WHERE seq = ?1")?.query_row([seq], |row| row.get(0))?;
    Ok(serde_json::from_str(&body).ok())
}

/// Whether the fire that a clear answers never reached this channel.
fn told_nobody(transaction: &Transaction<'_>, channel: &str, answers: Option<&str>) -> Result<bool, Error> {
    let Some(answers) = answers else { return Ok(false) };
    let state: Option<String> = transaction
        .prepare_cached("SELECT state FROM outbox WHERE channel = ?1 AND notice = ?2")?
        .query_row([channel, answers], |row| row.get(0))
        .optional()?;
    Ok(state.is_some_and(|state| matches!(state.as_str(), "failed" | "lost" | "skipped")))
}

/// How the receiver calls the message that a notice answers, and what that said.
fn answered(
    transaction: &Transaction<'_>,
    channel: &str,
    answers: Option<&str>,
) -> Result<Option<(String, String)>, Error> {
    let Some(answers) = answers else { return Ok(None) };
    let found: Option<(Option<String>, String)> = transaction
        .prepare_cached("SELECT handle, body FROM outbox WHERE channel = ?1 AND notice = ?2 AND state = 'sent'")?
        .query_row([channel, answers], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    Ok(found.and_then(|(handle, body)| {
        let text = serde_json::from_str::<Notice>(&body).map(|notice| notice.text).unwrap_or_default();
        Some((handle?, text))
    }))
}

/// Where the receiver said it moved.
fn address(transaction: &Transaction<'_>, channel: &str) -> Result<Option<Moved>, Error> {
    let found = transaction
        .prepare_cached("SELECT address_of, address FROM outbox_channel WHERE channel = ?1 AND address IS NOT NULL")?
        .query_row([channel], |row| Ok(Moved { from: row.get(0)?, to: row.get(1)? }))
        .optional()?;
    Ok(found)
}

/// Lets go of messages that were taken and not sent: another machine tells them.
pub(super) fn drop_taken(connection: &mut Connection, rows: &[i64]) -> Result<(), Error> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    for seq in rows {
        transaction.prepare_cached("DELETE FROM outbox WHERE seq = ?1")?.execute([seq])?;
    }
    transaction.execute_batch(COUNT_AGAIN)?;
    Ok(transaction.commit()?)
}

/// Writes down what became of a message.
pub(super) fn settle(connection: &mut Connection, rows: &[i64], as_what: &Settled, now_ms: i64) -> Result<(), Error> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    for seq in rows {
        settle_one(&transaction, *seq, as_what, now_ms)?;
    }
    if let (Settled::Sent { moved: Some(moved), .. }, Some(first)) = (as_what, rows.first()) {
        transaction
            .prepare_cached(
                "UPDATE outbox_channel SET address_of = ?2, address = ?3
                WHERE channel = (SELECT channel FROM outbox WHERE seq = ?1)",
            )?
            .execute(params![first, moved.from, moved.to])?;
    }
    transaction.commit()?;
    Ok(())
}

fn settle_one(transaction: &Transaction<'_>, seq: i64, as_what: &Settled, now_ms: i64) -> Result<(), Error> {
    match as_what {
        Settled::Queued { due_ms, doubtful, counts, why } => {
            transaction
                .prepare_cached(
                    "UPDATE outbox SET state = 'queued', due_ms = ?2, doubtful = doubtful OR ?3,
                    attempts = attempts - ?4, result = ?5, changed_ms = ?6 WHERE seq = ?1 AND waits = 1",
                )?
                .execute(params![seq, due_ms, doubtful, i64::from(!counts), why, now_ms])?;
            return Ok(());
        }
        Settled::Sent { answer, handle, .. } => {
            // A fire's text is kept where its clear will be written into the same message.
            transaction
                .prepare_cached(
                    "UPDATE outbox SET result = ?2, handle = ?3,
                    body = CASE WHEN kind = 'fired' AND ?3 IS NOT NULL THEN body ELSE '' END WHERE seq = ?1",
                )?
                .execute(params![seq, answer, handle])?;
            settle_as(transaction, seq, "sent", now_ms)?;
        }
        Settled::Failed { why } => {
            transaction
                .prepare_cached("UPDATE outbox SET result = ?2, body = '' WHERE seq = ?1")?
                .execute(params![seq, why])?;
            settle_as(transaction, seq, "failed", now_ms)?;
        }
    }
    Ok(())
}

fn settle_as(transaction: &Transaction<'_>, seq: i64, state: &str, now_ms: i64) -> Result<(), Error> {
    let ended = transaction
        .prepare_cached("UPDATE outbox SET state = ?2, waits = 0, changed_ms = ?3 WHERE seq = ?1 AND waits = 1")?
        .execute(params![seq, state, now_ms])?;
    if ended == 0 {
        return Ok(());
    }
    transaction
        .prepare_cached(
            "UPDATE outbox_channel SET waiting = waiting - 1, sent = sent + (?2 = 'sent'),
            failed = failed + (?2 = 'failed'),
            waiting_bytes = waiting_bytes - (SELECT bytes FROM outbox WHERE seq = ?1)
            WHERE channel = (SELECT channel FROM outbox WHERE seq = ?1)",
        )?
        .execute(params![seq, state])?;
    Ok(())
}

/// The counters of every channel.
pub(super) fn tallies(connection: &Connection) -> Result<BTreeMap<String, Tally>, Error> {
    let mut rows = connection.prepare_cached("SELECT channel, sent, failed, lost, waiting FROM outbox_channel")?;
    let read = |row: &Row<'_>| {
        let number = |place| row.get::<_, i64>(place).map(|number| u64::try_from(number).unwrap_or(0));
        Ok((row.get(0)?, Tally { sent: number(1)?, failed: number(2)?, lost: number(3)?, waiting: number(4)? }))
    };
    Ok(rows.query_map([], read)?.collect::<Result<_, _>>()?)
}

/// Queues a notice on channels, unless its alert was told within the last day.
pub(super) fn tell_once_a_day(connection: &mut Connection, notices: &[(String, Notice)]) -> Result<(), Error> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    for (channel, notice) in notices {
        let since = notice.at_ms - GIVE_UP_MS;
        let told: bool = transaction
            .prepare_cached(
                "SELECT EXISTS (SELECT 1 FROM outbox WHERE alert = ?1 AND channel = ?2 AND queued_ms > ?3)",
            )?
            .query_row(params![notice.alert, channel, since], |row| row.get(0))?;
        if !told {
            enqueue(&transaction, notice, channel)?;
        }
    }
    transaction.commit()?;
    Ok(())
}

#[cfg(test)]
mod tests;
