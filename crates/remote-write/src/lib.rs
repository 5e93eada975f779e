//! Remote write: every recorded sample to a Prometheus-compatible store, in order and once.
//!
//! What is sampled goes into a queue on the disk before anything is sent, and leaves it when the receiver has said that it
//! stored it. So an outage of the receiver, or the end of this program within one, loses nothing that fits the queue.
//!
//! # Why it is built this way
//!
//! **A request holds one moment of a series.** When an answer is lost nobody knows whether the samples were stored; sent
//! again, they are the newest that the receiver has, which Prometheus accepts without a double. With two moments of a
//! series in a request the older one would be refused, and the whole request with it.
//!
//! **Nothing is sent before what came before it is settled.** A router's samples are in one shard, and a shard has one
//! request under way. Sending in parallel is quicker, and loses the order exactly when something goes wrong.
//!
//! **What is lost is counted by its reason**: too old, no room, refused. The alternative, to try for ever, turns one bad
//! sample into an outage.
//!
//! | folder or file | what it holds |
//! | --- | --- |
//! | `series`, `metrics` | a router's tick as values of series, and the markers of those that ended |
//! | `samples` | samples of a history that is kept in a store, instead of a router's ticks |
//! | `tick`, `sink` | a tick as the queue keeps it, and how it gets in |
//! | `queue/` | the queue on the disk: a folder a shard, immutable records, one thread |
//! | `wire/` | the two versions of the protocol |
//! | `sending/` | requests, what an answer means, finding what is refused |
//! | `remote_write` | all of it, started and ended |
//!
//! What there is to send is decided elsewhere; this crate knows frames and no monitor.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking"))]

mod counters;
mod error;
mod metrics;
mod queue;
mod remote_write;
mod samples;
mod sending;
mod series;
mod settings;
mod sink;
mod tick;
mod wire;

pub use counters::{Counted, Lost};
pub use error::Error;
pub use remote_write::RemoteWrite;
pub use samples::{LineValues, Samples};
pub use series::{RouterSeries, Wanted};
pub use settings::{Credentials, Protocol, Settings};
