//! The recent window: a point a tick, kept small.
//!
//! A frame with all its counters is 180 bytes an interface; ten minutes of a router with 2,000 customers would be
//! over 100 MB. A point keeps only both rates, eight bytes.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use lalin_stats::{BitsPerSecond, Frame, Identity, Interface, Rate, Uncertainty};

/// The rates of one tick. Speeds are f32, seven digits: enough for a pixel. An unknown rate is NaN in here only.
#[derive(Clone, Debug)]
pub(crate) struct Point {
    pub(crate) seq: u64,
    unix_ms: u64,
    /// The time base, and in its first point by how much the clock was moved, ms.
    base: u64,
    step_ms: i64,
    interfaces: Arc<[Arc<Interface>]>,
    identities: Arc<[Identity]>,
    rates: Box<[[f32; 2]]>,
    /// The factors of the tick's uncertainty, low and high; NaN where no rate is known.
    band: [f32; 2],
}

impl Point {
    /// What a point of so many interfaces takes, bytes; the list of them is shared.
    pub(crate) const fn bytes(interfaces: usize) -> usize {
        size_of::<Self>() + 32 + 8 * interfaces
    }

    pub(crate) fn of(frame: &Frame) -> Self {
        let small = |rate: Option<BitsPerSecond>| rate.map_or(f32::NAN, |rate| rate.get() as f32);
        let rates = frame.rates.iter().map(|Rate { rx, tx }| [small(*rx), small(*tx)]).collect();
        let band = frame.band().map_or([f32::NAN; 2], |band| [band.low as f32, band.high as f32]);
        Self {
            seq: frame.seq,
            unix_ms: frame.unix_ms,
            base: frame.time_base,
            step_ms: frame.clock_step_ms,
            interfaces: frame.interfaces.clone(),
            identities: frame.identities.clone(),
            rates,
            band,
        }
    }

    /// Whether both are of one list of interfaces: most neighbours are, and share it.
    fn lists_same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.interfaces, &other.interfaces) && Arc::ptr_eq(&self.identities, &other.identities)
    }
}

/// How much of the past is kept: `window_ms` in any case, and up to `longest_ms` while it fits into `bytes`; never more than
/// so many points.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Span {
    pub(crate) window_ms: u64,
    pub(crate) longest_ms: u64,
    pub(crate) bytes: usize,
    pub(crate) points: usize,
}

/// The points of the last minutes or hours, oldest first.
#[derive(Debug, Default)]
pub(crate) struct Past {
    points: VecDeque<Arc<Point>>,
    bytes: usize,
    /// From this tick on times are those of the clock that was set back last; who has older ones has wrong times.
    restated: u64,
}

impl Past {
    /// Adds the newest point and forgets what is too old or too much.
    pub(crate) fn push(&mut self, point: Point, span: &Span) {
        let promised = point.unix_ms.saturating_sub(span.window_ms);
        let oldest = point.unix_ms.saturating_sub(span.longest_ms);
        self.bytes += Point::bytes(point.rates.len());
        self.points.push_back(Arc::new(point));
        while let Some(first) = self.points.front() {
            let too_much = self.bytes > span.bytes && first.unix_ms < promised;
            if self.points.len() <= span.points && first.unix_ms >= oldest && !too_much {
                break;
            }
            self.bytes -= Point::bytes(first.rates.len());
            self.points.pop_front();
        }
    }

    /// The wall clock was set back by `-step_ms` before tick `seq`: the points of the newest time base are told by as much
    /// earlier, as they were too late by as much. Those of older bases stay where they still lie before them; a clock that
    /// was wrongly set forward and back again does not move what was right. All others go along.
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
            // Copied only where somebody is just being told of it.
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

/// A stretch of the recent past, by interface.
#[derive(Clone, Debug, Default)]
pub struct Window {
    points: Vec<Arc<Point>>,
    /// True: this continues what the subscriber has. False: it replaces it.
    pub resumed: bool,
}

/// The beginning of a time base: the wall clock was found elsewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClockStep {
    /// The time of the base's first sample, ms since 1970-01-01 UTC.
    pub unix_ms: u64,
    /// The base's number.
    pub time_base: u64,
    /// By how much the clock was moved, ms.
    pub step_ms: i64,
}

/// One interface's part of a [`Window`]. A renamed interface is one series, and so is one that was made anew under its
/// old name, with a gap between its lives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Series {
    /// What was newest known of the interface.
    pub interface: Arc<Interface>,
    /// What it is told apart by.
    pub identity: Identity,
    /// What the router received, bit/s, one a time of the window.
    pub rx: Vec<Option<BitsPerSecond>>,
    /// What the router sent, bit/s, one a time of the window.
    pub tx: Vec<Option<BitsPerSecond>>,
}

impl Window {
    pub(crate) fn new(points: Vec<Arc<Point>>, resumed: bool) -> Self {
        Self { points, resumed }
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

    /// Each interface in it once, as it was newest known, in the order of their appearance.
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

    /// The series of the interfaces that `wanted` says yes to, as they are newest known. Where one had a name that
    /// `shown` says no to, its rates are left out.
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
        // Where the wanted ones stand, in the list and in the answer. Neighbours share one list nearly always, so that a
        // window of one line of ten thousand costs one walk through the list, and not one a point.
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

#[cfg(test)]
mod tests;
