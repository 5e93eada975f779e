//! Samples of a history that is kept in a store: whoever records says what they are.

use crate::metrics::place;
use crate::sink::Sink;
use crate::tick::Line;

/// Takes samples of a history. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Samples(Sink);

/// Values of a line at one moment.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LineValues {
    /// The line; empty for the router itself.
    pub interface: String,
    /// Its kind, where it is no interface.
    pub kind: String,
    /// What the router calls it, where that is told.
    pub name: String,
    /// What [`Samples::place`] said, and the value.
    pub values: Vec<(u32, f64)>,
}

impl Samples {
    pub(crate) fn new(sink: Sink) -> Self {
        Self(sink)
    }

    /// How a metric of a history is called in [`LineValues::values`]; `None` where there is no such metric.
    pub fn place(name: &str, of: &str) -> Option<u32> {
        place(name, of)
    }

    /// Queues values of one moment, which is later than all before of the same series. Waits for nothing; `false` where
    /// there is no room.
    pub fn push(&self, router: &str, at_ms: i64, lines: Vec<LineValues>) -> bool {
        let lines = lines.into_iter().map(|line| {
            let LineValues { interface, kind, name, values } = line;
            let (metrics, values) = values.into_iter().unzip();
            Line { interface, kind, name, metrics, values }
        });
        self.0.push_lines(router, at_ms, lines.collect())
    }

    /// Returns when what was queued is on the disk. It blocks: not for a thread of the runtime.
    pub fn flush(&self) {
        self.0.queue.flush();
    }
}
