//! The tables, and the migrations from older schemas.

use rusqlite::{Connection, TransactionBehavior};

use crate::Error;

/// The migrations, in order; the file's `user_version` is the number of those applied. A released one never changes.
pub(super) const STEPS: [&str; 1] = ["
    CREATE TABLE state (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
    CREATE TABLE router (number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE) STRICT;
    CREATE TABLE line (
        id INTEGER PRIMARY KEY, router INTEGER NOT NULL REFERENCES router, kind TEXT NOT NULL, name TEXT NOT NULL,
        first INTEGER NOT NULL, last INTEGER NOT NULL, UNIQUE (router, kind, name)
    ) STRICT;
    CREATE TABLE name (
        line INTEGER NOT NULL REFERENCES line, shown TEXT NOT NULL, since INTEGER NOT NULL, PRIMARY KEY (line, shown)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX name_shown ON name (shown);
    CREATE TABLE event (
        router INTEGER NOT NULL REFERENCES router, line INTEGER NOT NULL, at INTEGER NOT NULL, what TEXT NOT NULL,
        until INTEGER, detail TEXT NOT NULL, PRIMARY KEY (router, at, line, what)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX event_open ON event (router, line, what) WHERE until IS NULL;
    CREATE TABLE hour (
        t INTEGER NOT NULL, line INTEGER NOT NULL, rx_bytes INTEGER NOT NULL, tx_bytes INTEGER NOT NULL,
        rx_packets INTEGER NOT NULL, tx_packets INTEGER NOT NULL, errors INTEGER NOT NULL, drops INTEGER NOT NULL,
        unmeasured_rx INTEGER NOT NULL, unmeasured_tx INTEGER NOT NULL, measured_ms INTEGER NOT NULL,
        resets INTEGER NOT NULL, rx_max_bps INTEGER NOT NULL, tx_max_bps INTEGER NOT NULL, PRIMARY KEY (t, line)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE day (
        t INTEGER NOT NULL, line INTEGER NOT NULL, date TEXT NOT NULL, rx_bytes INTEGER NOT NULL,
        tx_bytes INTEGER NOT NULL, rx_packets INTEGER NOT NULL, tx_packets INTEGER NOT NULL, errors INTEGER NOT NULL,
        drops INTEGER NOT NULL, unmeasured_rx INTEGER NOT NULL, unmeasured_tx INTEGER NOT NULL,
        measured_ms INTEGER NOT NULL, resets INTEGER NOT NULL, rx_max_bps INTEGER NOT NULL, tx_max_bps INTEGER NOT NULL,
        PRIMARY KEY (t, line)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE month (
        t INTEGER NOT NULL, line INTEGER NOT NULL, date TEXT NOT NULL, rx_bytes INTEGER NOT NULL,
        tx_bytes INTEGER NOT NULL, rx_packets INTEGER NOT NULL, tx_packets INTEGER NOT NULL, errors INTEGER NOT NULL,
        drops INTEGER NOT NULL, unmeasured_rx INTEGER NOT NULL, unmeasured_tx INTEGER NOT NULL,
        measured_ms INTEGER NOT NULL, resets INTEGER NOT NULL, rx_max_bps INTEGER NOT NULL, tx_max_bps INTEGER NOT NULL,
        p95_rx_bps INTEGER, p95_tx_bps INTEGER, p95_used INTEGER, p95_missing INTEGER, PRIMARY KEY (t, line)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE router_hour (
        t INTEGER NOT NULL, router INTEGER NOT NULL, read_ms INTEGER NOT NULL, PRIMARY KEY (t, router)
    ) STRICT, WITHOUT ROWID;
"];

/// Brings a database up to date; a newer one is left alone.
pub(super) fn migrate(connection: &mut Connection, steps: &[&str]) -> Result<(), Error> {
    let version = |connection: &Connection| connection.query_row("PRAGMA user_version", [], |row| row.get::<_, u32>(0));
    let known = steps.len() as u32;
    let found = version(connection)?;
    if found > known {
        return Err(Error::Newer { found, known });
    }
    for (step, sql) in steps.iter().enumerate().skip(found as usize) {
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        transaction.execute_batch(sql)?;
        transaction.pragma_update(None, "user_version", step as u32 + 1)?;
        transaction.commit()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tables(connection: &Connection) -> Vec<String> {
        let mut statement =
            connection.prepare("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name").unwrap();
        statement.query_map([], |row| row.get(0)).unwrap().collect::<Result<_, _>>().unwrap()
    }

    /// Every step that was released has its own start here: what a file of that version held stays.
    #[test]
    fn every_older_version_comes_to_the_newest_with_what_it_held() {
        let mut newest = Connection::open_in_memory().unwrap();
        migrate(&mut newest, &STEPS).unwrap();
        for from in 0..=STEPS.len() {
            let mut old = Connection::open_in_memory().unwrap();
            migrate(&mut old, &STEPS[..from]).unwrap();
            if from > 0 {
                old.execute_batch(
                    "INSERT INTO router VALUES (1, 'r1');
                    INSERT INTO line VALUES (7, 1, 'interface', 'ether1', 5, 6);
                    INSERT INTO hour VALUES (0, 7, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12);",
                )
                .unwrap();
            }
            migrate(&mut old, &STEPS).unwrap();
            assert_eq!(tables(&old), tables(&newest), "from {from}");
            let kept: u32 = old.query_row("SELECT coalesce(sum(rx_bytes), 0) FROM hour", [], |row| row.get(0)).unwrap();
            assert_eq!(kept, u32::from(from > 0), "from {from}");
        }
    }

    #[test]
    fn a_step_that_is_added_later_is_applied_once() {
        let mut connection = Connection::open_in_memory().unwrap();
        migrate(&mut connection, &STEPS).unwrap();
        let steps = [STEPS[0], "ALTER TABLE line ADD COLUMN note TEXT"];
        migrate(&mut connection, &steps).unwrap();
        migrate(&mut connection, &steps).unwrap();
        assert!(matches!(migrate(&mut connection, &STEPS), Err(Error::Newer { found: 2, known: 1 })));
    }
}
