//! Metrics of what this crate does not know: whoever composes the server hands them in.

use std::sync::Arc;

/// A metric with its samples.
#[derive(Clone, Debug)]
pub struct ExtraFamily {
    /// Its name, without `_total`.
    pub name: &'static str,
    /// Whether it only grows.
    pub counter: bool,
    /// What it is, in a sentence.
    pub help: &'static str,
    /// Its samples: labels, and the value.
    pub samples: Vec<(Vec<(&'static str, String)>, f64)>,
}

impl ExtraFamily {
    /// A number that goes up and down.
    pub fn gauge(name: &'static str, help: &'static str, value: f64) -> Self {
        Self { name, counter: false, help, samples: vec![(Vec::new(), value)] }
    }

    /// A number that only grows.
    pub fn counter(name: &'static str, help: &'static str, value: u64) -> Self {
        Self { name, counter: true, help, samples: vec![(Vec::new(), value as f64)] }
    }

    /// The same metric with one label, and a value for each of its own.
    pub fn by(
        name: &'static str,
        counter: bool,
        help: &'static str,
        label: &'static str,
        values: impl IntoIterator<Item = (String, f64)>,
    ) -> Self {
        let samples = values.into_iter().map(|(of, value)| (vec![(label, of)], value)).collect();
        Self { name, counter, help, samples }
    }
}

/// What makes them at each scrape; it must be quick.
#[derive(Clone)]
pub struct ExtraMetrics(Arc<dyn Fn() -> Vec<ExtraFamily> + Send + Sync>);

impl ExtraMetrics {
    /// What `make` makes.
    pub fn new(make: impl Fn() -> Vec<ExtraFamily> + Send + Sync + 'static) -> Self {
        Self(Arc::new(make))
    }

    pub(super) fn now(&self) -> Vec<ExtraFamily> {
        (self.0)()
    }
}

impl std::fmt::Debug for ExtraMetrics {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ExtraMetrics")
    }
}
