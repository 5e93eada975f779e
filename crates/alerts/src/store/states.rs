//! Batches in, alerts out.

use std::sync::Arc;

use rusqlite::{Connection, Row, Transaction, params};

use super::Database;
use crate::Error;
use crate::engine::{Batch, Remembered};
use crate::outbox;
use crate::state::{Alert, State};

/// A page of the past.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PastQuery {
    /// Of which router; `None` for all.
    pub router: Option<String>,
    /// Only of these routers and lines; `None` for all.
    pub only: Option<Vec<PastOf>>,
    /// Only what ended before this alert: when, and which.
    pub before: Option<(i64, String)>,
    /// So many at the most.
    pub limit: u32,
}

/// A router, or one line of it, whose past is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PastOf {
    /// The router.
    pub router: String,
    /// The line, with what [concerns all lines](crate::Kind::concerns_lines) of the router; `None`: the whole router.
    pub interface: Option<String>,
}

/// Alerts that are over, the latest first.
#[derive(Clone, Debug, PartialEq)]
pub struct Past {
    /// The alerts.
    pub alerts: Vec<Alert>,
    /// Where the next page begins, if there may be one.
    pub next: Option<(i64, String)>,
}

/// What became of a message about an alert.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Telling {
    /// On which channel.
    pub channel: String,
    /// When, ms since 1970.
    pub at_ms: i64,
    /// `queued`, `sending`, `sent`, `failed`, `lost`, `merged`, `skipped`, or `unknown` a month later.
    pub result: String,
}

/// So many alerts that are over are kept, and for so long.
const MOST_PAST: i64 = 20_000;
const LONGEST_PAST_MS: i64 = 400 * 86_400_000;

impl Database {
    /// Writes a batch: all of it or nothing. On failure the batch comes back with the reason.
    pub async fn write(&self, batch: Batch, now_ms: i64) -> Result<(), (Batch, Error)> {
        // Shared, so that whatever happens it is not lost.
        let batch = Arc::new(batch);
        let own = batch.clone();
        let written = self.run(move |connection| {
            let transaction = connection.transaction()?;
            write(&transaction, &own, now_ms)?;
            Ok(transaction.commit()?)
        });
        match written.await {
            Ok(()) => Ok(()),
            Err(error) => {
                let batch = Arc::try_unwrap(batch).unwrap_or_else(|shared| Batch {
                    alerts: shared.alerts.clone(),
                    notices: shared.notices.clone(),
                    taken_up: shared.taken_up.clone(),
                    lines: shared.lines.clone(),
                    boots: shared.boots.clone(),
                });
                Err((batch, error))
            }
        }
    }

    /// What the run before left.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn remembered(&self) -> Result<Remembered, Error> {
        self.run(|connection| {
            let mut alerts = connection.prepare("SELECT body FROM alert WHERE over = 0 OR owes = 1")?;
            let alerts = alerts.query_map([], alert)?.collect::<Result<Vec<_>, _>>()?;
            let mut lines = connection.prepare("SELECT router, name, up FROM line")?;
            let line = |row: &Row<'_>| Ok((row.get(0)?, Arc::from(row.get::<_, String>(1)?), row.get(2)?));
            let lines = lines.query_map([], line)?.collect::<Result<Vec<_>, _>>()?;
            let mut boots = connection.prepare("SELECT router, at FROM boot")?;
            let boots = boots.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<Result<Vec<_>, _>>()?;
            // One that this version cannot read is not worth more than the others.
            Ok(Remembered { alerts: alerts.into_iter().flatten().collect(), lines, boots })
        })
        .await
    }

    /// A page of what is over.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn past(&self, query: PastQuery) -> Result<Past, Error> {
        self.run(move |connection| past(connection, &query)).await
    }

    /// One alert, as it was written last.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn alert(&self, id: String) -> Result<Option<Alert>, Error> {
        self.run(move |connection| {
            let mut one = connection.prepare_cached("SELECT body FROM alert WHERE id = ?1")?;
            let found = one.query_map([id], alert)?.next().transpose()?;
            Ok(found.flatten())
        })
        .await
    }

    /// What became of the messages about these alerts, in their order.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn tellings(&self, alerts: Vec<Alert>) -> Result<Vec<Vec<Telling>>, Error> {
        self.run(move |connection| {
            let mut one =
                connection.prepare_cached("SELECT state, changed_ms FROM outbox WHERE channel = ?1 AND notice = ?2")?;
            let mut all = Vec::with_capacity(alerts.len());
            for alert in &alerts {
                let mut tellings = Vec::with_capacity(alert.told.len());
                for (channel, told) in &alert.told {
                    let found = one.query_map([channel, &told.notice], |row| Ok((row.get(0)?, row.get(1)?)))?.next();
                    // What was settled a while ago is no longer in the queue.
                    let (result, at_ms) = found.transpose()?.unwrap_or_else(|| ("unknown".to_owned(), told.at_ms));
                    tellings.push(Telling { channel: channel.clone(), at_ms, result });
                }
                all.push(tellings);
            }
            Ok(all)
        })
        .await
    }
}

fn write(transaction: &Transaction<'_>, batch: &Batch, now_ms: i64) -> Result<(), Error> {
    for one in batch.alerts.values() {
        let over = one.state == State::Cleared;
        let at = if over { one.cleared_ms.unwrap_or(one.since_ms) } else { one.since_ms };
        let body = serde_json::to_string(one)?;
        transaction
            .prepare_cached(
                "INSERT OR REPLACE INTO alert (id, at, router, interface, over, owes, body)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            )?
            .execute(params![&*one.id, at, one.router, one.interface.as_deref(), over, one.owes.is_some(), body])?;
    }
    for (channel, notice) in &batch.notices {
        outbox::enqueue(transaction, notice, channel)?;
    }
    for (channel, notice) in &batch.taken_up {
        outbox::enqueue_doubtful(transaction, notice, channel)?;
    }
    for ((router, name), up) in &batch.lines {
        transaction
            .prepare_cached("INSERT OR REPLACE INTO line VALUES (?1, ?2, ?3)")?
            .execute(params![router, &**name, up])?;
    }
    for (router, at) in &batch.boots {
        transaction.prepare_cached("INSERT OR REPLACE INTO boot VALUES (?1, ?2)")?.execute(params![router, at])?;
    }
    if batch.alerts.values().any(|one| one.state == State::Cleared) {
        forget(transaction, now_ms)?;
    }
    Ok(())
}

/// Lets go of the oldest of what is over.
pub(super) fn forget(transaction: &Transaction<'_>, now_ms: i64) -> Result<(), Error> {
    let sql = "DELETE FROM alert WHERE over = 1 AND owes = 0 AND at < ?1";
    transaction.prepare_cached(sql)?.execute([now_ms - LONGEST_PAST_MS])?;
    let sql = "SELECT at FROM alert WHERE over = 1 ORDER BY at DESC LIMIT 1 OFFSET ?1";
    let oldest: Option<i64> =
        transaction.prepare_cached(sql)?.query_map([MOST_PAST], |row| row.get(0))?.next().transpose()?;
    if let Some(oldest) = oldest {
        let sql = "DELETE FROM alert WHERE over = 1 AND owes = 0 AND at <= ?1";
        transaction.prepare_cached(sql)?.execute([oldest])?;
    }
    Ok(())
}

fn past(connection: &Connection, query: &PastQuery) -> Result<Past, Error> {
    let limit = query.limit.clamp(1, 1_000);
    let (at, id) = query.before.clone().unwrap_or((i64::MAX, String::new()));
    let page = "over = 1 AND (at < ?2 OR (at = ?2 AND id > ?3))
        AND (?5 IS NULL
            OR router IN (SELECT value ->> 0 FROM json_each(?5) WHERE value ->> 1 IS NULL)
            OR (router, interface) IN (SELECT value ->> 0, value ->> 1 FROM json_each(?5) WHERE value ->> 1 NOT NULL)
            OR (interface IS NULL AND body ->> 'kind' IN ('router-unreachable', 'router-rebooted', 'no-data')
                AND router IN (SELECT value ->> 0 FROM json_each(?5))))
        ORDER BY at DESC, id LIMIT ?4";
    let sql = match query.router {
        Some(_) => format!("SELECT body FROM alert WHERE router = ?1 AND {page}"),
        None => format!("SELECT body FROM alert WHERE ?1 IS NULL AND {page}"),
    };
    let only = query.only.as_ref().map(|only| {
        let pairs: Vec<(&str, Option<&str>)> =
            only.iter().map(|one| (one.router.as_str(), one.interface.as_deref())).collect();
        serde_json::to_string(&pairs)
    });
    let only = only.transpose()?;
    let mut rows = connection.prepare_cached(&sql)?;
    let values = params![query.router, at, id, limit + 1, only];
    let rows = rows.query_map(values, alert)?.collect::<Result<Vec<_>, _>>()?;
    let more = rows.len() > limit as usize;
    let alerts: Vec<Alert> = rows.into_iter().take(limit as usize).flatten().collect();
    let next =
        alerts.last().filter(|_| more).map(|last| (last.cleared_ms.unwrap_or(last.since_ms), last.id.to_string()));
    Ok(Past { alerts, next })
}

fn alert(row: &Row<'_>) -> Result<Option<Alert>, rusqlite::Error> {
    let body: String = row.get(0)?;
    Ok(serde_json::from_str(&body).ok())
}
