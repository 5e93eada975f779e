//! The vocabulary of interface traffic: interfaces, counters, snapshots, rates.
//!
//! An [`Interface`] has [`Counters`]. A [`StatsSource`] reads a [`Snapshot`] of all of a router's interfaces at one
//! moment. Two snapshots give a [`Rate`] for each interface. A [`Frame`] is one router's rates at one tick, and a
//! [`RouterState`] says how its reads go.
//!
//! ```
//! use std::time::Duration;
//! use lalin_stats::{Counters, Interface, Rate, RateLimits, Row};
//!
//! let ether1 = std::sync::Arc::new(Interface::new("*1", "ether1", "ether"));
//! let at = |rx: u64, tx: u64| Row::new(ether1.clone(), Counters::bytes(rx, tx));
//!
//! // 25 MB received and 2.5 MB sent in two seconds.
//! let rate = Rate::between(&at(0, 0), &at(25_000_000, 2_500_000), Duration::from_secs(2), RateLimits::default());
//! assert_eq!(rate.rx.map(|r| r.get()), Some(100_000_000)); // bit/s
//! assert_eq!(rate.tx.map(|r| r.get()), Some(10_000_000));
//! ```
//!
//! # Units
//!
//! | of | unit |
//! | --- | --- |
//! | counters of traffic | bytes since the router started them, 64 bits |
//! | counters of packets, errors and drops | packets |
//! | rates and link speeds | bit/s, decimal: 1 Mbit/s is 1,000,000 bit/s |
//! | moments | tokio's monotonic clock; where a name ends in `unix_ms`, ms since 1970-01-01 UTC |
//! | directions | the router's: `rx` is what the router received, `tx` what it sent |
//!
//! # Why it is built this way
//!
//! **What cannot be known is `None`**, never zero and never a guess. A counter that fell, a line that was made anew
//! under its old name and a gap have no rate. The alternative, zero or the last value, draws outages and spikes that
//! never were.
//!
//! **A rate is computed in one place**, [`Rate::between`], from two samples and the time between them. If each consumer
//! divided for itself, the page, the API and the metrics would disagree about one interface.
//!
//! **[`StatsSource`] is a name for an instance of [`Source`]**, not a trait of its own, so that the decorators of
//! `lalin-cache` serve routers and anything else alike.
//!
//! There is no I/O, no clock of its own (every moment is passed in) and no serialisation: how an API shows these types
//! is for the API to say.

mod checked_rate;
mod error;
mod error_counts;
mod frame;
mod frame_counters;
mod gap;
mod interface;
mod point_of_view;
mod rate;
mod rate_sum;
mod reading;
mod router_id;
mod router_state;
mod snapshot;
mod source;
mod timing;
mod uncertainty;

pub use checked_rate::{CheckedRate, LinkBound};
pub use error::{Failure, Phase, ReadError, SourceError};
pub use error_counts::ErrorCounts;
pub use frame::Frame;
pub use frame_counters::{CountersIter, FrameCounters};
pub use gap::{GapPart, GapReason};
pub use interface::{Counters, Identity, Interface, InterfaceId};
pub use point_of_view::PointOfView;
pub use rate::{BitsPerSecond, Rate, RateLimits};
pub use rate_sum::RateSum;
pub use reading::{Freshness, Reading};
pub use router_id::{RouterId, RouterIdError};
pub use router_state::RouterState;
pub use snapshot::{Row, Snapshot};
#[cfg(feature = "mock")]
pub use source::MockStatsSource;
pub use source::{Source, StatsSource};
pub use timing::Timing;
pub use uncertainty::Uncertainty;

/// The programs in the README compile as they stand.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
