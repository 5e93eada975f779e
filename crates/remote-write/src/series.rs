//! A router's tick as values of series, and the markers of those that ended.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use lalin_stats::{Frame, Interface, RouterId};

use crate::counters::Lost;
use crate::metrics::METRICS;
use crate::sink::Sink;
use crate::tick::{Line, STALE};

/// Which of a router's interfaces are sent.
pub type Wanted = Arc<dyn Fn(&Interface) -> bool + Send + Sync>;

/// One router's series. It remembers which there are, so that the end of one is told.
pub struct RouterSeries {
    sink: Sink,
    router: RouterId,
    wanted: Wanted,
    /// The metrics that each line had at the last tick, as bits.
    there: HashMap<Arc<str>, u32>,
    last_ms: i64,
}

impl std::fmt::Debug for RouterSeries {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RouterSeries").field("router", &self.router).finish_non_exhaustive()
    }
}

impl RouterSeries {
    pub(crate) fn new(sink: Sink, router: RouterId, wanted: Wanted) -> Self {
        Self { sink, router, wanted, there: HashMap::new(), last_ms: i64::MIN }
    }

    /// Queues a tick, and the end of what is there no more. Waits for nothing.
    pub fn tick(&mut self, frame: &Frame) {
        let at_ms = i64::try_from(frame.unix_ms).unwrap_or(i64::MAX);
        let mut there = HashMap::with_capacity(self.there.len());
        // By name: of two interfaces that are called alike the later one counts, as a series has one value a moment.
        let mut lines: BTreeMap<&str, Line> = BTreeMap::new();
        for ((interface, counters), identity) in frame.interfaces.iter().zip(&frame.counters).zip(&*frame.identities) {
            if !(self.wanted)(interface) {
                continue;
            }
            let (mut metrics, mut values, mut bits) = (Vec::new(), Vec::new(), 0);
            for (at, metric) in (0_u32..).zip(&METRICS) {
                if let Some(value) = (metric.value)(interface, counters) {
                    metrics.push(at);
                    values.push(value as f64);
                    bits |= 1 << at;
                }
            }
            there.insert(identity.key.clone(), bits);
            let line = Line { interface: identity.key.to_string(), metrics, values, ..Line::default() };
            lines.insert(&identity.key, line);
        }
        let mut lines: Vec<Line> = lines.into_values().collect();
        if at_ms <= self.last_ms {
            let samples = lines.iter().map(|line| line.values.len() as u64).sum();
            self.sink.lost(Lost::ClockBack, samples);
            return;
        }
        for (name, before) in &self.there {
            let ended = before & !there.get(name).copied().unwrap_or(0);
            lines.extend(stale(name, ended));
        }
        self.there = there;
        self.last_ms = at_ms;
        self.push(at_ms, lines);
    }

    /// Queues the end of all series: the router has not been read for so long that what was said last is no longer true.
    pub fn ended(&mut self) {
        let lines = self.there.drain().flat_map(|(name, bits)| stale(&name, bits)).collect::<Vec<_>>();
        if !lines.is_empty() {
            // Just after the last sample: whatever comes later is newer.
            self.last_ms += 1;
            self.push(self.last_ms, lines);
        }
    }

    fn push(&self, at_ms: i64, lines: Vec<Line>) {
        self.sink.push_lines(self.router.as_str(), at_ms, lines);
    }
}

fn stale(name: &str, ended: u32) -> Option<Line> {
    let metrics: Vec<u32> = (0..METRICS.len() as u32).filter(|at| ended >> at & 1 == 1).collect();
    let values = vec![STALE; metrics.len()];
    (!metrics.is_empty()).then(|| Line { interface: name.to_owned(), metrics, values, ..Line::default() })
}
