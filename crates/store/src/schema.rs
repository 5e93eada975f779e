//! The tables, and how an older file becomes a newer one.

use rusqlite::{Connection, OptionalExtension};

use crate::{Error, Key};

/// Each step once, in order; the file's `user_version` says how many were taken. A step that was released never changes.
const STEPS: [&str; 2] = [
    "
    CREATE TABLE meta (name TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT;
    CREATE TABLE routers (
        id TEXT PRIMARY KEY, name TEXT NOT NULL, host TEXT NOT NULL, port INTEGER NOT NULL, user TEXT NOT NULL,
        password BLOB NOT NULL, tls TEXT NOT NULL, interval_ms INTEGER, tags TEXT NOT NULL, notes TEXT NOT NULL,
        enabled INTEGER NOT NULL, created INTEGER NOT NULL, changed INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE users (
        id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE COLLATE NOCASE, password TEXT NOT NULL,
        role TEXT NOT NULL, grants TEXT, created INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE sessions (
        hash BLOB PRIMARY KEY, user INTEGER NOT NULL REFERENCES users ON DELETE CASCADE,
        created INTEGER NOT NULL, seen INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX sessions_of_user ON sessions (user);
    CREATE TABLE tokens (
        id INTEGER PRIMARY KEY AUTOINCREMENT, hash BLOB NOT NULL UNIQUE, kind TEXT NOT NULL, name TEXT NOT NULL,
        role TEXT NOT NULL, grants TEXT, created INTEGER NOT NULL, expires INTEGER, used INTEGER
    ) STRICT;
    CREATE TABLE audit (
        id INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, actor TEXT NOT NULL, address TEXT NOT NULL,
        action TEXT NOT NULL, target TEXT NOT NULL
    ) STRICT;
",
    "
    ALTER TABLE tokens ADD COLUMN maker INTEGER REFERENCES users ON DELETE CASCADE;
    CREATE INDEX tokens_of_maker ON tokens (maker);
    ALTER TABLE audit ADD COLUMN times INTEGER NOT NULL DEFAULT 1;
    ALTER TABLE audit ADD COLUMN since INTEGER;
    CREATE INDEX audit_by_action ON audit (action, id);
    CREATE INDEX audit_by_actor ON audit (action, actor, address, id);
    CREATE INDEX audit_by_time ON audit (at, id);
",
];

/// Encrypted with the key at the beginning, so that another key is noticed at the start and not at the first router.
const WITNESS: &[u8] = b"lalin";

/// Brings a file to the newest schema, and sees that the key fits it.
pub(crate) fn migrate(connection: &mut Connection, key: &Key) -> Result<(), Error> {
    let found = version(connection)?;
    for (step, version) in STEPS.iter().zip(1_i64..).skip(usize::try_from(found).unwrap_or(0)) {
        let transaction = connection.transaction()?;
        transaction.execute_batch(step)?;
        transaction.pragma_update(None, "user_version", version)?;
        transaction.commit()?;
    }
    if !fits(connection, key)? {
        let sealed = key.seal("witness", WITNESS)?;
        connection.execute("INSERT INTO meta (name, value) VALUES ('witness', ?1)", [sealed])?;
    }
    Ok(())
}

/// [`migrate`] of a file that can only be read: it has to be of the newest schema.
pub(crate) fn check(connection: &Connection, key: &Key) -> Result<(), Error> {
    if version(connection)? < newest() {
        return Err(Error::ReadOnly);
    }
    fits(connection, key).map(drop)
}

fn version(connection: &Connection) -> Result<i64, Error> {
    let found: i64 = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    if found > newest() { Err(Error::Newer { found, known: newest() }) } else { Ok(found) }
}

fn newest() -> i64 {
    i64::try_from(STEPS.len()).unwrap_or(i64::MAX)
}

/// Whether there is a witness, which the key then has to open.
fn fits(connection: &Connection, key: &Key) -> Result<bool, Error> {
    let sql = "SELECT value FROM meta WHERE name = 'witness'";
    let sealed = connection.query_row(sql, [], |row| row.get::<_, Vec<u8>>(0)).optional()?;
    sealed.map_or(Ok(false), |sealed| key.open("witness", &sealed).map(|_| true))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    #[test]
    fn a_file_is_migrated_once_and_one_of_a_newer_version_is_refused() {
        let mut connection = Connection::open_in_memory().unwrap();
        let key = Key::random().unwrap();
        migrate(&mut connection, &key).unwrap();
        migrate(&mut connection, &key).unwrap();
        connection.pragma_update(None, "user_version", 99).unwrap();
        assert!(matches!(migrate(&mut connection, &key), Err(Error::Newer { found: 99, known: 2 })));
    }
}
