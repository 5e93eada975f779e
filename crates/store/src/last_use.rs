//! When sessions and tokens were last used: known at once, written down in the background, once a minute each at most.
//!
//! Writing with each look-up was not an option: a full disk would lock out everybody who is logged in.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use rusqlite::{Transaction, params};

use crate::{Error, Timestamp};

/// The time between two writes for one session or token, ms: a page may ask every second.
const NOTED_EVERY: i64 = 60_000;
/// The most uses kept in memory; for those dropped, the file's value counts.
const MOST: usize = 16_384;

/// What was used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Used {
    /// A session, by the hash of its secret token.
    Session([u8; 32]),
    /// A token.
    Token(i64),
}

/// Last uses that the file may not have yet.
#[derive(Debug, Default)]
pub(crate) struct LastUse(Mutex<HashMap<Used, Noted>>);

#[derive(Clone, Copy, Debug)]
struct Noted {
    at: i64,
    written: bool,
}

impl LastUse {
    /// The later of the file's value and the one in memory.
    pub(crate) fn known(&self, used: Used, filed: Option<Timestamp>) -> Option<Timestamp> {
        let noted = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&used).map(|noted| Timestamp(noted.at));
        filed.max(noted)
    }

    /// Notes a use; true if there is something to write now.
    pub(crate) fn note(&self, used: Used, last: Option<Timestamp>, now: Timestamp) -> bool {
        if last.is_some_and(|last| now.0.saturating_sub(last.0) < NOTED_EVERY) {
            return false;
        }
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= MOST && !all.contains_key(&used) {
            all.retain(|_, noted| !noted.written && now.0.saturating_sub(noted.at) < 10 * NOTED_EVERY);
            if all.len() >= MOST {
                all.clear();
            }
        }
        all.insert(used, Noted { at: now.0, written: false });
        true
    }

    /// What is not written yet.
    pub(crate) fn unwritten(&self) -> Vec<(Used, i64)> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.iter().filter(|(_, noted)| !noted.written).map(|(used, noted)| (*used, noted.at)).collect()
    }

    /// Marks these as written.
    pub(crate) fn wrote(&self, written: &[(Used, i64)]) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for (used, at) in written {
            if let Some(noted) = all.get_mut(used).filter(|noted| noted.at == *at) {
                noted.written = true;
            }
        }
    }
}

/// Writes uses into the file.
pub(crate) fn write(db: &Transaction<'_>, uses: &[(Used, i64)]) -> Result<(), Error> {
    for (used, at) in uses {
        match used {
            Used::Session(hash) => {
                let sql = "UPDATE sessions SET seen = ?2 WHERE hash = ?1 AND seen < ?2";
                db.execute(sql, params![hash, at])?;
            }
            Used::Token(id) => {
                let sql = "UPDATE tokens SET used = ?2 WHERE id = ?1 AND (used IS NULL OR used < ?2)";
                db.execute(sql, params![id, at])?;
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_use_is_noted_once_a_minute_and_the_notes_are_bounded() {
        let uses = LastUse::default();
        assert!(uses.note(Used::Token(1), None, Timestamp(1_000)));
        let known = uses.known(Used::Token(1), None);
        assert_eq!(known, Some(Timestamp(1_000)));
        assert!(!uses.note(Used::Token(1), known, Timestamp(60_999)));
        assert!(uses.note(Used::Token(1), known, Timestamp(61_000)));
        assert_eq!(uses.unwritten(), [(Used::Token(1), 61_000)]);
        uses.wrote(&[(Used::Token(1), 1_000)]);
        assert_eq!(uses.unwritten().len(), 1, "the later one is not written yet");
        uses.wrote(&[(Used::Token(1), 61_000)]);
        assert!(uses.unwritten().is_empty());
        for id in 0..50_000 {
            uses.note(Used::Token(id), None, Timestamp(61_000));
        }
        assert!(uses.unwritten().len() <= MOST);
    }
}
