//! Entries of the audit log: in the table, and as they travel between nodes.

use rusqlite::types::Value;
use rusqlite::{Connection, Row, Transaction, params};

use crate::shared::row_bytes;
use crate::{Error, Timestamp};

/// The number of entries kept of each action, so that a flood of one kind cannot push out another; a busy provider has
/// fewer in a year.
const MOST: i64 = 10_000;
/// Actions that anybody can cause any number of times: within this time (ms), repetitions by one actor from one address
/// become one entry with a count.
const FOLDED: [&str; 5] = ["login", "login.failed", "logout", "password", "setup.failed"];
const FOLDED_FOR: i64 = 60 * 60 * 1_000;
/// Who did it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    /// A user's or a token's name, or `command line`.
    pub name: String,
    /// The address it was done from; empty where there is none.
    pub address: String,
}

/// One change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditEvent {
    /// When.
    pub at: Timestamp,
    /// Who.
    pub actor: Actor,
    /// The action, such as `router.add` or `login.failed`.
    pub action: String,
    /// What it was done to; the last one where an entry counts several.
    pub target: String,
}

/// An entry of the log: an event, and how often it happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditEntry {
    /// The event; the last one where there were several.
    pub event: AuditEvent,
    /// How many times it happened.
    pub times: u32,
    /// When it happened first.
    pub since: Timestamp,
}

/// Every entry, the oldest first.
pub(crate) fn all(db: &Connection) -> Result<Vec<AuditEntry>, Error> {
    let mut all = db.prepare("SELECT * FROM audit ORDER BY id")?;
    Ok(all.query_map([], entry)?.collect::<Result<_, _>>()?)
}

pub(crate) fn entry(row: &Row<'_>) -> Result<AuditEntry, rusqlite::Error> {
    let at = row.get("at")?;
    let event = AuditEvent {
        at: Timestamp(at),
        actor: Actor { name: row.get("actor")?, address: row.get("address")? },
        action: row.get("action")?,
        target: row.get("target")?,
    };
    let since = row.get::<_, Option<i64>>("since")?.unwrap_or(at);
    Ok(AuditEntry { event, times: row.get("times")?, since: Timestamp(since) })
}

/// Writes an entry into the table, folded into one of its kind where there is one. The same entries in the same order
/// give the same table.
pub(crate) fn write(db: &Transaction<'_>, entry: &AuditEntry) -> Result<(), Error> {
    let AuditEntry { event: AuditEvent { at, actor: Actor { name, address }, action, target }, times, since } = entry;
    if *times == 1 && FOLDED.contains(&action.as_str()) {
        let sql = "UPDATE audit SET at = ?4, times = times + 1, target = ?5 WHERE since > ?6 AND id =
                   (SELECT max(id) FROM audit WHERE action = ?1 AND actor = ?2 AND address = ?3)";
        let begun = at.0.saturating_sub(FOLDED_FOR);
        if db.execute(sql, params![action, name, address, at.0, target, begun])? > 0 {
            return Ok(());
        }
    }
    let sql =
        "INSERT INTO audit (at, since, actor, address, action, target, times) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    db.execute(sql, params![at.0, since.0, name, address, action, target, times])?;
    let sql = "DELETE FROM audit WHERE action = ?1 AND id <=
               (SELECT id FROM audit WHERE action = ?1 ORDER BY id DESC LIMIT 1 OFFSET ?2)";
    db.execute(sql, params![action, MOST])?;
    Ok(())
}

/// An entry as it travels between nodes.
pub(crate) fn written(entry: &AuditEntry) -> Vec<u8> {
    let AuditEntry { event: AuditEvent { at, actor, action, target }, times, since } = entry;
    let row = [
        ("at", Value::Integer(at.0)),
        ("since", Value::Integer(since.0)),
        ("actor", Value::Text(actor.name.clone())),
        ("address", Value::Text(actor.address.clone())),
        ("action", Value::Text(action.clone())),
        ("target", Value::Text(target.clone())),
        ("times", Value::Integer(i64::from(*times))),
    ];
    let row = row.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    row_bytes::written(&vec![("audit".to_owned(), vec![row])])
}

/// An entry as it came; `None` for what is none.
pub(crate) fn read(bytes: &[u8]) -> Option<AuditEntry> {
    let (_, rows) = row_bytes::read(bytes)?.into_iter().next()?;
    let row = rows.into_iter().next()?;
    let number = |column: &str| match row.iter().find(|(name, _)| name == column) {
        Some((_, Value::Integer(number))) => Some(*number),
        _ => None,
    };
    let text = |column: &str| match row.iter().find(|(name, _)| name == column) {
        Some((_, Value::Text(text))) => Some(text.clone()),
        _ => None,
    };
    let event = AuditEvent {
        at: Timestamp(number("at")?),
        actor: Actor { name: text("actor")?, address: text("address")? },
        action: text("action")?,
        target: text("target")?,
    };
    let times = number("times").and_then(|times| times.try_into().ok()).unwrap_or(1);
    Some(AuditEntry { event, times, since: Timestamp(number("since")?) })
}
