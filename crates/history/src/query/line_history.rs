//! One line over any stretch of time, in as many points as somebody asks for.

use super::gaps::{self, Gap};
use super::step::{Resolution, grid};
use crate::rollup::{Bucket, Grid};
use crate::segment::{Tier, TimesCache};
use crate::{Error, LineId, Reader};

/// What is asked of one line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HistoryQuery {
    /// Which.
    pub line: LineId,
    /// From when, ms since 1970.
    pub from_ms: i64,
    /// Until when; not itself within.
    pub to_ms: i64,
    /// How fine.
    pub resolution: Resolution,
}

/// What a line carried.
#[derive(Clone, Debug, PartialEq)]
pub struct HistoryAnswer {
    /// How wide each point is.
    pub step_ms: u64,
    /// The coarsest tier that it is from.
    pub tier: Tier,
    /// Side by side; the first begins at or before the range, the last ends at or behind it.
    pub points: Vec<Interval>,
    /// Where nothing was measured, and why.
    pub gaps: Vec<Gap>,
}

/// One point: a stretch of time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    /// When it begins.
    pub from_ms: i64,
    /// `None` where nothing of it was measured.
    pub rates: Option<Rates>,
    /// How much of it was measured, 0 to 1.
    pub coverage: f64,
}

/// The rates of both directions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rates {
    /// Received.
    pub rx: DirectionRate,
    /// Sent.
    pub tx: DirectionRate,
}

/// The rate of one direction, bit/s.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DirectionRate {
    /// Over all of the measured time.
    pub mean_bps: u64,
    /// The lowest average over 10 s and more.
    pub min_bps: u64,
    /// The highest.
    pub max_bps: u64,
}

impl Reader {
    /// What a line carried. Peaks survive however few points are asked for.
    pub fn history(&self, query: &HistoryQuery) -> Result<HistoryAnswer, Error> {
        let HistoryQuery { line, from_ms, to_ms, resolution } = *query;
        let (begin, step_ms, count) = grid(from_ms, to_ms, resolution)?;
        let about = self.line(line)?;
        if let Some(remote) = self.remote() {
            return self.far_history(&remote, &about, Grid::new(begin, step_ms, count));
        }
        let view = self.shared.get();
        let mut grid = Grid::new(begin, step_ms, count);
        let mut cache = TimesCache::default();
        let found = self.fill(&view, line, &mut grid, &mut cache)?;
        let points = grid.buckets.iter().zip(0..).map(|(bucket, place)| Interval {
            from_ms: begin + place * step_ms,
            rates: rates(bucket),
            coverage: (bucket.measured_ms as f64 / step_ms as f64).clamp(0.0, 1.0),
        });
        let points = points.collect();
        let gaps = gaps::find(self, &view, &about, &found.measured, grid.clipped(), step_ms, &mut cache)?;
        Ok(HistoryAnswer { step_ms: step_ms as u64, tier: found.tier.unwrap_or(Tier::Raw), points, gaps })
    }
}

pub(super) fn rates(bucket: &Bucket) -> Option<Rates> {
    let rate = |direction: usize| {
        let mean_bps = bucket.mean_bps(direction);
        // A stretch shorter than 10 s has no extremes of its own.
        let (low, high) = bucket.extremes.map_or((mean_bps, mean_bps), |extremes| extremes[direction]);
        DirectionRate { mean_bps, min_bps: low.min(mean_bps), max_bps: high.max(low) }
    };
    (bucket.measured_ms > 0).then(|| Rates { rx: rate(0), tx: rate(1) })
}
