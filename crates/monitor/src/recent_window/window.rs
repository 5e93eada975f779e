//! A stretch of the recent window, as consumers get it: by interface.

use std::collections::HashMap;
use std::sync::Arc;

use lalin_stats::{BitsPerSecond, Identity, Interface, Uncertainty};

use crate::gaps::{Gap, told};

use super::point::Point;

/// A stretch of a router's recent window, by interface.
#[derive(Clone, Debug, Default)]
pub struct Window {
    points: Vec<Arc<Point>>,
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
    pub(crate) fn new(points: Vec<Arc<Point>>, resumed: bool) -> Self {
        Self { points, open: Vec::new(), resumed }
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

    /// Each interface in it once, as it was last seen, in order of appearance.
    pub fn interfaces(&self) -> Vec<(&Arc<Interface>, &Identity)> {
        let mut places: HashMap<u64, usize> = HashMap::new();
        let mut all: Vec<(&Arc<Interface>, &Identity)> = Vec::new();
        let mut last: Option<&Point> = None;
        for point in &self.points {
            if last.is_some_and(|last| point.lists_same(last)) {
                continue;
            }
            last = Some(point);
            for newest in point.interfaces.iter().zip(point.identities.iter()) {
                let place = *places.entry(newest.1.line).or_insert(all.len());
                match all.get_mut(place) {
                    Some(known) => *known = newest,
                    None => all.push(newest),
                }
            }
        }
        all
    }

    /// The series of the interfaces that `wanted` accepts as they were last seen. Rates from times at which one had a
    /// name that `shown` does not accept are left out.
    pub fn series(
        &self,
        wanted: impl Fn(&Interface, &Identity) -> bool,
        shown: impl Fn(&Interface) -> bool,
    ) -> Vec<Series> {
        let length = self.points.len();
        let mut series: Vec<Series> = Vec::new();
        let mut index: HashMap<u64, usize> = HashMap::new();
        for (interface, identity) in self.interfaces() {
            if wanted(interface, identity) {
                index.insert(identity.line, series.len());
                let (interface, identity) = (interface.clone(), identity.clone());
                series.push(Series { interface, identity, rx: vec![None; length], tx: vec![None; length] });
            }
        }
        // The places of the wanted ones, in the list and in the answer. Neighbouring points nearly always share one
        // list, so one line of ten thousand costs one walk through that list and not one a point.
        let mut places: Vec<(usize, usize)> = Vec::new();
        let mut last: Option<&Point> = None;
        for (at, point) in self.points.iter().enumerate() {
            if !last.is_some_and(|last| point.lists_same(last)) {
                places.clear();
                let all = point.interfaces.iter().zip(point.identities.iter()).enumerate();
                let all = all.filter_map(|(place, listed)| index.get(&listed.1.line).map(|to| (place, listed.0, *to)));
                places.extend(all.filter(|(_, interface, _)| shown(interface)).map(|(place, _, to)| (place, to)));
            }
            last = Some(point);
            let large = |rate: f32| (!rate.is_nan()).then(|| BitsPerSecond::new(rate as u64));
            for (place, to) in &places {
                let Some([rx, tx]) = point.rates.get(*place) else { continue };
                series[*to].rx[at] = large(*rx);
                series[*to].tx[at] = large(*tx);
            }
        }
        series
    }
}
