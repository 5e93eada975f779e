//! Decorators of a [`StatsSource`]: each is one around another one.
//!
//! [`Timeout`] gives a read a time limit. [`Cached`] remembers the last good data, lets any number of callers wait for
//! one read, and answers with the last good data and the reason while reads fail. In this order they are what a
//! router's session is wrapped in:
//!
//! ```
//! use std::sync::Arc;
//! use lalin_cache::{Cached, Timeout};
//! use lalin_stats::{Failure, Freshness, Reading, Snapshot, StatsSource};
//! # use tokio::time::Instant;
//!
//! struct Router;
//!
//! #[async_trait::async_trait]
//! impl StatsSource for Router {
//!     async fn read(&self) -> Result<Reading, Failure> {
//!         Ok(Reading::fresh(Arc::new(Snapshot::at(Instant::now(), 0, vec![]))))
//!     }
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Failure> {
//! let limited = Timeout::new(Arc::new(Router), Timeout::LIMIT); // 3 s
//! let cached = Cached::new(Arc::new(limited), Cached::LIFE); // 5 s
//! let reading = cached.read().await?;
//! assert_eq!(reading.freshness, Freshness::Fresh);
//! # Ok(())
//! # }
//! ```
//!
//! A source that watches over its own reads, as a router's session does, may say that one may take longer
//! ([`StatsSource::timing`]): a large answer that is still arriving is then no time-out, and how much a slow router needs
//! is the source's to learn. Both decorators hand on what their inner source says of it.
//!
//! What is absent: no retries and no back-off (a source that connects knows best when to try again), no clock but
//! tokio's, and no knowledge of what is behind a source.
//!
//! [`StatsSource`]: lalin_stats::StatsSource
//! [`StatsSource::timing`]: lalin_stats::StatsSource::timing

mod cached;
mod flight;
mod limit;
mod moments;
mod timeout;

pub use cached::Cached;
pub use timeout::Timeout;
