//! The recent window: one small point a tick, for the last minutes or hours.

mod point;
#[cfg(test)]
mod tests;
mod window;

use std::collections::VecDeque;
use std::sync::Arc;

pub(crate) use point::Point;
pub use window::{ClockStep, Series, Window};

/// How much is kept: `window_ms` in any case, and up to `longest_ms` while it fits into `bytes`; never more points than
/// `points`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Retention {
    pub(crate) window_ms: u64,
    pub(crate) longest_ms: u64,
    pub(crate) bytes: usize,
    pub(crate) points: usize,
}

/// The points of the last minutes or hours, oldest first.
#[derive(Debug, Default)]
pub(crate) struct RecentWindow {
    points: VecDeque<Arc<Point>>,
    bytes: usize,
    /// The first tick since the clock was last set back. Whoever got earlier ticks before that has their old times.
    restated: u64,
}

impl RecentWindow {
    /// Adds the newest point and forgets what is too old or too much.
    pub(crate) fn push(&mut self, point: Point, retention: &Retention) {
        let promised = point.unix_ms.saturating_sub(retention.window_ms);
        let oldest = point.unix_ms.saturating_sub(retention.longest_ms);
        self.bytes += Point::bytes(point.rates.len());
        self.points.push_back(Arc::new(point));
        while let Some(first) = self.points.front() {
            let too_much = self.bytes > retention.bytes && first.unix_ms < promised;
            if self.points.len() <= retention.points && first.unix_ms >= oldest && !too_much {
                break;
            }
            self.bytes -= Point::bytes(first.rates.len());
            self.points.pop_front();
        }
    }

    /// The wall clock was set back by `-step_ms` before tick `seq`, so the times of the newest time base were too late
    /// by as much and are moved back. Points of older bases stay if they are still before those, so that a clock which
    /// was wrongly set forward and back again does not move times that were right. All others are moved too.
    pub(crate) fn set_back(&mut self, step_ms: i64, seq: u64) {
        self.restated = seq;
        let mut base = self.points.back().map_or(0, |point| point.base);
        let mut later = u64::MAX;
        for point in self.points.iter_mut().rev() {
            if point.base != base && point.unix_ms < later {
                break;
            }
            base = point.base;
            let moved = point.unix_ms.saturating_add_signed(step_ms).min(later.saturating_sub(1));
            // Copied only where a window that was handed out still holds it.
            Arc::make_mut(point).unix_ms = moved;
            later = moved;
        }
    }

    /// The points after tick `seq`, if nothing between is forgotten and its time is still the same.
    pub(crate) fn after(&self, seq: u64) -> Option<Vec<Arc<Point>>> {
        let newest = self.points.back()?.seq;
        let oldest = self.points.front()?.seq;
        if seq > newest || seq + 1 < oldest || seq < self.restated {
            return None;
        }
        Some(self.points.iter().filter(|point| point.seq > seq).cloned().collect())
    }

    /// The points from `oldest_ms` on.
    pub(crate) fn since(&self, oldest_ms: u64) -> Vec<Arc<Point>> {
        self.points.iter().filter(|point| point.unix_ms >= oldest_ms).cloned().collect()
    }
}
