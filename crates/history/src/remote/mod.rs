//! The samples in a Prometheus-compatible store instead of files.
//!
//! What is sent are rises, not counters: what passed since the tick before, judged by the same code that the files are
//! written by. So a reset, a gap or a line that was made anew is nothing that a query has to guess, and bytes are summed,
//! never extrapolated. A rise that lies on both sides of five minutes on the clock is sent as two, so whatever is a
//! multiple of five minutes (hours, days and months of every zone) is a sum that the store itself can make. Rejected: raw
//! counters and `increase()`, which extrapolates in Prometheus, does not in VictoriaMetrics, and counts through gaps.
//!
//! Beside the samples there are rows of five minutes, so that a year costs a thirtieth. A row is only sent, and the five
//! minutes only said to be *booked*, by a process that saw them from beginning to end; what is not booked is summed from
//! samples. So nothing has to be mended after a restart or when a router moves to another collector.
//!
//! | file | it holds |
//! | --- | --- |
//! | `metric` | the series, their names and labels |
//! | `store` | what a store has to be able to do; who speaks HTTP is elsewhere |
//! | `engine`, `open_row`, `writer` | from ticks to what is sent |
//! | `discovery` | which lines a store has, for those that others recorded |
//! | `scope` | of which lines is asked, as a selector |
//! | `reading`, `samples` | samples and rows back; the answers are made in `query/far` |
//!
//! No runtime and no HTTP here: a store is a trait.

mod discovery;
mod engine;
mod metric;
mod open_row;
mod reading;
mod samples;
mod scope;
mod store;
mod writer;

pub(crate) use discovery::Discovery;
pub(crate) use engine::Engine;
pub use metric::{Field, Metric, RateField};
pub(crate) use reading::{FIVE_MINUTES_MS, Remote, ceil, floor, merged};
pub(crate) use samples::{fold, stretches};
pub(crate) use scope::Scope;
pub use store::{LineSamples, PromQl, RemoteStore, SampleSink, Series, SinkCounts, When};
pub(crate) use writer::RemoteWriter;
