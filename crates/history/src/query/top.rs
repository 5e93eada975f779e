//! Who used the line.

use lalin_stats::RouterId;

use super::usage::{By, Lines, UsageQuery};
use crate::meta::Totals;
use crate::{Error, LineId, Reader};

/// What is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TopQuery {
    /// Of which router; `None` for all.
    pub router: Option<RouterId>,
    /// By what.
    pub by: TopBy,
    /// From when.
    pub from_ms: i64,
    /// Until when.
    pub to_ms: i64,
    /// How many.
    pub limit: u32,
}

/// What makes a line the first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TopBy {
    /// All bytes, both directions.
    Bytes,
    /// The highest average over 10 s and more, of either direction.
    Peak,
}

/// A line and what it carried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TopLine {
    /// Which.
    pub line: LineId,
    /// What passed.
    pub totals: Totals,
}

/// Lines that are looked at together.
const PAGE: u32 = 10_000;

impl Reader {
    /// The lines that carried most, the first first.
    pub fn top(&self, query: &TopQuery) -> Result<Vec<TopLine>, Error> {
        let weight = |totals: &Totals| match query.by {
            TopBy::Bytes => totals.rx_bytes.saturating_add(totals.tx_bytes),
            TopBy::Peak => totals.rx_max_bps.max(totals.tx_max_bps),
        };
        let mut top: Vec<TopLine> = Vec::new();
        for offset in (0..).step_by(PAGE as usize) {
            let lines = query.router.clone().map_or(Lines::All, Lines::Router);
            let (from_ms, to_ms) = (query.from_ms, query.to_ms);
            let page = self.usage(&UsageQuery { lines, by: By::Range, from_ms, to_ms, offset, limit: PAGE })?;
            let lines = page.lines.iter().filter_map(|line| {
                let totals = line.periods.first()?.totals;
                (weight(&totals) > 0).then_some(TopLine { line: line.line, totals })
            });
            top.extend(lines);
            top.sort_by_key(|line| std::cmp::Reverse(weight(&line.totals)));
            top.truncate(query.limit as usize);
            if !page.more {
                break;
            }
        }
        Ok(top)
    }
}
