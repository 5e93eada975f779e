//! The tables, and the migrations from older schemas.

use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags, OptionalExtension, TransactionBehavior};

use crate::files::{companion, copy_of, private, put};
use crate::{EncryptionKey, Error};

/// The migrations, in order; the file's `user_version` is the number of those applied. A released one never changes.
const STEPS: [&str; 5] = [
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
    "
    ALTER TABLE routers ADD COLUMN wan TEXT;
    CREATE TABLE lines (
        router TEXT NOT NULL, interface TEXT NOT NULL, user INTEGER REFERENCES users ON DELETE CASCADE,
        point_of_view TEXT, alias TEXT, favourite INTEGER, hidden INTEGER, limit_down INTEGER, limit_up INTEGER
    ) STRICT;
    CREATE UNIQUE INDEX lines_by_name ON lines (router, interface, ifnull(user, 0));
    CREATE INDEX lines_of_user ON lines (user);
    CREATE TABLE layouts (
        id INTEGER PRIMARY KEY AUTOINCREMENT, owner INTEGER REFERENCES users ON DELETE CASCADE, name TEXT NOT NULL,
        shared INTEGER NOT NULL, tiles TEXT NOT NULL, rotate_seconds INTEGER NOT NULL, window_seconds INTEGER NOT NULL,
        created INTEGER NOT NULL, changed INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX layouts_of_owner ON layouts (owner);
    CREATE TABLE embed_origins (origin TEXT PRIMARY KEY, place INTEGER NOT NULL) STRICT, WITHOUT ROWID;
",
    "
    CREATE TABLE not_recorded (
        what TEXT NOT NULL, router TEXT NOT NULL, name TEXT NOT NULL, PRIMARY KEY (what, router, name)
    ) STRICT, WITHOUT ROWID;
",
    "
    CREATE TABLE alert_rules (id INTEGER PRIMARY KEY AUTOINCREMENT, body TEXT NOT NULL) STRICT;
    CREATE TABLE alert_channels (id INTEGER PRIMARY KEY AUTOINCREMENT, body TEXT NOT NULL) STRICT;
    CREATE TABLE alert_secrets (
        channel INTEGER NOT NULL, name TEXT NOT NULL, value BLOB NOT NULL, PRIMARY KEY (channel, name)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE maintenance (
        id INTEGER PRIMARY KEY AUTOINCREMENT, from_ms INTEGER NOT NULL, to_ms INTEGER NOT NULL, router TEXT,
        reason TEXT NOT NULL
    ) STRICT;
",
];

/// Encrypted when the file is made, so that a wrong key is noticed at the start and not at the first router.
const WITNESS: &[u8] = b"lalin";

/// Makes a complete database under another name, and then puts it into its place.
pub(crate) fn create(path: &Path, key: &EncryptionKey) -> Result<(), Error> {
    let new = companion(path, ".new");
    let remove = || {
        for ending in ["", "-wal", "-shm", "-journal"] {
            let _ = std::fs::remove_file(companion(&new, ending));
        }
    };
    // Left by a start that was interrupted.
    remove();
    let made = private(&new).map_err(|error| Error::Open { path: new.clone(), detail: error.to_string() });
    let named = |detail: String| Error::Open { path: path.to_owned(), detail };
    let made = made.and_then(|file| {
        make_tables(&new, key).map_err(|error| named(error.to_string()))?;
        file.sync_all().and_then(|()| put(&new, path)).map_err(|error| named(error.to_string()))
    });
    if made.is_err() {
        remove();
    }
    made
}

/// Makes the tables of a file that is new.
fn make_tables(path: &Path, key: &EncryptionKey) -> Result<(), Error> {
    let mut connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    fill(&mut connection, key, &STEPS)?;
    connection.close().map_err(|(_, error)| error.into())
}

/// The tables of a database in memory.
pub(crate) fn create_in_memory(connection: &mut Connection, key: &EncryptionKey) -> Result<(), Error> {
    fill(connection, key, &STEPS)
}

/// Migrates a file to the newest schema, after copying it, and checks that the key is the right one.
pub(crate) fn migrate(connection: &mut Connection, path: &Path, key: &EncryptionKey) -> Result<(), Error> {
    bring(connection, path, key, &STEPS)
}

/// Checks that a read-only file has the newest schema, and that the key is the right one.
pub(crate) fn check(connection: &Connection, path: &Path, key: &EncryptionKey) -> Result<(), Error> {
    let found = version(connection, path, newest(&STEPS))?;
    witness(connection, key)?;
    if found < newest(&STEPS) { Err(Error::ReadOnly) } else { Ok(()) }
}

/// Whether a file exists and has an older schema. Anything else wrong with it is reported when it is opened.
pub(crate) fn is_older(path: &Path) -> bool {
    let Ok(connection) = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY) else { return false };
    version(&connection, path, newest(&STEPS)).is_ok_and(|found| found < newest(&STEPS))
}

fn bring(connection: &mut Connection, path: &Path, key: &EncryptionKey, steps: &[&str]) -> Result<(), Error> {
    let found = version(connection, path, newest(steps))?;
    witness(connection, key)?;
    if found < newest(steps) {
        let copy = copy(connection, path, found)?;
        take(connection, found, steps)?;
        tracing::info!(from = found, to = newest(steps), copy = %copy.display(), "the data is of the newest schema now");
    }
    Ok(())
}

fn fill(connection: &mut Connection, key: &EncryptionKey, steps: &[&str]) -> Result<(), Error> {
    take(connection, 0, steps)?;
    let sealed = key.seal("witness", WITNESS)?;
    connection.execute("INSERT INTO meta (name, value) VALUES ('witness', ?1)", [sealed])?;
    Ok(())
}

/// Takes the steps that are missing: all of them, or none.
fn take(connection: &mut Connection, found: i64, steps: &[&str]) -> Result<(), Error> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    for step in steps.iter().skip(usize::try_from(found).unwrap_or(0)) {
        transaction.execute_batch(step)?;
    }
    transaction.pragma_update(None, "user_version", newest(steps))?;
    Ok(transaction.commit()?)
}

/// Copies a database beside itself, whole, with what is in its log: an older Lalin can read that one.
fn copy(connection: &Connection, path: &Path, version: i64) -> Result<PathBuf, Error> {
    let (copy, new) = (copy_of(path, version), companion(path, ".copy"));
    let _ = std::fs::remove_file(&new);
    let failed = |detail: String| Error::NoCopy { path: copy.clone(), detail };
    let file = private(&new).map_err(|error| failed(error.to_string()))?;
    let copied = connection.execute("VACUUM INTO ?1", [new.to_string_lossy()]).map_err(|error| error.to_string());
    let kept = copied.and_then(|_| file.sync_all().and_then(|()| put(&new, &copy)).map_err(|error| error.to_string()));
    if let Err(detail) = kept {
        let _ = std::fs::remove_file(&new);
        return Err(failed(detail));
    }
    Ok(copy)
}

fn version(connection: &Connection, path: &Path, newest: i64) -> Result<i64, Error> {
    match connection.query_row("PRAGMA user_version", [], |row| row.get(0))? {
        // A file that is made is made with its tables.
        0 => Err(Error::Emptied { path: path.to_owned() }),
        found if found > newest => {
            let copy = Some(copy_of(path, newest)).filter(|copy| copy.exists());
            Err(Error::Newer { found, known: newest, copy })
        }
        found => Ok(found),
    }
}

fn newest(steps: &[&str]) -> i64 {
    i64::try_from(steps.len()).unwrap_or(i64::MAX)
}

/// The key has to open what was encrypted with it at the beginning.
fn witness(connection: &Connection, key: &EncryptionKey) -> Result<(), Error> {
    let sql = "SELECT value FROM meta WHERE name = 'witness'";
    let sealed = connection.query_row(sql, [], |row| row.get::<_, Vec<u8>>(0)).optional()?;
    key.open("witness", &sealed.ok_or(Error::WrongKey)?).map(drop)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    const NEXT: &str = "CREATE TABLE later (id INTEGER PRIMARY KEY) STRICT;";

    #[test]
    fn a_file_is_migrated_once_and_one_of_a_newer_version_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let (path, key) = (folder.path().join("lalin.db"), EncryptionKey::random().unwrap());
        create(&path, &key).unwrap();
        let mut connection = Connection::open(&path).unwrap();
        migrate(&mut connection, &path, &key).unwrap();
        migrate(&mut connection, &path, &key).unwrap();
        connection.pragma_update(None, "user_version", 99).unwrap();
        let refused = migrate(&mut connection, &path, &key);
        assert!(matches!(refused, Err(Error::Newer { found: 99, copy: None, .. })), "{refused:?}");
    }

    #[test]
    fn a_file_is_copied_before_it_is_migrated_and_an_older_program_is_told_of_the_copy() {
        let folder = tempfile::tempdir().unwrap();
        let (path, key) = (folder.path().join("lalin.db"), EncryptionKey::random().unwrap());
        let all = [STEPS.as_slice(), &[NEXT]].concat();
        let (old, new) = (newest(&STEPS), newest(&all));
        create(&path, &key).unwrap();
        let mut connection = Connection::open(&path).unwrap();
        connection.execute("INSERT INTO meta (name, value) VALUES ('note', x'01')", []).unwrap();
        bring(&mut connection, &path, &key, &STEPS).unwrap();
        let copy = copy_of(&path, old);
        assert!(!copy.exists(), "nothing was migrated");
        bring(&mut connection, &path, &key, &all).unwrap();
        bring(&mut connection, &path, &key, &all).unwrap();
        connection.execute("INSERT INTO later (id) VALUES (1)", []).unwrap();
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(std::fs::metadata(&copy).unwrap().permissions().mode() & 0o777, 0o600);
        }

        let refused = bring(&mut connection, &path, &key, &STEPS).unwrap_err();
        assert!(matches!(&refused, Error::Newer { found, known, copy: Some(_) } if (*found, *known) == (new, old)));
        let said = refused.to_string();
        assert!(said.contains(copy.to_str().unwrap()) && said.contains("update Lalin"), "{said}");
        // What it says, done.
        drop(connection);
        std::fs::rename(&copy, &path).unwrap();
        let mut connection = Connection::open(&path).unwrap();
        bring(&mut connection, &path, &key, &STEPS).unwrap();
        let note: i64 = connection.query_row("SELECT count(*) FROM meta", [], |row| row.get(0)).unwrap();
        assert_eq!(note, 2, "what was in it is in the copy");
    }

    #[test]
    fn a_file_of_each_older_schema_keeps_what_it_held_and_gets_what_is_new() {
        for older in 1..STEPS.len() {
            let folder = tempfile::tempdir().unwrap();
            let (path, key) = (folder.path().join("lalin.db"), EncryptionKey::random().unwrap());
            let mut connection = Connection::open(&path).unwrap();
            connection.pragma_update(None, "foreign_keys", "ON").unwrap();
            fill(&mut connection, &key, &STEPS[..older]).unwrap();
            let filled = "
                INSERT INTO users (name, password, role, created) VALUES ('sari', 'x', 'administrator', 1);
                INSERT INTO routers (id, name, host, port, user, password, tls, tags, notes, enabled, created, changed)
                    VALUES ('pop-1', 'POP', '192.0.2.1', 8728, 'lalin', x'', 'off', '', '', 1, 1, 1);
                INSERT INTO tokens (hash, kind, name, role, created) VALUES (x'01', 'api', 'billing', 'viewer', 1);
                INSERT INTO audit (at, actor, address, action, target) VALUES (1, 'sari', '', 'router.add', 'pop-1');";
            connection.execute_batch(filled).unwrap();
            migrate(&mut connection, &path, &key).unwrap();
            assert!(copy_of(&path, i64::try_from(older).unwrap()).exists(), "schema {older}");
            for table in ["users", "routers", "tokens", "audit"] {
                let sql = format!("SELECT count(*) FROM {table}");
                assert_eq!(connection.query_row(&sql, [], |row| row.get::<_, i64>(0)).unwrap(), 1, "{older}: {table}");
            }
            let new = "
                UPDATE routers SET wan = 'ether1';
                INSERT INTO lines (router, interface, alias) VALUES ('pop-1', 'ether1', 'Uplink');
                INSERT INTO lines (router, interface, user, hidden) VALUES ('pop-1', 'ether1', 1, 1);
                INSERT INTO layouts (owner, name, shared, tiles, rotate_seconds, window_seconds, created, changed)
                    VALUES (1, 'NOC', 1, '', 20, 900, 1, 1);
                INSERT INTO embed_origins (origin, place) VALUES ('https://a.example', 0);
                INSERT INTO not_recorded (what, router, name) VALUES ('router', 'pop-1', '');
                DELETE FROM users;";
            connection.execute_batch(new).unwrap();
            for (table, left) in [("lines", 1), ("layouts", 0), ("embed_origins", 1), ("not_recorded", 1)] {
                let sql = format!("SELECT count(*) FROM {table}");
                let found: i64 = connection.query_row(&sql, [], |row| row.get(0)).unwrap();
                assert_eq!(found, left, "{older}: {table} after its user is gone");
            }
        }
    }

    #[test]
    fn what_cannot_be_copied_is_not_migrated() {
        let folder = tempfile::tempdir().unwrap();
        let (path, key) = (folder.path().join("lalin.db"), EncryptionKey::random().unwrap());
        create(&path, &key).unwrap();
        let mut connection = Connection::open(&path).unwrap();
        let all = [STEPS.as_slice(), &[NEXT]].concat();
        // Something stands in the copy's way that no file can replace.
        std::fs::create_dir(copy_of(&path, newest(&STEPS))).unwrap();
        let refused = bring(&mut connection, &path, &key, &all);
        assert!(matches!(refused, Err(Error::NoCopy { .. })), "{refused:?}");
        bring(&mut connection, &path, &key, &STEPS).unwrap();
    }
}
