//! One sample of one series, with its labels.

use std::collections::BTreeMap;

use crate::metrics::{Metric, metric};
use crate::tick::Tick;

/// One sample of one series.
#[derive(Clone, Debug)]
pub(crate) struct Sample {
    pub(crate) metric: &'static Metric,
    pub(crate) router: String,
    pub(crate) interface: String,
    pub(crate) kind: String,
    pub(crate) name: String,
    pub(crate) value: f64,
    pub(crate) at_ms: i64,
}

impl Sample {
    /// All of a tick; a metric that this version does not know is left out.
    pub(crate) fn all(ticks: &[Tick]) -> Vec<Self> {
        let of_tick = |tick: &Tick| {
            let (router, at_ms) = (tick.router.clone(), tick.at_ms);
            let lines = tick.lines.iter().flat_map(move |line| {
                let router = router.clone();
                line.metrics.iter().zip(&line.values).filter_map(move |(at, value)| {
                    let (router, interface) = (router.clone(), line.interface.clone());
                    let (kind, name) = (line.kind.clone(), line.name.clone());
                    Some(Self { metric: metric(*at)?, router, interface, kind, name, value: *value, at_ms })
                })
            });
            lines.collect::<Vec<_>>()
        };
        ticks.iter().flat_map(of_tick).collect()
    }

    /// Of a line, without a value.
    #[cfg(test)]
    pub(super) fn of(metric: &'static Metric, router: &str, interface: &str) -> Self {
        let (router, interface) = (router.to_owned(), interface.to_owned());
        Self { metric, router, interface, kind: String::new(), name: String::new(), value: 0.0, at_ms: 0 }
    }

    /// Its labels, sorted by name, none of them empty.
    pub(super) fn labels<'a>(&'a self, more: &'a BTreeMap<String, String>) -> BTreeMap<&'a str, &'a str> {
        let mut labels: BTreeMap<&str, &str> = more.iter().map(|(name, value)| (&**name, &**value)).collect();
        labels.extend([
            ("__name__", self.metric.name),
            ("interface", &*self.interface),
            ("kind", &*self.kind),
            ("name", &*self.name),
            ("of", self.metric.of),
            ("router", &*self.router),
        ]);
        labels.retain(|_, value| !value.is_empty());
        labels
    }
}
