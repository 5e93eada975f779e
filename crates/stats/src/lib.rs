//! The vocabulary of interface traffic.
//!
//! Every room of Lalin speaks in these words, and only in them: an [`Interface`] has [`Counters`]; a
//! [`StatsSource`] reads a [`Snapshot`] of all of a router's interfaces at one moment; two snapshots give a
//! [`Rate`] an interface; the engine publishes a [`Frame`] a tick and a [`RouterState`] whenever it changes.
//!
//! No I/O, no clock of its own (every moment is handed in), no serialisation: what an API shows of these types
//! is the API's business.
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

mod direction;
mod error;
mod faults;
mod frame;
mod interface;
mod judged;
mod rate;
mod reading;
mod router;
mod snapshot;
mod source;
mod sum;
mod timing;
mod uncertainty;

pub use direction::PointOfView;
pub use error::{Failure, Phase, ReadError, SourceError};
pub use faults::Faults;
pub use frame::{Frame, RouterState};
pub use interface::{Counters, Identity, Interface, InterfaceId};
pub use judged::{Judged, LinkBound};
pub use rate::{BitsPerSecond, Rate, RateLimits};
pub use reading::{Freshness, Reading};
pub use router::{RouterId, RouterIdError};
pub use snapshot::{Row, Snapshot};
#[cfg(feature = "mock")]
pub use source::MockStatsSource;
pub use source::{Source, StatsSource};
pub use sum::RateSum;
pub use timing::Timing;
pub use uncertainty::Uncertainty;
