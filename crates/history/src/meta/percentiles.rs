//! The 95th percentiles of months that are over, beside their totals.

use rusqlite::params;

use super::Database;
use crate::Error;
use crate::zone::Month;

/// A line's month whose percentile is not there yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct OpenMonth {
    pub(crate) from_ms: i64,
    pub(crate) line: u32,
    pub(crate) month: Month,
}

impl Database {
    /// Some of the months without a percentile that began before a moment.
    pub(crate) fn open_months(&self, before_ms: i64, limit: u32) -> Result<Vec<OpenMonth>, Error> {
        let sql = "SELECT t, line, date FROM month WHERE p95_used IS NULL AND t < ?1 LIMIT ?2";
        let mut statement = self.0.prepare_cached(sql)?;
        let mut rows = statement.query(params![before_ms, limit])?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            let date: String = row.get(2)?;
            let parts = date.split_once('-').and_then(|(year, month)| Some((year.parse().ok()?, month.parse().ok()?)));
            let (year, month) = parts.ok_or(Error::Damaged("a month has no date"))?;
            found.push(OpenMonth { from_ms: row.get(0)?, line: row.get(1)?, month: Month { year, month } });
        }
        Ok(found)
    }

    /// Keeps a month's percentile: bit/s received and sent, averages used and missing.
    pub(crate) fn close_month(&self, open: &OpenMonth, rates: [u64; 2], counts: [u32; 2]) -> Result<(), Error> {
        let sql = "UPDATE month SET p95_rx_bps = ?3, p95_tx_bps = ?4, p95_used = ?5, p95_missing = ?6
            WHERE t = ?1 AND line = ?2";
        let [rx, tx] = rates.map(|rate| i64::try_from(rate).unwrap_or(i64::MAX));
        self.0.prepare_cached(sql)?.execute(params![open.from_ms, open.line, rx, tx, counts[0], counts[1]])?;
        Ok(())
    }
}
