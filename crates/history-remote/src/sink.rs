//! Samples of a history to the queue of remote write.

use lalin_history::{LineSamples, Metric, SampleSink, SinkCounts};
use lalin_remote_write::{Counted, LineValues, RemoteWrite, Samples};
use lalin_stats::RouterId;

/// The kind that has no label.
const INTERFACE: &str = "interface";

/// The queue, with the places of the metrics in it, and who sends what is in it.
#[derive(Debug)]
pub(crate) struct Sink {
    write: RemoteWrite,
    samples: Samples,
    places: Vec<Option<u32>>,
}

impl Sink {
    pub(crate) fn new(write: RemoteWrite) -> Self {
        let place = |metric: Metric| Samples::place(metric.name(), metric.of().unwrap_or_default());
        Self { samples: write.samples(), write, places: Metric::all().into_iter().map(place).collect() }
    }

    pub(crate) fn counted(&self) -> Counted {
        self.write.counted()
    }
}

impl SampleSink for Sink {
    fn push(&self, router: &RouterId, at_ms: i64, samples: Vec<LineSamples>) -> bool {
        let values = |values: Vec<(Metric, f64)>| {
            let known = values.into_iter().filter_map(|(metric, value)| Some((self.places[metric.number()]?, value)));
            known.collect()
        };
        let line = |of: LineSamples| {
            let (interface, kind) = of.line.map_or_else(Default::default, |line| {
                let kind = if &*line.kind == INTERFACE { String::new() } else { line.kind.to_string() };
                (line.name.to_string(), kind)
            });
            let name = of.shown.map(|shown| shown.to_string()).unwrap_or_default();
            LineValues { interface, kind, name, values: values(of.values) }
        };
        self.samples.push(router.as_str(), at_ms, samples.into_iter().map(line).collect())
    }

    fn flush(&self) {
        self.samples.flush();
    }

    fn counts(&self) -> SinkCounts {
        let counted = self.write.counted();
        SinkCounts { waiting: counted.waiting, bytes: counted.queue_bytes, lost: counted.lost.iter().sum() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_metric_of_a_history_is_known_to_remote_write() {
        for metric in Metric::all() {
            assert!(Samples::place(metric.name(), metric.of().unwrap_or_default()).is_some(), "{metric:?}");
        }
    }
}
