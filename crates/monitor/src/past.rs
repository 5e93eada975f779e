//! The recent window: a point a tick, kept small.
//!
//! A frame with all its counters is 180 bytes an interface; ten minutes of a router with 2,000 customers would be
//! over 100 MB. A point keeps only both rates, eight bytes.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use lalin_stats::{BitsPerSecond, Frame, Interface, Rate, Uncertainty};

/// The rates of one tick. Speeds are f32, seven digits: enough for a pixel. An unknown rate is NaN in here only.
#[derive(Clone, Debug)]
pub(crate) struct Point {
    pub(crate) seq: u64,
    unix_ms: u64,
    /// The time base, and in its first point by how much the clock was moved, ms.
    base: u64,
    step_ms: i64,
    interfaces: Arc<[Arc<Interface>]>,
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
            rates,
            band,
        }
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

/// One interface's part of a [`Window`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Series {
    /// The interface's name. Lives of the interface under several ids are one series, with a gap between.
    pub name: Arc<str>,
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

    /// The series of the interfaces that `wanted` says yes to, in the order of their appearance.
    pub fn series(&self, wanted: impl Fn(&str) -> bool) -> Vec<Series> {
        let mut series: Vec<Series> = Vec::new();
        let mut index: HashMap<Arc<str>, usize> = HashMap::new();
        let length = self.points.len();
        // Where the wanted ones stand, in the list and in the answer. Neighbours share one list nearly always, so that a
        // window of one line of ten thousand costs one walk through the list, and not one a point.
        let mut list: Option<&Arc<[Arc<Interface>]>> = None;
        let mut places: Vec<(usize, usize)> = Vec::new();
        for (at, point) in self.points.iter().enumerate() {
            if !list.is_some_and(|list| Arc::ptr_eq(list, &point.interfaces)) {
                list = Some(&point.interfaces);
                places.clear();
                for (place, interface) in point.interfaces.iter().enumerate() {
                    let of_series = match index.get(&interface.name) {
                        Some(of_series) => *of_series,
                        None if !wanted(&interface.name) => continue,
                        None => {
                            index.insert(interface.name.clone(), series.len());
                            series.push(Series {
                                name: interface.name.clone(),
                                rx: vec![None; length],
                                tx: vec![None; length],
                            });
                            series.len() - 1
                        }
                    };
                    places.push((place, of_series));
                }
            }
            let large = |rate: f32| (!rate.is_nan()).then(|| BitsPerSecond::new(rate as u64));
            for (place, of_series) in &places {
                let Some(rates) = point.rates.get(*place) else { continue };
                series[*of_series].rx[at] = large(rates[0]);
                series[*of_series].tx[at] = large(rates[1]);
            }
        }
        series
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(seq: u64, names: &[&str], rx: &[f32]) -> Point {
        let interfaces = names.iter().map(|name| Arc::new(Interface::new("*1", name, "ether"))).collect();
        let (rates, band) = (rx.iter().map(|rx| [*rx, f32::NAN]).collect(), [0.5, 1.5]);
        Point { seq, unix_ms: seq * 1_000, base: 1, step_ms: 0, interfaces, rates, band }
    }

    fn past(points: impl IntoIterator<Item = Point>, window_ms: u64, most: usize) -> Past {
        past_of(points, Span { window_ms, longest_ms: window_ms, bytes: usize::MAX, points: most })
    }

    fn past_of(points: impl IntoIterator<Item = Point>, span: Span) -> Past {
        let mut past = Past::default();
        for point in points {
            past.push(point, &span);
        }
        past
    }

    fn seqs(points: &[Arc<Point>]) -> Vec<u64> {
        points.iter().map(|point| point.seq).collect()
    }

    #[test]
    fn what_is_too_old_or_too_much_is_forgotten() {
        let ten = || (1..=10).map(|seq| point(seq, &[], &[]));
        assert_eq!(seqs(&past(ten(), 3_000, 100).since(0)), [7, 8, 9, 10]);
        assert_eq!(seqs(&past(ten(), 60_000, 2).since(0)), [9, 10]);
    }

    #[test]
    fn what_fits_is_kept_longer_than_was_promised() {
        let ten = || (1..=10).map(|seq| point(seq, &["a"], &[1.0]));
        let span = |points| Span { window_ms: 3_000, longest_ms: 7_000, bytes: points * Point::bytes(1), points: 100 };
        assert_eq!(seqs(&past_of(ten(), span(6)).since(0)), [5, 6, 7, 8, 9, 10], "what fits");
        assert_eq!(seqs(&past_of(ten(), span(100)).since(0)), [3, 4, 5, 6, 7, 8, 9, 10], "no longer than that");
        assert_eq!(seqs(&past_of(ten(), span(1)).since(0)), [7, 8, 9, 10], "what was promised");
    }

    #[test]
    fn a_resumption_has_no_gap_and_no_repeat_or_is_none() {
        let past = past((5..=9).map(|seq| point(seq, &[], &[])), 60_000, 100);
        assert_eq!(past.after(7).map(|points| seqs(&points)), Some(vec![8, 9]));
        assert_eq!(past.after(4).map(|points| seqs(&points)), Some(vec![5, 6, 7, 8, 9]));
        assert_eq!(past.after(9).map(|points| seqs(&points)), Some(vec![]));
        assert!(past.after(3).is_none(), "tick 4 is forgotten");
        assert!(past.after(10).is_none(), "a tick that never was");
    }

    /// Points of several time bases: the number, the base, the time.
    fn of_bases(points: &[(u64, u64, u64)]) -> Past {
        let of = |&(seq, base, unix_ms): &(u64, u64, u64)| Point { unix_ms, base, ..point(seq, &[], &[]) };
        past(points.iter().map(of), 1_000_000, 100)
    }

    fn times(past: &Past) -> Vec<u64> {
        past.since(0).iter().map(|point| point.unix_ms).collect()
    }

    #[test]
    fn a_clock_set_back_moves_what_was_told_too_late_and_nobody_resumes_from_before_it() {
        let mut past = of_bases(&[(1, 1, 70_000), (2, 1, 72_000), (3, 1, 74_000)]);
        past.set_back(-50_000, 4);
        assert_eq!(times(&past), [20_000, 22_000, 24_000]);
        past.push(Point { unix_ms: 26_000, base: 2, ..point(4, &[], &[]) }, &SPAN);
        assert!(past.after(3).is_none(), "whoever has tick 3 has it at another time");
        assert_eq!(past.after(4).map(|points| points.len()), Some(0));
    }

    #[test]
    fn what_was_told_rightly_before_a_clock_was_wrongly_set_forward_stays() {
        let mut past = of_bases(&[(1, 1, 10_000), (2, 1, 12_000), (3, 2, 74_000), (4, 2, 76_000)]);
        past.set_back(-60_000, 5);
        assert_eq!(times(&past), [10_000, 12_000, 14_000, 16_000]);
    }

    #[test]
    fn a_clock_that_was_wrong_through_a_suspend_is_moved_on_both_sides_of_it() {
        let mut past = of_bases(&[(1, 1, 70_000), (2, 1, 72_000), (3, 2, 100_000)]);
        past.set_back(-40_000, 4);
        assert_eq!(times(&past), [30_000, 32_000, 60_000]);
        past.set_back(-1_000_000, 4);
        let moved = times(&past);
        assert!(moved.is_sorted(), "{moved:?}");
    }

    #[test]
    fn who_holds_a_window_keeps_it_as_it_was() {
        let mut past = of_bases(&[(1, 1, 70_000)]);
        let held = Window::new(past.since(0), false);
        past.set_back(-50_000, 2);
        assert_eq!((held.times().collect::<Vec<_>>(), times(&past)), (vec![70_000], vec![20_000]));
    }

    const SPAN: Span = Span { window_ms: 1_000_000, longest_ms: 1_000_000, bytes: usize::MAX, points: 100 };

    #[test]
    fn an_interface_that_comes_and_goes_keeps_its_places_in_time() {
        let points =
            [point(1, &["a", "b"], &[10.0, 20.0]), point(2, &["b"], &[21.0]), point(3, &["b", "a"], &[22.0, 12.0])];
        let window = Window::new(points.into_iter().map(Arc::new).collect(), false);
        let bits = |rates: &[Option<u64>]| rates.iter().map(|rate| rate.map(BitsPerSecond::new)).collect::<Vec<_>>();
        let series = window.series(|_| true);
        assert_eq!(series.iter().map(|s| &*s.name).collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!(series[0].rx, bits(&[Some(10), None, Some(12)]));
        assert_eq!(series[1].rx, bits(&[Some(20), Some(21), Some(22)]));
        assert_eq!(series[1].tx, bits(&[None, None, None]));
        assert_eq!(window.series(|name| name == "b").len(), 1);
    }

    #[test]
    fn one_line_of_many_costs_one_walk_through_their_list() {
        let names: Vec<String> = (0..100).map(|n| format!("ether{n}")).collect();
        let interfaces: Arc<[_]> = names.iter().map(|name| Arc::new(Interface::new("*1", name, "ether"))).collect();
        let rates = || (0..100).map(|n| [n as f32, f32::NAN]).collect();
        let band = [f32::NAN; 2];
        let of = |seq| Point {
            seq,
            unix_ms: seq * 1_000,
            base: 1,
            step_ms: 0,
            interfaces: interfaces.clone(),
            rates: rates(),
            band,
        };
        let window = Window::new((1..=300).map(|seq| Arc::new(of(seq))).collect(), false);
        let asked = std::cell::Cell::new(0);
        let series = window.series(|name| {
            asked.set(asked.get() + 1);
            name == "ether42"
        });
        assert_eq!((series.len(), series[0].rx.len(), asked.get()), (1, 300, 100));
        assert!(series[0].rx.iter().all(|rate| *rate == Some(BitsPerSecond::new(42))));
    }
}
