//! The recent window: one small point a tick, for the last minutes or hours; which line a point's rates are of is kept
//! once for all points.

mod lines;
mod past;
mod point;
#[cfg(test)]
mod tests;
mod window;

use std::collections::VecDeque;
use std::sync::Arc;

use lalin_stats::{Identity, Interface};

use lines::Lines;
pub use past::{LineVersion, Past, PastLine, PastPoint};
pub(crate) use point::{Kept, Point};
pub use window::{ClockStep, Series, Window};

/// How much is kept: `window_ms` while it fits into `most_bytes`, and up to `longest_ms` while it fits into `bytes`; never
/// more points than `points`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Retention {
    pub(crate) window_ms: u64,
    pub(crate) longest_ms: u64,
    pub(crate) bytes: usize,
    pub(crate) most_bytes: usize,
    pub(crate) points: usize,
}

/// The points of the last minutes or hours, oldest first.
#[derive(Debug, Default)]
pub(crate) struct RecentWindow {
    points: VecDeque<Arc<Kept>>,
    lines: Arc<Lines>,
    /// The list that the newest point had.
    listed: Option<Listed>,
    /// What the points take.
    bytes: usize,
    /// The oldest tick of which the lines still know that is known no more.
    forgotten: u64,
    /// The first tick since the clock was last set back. Whoever got earlier ticks before that has their old times.
    restated: u64,
}

type Listed = (Arc<[Arc<Interface>]>, Arc<[Identity]>);

/// So many points may be forgotten before what the lines know of them is.
const FORGET_EACH: u64 = 32;

impl RecentWindow {
    /// Adds the newest point and forgets what is too old or too much.
    pub(crate) fn push(&mut self, point: Point, retention: &Retention) {
        let Point { seq, unix_ms, base, step_ms, interfaces, identities, rates, band, gap } = point;
        let promised = unix_ms.saturating_sub(retention.window_ms);
        let oldest = unix_ms.saturating_sub(retention.longest_ms);
        let same =
            |(known, identified): &Listed| Arc::ptr_eq(known, &interfaces) && Arc::ptr_eq(identified, &identities);
        if !self.listed.as_ref().is_some_and(same) {
            // Copied only where a window that was handed out still holds it.
            Arc::make_mut(&mut self.lines).list(seq, &interfaces, &identities);
            self.listed = Some((interfaces, identities));
        }
        let rates = self.lines.in_columns(&rates);
        self.bytes += Kept::bytes(rates.len());
        self.points.push_back(Arc::new(Kept { seq, unix_ms, base, step_ms, rates, band, gap }));
        while let Some(first) = self.points.front().filter(|_| self.points.len() > 1) {
            let bytes = self.bytes();
            let too_much = bytes > retention.bytes && first.unix_ms < promised || bytes > retention.most_bytes;
            if self.points.len() <= retention.points && first.unix_ms >= oldest && !too_much {
                break;
            }
            self.bytes -= Kept::bytes(first.rates.len());
            self.points.pop_front();
            self.forget_lines(if bytes > retention.most_bytes { 1 } else { FORGET_EACH });
        }
    }

    /// Forgets what is known of lines that no point has any more, once so many points went.
    fn forget_lines(&mut self, each: u64) {
        let Some(first) = self.points.front().map(|first| first.seq) else { return };
        if first >= self.forgotten + each {
            self.forgotten = first;
            // Copied only where a window that was handed out still holds it.
            Arc::make_mut(&mut self.lines).forget(first);
        }
    }

    /// What all of it takes.
    pub(crate) fn bytes(&self) -> usize {
        self.bytes + self.lines.bytes()
    }

    /// Puts a past of `steps` points before the oldest one, for demonstrations: `rate` is asked for each interface and the
    /// times between which it is the mean, ms. Also asked where the points there are know none, as the first of a run does.
    /// No tick ever had the number 0 that these points have.
    pub(crate) fn recall(&mut self, steps: usize, step_ms: u64, rate: impl Fn(&Interface, u64, u64) -> [f32; 2]) {
        let lines = &self.lines;
        let rates = |seq: u64, to: u64| -> Box<[[f32; 2]]> {
            let known = |column| match lines.at(column, seq) {
                Some(interface) => rate(interface, to.saturating_sub(step_ms), to),
                None => [f32::NAN; 2],
            };
            (0..lines.columns()).map(known).collect()
        };
        for point in self.points.iter_mut().filter(|point| point.rates.iter().flatten().all(|rate| rate.is_nan())) {
            let known = rates(point.seq, point.unix_ms);
            let point = Arc::make_mut(point);
            self.bytes += Kept::bytes(known.len()) - Kept::bytes(point.rates.len());
            (point.rates, point.band, point.gap) = (known, [1.0, 1.0], None);
        }
        let Some(first) = self.points.front().cloned() else { return };
        for step in (1..=steps as u64).map_while(|step| first.unix_ms.checked_sub(step * step_ms)) {
            let rates = rates(first.seq, step);
            self.bytes += Kept::bytes(rates.len());
            let past =
                Kept { seq: 0, unix_ms: step, step_ms: 0, rates, band: [1.0, 1.0], gap: None, ..Kept::clone(&first) };
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

    /// What came after tick `seq`, if nothing between is forgotten and its time is still the same.
    pub(crate) fn after(&self, seq: u64) -> Option<Window> {
        let newest = self.points.back()?.seq;
        let oldest = self.points.front()?.seq;
        if seq > newest || seq + 1 < oldest || seq < self.restated {
            return None;
        }
        Some(self.window(|point| point.seq > seq, true))
    }

    /// The number and the time of the newest tick.
    pub(crate) fn newest(&self) -> Option<(u64, u64)> {
        self.points.back().map(|point| (point.seq, point.unix_ms))
    }

    /// What was from `oldest_ms` on and before tick `before`, as another machine is given it.
    pub(crate) fn past(&self, oldest_ms: u64, before: u64) -> (Vec<PastLine>, Vec<PastPoint>) {
        let points = self.points.iter().filter(|point| point.unix_ms >= oldest_ms && (1..before).contains(&point.seq));
        let points: Vec<&Kept> = points.map(|point| &**point).collect();
        let Some(first) = points.first().map(|point| point.seq) else { return (Vec::new(), Vec::new()) };
        let (columns, lines): (Vec<usize>, Vec<PastLine>) = self.lines.past(first).into_iter().unzip();
        let point = |kept: &Kept| PastPoint {
            seq: kept.seq,
            unix_ms: kept.unix_ms,
            rates: columns.iter().map(|column| kept.rates.get(*column).copied().unwrap_or([f32::NAN; 2])).collect(),
            band: kept.band,
            gap: kept.gap.clone(),
        };
        (lines, points.into_iter().map(point).collect())
    }

    /// What was from `oldest_ms` on.
    pub(crate) fn since(&self, oldest_ms: u64) -> Window {
        self.window(|point| point.unix_ms >= oldest_ms, false)
    }

    fn window(&self, wanted: impl Fn(&Kept) -> bool, resumed: bool) -> Window {
        let points = self.points.iter().filter(|point| wanted(point)).cloned().collect();
        Window::new(points, self.lines.clone(), resumed)
    }
}
