//! Totals of another history, of the time of which it has no samples any more: taken as they are.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::params;

use super::Database;
use super::totals::sum_up;
use crate::zone::Zone;
use crate::{Error, Line};

/// Whose totals come, until when.
#[derive(Debug)]
pub(crate) struct TotalsPlan {
    lines: Vec<Line>,
    before_ms: i64,
}

/// The tables whose rows are a line's, with their last column that is copied.
const COLUMNS: &str = "rx_bytes, tx_bytes, rx_packets, tx_packets, errors, drops, unmeasured_rx, unmeasured_tx,
    measured_ms, resets, rx_max_bps, tx_max_bps";

impl Database {
    /// Looks whether anything of it is there already; nothing is written.
    pub(crate) fn plan_totals(&self, other: &Self, before_ms: i64) -> Result<TotalsPlan, Error> {
        let lines = other.lines(None)?;
        for line in &lines {
            let Some(here) = self.find(&line.router, &line.name)? else { continue };
            let hours = |database: &Self, line: u32| -> Result<BTreeSet<i64>, Error> {
                let sql = "SELECT t FROM hour WHERE line = ?1 AND t < ?2 AND measured_ms > 0";
                let mut statement = database.0.prepare_cached(sql)?;
                let rows = statement.query_map(params![line, before_ms], |row| row.get(0))?;
                Ok(rows.collect::<Result<_, _>>()?)
            };
            let both = hours(self, here.id.number())?;
            if let Some(hour) = hours(other, line.id.number())?.intersection(&both).next() {
                let (router, name) = (line.router.to_string(), line.name.name.to_string());
                return Err(Error::Double { router, name, from_ms: *hour, to_ms: hour + 3_600_000 });
            }
        }
        Ok(TotalsPlan { lines, before_ms })
    }

    /// Takes them: hours, the days and months whose hours are gone, names and events. How many hours there were.
    pub(crate) fn take_totals(&self, other: &Self, plan: &TotalsPlan, zone: &Zone) -> Result<u64, Error> {
        let mut routers: BTreeMap<u32, u32> = BTreeMap::new();
        self.together(|connection| {
            let mut hours = BTreeSet::new();
            let mut taken = 0;
            for line in &plan.lines {
                let router = self.router(&line.router)?;
                if let Some(number) = other.find_router(&line.router)? {
                    routers.insert(number, router);
                }
                let (id, _) = self.line(router, &line.name, line.first_ms)?;
                self.was_there(id, line.first_ms, line.last_ms)?;
                let mut names = other.0.prepare_cached("SELECT shown, since FROM name WHERE line = ?1")?;
                let mut rows = names.query([line.id.number()])?;
                while let Some(row) = rows.next()? {
                    self.was_shown(id, &row.get::<_, String>(0)?, row.get(1)?)?;
                }
                // The first sample that came may lie on the edge: its hour and day are whole there, and not here.
                for (table, more, how) in [
                    ("hour", "", "REPLACE"),
                    ("day", ", date", "REPLACE"),
                    ("month", ", date, p95_rx_bps, p95_tx_bps, p95_used, p95_missing", "IGNORE"),
                ] {
                    let count = 14 + more.matches(',').count();
                    let marks = vec!["?"; count].join(", ");
                    let put = format!("INSERT OR {how} INTO {table} (t, line, {COLUMNS}{more}) VALUES ({marks})");
                    let mut put = connection.prepare_cached(&put)?;
                    let ask = format!("SELECT t, line, {COLUMNS}{more} FROM {table} WHERE line = ?1 AND t < ?2");
                    let mut ask = other.0.prepare_cached(&ask)?;
                    let mut rows = ask.query(params![line.id.number(), plan.before_ms])?;
                    while let Some(row) = rows.next()? {
                        let mut values = (0..count).map(|place| row.get(place)).collect::<Result<Vec<_>, _>>()?;
                        values[1] = rusqlite::types::Value::Integer(id.into());
                        let put = put.execute(rusqlite::params_from_iter(values))?;
                        if table == "hour" {
                            taken += put as u64;
                            hours.insert(row.get::<_, i64>(0)?);
                        }
                    }
                }
                self.take_events(other, (line.id.number(), id), &routers)?;
            }
            for (theirs, ours) in &routers {
                self.take_events(other, (0, 0), &BTreeMap::from([(*theirs, *ours)]))?;
                let mut ask =
                    other.0.prepare_cached("SELECT t, read_ms FROM router_hour WHERE router = ?1 AND t < ?2")?;
                let mut rows = ask.query(params![theirs, plan.before_ms])?;
                let sql = "INSERT INTO router_hour VALUES (?1, ?2, ?3)
                    ON CONFLICT DO UPDATE SET read_ms = max(read_ms, excluded.read_ms)";
                let mut put = connection.prepare_cached(sql)?;
                while let Some(row) = rows.next()? {
                    put.execute(params![row.get::<_, i64>(0)?, ours, row.get::<_, i64>(1)?])?;
                }
            }
            // The first day's earlier hours may be gone: its row came whole.
            let first = hours.first().copied().unwrap_or_default();
            hours.retain(|hour| zone.day(*hour).from_ms >= first);
            sum_up(connection, zone, &hours)?;
            self.take_percentiles(other, plan)?;
            Ok(taken)
        })
    }

    /// The percentiles of months that are over, where the row was made here from the samples of a part of it.
    fn take_percentiles(&self, other: &Self, plan: &TotalsPlan) -> Result<(), Error> {
        let sql = "SELECT t, p95_rx_bps, p95_tx_bps, p95_used, p95_missing FROM month
            WHERE line = ?1 AND p95_used IS NOT NULL";
        let mut ask = other.0.prepare_cached(sql)?;
        let sql = "UPDATE month SET p95_rx_bps = ?3, p95_tx_bps = ?4, p95_used = ?5, p95_missing = ?6
            WHERE t = ?1 AND line = ?2 AND p95_used IS NULL";
        let mut put = self.0.prepare_cached(sql)?;
        for line in &plan.lines {
            let Some(here) = self.find(&line.router, &line.name)? else { continue };
            let mut rows = ask.query([line.id.number()])?;
            while let Some(row) = rows.next()? {
                let number = |place: usize| row.get::<_, Option<i64>>(place);
                let (t, id) = (row.get::<_, i64>(0)?, here.id.number());
                put.execute(params![t, id, number(1)?, number(2)?, number(3)?, number(4)?])?;
            }
        }
        Ok(())
    }

    /// What happened on a line, or with number 0 on the routers as a whole.
    fn take_events(&self, other: &Self, (theirs, ours): (u32, u32), routers: &BTreeMap<u32, u32>) -> Result<(), Error> {
        let sql = "SELECT router, at, what, until, detail FROM event WHERE line = ?1";
        let mut ask = other.0.prepare_cached(sql)?;
        let mut rows = ask.query([theirs])?;
        let sql = "INSERT OR IGNORE INTO event (router, at, line, what, until, detail) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
        let mut put = self.0.prepare_cached(sql)?;
        while let Some(row) = rows.next()? {
            let Some(router) = routers.get(&row.get::<_, u32>(0)?) else { continue };
            let until: Option<i64> = row.get(3)?;
            let (at, what, detail) = (row.get::<_, i64>(1)?, row.get::<_, String>(2)?, row.get::<_, String>(4)?);
            // One that lasts there has ended for us: nobody here would end it.
            put.execute(params![router, at, ours, what, until.unwrap_or(at), detail])?;
        }
        Ok(())
    }
}
