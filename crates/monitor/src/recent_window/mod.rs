//! The recent window: one small point a tick, for the last minutes or hours.

mod point;
#[cfg(test)]
mod tests;
mod window;

use std::collections::VecDeque;
use std::sync::Arc;

use lalin_stats::Interface;

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

    /// Puts a past of `steps` points before the oldest one, for demonstrations: `rate` is asked for each interface and the
    /// times between which it is the mean, ms. Also asked where the points there are know none, as the first of a run does.
    /// No tick ever had the number 0 that these points have.
    pub(crate) fn recall(&mut self, steps: usize, step_ms: u64, rate: impl Fn(&Interface, u64, u64) -> [f32; 2]) {
        let rates = |of: &Point, to: u64| -> Box<[[f32; 2]]> {
            of.interfaces.iter().map(|interface| rate(interface, to.saturating_sub(step_ms), to)).collect()
        };
        for point in self.points.iter_mut().filter(|point| point.rates.iter().flatten().all(|rate| rate.is_nan())) {
            let known = rates(point, point.unix_ms);
            let point = Arc::make_mut(point);
            (point.rates, point.band, point.gap) = (known, [1.0, 1.0], None);
        }
        let Some(first) = self.points.front().cloned() else { return };
        for step in (1..=steps as u64).map_while(|step| first.unix_ms.checked_sub(step * step_ms)) {
            let rates = rates(&first, step);
            self.bytes += Point::bytes(rates.len());
            let past =
                Point { seq: 0, unix_ms: step, step_ms: 0, rates, band: [1.0, 1.0], gap: None, ..Point::clone(&first) };
            self.points.push_front(Arc::new(past));
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
