//! A database as one file, copied while somebody else writes it, and looked at before it is put back.

use std::path::Path;

use rusqlite::Connection;

use crate::Error;
use crate::database::reader;
use crate::files::private;

/// Copies the database at `from`, as it is at this moment, into a new file that only its owner can read.
///
/// One statement reads one state of it, whoever writes meanwhile. SQLite's backup API would begin anew with every write
/// of another process.
///
/// # Errors
/// [`Error::Open`], [`Error::Full`], [`Error::Database`].
pub fn copy_database(from: &Path, to: &Path) -> Result<(), Error> {
    let opening = |path: &Path, detail: String| Error::Open { path: path.to_owned(), detail };
    // SQLite takes an empty file as a new one, with its rights.
    private(to).map_err(|error| opening(to, error.to_string()))?;
    let database = reader(from).map_err(|error| opening(from, error.to_string()))?;
    // The copy is another database, so this one may still only be read.
    database.pragma_update(None, "query_only", "OFF")?;
    database.execute("VACUUM INTO ?1", [to.to_string_lossy()])?;
    Ok(())
}

/// Whether SQLite finds the file whole.
///
/// # Errors
/// [`Error::Open`] with what is wrong, [`Error::Database`].
pub fn check_database(path: &Path) -> Result<(), Error> {
    let opening = |detail: String| Error::Open { path: path.to_owned(), detail };
    let database: Connection = reader(path).map_err(|error| opening(error.to_string()))?;
    let said: String = database.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
    if said == "ok" { Ok(()) } else { Err(opening(said)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_holds_what_was_written_and_what_is_still_in_the_log() {
        let folder = tempfile::tempdir().unwrap();
        let (path, copy) = (folder.path().join("a.db"), folder.path().join("b.db"));
        let writer = Connection::open(&path).unwrap();
        writer.pragma_update(None, "journal_mode", "WAL").unwrap();
        writer.execute_batch("CREATE TABLE t (n INTEGER); INSERT INTO t VALUES (5);").unwrap();
        copy_database(&path, &copy).unwrap();
        writer.execute("INSERT INTO t VALUES (6)", []).unwrap();
        let copied = Connection::open(&copy).unwrap();
        assert_eq!(copied.query_row("SELECT sum(n) FROM t", [], |row| row.get::<_, i64>(0)).unwrap(), 5);
        check_database(&copy).unwrap();
        assert!(copy_database(&path, &copy).is_err(), "what is there is not written over");
        assert!(copy_database(&folder.path().join("none.db"), &folder.path().join("c.db")).is_err());
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(std::fs::metadata(&copy).unwrap().permissions().mode() & 0o777, 0o600);
        }
    }

    #[test]
    fn a_damaged_file_is_found() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.db");
        let writer = Connection::open(&path).unwrap();
        writer.execute_batch("CREATE TABLE t (n TEXT); INSERT INTO t VALUES (hex(randomblob(20000)));").unwrap();
        drop(writer);
        let mut bytes = std::fs::read(&path).unwrap();
        bytes[4_096..].fill(7);
        std::fs::write(&path, bytes).unwrap();
        assert!(check_database(&path).is_err());
    }
}
