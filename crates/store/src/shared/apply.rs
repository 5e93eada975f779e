//! Changes of others, put into the copy. Foreign keys are not enforced meanwhile: rows come in the order in which they
//! were last written, which is not the order in which they refer to each other.

use std::collections::BTreeSet;

use rusqlite::types::Value;
use rusqlite::{Transaction, params, params_from_iter};

use super::capture::is_key;
use super::row_bytes::{self, Row};
use super::tables::{AGGREGATES, Aggregate, OF_USERS, Table, USED};
use super::{SharedChanges, SharedKind, SharedPart, SharedRow, keys};
use crate::{Error, audit_entries};

/// In `meta`: up to where the audit log was read.
const AUDIT: &str = "shared-audit";

/// What changes of others changed here.
#[derive(Debug, Default)]
pub(super) struct Applied {
    pub(super) kinds: Vec<SharedKind>,
    /// Whether somebody may have lost or got a right.
    pub(super) access: bool,
}

/// Puts changes into the copy. `is_news` tells whether a row was not known yet.
pub(super) fn apply(
    db: &Transaction<'_>,
    part: SharedPart,
    changes: &SharedChanges,
    is_news: impl Fn(&SharedRow) -> bool,
) -> Result<Applied, Error> {
    let mut applied = Applied::default();
    if part == SharedPart::Audit {
        return audit(db, changes).map(|()| applied);
    }
    if changes.all {
        clear(db, part)?;
        applied.access = true;
        applied.kinds.extend(AGGREGATES.iter().filter(|one| one.part == part).filter_map(|one| one.kind));
    }
    let mut touched = BTreeSet::new();
    for row in &changes.rows {
        if !changes.all && !is_news(row) {
            continue;
        }
        // A neighbouring version may share what this one does not know.
        let Some((aggregate, key)) = keys::read(&row.key) else { continue };
        if put(db, aggregate, &key, row)? {
            touched.insert(aggregate.name);
        }
        applied.kinds.extend(aggregate.kind);
        applied.access |= match aggregate.name {
            "users" | "tokens" => true,
            // A new session, or one that was used, takes nothing from anybody.
            "sessions" => row.value.is_none(),
            _ => false,
        };
    }
    if changes.all || touched.contains("users") || OF_USERS.iter().any(|(table, _)| touched.contains(table)) {
        for (table, user) in OF_USERS {
            let sql = format!("DELETE FROM {table} WHERE {user} IS NOT NULL AND {user} NOT IN (SELECT id FROM users)");
            db.execute(&sql, [])?;
        }
        if touched.contains("users") {
            // Their lines went with them.
            applied.kinds.push(SharedKind::Lines);
        }
    }
    Ok(applied)
}

/// Forgets what is shared, before all of it comes.
fn clear(db: &Transaction<'_>, part: SharedPart) -> Result<(), Error> {
    for table in AGGREGATES.iter().filter(|aggregate| aggregate.part == part).flat_map(|aggregate| aggregate.tables) {
        let only = if table.only.is_empty() { "true".to_owned() } else { table.only.replace("ROW", table.name) };
        db.execute(&format!("DELETE FROM {} WHERE {only}", table.name), [])?;
    }
    Ok(())
}

/// Puts one key in place of what it was. False where its value cannot be read.
fn put(db: &Transaction<'_>, aggregate: &Aggregate, key: &[Value], row: &SharedRow) -> Result<bool, Error> {
    if aggregate.name == USED {
        let used = row.value.as_deref().and_then(|value| std::str::from_utf8(value).ok()?.parse::<i64>().ok());
        let sql = "UPDATE tokens SET used = ?2 WHERE id = ?1 AND ifnull(used, 0) < ?2";
        db.execute(sql, params![key.first(), used])?;
        return Ok(true);
    }
    let rows = match &row.value {
        None => Vec::new(),
        Some(_) if aggregate.tables.is_empty() => return Ok(true),
        Some(value) => match row_bytes::read(value) {
            Some(rows) => rows,
            None => {
                tracing::error!(key = row.key, "a shared row cannot be read: it stays as it was here");
                return Ok(false);
            }
        },
    };
    for table in aggregate.tables {
        let sql = format!("DELETE FROM {} WHERE {}", table.name, is_key(table));
        db.prepare_cached(&sql)?.execute(params_from_iter(key))?;
        for row in rows.iter().filter(|(name, _)| name == table.name).flat_map(|(_, rows)| rows) {
            insert(db, table, row)?;
        }
        if let (true, Some(Value::Integer(number))) = (table.is_numbered, key.first()) {
            count_up(db, table, *number)?;
        }
    }
    if row.value.is_none() && aggregate.name == "users" {
        db.execute("DELETE FROM sessions WHERE user = ?1", [key.first()])?;
    }
    Ok(true)
}

/// Inserts a row, as far as this version knows its columns.
pub(super) fn insert(db: &Transaction<'_>, table: &Table, row: &Row) -> Result<(), Error> {
    let known: BTreeSet<String> = {
        let shape = db.prepare_cached(&format!("SELECT * FROM main.{} LIMIT 0", table.name))?;
        shape.column_names().map(str::to_owned).collect()
    };
    let (names, values): (Vec<&str>, Vec<&Value>) =
        row.iter().filter(|(name, _)| known.contains(name)).map(|(name, value)| (name.as_str(), value)).unzip();
    let places = vec!["?"; names.len()].join(", ");
    let sql = format!("INSERT OR REPLACE INTO {} ({}) VALUES ({places})", table.name, names.join(", "));
    db.prepare_cached(&sql)?.execute(params_from_iter(values))?;
    Ok(())
}

/// A number that was somebody's is nobody else's, also where the row is gone.
fn count_up(db: &Transaction<'_>, table: &Table, number: i64) -> Result<(), Error> {
    let sql = "UPDATE sqlite_sequence SET seq = ?2 WHERE name = ?1 AND seq < ?2";
    if db.prepare_cached(sql)?.execute(params![table.name, number])? == 0 {
        let sql = "INSERT INTO sqlite_sequence (name, seq)
                   SELECT ?1, ?2 WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = ?1)";
        db.prepare_cached(sql)?.execute(params![table.name, number])?;
    }
    Ok(())
}

/// Up to where the audit log was read when the file was last open.
pub(super) fn audit_read(db: &Transaction<'_>) -> Result<u64, Error> {
    let sql = "SELECT value FROM meta WHERE name = ?1";
    let mut found = db.prepare(sql)?;
    let value = found.query_map([AUDIT], |row| row.get::<_, Vec<u8>>(0))?.next().transpose()?;
    Ok(value.and_then(|bytes| bytes.try_into().ok()).map_or(0, u64::from_le_bytes))
}

fn audit(db: &Transaction<'_>, changes: &SharedChanges) -> Result<(), Error> {
    let read = audit_read(db)?;
    if changes.all {
        db.execute("DELETE FROM audit", [])?;
    }
    for row in changes.rows.iter().filter(|row| changes.all || row.sequence > read) {
        match row.value.as_deref().and_then(audit_entries::read) {
            Some(entry) => audit_entries::write(db, &entry)?,
            None => tracing::error!(sequence = row.sequence, "an entry of the audit log cannot be read"),
        }
    }
    let sql = "INSERT OR REPLACE INTO meta (name, value) VALUES (?1, ?2)";
    db.execute(sql, params![AUDIT, changes.up_to.to_le_bytes()])?;
    Ok(())
}
