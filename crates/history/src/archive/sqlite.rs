//! Rows as a table of an SQLite file that a person can ask.

use std::path::Path;

use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};

use super::export::{Columns, Rows};
use crate::Error;

/// Writes rows into the table `history` of a new file.
#[derive(Debug)]
pub struct SqliteRows {
    connection: Connection,
    insert: String,
    rows: u64,
}

/// Rows in one transaction.
const BATCH: u64 = 50_000;

impl SqliteRows {
    /// Makes the file; one that is there already is refused.
    pub fn create(path: &Path) -> Result<Self, Error> {
        // So that only its owner reads it, as what it is from.
        let mut options = std::fs::OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        options.open(path).map_err(Error::file(path))?;
        let connection = Connection::open(path)?;
        connection.pragma_update(None, "journal_mode", "OFF")?;
        connection.pragma_update(None, "synchronous", "OFF")?;
        Ok(Self { connection, insert: String::new(), rows: 0 })
    }
}

impl Rows for SqliteRows {
    fn begin(&mut self, columns: &Columns) -> Result<(), Error> {
        let quoted = |name: &&str| format!("\"{name}\"");
        let texts = columns.texts.iter().map(|name| format!("{} TEXT NOT NULL", quoted(name)));
        let numbers = columns.numbers.iter().map(|name| format!("{} INTEGER NOT NULL", quoted(name)));
        let all: Vec<String> = texts.chain(numbers).collect();
        let marks = vec!["?"; all.len()].join(", ");
        self.insert = format!("INSERT INTO history VALUES ({marks})");
        self.connection.execute_batch(&format!("BEGIN; CREATE TABLE history ({}) STRICT;", all.join(", ")))?;
        Ok(())
    }

    fn row(&mut self, texts: &[&str], numbers: &[i64]) -> Result<(), Error> {
        let texts = texts.iter().map(|text| Value::Text((*text).to_owned()));
        let values = texts.chain(numbers.iter().map(|number| Value::Integer(*number)));
        self.connection.prepare_cached(&self.insert)?.execute(params_from_iter(values))?;
        self.rows += 1;
        if self.rows.is_multiple_of(BATCH) {
            self.connection.execute_batch("COMMIT; BEGIN")?;
        }
        Ok(())
    }

    fn finish(&mut self) -> Result<(), Error> {
        let time = if self.insert.is_empty() { return Ok(()) } else { "COMMIT; PRAGMA optimize" };
        self.connection.execute_batch(time)?;
        // What was written without care for a crash is on the disk when this returns.
        self.connection.pragma_update(None, "synchronous", "FULL")?;
        Ok(())
    }
}
