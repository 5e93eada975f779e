//! Totals by hour, day and month.
//!
//! They are absolute: an hour's row is computed again from every sample of the hour, and replaces the one before, so that
//! doing it twice does no harm. Only where the samples of an hour were taken away since are new ones added to its row;
//! that they are added once is seen to by the number that the same transaction writes.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::{Connection, Row, params};

use super::Database;
use super::database::{SEALED_UPTO, ZONE};
use crate::rollup::Bucket;
use crate::zone::Zone;
use crate::{Error, LineId};

/// What passed on a line in some time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Bytes received in time that was measured.
    pub rx_bytes: u64,
    /// Bytes sent in time that was measured.
    pub tx_bytes: u64,
    /// Packets received.
    pub rx_packets: u64,
    /// Packets sent.
    pub tx_packets: u64,
    /// Packets with errors, both directions.
    pub errors: u64,
    /// Packets dropped, both directions.
    pub drops: u64,
    /// Bytes received in time that was not measured, as the counters showed afterwards; booked where that time ended.
    pub unmeasured_rx_bytes: u64,
    /// The same of bytes sent.
    pub unmeasured_tx_bytes: u64,
    /// How long it was measured.
    pub measured_ms: u64,
    /// How long its router was read. What this is more than `measured_ms` the line was not there.
    pub router_ms: u64,
    /// How often its counters began at zero.
    pub resets: u32,
    /// The highest average over 10 s and more, received, bit/s.
    pub rx_max_bps: u64,
    /// The same of what was sent.
    pub tx_max_bps: u64,
}

/// The totals of a line in the period that begins at `from_ms`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TotalsRow {
    pub(crate) from_ms: i64,
    pub(crate) line: LineId,
    pub(crate) totals: Totals,
}

/// What a sealed segment changes.
#[derive(Debug, Default)]
pub(crate) struct HourRows {
    /// By hour and line: what the hour's row is to be, or what is to be added to it.
    pub(crate) lines: Vec<(i64, u32, Bucket)>,
    /// By hour and router, ms: how long the router was read.
    pub(crate) routers: Vec<(i64, u32, i64)>,
    /// The hours of which the samples were taken away.
    pub(crate) added: BTreeSet<i64>,
}

const HOUR_MS: i64 = 3_600_000;
const COLUMNS: &str = "rx_bytes, tx_bytes, rx_packets, tx_packets, errors, drops, unmeasured_rx, unmeasured_tx,
    measured_ms, resets, rx_max_bps, tx_max_bps";
const SUMS: &str = "sum(rx_bytes), sum(tx_bytes), sum(rx_packets), sum(tx_packets), sum(errors), sum(drops),
    sum(unmeasured_rx), sum(unmeasured_tx), sum(measured_ms), sum(resets), max(rx_max_bps), max(tx_max_bps)";

impl Totals {
    pub(crate) fn of(bucket: &Bucket) -> Self {
        let [rx_bytes, tx_bytes, rx_packets, tx_packets] = bucket.passed;
        let extremes = bucket.extremes.unwrap_or([0, 1].map(|direction| (0, bucket.mean_bps(direction))));
        Self {
            rx_bytes,
            tx_bytes,
            rx_packets,
            tx_packets,
            errors: bucket.errors,
            drops: bucket.drops,
            unmeasured_rx_bytes: bucket.unmeasured[0],
            unmeasured_tx_bytes: bucket.unmeasured[1],
            measured_ms: bucket.measured_ms.max(0) as u64,
            router_ms: 0,
            resets: bucket.resets,
            rx_max_bps: extremes[0].1,
            tx_max_bps: extremes[1].1,
        }
    }

    /// Adds what passed in another time.
    pub(crate) fn add(&mut self, other: &Self) {
        self.rx_bytes += other.rx_bytes;
        self.tx_bytes += other.tx_bytes;
        self.rx_packets += other.rx_packets;
        self.tx_packets += other.tx_packets;
        self.errors += other.errors;
        self.drops += other.drops;
        self.unmeasured_rx_bytes += other.unmeasured_rx_bytes;
        self.unmeasured_tx_bytes += other.unmeasured_tx_bytes;
        self.measured_ms += other.measured_ms;
        self.router_ms += other.router_ms;
        self.resets += other.resets;
        self.rx_max_bps = self.rx_max_bps.max(other.rx_max_bps);
        self.tx_max_bps = self.tx_max_bps.max(other.tx_max_bps);
    }

    fn read(row: &Row<'_>, first: usize) -> rusqlite::Result<Self> {
        let number = |place: usize| Ok::<u64, rusqlite::Error>(row.get::<_, i64>(first + place)?.max(0) as u64);
        Ok(Self {
            rx_bytes: number(0)?,
            tx_bytes: number(1)?,
            rx_packets: number(2)?,
            tx_packets: number(3)?,
            errors: number(4)?,
            drops: number(5)?,
            unmeasured_rx_bytes: number(6)?,
            unmeasured_tx_bytes: number(7)?,
            measured_ms: number(8)?,
            router_ms: 0,
            resets: u32::try_from(number(9)?).unwrap_or(u32::MAX),
            rx_max_bps: number(10)?,
            tx_max_bps: number(11)?,
        })
    }
}

impl Database {
    /// Books a sealed segment; what it changes is on the disk when this returns.
    pub(crate) fn book(&self, number: u64, rows: &HourRows, zone: &Zone) -> Result<(), Error> {
        self.safely(|connection| {
            let replace = format!(
                "INSERT OR REPLACE INTO hour (t, line, {COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)"
            );
            let add = format!(
                "INSERT INTO hour (t, line, {COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)
                ON CONFLICT DO UPDATE SET rx_bytes = rx_bytes + excluded.rx_bytes, tx_bytes = tx_bytes + excluded.tx_bytes,
                rx_packets = rx_packets + excluded.rx_packets, tx_packets = tx_packets + excluded.tx_packets,
                errors = errors + excluded.errors, drops = drops + excluded.drops,
                unmeasured_rx = unmeasured_rx + excluded.unmeasured_rx,
                unmeasured_tx = unmeasured_tx + excluded.unmeasured_tx,
                measured_ms = measured_ms + excluded.measured_ms, resets = resets + excluded.resets,
                rx_max_bps = max(rx_max_bps, excluded.rx_max_bps), tx_max_bps = max(tx_max_bps, excluded.tx_max_bps)"
            );
            let mut replace = connection.prepare_cached(&replace)?;
            let mut add = connection.prepare_cached(&add)?;
            let mut seen = connection.prepare_cached("UPDATE line SET last = max(last, ?2) WHERE id = ?1")?;
            let mut last: BTreeMap<u32, i64> = BTreeMap::new();
            for (hour, line, bucket) in &rows.lines {
                let Totals { rx_bytes, tx_bytes, rx_packets, tx_packets, errors, drops, .. } = Totals::of(bucket);
                let totals = Totals::of(bucket);
                let number = |value: u64| i64::try_from(value).unwrap_or(i64::MAX);
                let statement = if rows.added.contains(hour) { &mut add } else { &mut replace };
                statement.execute(params![
                    hour,
                    line,
                    number(rx_bytes),
                    number(tx_bytes),
                    number(rx_packets),
                    number(tx_packets),
                    number(errors),
                    number(drops),
                    number(totals.unmeasured_rx_bytes),
                    number(totals.unmeasured_tx_bytes),
                    number(totals.measured_ms),
                    totals.resets,
                    number(totals.rx_max_bps),
                    number(totals.tx_max_bps),
                ])?;
                let last = last.entry(*line).or_insert(*hour);
                *last = (*last).max(*hour);
            }
            for (line, hour) in last {
                seen.execute(params![line, hour])?;
            }
            let mut replace = connection.prepare_cached("INSERT OR REPLACE INTO router_hour VALUES (?1, ?2, ?3)")?;
            let sql = "INSERT INTO router_hour VALUES (?1, ?2, ?3)
                ON CONFLICT DO UPDATE SET read_ms = read_ms + excluded.read_ms";
            let mut add = connection.prepare_cached(sql)?;
            for (hour, router, read_ms) in &rows.routers {
                let statement = if rows.added.contains(hour) { &mut add } else { &mut replace };
                statement.execute(params![hour, router, read_ms])?;
            }
            let hours: BTreeSet<i64> = rows.lines.iter().map(|(hour, ..)| *hour).collect();
            sum_up(connection, zone, &hours)?;
            let sql = "INSERT INTO state VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = excluded.value";
            connection.prepare_cached(sql)?.execute(params![SEALED_UPTO, number.to_string()])?;
            Ok(())
        })
    }

    /// Makes the rows of days and months anew where they are of another zone. Days whose hours were taken away stay.
    pub(crate) fn set_zone(&self, zone: &Zone) -> Result<(), Error> {
        if self.state(ZONE)?.as_deref() == Some(zone.name()) {
            return Ok(());
        }
        self.together(|connection| {
            let first: Option<i64> = connection.query_row("SELECT min(t) FROM hour", [], |row| row.get(0))?;
            let last: Option<i64> = connection.query_row("SELECT max(t) FROM hour", [], |row| row.get(0))?;
            if let (Some(first), Some(last)) = (first, last) {
                connection.execute("DELETE FROM day WHERE t >= ?1 - 86400000", [first])?;
                connection.execute("DELETE FROM month WHERE t >= ?1 - 2678400000", [first])?;
                let hours = (first..=last).step_by(HOUR_MS as usize).collect();
                sum_up(connection, zone, &hours)?;
            }
            connection.execute("INSERT OR REPLACE INTO state VALUES (?1, ?2)", params![ZONE, zone.name()])?;
            Ok(())
        })
    }

    /// The hours of a range by line, or of some of them. Whole hours only.
    pub(crate) fn hours(&self, lines: (u32, u32), from_ms: i64, to_ms: i64) -> Result<Vec<TotalsRow>, Error> {
        self.rows("hour", lines, from_ms, to_ms)
    }

    /// The days that begin in a range.
    pub(crate) fn days(&self, lines: (u32, u32), from_ms: i64, to_ms: i64) -> Result<Vec<TotalsRow>, Error> {
        self.rows("day", lines, from_ms, to_ms)
    }

    fn rows(&self, table: &str, lines: (u32, u32), from_ms: i64, to_ms: i64) -> Result<Vec<TotalsRow>, Error> {
        // Of one line, seeking each hour is quicker than to read those of all lines.
        let sql = format!(
            "SELECT t, line, {COLUMNS} FROM {table} WHERE t >= ?1 AND t < ?2 AND line BETWEEN ?3 AND ?4 ORDER BY t"
        );
        let mut statement = self.0.prepare_cached(&sql)?;
        let read = |row: &Row<'_>| {
            Ok(TotalsRow { from_ms: row.get(0)?, line: LineId(row.get(1)?), totals: Totals::read(row, 2)? })
        };
        if lines.0 == lines.1 && table == "hour" {
            let mut found = Vec::new();
            let mut at = from_ms;
            while at < to_ms {
                let mut rows = statement.query(params![at, at + HOUR_MS, lines.0, lines.1])?;
                while let Some(row) = rows.next()? {
                    found.push(read(row)?);
                }
                at += HOUR_MS;
            }
            return Ok(found);
        }
        let rows = statement.query_map(params![from_ms, to_ms, lines.0, lines.1], read)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Bytes received and sent, and the measured ms, of a line's hours in a range.
    pub(crate) fn hours_between(&self, line: u32, from_ms: i64, to_ms: i64) -> Result<Vec<(i64, [u64; 3])>, Error> {
        let rows = self.hours((line, line), from_ms, to_ms)?;
        let sums = |totals: &Totals| [totals.rx_bytes, totals.tx_bytes, totals.measured_ms];
        Ok(rows.iter().map(|row| (row.from_ms, sums(&row.totals))).collect())
    }

    /// How long a router was read in each hour of a range.
    pub(crate) fn router_hours(&self, router: u32, from_ms: i64, to_ms: i64) -> Result<Vec<(i64, u64)>, Error> {
        let sql = "SELECT t, read_ms FROM router_hour WHERE t >= ?1 AND t < ?2 AND router = ?3";
        let mut statement = self.0.prepare_cached(sql)?;
        let rows = statement
            .query_map(params![from_ms, to_ms, router], |row| Ok((row.get(0)?, row.get::<_, i64>(1)?.max(0) as u64)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The first hour that has a row.
    pub(crate) fn first_hour(&self) -> Result<Option<i64>, Error> {
        Ok(self.0.prepare_cached("SELECT min(t) FROM hour")?.query_row([], |row| row.get(0))?)
    }

    /// Takes away the hours before; days and months stay.
    pub(crate) fn forget_hours(&self, before_ms: i64) -> Result<(), Error> {
        self.together(|connection| {
            connection.execute("DELETE FROM hour WHERE t < ?1", [before_ms])?;
            connection.execute("DELETE FROM router_hour WHERE t < ?1", [before_ms])?;
            Ok(())
        })
    }
}

/// Sums the hours up into the days and months that they are in, which are of the zone.
///
/// An hour that lies on both sides of a midnight, in zones on half hours, is the day's in which it begins.
pub(super) fn sum_up(connection: &Connection, zone: &Zone, hours: &BTreeSet<i64>) -> Result<(), Error> {
    let days: BTreeMap<i64, _> = hours.iter().map(|hour| zone.day(*hour)).map(|day| (day.from_ms, day)).collect();
    let months: BTreeMap<i64, _> =
        days.keys().map(|day| zone.month(*day)).map(|month| (month.from_ms, month)).collect();
    let first: Option<i64> = connection.query_row("SELECT min(t) FROM hour", [], |row| row.get(0))?;
    let sql = format!(
        "INSERT OR REPLACE INTO day (t, date, line, {COLUMNS})
        SELECT ?1, ?3, line, {SUMS} FROM hour WHERE t >= ?1 AND t < ?2 GROUP BY line"
    );
    let mut statement = connection.prepare_cached(&sql)?;
    for day in days.values().filter(|day| first.is_some_and(|first| first < day.to_ms)) {
        statement.execute(params![day.from_ms, day.to_ms, day.name])?;
    }
    let sql = format!(
        "INSERT INTO month (t, date, line, {COLUMNS})
        SELECT ?1, ?3, line, {SUMS} FROM day WHERE t >= ?1 AND t < ?2 GROUP BY line
        ON CONFLICT DO UPDATE SET ({COLUMNS}) = (excluded.rx_bytes, excluded.tx_bytes, excluded.rx_packets,
        excluded.tx_packets, excluded.errors, excluded.drops, excluded.unmeasured_rx, excluded.unmeasured_tx,
        excluded.measured_ms, excluded.resets, excluded.rx_max_bps, excluded.tx_max_bps)"
    );
    let mut statement = connection.prepare_cached(&sql)?;
    for month in months.values() {
        statement.execute(params![month.from_ms, month.to_ms, month.name])?;
    }
    Ok(())
}
