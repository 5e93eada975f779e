//! Everything that is shared, from one store into another: a single machine's into a cluster, and out again. What is
//! sealed is sealed anew with the other one's key.

use rusqlite::types::Value;
use rusqlite::{Connection, Transaction};

use super::row_bytes::{Row, Rows};
use super::tables::{AGGREGATES, Table};
use super::{SharedPart, apply, site};
use crate::{EncryptionKey, Error, Store, alerting, audit_entries, routers};

/// How much was copied.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Copied {
    /// Routers.
    pub routers: usize,
    /// Accounts.
    pub users: usize,
    /// Everything, these among them.
    pub rows: usize,
    /// Entries of the audit log.
    pub entries: usize,
}

impl Store {
    /// Copies everything that can be shared from another store into this one: routers with their passwords, accounts,
    /// sessions, tokens, what was said and chosen, and who changed what. With `replace` it takes the place of what is here.
    ///
    /// # Errors
    /// [`Error::NotEmpty`] where something is here and is not to be replaced, [`Error::WrongKey`], and those of any
    /// change.
    pub async fn copy_from(&self, other: &Self, replace: bool) -> Result<Copied, Error> {
        let rows = other.read(|db, _| all(db)).await?;
        let entries = other.read(|db, _| audit_entries::all(db)).await?;
        let from = other.key().clone();
        let mut copied = self
            .write(move |db, to| {
                if replace {
                    forget(db)?;
                } else if tables().any(|table| is_filled(db, table)) {
                    return Err(Error::NotEmpty);
                }
                db.pragma_update(None, "defer_foreign_keys", "ON")?;
                let mut copied = Copied::default();
                for table in tables() {
                    for row in rows.iter().filter(|(name, _)| name == table.name).flat_map(|(_, rows)| rows) {
                        apply::insert(db, table, &sealed_anew(table, row, &from, to)?)?;
                        copied.rows += 1;
                        copied.routers += usize::from(table.name == "routers");
                        copied.users += usize::from(table.name == "users");
                    }
                }
                Ok(copied)
            })
            .await?;
        self.access_changed();
        copied.entries = entries.len();
        if self.is_shared() {
            for entry in entries {
                self.append(entry).await?;
            }
        } else {
            let put = move |db: &Transaction<'_>, _: &EncryptionKey| {
                if replace {
                    db.execute("DELETE FROM audit", [])?;
                }
                entries.iter().try_for_each(|entry| audit_entries::write(db, entry))
            };
            self.write(put).await?;
        }
        Ok(copied)
    }
}

/// The tables that are shared, each before those that refer to it.
fn tables() -> impl Iterator<Item = &'static Table> {
    AGGREGATES.iter().filter(|one| one.part != SharedPart::Audit).flat_map(|aggregate| aggregate.tables)
}

fn only(table: &Table) -> String {
    if table.only.is_empty() { "true".to_owned() } else { table.only.replace("ROW", table.name) }
}

/// Everything that is shared.
fn all(db: &Connection) -> Result<Rows, Error> {
    let mut rows = Rows::new();
    for table in tables() {
        let mut all = db.prepare(&format!("SELECT * FROM {} WHERE {}", table.name, only(table)))?;
        let names: Vec<String> = all.column_names().map(str::to_owned).collect();
        let read = |row: &rusqlite::Row<'_>| {
            names.iter().enumerate().map(|(at, name)| Ok((name.clone(), row.get(at)?))).collect()
        };
        rows.push((table.name.to_owned(), all.query_map([], read)?.collect::<Result<Vec<Row>, _>>()?));
    }
    Ok(rows)
}

/// Whether something is there that somebody made. The first rules of alerts come by themselves.
fn is_filled(db: &Connection, table: &Table) -> bool {
    let counts = !matches!(table.name, "meta" | "alert_rules");
    counts && db.query_row(&format!("SELECT 1 FROM {} LIMIT 1", table.name), [], |_| Ok(())).is_ok()
}

fn forget(db: &Transaction<'_>) -> Result<(), Error> {
    for table in tables() {
        db.execute(&format!("DELETE FROM {} WHERE {}", table.name, only(table)), [])?;
    }
    Ok(())
}

/// The row with its secrets under the other key.
fn sealed_anew(table: &Table, row: &Row, from: &EncryptionKey, to: &EncryptionKey) -> Result<Row, Error> {
    let text = |column: &str| row.iter().find(|(name, _)| name == column).map(|(_, value)| value);
    let (column, place) = match (table.name, text("id"), text("channel"), text("name")) {
        ("routers", Some(Value::Text(id)), ..) => ("password", routers::password_place(id)),
        ("meta", _, _, Some(Value::Text(name))) if name.starts_with("site-") => {
            ("value", site::place(name.trim_start_matches("site-")))
        }
        ("alert_secrets", _, Some(Value::Integer(channel)), Some(Value::Text(name))) => {
            ("value", alerting::place(*channel, name))
        }
        _ => return Ok(row.clone()),
    };
    let sealed = row.iter().map(|(name, value)| match value {
        Value::Blob(bytes) if name == column => {
            Ok((name.clone(), Value::Blob(to.seal(&place, &from.open(&place, bytes)?)?)))
        }
        other => Ok((name.clone(), other.clone())),
    });
    sealed.collect()
}
