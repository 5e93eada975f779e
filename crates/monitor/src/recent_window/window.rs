//! A stretch of the recent window, as consumers get it: by interface.

use std::sync::Arc;

use lalin_stats::{BitsPerSecond, Identity, Interface, Uncertainty};

use crate::gaps::{Gap, told};

use super::lines::Lines;
use super::point::Kept;

/// A stretch of a router's recent window, by interface.
#[derive(Clone, Debug, Default)]
pub struct Window {
    pub(super) points: Vec<Arc<Kept>>,
    lines: Arc<Lines>,
    open: Vec<Gap>,
    /// True: this continues what the subscriber has. False: it replaces it.
    pub resumed: bool,
}

/// The beginning of a time base: the wall clock was moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClockStep {
    /// The time of the base's first sample, ms since 1970-01-01 UTC.
    pub unix_ms: u64,
    /// The base's number.
    pub time_base: u64,
    /// By how much the clock was moved, ms.
    pub step_ms: i64,
}

/// One interface's part of a [`Window`]. A renamed interface is one series, and so is one that was removed and made
/// again under its old name, with a gap between.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Series {
    /// The interface as it was last seen.
    pub interface: Arc<Interface>,
    /// What tells it apart from the others.
    pub identity: Identity,
    /// What the router received at each time of the window.
    pub rx: Vec<Option<BitsPerSecond>>,
    /// What the router sent at each time of the window.
    pub tx: Vec<Option<BitsPerSecond>>,
}

impl Window {
    pub(super) fn new(points: Vec<Arc<Kept>>, lines: Arc<Lines>, resumed: bool) -> Self {
        Self { points, lines, open: Vec::new(), resumed }
    }

    /// The same, with the gap that is still on.
    pub(crate) fn with_open(self, open: Vec<Gap>) -> Self {
        Self { open, ..self }
    }

    /// The times without samples whose reason is known, oldest first, with the one that is still on.
    pub fn gaps(&self) -> impl Iterator<Item = Gap> {
        let mut last_ms = None;
        let ended = self.points.iter().flat_map(move |point| {
            let last_ms = last_ms.replace(point.unix_ms);
            point.gap.as_ref().map(|parts| told(parts, point.unix_ms, last_ms)).unwrap_or_default()
        });
        ended.chain(self.open.iter().copied())
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.points.is_empty()
    }

    /// The number of the newest tick in it.
    pub fn last_seq(&self) -> Option<u64> {
        self.points.last().map(|point| point.seq)
    }

    /// The samples' times, ms since 1970-01-01 UTC, oldest first.
    pub fn times(&self) -> impl ExactSizeIterator<Item = u64> {
        self.points.iter().map(|point| point.unix_ms)
    }

    /// The time base of the newest time.
    pub fn time_base(&self) -> Option<u64> {
        self.points.last().map(|point| point.base)
    }

    /// Where time bases begin in it, oldest first.
    pub fn clock_steps(&self) -> impl Iterator<Item = ClockStep> {
        let first = self.points.iter().filter(|point| point.step_ms != 0);
        first.map(|point| ClockStep { unix_ms: point.unix_ms, time_base: point.base, step_ms: point.step_ms })
    }

    /// The uncertainty of each time's rates, where any is known.
    pub fn uncertainties(&self) -> impl ExactSizeIterator<Item = Option<Uncertainty>> {
        self.points.iter().map(|point| {
            let [low, high] = point.band.map(f64::from);
            (!low.is_nan()).then_some(Uncertainty { low, high })
        })
    }

    /// Each interface in it once, as it was last seen, in the order in which they came.
    pub fn interfaces(&self) -> Vec<(&Arc<Interface>, &Identity)> {
        self.seen().into_iter().map(|(_, interface, identity)| (interface, identity)).collect()
    }

    fn seen(&self) -> Vec<(usize, &Arc<Interface>, &Identity)> {
        // What a demonstration made up has no tick of its own, and is of the lines of the oldest one.
        let first = self.points.iter().map(|point| point.seq).find(|seq| *seq > 0);
        first.map(|first| self.lines.seen_since(first)).unwrap_or_default()
    }

    /// The series of the interfaces that `wanted` accepts as they were last seen. Rates from times at which one had a
    /// name that `shown` does not accept are left out.
    pub fn series(
        &self,
        wanted: impl Fn(&Interface, &Identity) -> bool,
        shown: impl Fn(&Interface) -> bool,
    ) -> Vec<Series> {
        let seen = self.seen().into_iter().filter(|(_, interface, identity)| wanted(interface, identity));
        seen.map(|(column, interface, identity)| {
            let (rx, tx) = self.rates_of(column, &shown);
            Series { interface: interface.clone(), identity: identity.clone(), rx, tx }
        })
        .collect()
    }

    /// What a column's line carried at each time: one walk through the points.
    fn rates_of(&self, column: usize, shown: impl Fn(&Interface) -> bool) -> (Rates, Rates) {
        let large = |rate: f32| (!rate.is_nan()).then(|| BitsPerSecond::new(rate as u64));
        let mut versions = self.lines.versions(column).map(|(since, interface)| (since, shown(interface))).peekable();
        let mut is_shown = versions.next().is_some_and(|(_, first)| first);
        let rates = self.points.iter().map(|point| {
            while let Some((_, newer)) = versions.next_if(|(since, _)| *since <= point.seq) {
                is_shown = newer;
            }
            let rate = point.rates.get(column).filter(|_| is_shown);
            rate.map_or((None, None), |[rx, tx]| (large(*rx), large(*tx)))
        });
        rates.unzip()
    }
}

type Rates = Vec<Option<BitsPerSecond>>;
