//! How far each history is taken in that hands over to this one, and which history this is itself.
//!
//! The cursors of what is sealed. Those of the open hour are in its journal, beside the ticks: where that is lost, the
//! ticks are asked for once more, and the cursors here are those from before them.

use std::hash::{BuildHasher, Hasher, RandomState};

use super::Database;
use crate::Error;

/// The last tick that was taken in: of which history and which router, and its number there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Cursor {
    pub(crate) source: u64,
    pub(crate) router: u32,
    pub(crate) seq: u64,
}

/// What is kept under `state`: which history this is.
const SOURCE: &str = "source";
/// The number of a router's next tick is at least this.
const NUMBERS_FROM: &str = "numbers-from";
/// And so each cursor begins.
const HANDED: &str = "handed ";

/// More ticks than a router has in a hundred years.
const MOST_TICKS: u64 = 1 << 32;

impl Database {
    /// Which history this is: a number that was drawn when it was made.
    pub(crate) fn source(&self) -> Result<u64, Error> {
        if let Some(source) = self.state(SOURCE)?.and_then(|text| u64::from_str_radix(&text, 16).ok()) {
            return Ok(source);
        }
        let mut hasher = RandomState::new().build_hasher();
        hasher.write_u32(std::process::id());
        let source = hasher.finish().max(1);
        self.safely(|_| self.set_state(SOURCE, &format!("{source:016x}")))?;
        Ok(source)
    }

    /// The least number of a router's next tick.
    pub(crate) fn numbers_from(&self) -> Result<u64, Error> {
        Ok(self.state(NUMBERS_FROM)?.and_then(|text| text.parse().ok()).unwrap_or_default())
    }

    /// From now on numbers are at least this, and more than any that could be given since it was called before.
    pub(crate) fn number_from(&self, least: u64) -> Result<(), Error> {
        let before = self.numbers_from()?;
        let least = if before > 0 { least.max(before + MOST_TICKS) } else { least };
        self.safely(|_| self.set_state(NUMBERS_FROM, &least.to_string()))
    }

    /// The cursors of what is sealed.
    pub(crate) fn cursors(&self) -> Result<Vec<Cursor>, Error> {
        let sql = "SELECT name, value FROM state WHERE name >= ?1 AND name < 'handed!'";
        let mut statement = self.0.prepare_cached(sql)?;
        let rows = statement.query_map([HANDED], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let rows = rows.collect::<Result<Vec<(String, String)>, _>>()?;
        let parsed = rows.iter().filter_map(|(name, value)| {
            let (source, router) = name.strip_prefix(HANDED)?.split_once(' ')?;
            let source = u64::from_str_radix(source, 16).ok()?;
            Some(Cursor { source, router: router.parse().ok()?, seq: value.parse().ok()? })
        });
        Ok(parsed.collect())
    }

    /// Keeps cursors, all or none.
    pub(crate) fn keep_cursors(&self, cursors: &[Cursor]) -> Result<(), Error> {
        if cursors.is_empty() {
            return Ok(());
        }
        self.safely(|_| {
            for Cursor { source, router, seq } in cursors {
                self.set_state(&format!("{HANDED}{source:016x} {router}"), &seq.to_string())?;
            }
            Ok(())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cursors_and_the_identity_are_there_after_a_start() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("meta.db");
        let database = Database::open(&path).unwrap();
        let source = database.source().unwrap();
        let cursor = |router, seq| Cursor { source: 0xfeed, router, seq };
        database.keep_cursors(&[cursor(1, 7), cursor(2, 8)]).unwrap();
        database.keep_cursors(&[cursor(2, 9)]).unwrap();
        database.set_state("handed", "no cursor").unwrap();
        drop(database);
        let database = Database::open(&path).unwrap();
        assert_eq!(database.source().unwrap(), source);
        assert_eq!(database.cursors().unwrap(), [cursor(1, 7), cursor(2, 9)]);
        let other = Database::open(&folder.path().join("other.db")).unwrap();
        assert_ne!(other.source().unwrap(), source);
    }
}
