//! Part of one router's tick, as the queue keeps it.

use prost::Message;

/// The most samples of a request, and so of a record.
pub(crate) const MOST_SAMPLES: usize = 2_000;
/// What says that a series has ended: a NaN of its own, never used for anything else.
pub(crate) const STALE: f64 = f64::from_bits(0x7ff0_0000_0000_0002);

/// Part of one router's tick, as the queue keeps it.
#[derive(Clone, PartialEq, Message)]
pub(crate) struct Tick {
    #[prost(string, tag = "1")]
    pub(crate) router: String,
    /// The time of all its samples, ms since 1970.
    #[prost(int64, tag = "2")]
    pub(crate) at_ms: i64,
    #[prost(message, repeated, tag = "3")]
    pub(crate) lines: Vec<Line>,
}

/// One line's values.
#[derive(Clone, PartialEq, Message)]
pub(crate) struct Line {
    #[prost(string, tag = "1")]
    pub(crate) interface: String,
    /// Places as `metrics` has them.
    #[prost(uint32, repeated, tag = "2")]
    pub(crate) metrics: Vec<u32>,
    #[prost(double, repeated, tag = "3")]
    pub(crate) values: Vec<f64>,
    /// The kind of line, where it is no interface.
    #[prost(string, tag = "4")]
    pub(crate) kind: String,
    /// What the router calls it, where that is told.
    #[prost(string, tag = "5")]
    pub(crate) name: String,
}

impl Tick {
    pub(crate) fn samples(&self) -> usize {
        self.lines.iter().map(|line| line.values.len()).sum()
    }
}
