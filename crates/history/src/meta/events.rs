//! What happened, and for how long.

use rusqlite::params;

use super::Database;
use crate::journal::{EventRecord, Happened};
use crate::{Cause, Error};

/// A stretch of time with its cause.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Happening {
    pub(crate) line: u32,
    pub(crate) from_ms: i64,
    /// `None` while it lasts.
    pub(crate) to_ms: Option<i64>,
    pub(crate) cause: Cause,
    pub(crate) detail: String,
}

impl Database {
    /// Keeps an event. To keep it again changes nothing, so a journal may be read twice.
    pub(crate) fn happened(&self, event: &EventRecord) -> Result<(), Error> {
        let EventRecord { router, line, at_ms, what } = event;
        match what {
            Happened::Once(word) => {
                let sql = "INSERT OR IGNORE INTO event VALUES (?1, ?2, ?3, ?4, ?3, '')";
                self.0.prepare_cached(sql)?.execute(params![router, line, at_ms, word])?;
            }
            Happened::Began(cause, detail) => {
                // One that lasts already goes on.
                let sql = "INSERT OR IGNORE INTO event SELECT ?1, ?2, ?3, ?4, NULL, ?5 WHERE NOT EXISTS
                    (SELECT 1 FROM event WHERE router = ?1 AND line = ?2 AND what = ?4 AND until IS NULL)";
                self.0.prepare_cached(sql)?.execute(params![router, line, at_ms, cause.code(), detail])?;
            }
            Happened::Ended(cause) => {
                let sql = "UPDATE event SET until = ?3
                    WHERE router = ?1 AND line = ?2 AND what = ?4 AND until IS NULL AND at <= ?3";
                self.0.prepare_cached(sql)?.execute(params![router, line, at_ms, cause.code()])?;
            }
        }
        Ok(())
    }

    /// The causes of gaps of a router and one of its lines that touch a range, the earliest first.
    pub(crate) fn happenings(&self, router: u32, line: u32, from_ms: i64, to_ms: i64) -> Result<Vec<Happening>, Error> {
        let sql = "SELECT line, at, until, what, detail FROM event
            WHERE router = ?1 AND line IN (0, ?2) AND at < ?4 AND (until IS NULL OR until > ?3) ORDER BY at";
        let mut statement = self.0.prepare_cached(sql)?;
        let mut rows = statement.query(params![router, line, from_ms, to_ms])?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            let what: String = row.get(3)?;
            let Some(cause) = Cause::from_code(&what) else { continue };
            let (line, from_ms, to_ms) = (row.get(0)?, row.get(1)?, row.get(2)?);
            found.push(Happening { line, from_ms, to_ms, cause, detail: row.get(4)? });
        }
        Ok(found)
    }

    /// What happened of a router in a range, and what was over in it and began in the week before; each with its end,
    /// where it lasts for a while and is over.
    pub(crate) fn events_between(
        &self,
        router: u32,
        from_ms: i64,
        to_ms: i64,
    ) -> Result<Vec<(EventRecord, Option<i64>)>, Error> {
        const WEEK_MS: i64 = 7 * 86_400_000;
        let sql = "SELECT line, at, until, what, detail FROM event
            WHERE router = ?1 AND at > ?2 AND at <= ?4 AND (at > ?3 OR until > ?3) ORDER BY at";
        let mut statement = self.0.prepare_cached(sql)?;
        let mut rows = statement.query(params![router, from_ms.saturating_sub(WEEK_MS), from_ms, to_ms])?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            let (word, until): (String, Option<i64>) = (row.get(3)?, row.get(2)?);
            let (what, until) = match Cause::from_code(&word) {
                Some(cause) => (Happened::Began(cause, row.get(4)?), until),
                None => (Happened::Once(word), None),
            };
            found.push((EventRecord { router, line: row.get(0)?, at_ms: row.get(1)?, what }, until));
        }
        Ok(found)
    }

    /// The lines of a router, 0 for the router itself, for which this cause lasts.
    pub(crate) fn lasting(&self, router: u32, cause: Cause) -> Result<Vec<u32>, Error> {
        let sql = "SELECT line FROM event WHERE router = ?1 AND what = ?2 AND until IS NULL";
        let mut statement = self.0.prepare_cached(sql)?;
        let lines = statement.query_map(params![router, cause.code()], |row| row.get(0))?;
        Ok(lines.collect::<Result<_, _>>()?)
    }

    /// When a line's link came up (`true`) or went down, the earliest first.
    pub(crate) fn links(&self, router: u32, line: u32, from_ms: i64, to_ms: i64) -> Result<Vec<(i64, bool)>, Error> {
        let sql = "SELECT at, what = 'link-up' FROM event WHERE router = ?1 AND line = ?2 AND at >= ?3 AND at < ?4
            AND what IN ('link-up', 'link-down') ORDER BY at";
        let mut statement = self.0.prepare_cached(sql)?;
        let changes =
            statement.query_map(params![router, line, from_ms, to_ms], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(changes.collect::<Result<_, _>>()?)
    }

    /// Takes away what ended before.
    pub(crate) fn forget_events(&self, before_ms: i64) -> Result<(), Error> {
        self.0.execute("DELETE FROM event WHERE until < ?1", [before_ms])?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_journal_that_is_read_twice_changes_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let database = Database::open(&folder.path().join("meta.db")).unwrap();
        let router = database.router(&"r1".parse().unwrap()).unwrap();
        let event = |at_ms, what| EventRecord { router, line: 0, at_ms, what };
        let down = || Happened::Began(Cause::Unreachable, "refused".into());
        let events = [
            event(10, down()),
            event(15, down()),
            event(20, Happened::Ended(Cause::Unreachable)),
            event(30, Happened::Once("link-up".into())),
            event(40, down()),
        ];
        for _ in 0..2 {
            events.iter().for_each(|event| database.happened(event).unwrap());
        }
        let found = database.happenings(router, 0, 0, 100).unwrap();
        let found: Vec<_> = found.iter().map(|one| (one.from_ms, one.to_ms, one.detail.as_str())).collect();
        assert_eq!(found, [(10, Some(20), "refused"), (40, None, "refused")]);
        assert!(database.happenings(router, 0, 20, 40).unwrap().is_empty());
        assert_eq!(database.links(router, 0, 0, 100).unwrap(), [(30, true)]);
        assert!(database.links(router, 0, 31, 100).unwrap().is_empty());
    }
}
