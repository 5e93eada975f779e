//! Routers and lines, and the numbers that stand for them.

use std::sync::Arc;

use lalin_stats::RouterId;
use rusqlite::{OptionalExtension, Row, params};

use super::Database;
use crate::{Error, Line, LineId, LineName};

impl Database {
    /// A router's number; it is given one where it has none.
    pub(crate) fn router(&self, id: &RouterId) -> Result<u32, Error> {
        if let Some(number) = self.find_router(id)? {
            return Ok(number);
        }
        self.0.prepare_cached("INSERT INTO router (id) VALUES (?1)")?.execute([id.as_str()])?;
        Ok(self.0.last_insert_rowid() as u32)
    }

    pub(crate) fn find_router(&self, id: &RouterId) -> Result<Option<u32>, Error> {
        let sql = "SELECT number FROM router WHERE id = ?1";
        Ok(self.0.prepare_cached(sql)?.query_row([id.as_str()], |row| row.get(0)).optional()?)
    }

    /// All routers and the numbers that stand for them.
    pub(crate) fn routers(&self) -> Result<Vec<(u32, RouterId)>, Error> {
        let mut statement = self.0.prepare_cached("SELECT number, id FROM router")?;
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get::<_, String>(1)?)))?;
        let rows = rows.collect::<Result<Vec<_>, _>>()?.into_iter();
        Ok(rows.filter_map(|(number, id)| Some((number, id.parse().ok()?))).collect())
    }

    /// A router as a journal knew it.
    pub(crate) fn put_router(&self, number: u32, id: &str) -> Result<(), Error> {
        self.0.prepare_cached("INSERT OR IGNORE INTO router VALUES (?1, ?2)")?.execute(params![number, id])?;
        Ok(())
    }

    /// A line's number and what it was called last; it is given one where it has none.
    pub(crate) fn line(&self, router: u32, name: &LineName, at_ms: i64) -> Result<(u32, Option<Arc<str>>), Error> {
        let sql = "SELECT id FROM line WHERE router = ?1 AND kind = ?2 AND name = ?3";
        let key = params![router, &*name.kind, &*name.name];
        let found = self.0.prepare_cached(sql)?.query_row(key, |row| row.get(0)).optional()?;
        if let Some(line) = found {
            let sql = "SELECT shown FROM name WHERE line = ?1 ORDER BY since DESC LIMIT 1";
            let shown = self.0.prepare_cached(sql)?.query_row([line], |row| row.get::<_, String>(0)).optional()?;
            return Ok((line, shown.map(Into::into)));
        }
        let sql = "INSERT INTO line (router, kind, name, first, last) VALUES (?1, ?2, ?3, ?4, ?4)";
        self.0.prepare_cached(sql)?.execute(params![router, &*name.kind, &*name.name, at_ms])?;
        Ok((self.0.last_insert_rowid() as u32, None))
    }

    /// A line as a journal knew it.
    pub(crate) fn put_line(&self, line: u32, router: u32, [kind, name]: [&str; 2], at_ms: i64) -> Result<(), Error> {
        let sql = "INSERT OR IGNORE INTO line VALUES (?1, ?2, ?3, ?4, ?5, ?5)";
        self.0.prepare_cached(sql)?.execute(params![line, router, kind, name, at_ms])?;
        Ok(())
    }

    /// A line was there in this time too.
    pub(crate) fn was_there(&self, line: u32, from_ms: i64, to_ms: i64) -> Result<(), Error> {
        let sql = "UPDATE line SET first = min(first, ?2), last = max(last, ?3) WHERE id = ?1";
        self.0.prepare_cached(sql)?.execute(params![line, from_ms, to_ms])?;
        Ok(())
    }

    /// A name that the line had, unless it had it later too.
    pub(crate) fn was_shown(&self, line: u32, shown: &str, at_ms: i64) -> Result<(), Error> {
        self.0
            .prepare_cached("INSERT OR IGNORE INTO name VALUES (?1, ?2, ?3)")?
            .execute(params![line, shown, at_ms])?;
        Ok(())
    }

    /// What the router calls the line from now on.
    pub(crate) fn show(&self, line: u32, shown: &str, at_ms: i64) -> Result<(), Error> {
        let sql = "INSERT INTO name VALUES (?1, ?2, ?3) ON CONFLICT DO UPDATE SET since = max(since, excluded.since)";
        self.0.prepare_cached(sql)?.execute(params![line, shown, at_ms])?;
        Ok(())
    }

    /// All lines, or a router's, by name.
    pub(crate) fn lines(&self, router: Option<&RouterId>) -> Result<Vec<Line>, Error> {
        let sql = format!("{LINES} WHERE ?1 IS NULL OR router.id = ?1 ORDER BY router.id, line.kind, line.name");
        let mut statement = self.0.prepare_cached(&sql)?;
        let rows = statement.query_map([router.map(RouterId::as_str)], read_line)?;
        rows.collect::<Result<Vec<_>, _>>()?.into_iter().collect()
    }

    pub(crate) fn line_of(&self, id: LineId) -> Result<Line, Error> {
        let sql = format!("{LINES} WHERE line.id = ?1");
        self.0.prepare_cached(&sql)?.query_row([id.number()], read_line).optional()?.ok_or(Error::NoLine)?
    }

    pub(crate) fn find(&self, router: &RouterId, name: &LineName) -> Result<Option<Line>, Error> {
        let sql = format!("{LINES} WHERE router.id = ?1 AND line.kind = ?2 AND line.name = ?3");
        let key = [router.as_str(), &*name.kind, &*name.name];
        self.0.prepare_cached(&sql)?.query_row(key, read_line).optional()?.transpose()
    }

    /// The line that was called so last, of those that ever were.
    pub(crate) fn find_shown(&self, router: &RouterId, kind: &str, shown: &str) -> Result<Option<Line>, Error> {
        let sql = format!(
            "{LINES} JOIN name AS known ON known.line = line.id
            WHERE router.id = ?1 AND line.kind = ?2 AND known.shown = ?3 ORDER BY known.since DESC LIMIT 1"
        );
        self.0.prepare_cached(&sql)?.query_row([router.as_str(), kind, shown], read_line).optional()?.transpose()
    }

    /// The ids of a router's lines, in order, a page of them.
    pub(crate) fn page(&self, router: Option<&RouterId>, offset: u32, limit: u32) -> Result<Vec<(u32, u32)>, Error> {
        let sql = "SELECT line.id, line.router FROM line JOIN router ON router.number = line.router
            WHERE ?1 IS NULL OR router.id = ?1 ORDER BY line.id LIMIT ?2 OFFSET ?3";
        let mut statement = self.0.prepare_cached(sql)?;
        let rows = statement
            .query_map(params![router.map(RouterId::as_str), limit, offset], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    pub(crate) fn line_count(&self) -> Result<u64, Error> {
        Ok(self.0.query_row("SELECT count(*) FROM line", [], |row| row.get::<_, i64>(0))? as u64)
    }
}

const LINES: &str = "SELECT line.id, router.id, line.kind, line.name, line.first, line.last,
    (SELECT shown FROM name WHERE name.line = line.id ORDER BY since DESC LIMIT 1)
    FROM line JOIN router ON router.number = line.router";

fn read_line(row: &Row<'_>) -> rusqlite::Result<Result<Line, Error>> {
    let router: String = row.get(1)?;
    let Ok(router) = router.parse() else { return Ok(Err(Error::Damaged("a router's id is none"))) };
    let name: Arc<str> = row.get::<_, String>(3)?.into();
    let shown = row.get::<_, Option<String>>(6)?.map_or_else(|| name.clone(), Into::into);
    Ok(Ok(Line {
        id: LineId(row.get(0)?),
        router,
        name: LineName { kind: row.get::<_, String>(2)?.into(), name },
        shown,
        first_ms: row.get(4)?,
        last_ms: row.get(5)?,
    }))
}
