//! What a store has to be able to do.

use std::fmt::Debug;
use std::sync::Arc;

use lalin_stats::RouterId;

use super::metric::Metric;
use crate::{Error, LineName};

/// A store: where samples are sent, and where they are asked for.
#[derive(Clone, Debug)]
pub struct RemoteStore {
    /// Answers.
    pub questions: Arc<dyn PromQl>,
    /// Takes samples.
    pub sink: Arc<dyn SampleSink>,
}

/// When a question is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// At one moment, ms since 1970. A range selector gives the samples themselves.
    At(i64),
    /// At many.
    Range {
        /// The first one.
        from_ms: i64,
        /// The last one.
        to_ms: i64,
        /// How far they are apart.
        step_ms: i64,
    },
}

/// A series of an answer.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Series {
    /// Its labels, with `__name__` where the answer has one.
    pub labels: Vec<(String, String)>,
    /// When, ms since 1970, and what.
    pub samples: Vec<(i64, f64)>,
}

impl Series {
    /// A label's value; empty where there is no such label.
    pub fn label(&self, name: &str) -> &str {
        self.labels.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }
}

/// Answers PromQL.
pub trait PromQl: Send + Sync + Debug {
    /// The answer, whole or not at all. It blocks, for a limited time.
    ///
    /// # Errors
    /// [`Error::Store`].
    fn ask(&self, promql: &str, when: When) -> Result<Vec<Series>, Error>;
}

/// Values of a line at one moment; of the router itself where there is no line.
#[derive(Clone, Debug, PartialEq)]
pub struct LineSamples {
    /// Whose.
    pub line: Option<LineName>,
    /// What the router calls it, with [`Metric::Seen`] only.
    pub shown: Option<Arc<str>>,
    /// What.
    pub values: Vec<(Metric, f64)>,
}

/// Takes samples, keeps them safe and sends them.
pub trait SampleSink: Send + Sync + Debug {
    /// Takes samples of one moment of a router, without waiting. `false` where there is no room.
    fn push(&self, router: &RouterId, at_ms: i64, samples: Vec<LineSamples>) -> bool;

    /// Returns when what was taken is safe from a loss of power. It blocks.
    fn flush(&self);

    /// What became of the samples.
    fn counts(&self) -> SinkCounts;
}

/// What became of the samples that a sink took.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SinkCounts {
    /// Samples that wait to be sent.
    pub waiting: u64,
    /// What they take of the disk, bytes.
    pub bytes: u64,
    /// Samples that were lost since the start: too old, no room, or refused by the store.
    pub lost: u64,
}
