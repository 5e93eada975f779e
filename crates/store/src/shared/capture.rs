//! What a transaction changed, row by row: triggers note the key, and at its end the row is read as it is then.
//!
//! The triggers are temporary, so that they exist on the one connection that writes and not in the file; they see what
//! foreign keys take along, too. SQLite's own hooks would tell the same without triggers, but the crate offers them only
//! with a compiler of C headers at hand.

use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension, Transaction};

use super::tables::{ADMINISTRATORS, AGGREGATES, Aggregate, Table, USED};
use super::{RowChange, SharedPart, keys, row_bytes};
use crate::{Error, Role};

/// The most columns of a key.
const MOST_COLUMNS: usize = 3;

/// Makes a connection note what is changed through it, once.
pub(super) fn prepare(connection: &Connection) -> Result<(), Error> {
    let sql = "SELECT 1 FROM temp.sqlite_schema WHERE name = 'captured'";
    if connection.query_row(sql, [], |_| Ok(())).optional()?.is_some() {
        return Ok(());
    }
    let mut sql = String::from(
        "SAVEPOINT capture; CREATE TEMP TABLE captured (place INTEGER PRIMARY KEY, name TEXT NOT NULL, k1, k2, k3);",
    );
    for aggregate in &AGGREGATES {
        for table in aggregate.tables {
            sql.push_str(&triggers(aggregate, table));
        }
    }
    let administrator = Role::Administrator.as_str();
    for (event, when) in [
        ("INSERT", format!("NEW.role = '{administrator}'")),
        ("DELETE", format!("OLD.role = '{administrator}'")),
        ("UPDATE OF role", "OLD.role IS NOT NEW.role".to_owned()),
    ] {
        let name = event.split(' ').next().unwrap_or_default();
        sql.push_str(&format!(
            "CREATE TEMP TRIGGER captured_{ADMINISTRATORS}_{name} AFTER {event} ON main.users WHEN {when}
             BEGIN INSERT INTO captured (name) VALUES ('{ADMINISTRATORS}'); END;"
        ));
    }
    sql.push_str(&format!(
        "CREATE TEMP TRIGGER captured_{USED} AFTER UPDATE OF used ON main.tokens
         BEGIN INSERT INTO captured (name, k1) VALUES ('{USED}', NEW.id); END; RELEASE capture;"
    ));
    Ok(connection.execute_batch(&sql)?)
}

/// The three triggers of a table.
fn triggers(aggregate: &Aggregate, table: &Table) -> String {
    let Table { name, key, only, columns, .. } = table;
    let mut sql = String::new();
    let update = if columns.is_empty() { "UPDATE".to_owned() } else { format!("UPDATE OF {columns}") };
    for (event, rows) in [("INSERT", &["NEW"][..]), ("DELETE", &["OLD"]), (&update, &["OLD", "NEW"])] {
        let short = event.split(' ').next().unwrap_or_default();
        let row = rows.last().copied().unwrap_or_default();
        let when = if only.is_empty() { String::new() } else { format!("WHEN {}", only.replace("ROW", row)) };
        sql.push_str(&format!(
            "CREATE TEMP TRIGGER captured_{name}_{short} AFTER {event} ON main.{name} {when} BEGIN "
        ));
        for row in rows {
            let values = (0..MOST_COLUMNS).map(|at| match key.get(at) {
                Some(column) => format!("{row}.{}", column.name()),
                None => "NULL".to_owned(),
            });
            let values = values.collect::<Vec<_>>().join(", ");
            sql.push_str(&format!("INSERT INTO captured (name, k1, k2, k3) VALUES ('{}', {values});", aggregate.name));
        }
        sql.push_str("END;");
    }
    sql
}

/// Begins to note: what was noted before is of no transaction.
pub(super) fn begin(db: &Transaction<'_>) -> Result<(), Error> {
    db.execute("DELETE FROM temp.captured", [])?;
    Ok(())
}

/// What was changed since, in the order in which it is to be committed. `sequence` tells with which one a key was last
/// written.
pub(super) fn changes(db: &Transaction<'_>, sequence: &dyn Fn(&str) -> Option<u64>) -> Result<Vec<RowChange>, Error> {
    let sql = "SELECT name, k1, k2, k3 FROM temp.captured GROUP BY name, k1, k2, k3 ORDER BY min(place)";
    let mut noted = db.prepare_cached(sql)?;
    let mut rows = noted.query([])?;
    let mut changed = Vec::new();
    while let Some(row) = rows.next()? {
        let Some(aggregate) = Aggregate::named(&row.get::<_, String>(0)?) else { continue };
        let values = (1..=aggregate.key().len()).map(|at| row.get(at)).collect::<Result<Vec<Value>, _>>()?;
        let value = value(db, aggregate, &values)?;
        changed.push(Changed { aggregate, key: keys::written(aggregate, &values), value });
    }
    // Stable: within its rank in the order in which it was noted.
    changed.sort_by_key(|one| (one.aggregate.rank, one.value.is_none()));
    let of = |(at, one): (usize, Changed)| {
        let known = sequence(&one.key);
        one.into_change(at == 0, known)
    };
    Ok(changed.into_iter().enumerate().map(of).collect())
}

/// A key that was changed, and what it stands for now.
struct Changed {
    aggregate: &'static Aggregate,
    key: String,
    value: Option<Vec<u8>>,
}

impl Changed {
    /// The change as it is committed. `known` is the sequence that the key was last written with.
    fn into_change(self, decides: bool, known: Option<u64>) -> RowChange {
        let Self { aggregate, key, value } = self;
        let (is_session, goes) = (aggregate.part == SharedPart::Sessions, value.is_none());
        let seen = match (is_session, goes) {
            _ if aggregate.name == USED => None,
            // An end counts, whatever was written meanwhile; so does what follows from something that is gone.
            (true, true) => None,
            (false, true) if !decides => None,
            _ => Some(known.unwrap_or(0)),
        };
        // A session was used: not worth a second attempt, and never one that brings back what somebody ended.
        let may_lose = is_session && !goes && known.is_some();
        RowChange { part: aggregate.part, key, value, seen, may_lose }
    }
}

/// What a key stands for now; `None` where the row is gone.
pub(super) fn value(db: &Connection, aggregate: &Aggregate, key: &[Value]) -> Result<Option<Vec<u8>>, Error> {
    match aggregate.name {
        ADMINISTRATORS => {
            let sql =
                "SELECT ifnull(group_concat(id, ' '), '') FROM (SELECT id FROM users WHERE role = ?1 ORDER BY id)";
            let ids: String = db.query_row(sql, [Role::Administrator.as_str()], |row| row.get(0))?;
            return Ok(Some(ids.into_bytes()));
        }
        USED => {
            let sql = "SELECT used FROM tokens WHERE id = ?1";
            let used: Option<i64> = db.query_row(sql, [key.first()], |row| row.get(0)).optional()?.flatten();
            return Ok(used.map(|used| used.to_string().into_bytes()));
        }
        _ => {}
    }
    let rows = rows(db, aggregate, key)?;
    let is_there = aggregate.is_whole() || rows.first().is_some_and(|(_, rows)| !rows.is_empty());
    Ok(is_there.then(|| row_bytes::written(&rows)))
}

/// The rows of a key, of each of its tables.
pub(super) fn rows(db: &Connection, aggregate: &Aggregate, key: &[Value]) -> Result<row_bytes::Rows, Error> {
    let mut tables = row_bytes::Rows::new();
    for table in aggregate.tables {
        let mut all = db.prepare_cached(&format!("SELECT * FROM main.{} WHERE {}", table.name, is_key(table)))?;
        let names: Vec<String> = all.column_names().map(str::to_owned).collect();
        let read = |row: &rusqlite::Row<'_>| {
            names.iter().enumerate().map(|(at, name)| Ok((name.clone(), row.get(at)?))).collect()
        };
        let found = all.query_map(rusqlite::params_from_iter(key), read)?.collect::<Result<Vec<_>, _>>()?;
        tables.push((table.name.to_owned(), found));
    }
    Ok(tables)
}

/// The condition by which a key's rows are found. `IS`, because a part of a key may be NULL.
pub(super) fn is_key(table: &Table) -> String {
    let one = |(at, column): (usize, &super::tables::Column)| format!("{} IS ?{}", column.name(), at + 1);
    let all = table.key.iter().enumerate().map(one).collect::<Vec<_>>();
    if all.is_empty() { "true".to_owned() } else { all.join(" AND ") }
}
