//! Caching for anything that is read asynchronously and costs something to read: one read at a time, a time limit, and
//! the last good data with the reason while reads fail.
//!
//! Whatever can be read is a [`Source`]. [`Timeout`] gives each read a time limit; [`Cached`] remembers the last good
//! data. Each is a source itself, around another one, so they are stacked in the order you need:
//!
//! ```
//! use std::sync::Arc;
//!
//! use lalin_cache::{Cached, Error, Freshness, Reading, Source, Timeout, async_trait};
//!
//! struct Motd;
//!
//! #[async_trait]
//! impl Source for Motd {
//!     type Data = String;
//!     type Error = Error<std::io::Error>;
//!
//!     async fn read(&self) -> Result<Reading<String, Self::Error>, Self::Error> {
//!         let text = tokio::fs::read_to_string("/etc/hostname").await?;
//!         Ok(Reading::new(text))
//!     }
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() {
//! let limited = Timeout::new(Arc::new(Motd), Timeout::LIMIT); // 3 s
//! let cached = Cached::new(Arc::new(limited), Cached::LIFE); // 5 s
//! match cached.read().await {
//!     Ok(Reading { data, freshness: Freshness::Fresh, .. }) => println!("{data}"),
//!     Ok(Reading { data, freshness: Freshness::Stale(why), .. }) => println!("{data} (old, because {why})"),
//!     Err(why) => println!("nothing yet: {why}"),
//! }
//! # }
//! ```
//!
//! # Why it is built this way
//!
//! **Stale data is a value, not an error.** A read that fails after a good one gives the good data *and* the reason, so
//! that no caller can show old data as new by forgetting a check. The alternative, an error beside which the caller
//! asks for the last data, makes every caller write the fallback again.
//!
//! **The read belongs to the cache, not to a caller.** It runs in a task of its own. If the first caller ran it, as is
//! common where futures are shared, that caller's leaving would cancel it for a thousand others.
//!
//! **The limit of a read is the source's own decorator.** `Cached` only has a backstop against sources that hang. A
//! source that watches over its own reads, such as a router's session, may say that one takes longer
//! ([`Source::timing`]): a large answer that is still arriving is then no time-out.
//!
//! **Decorators speak in the source's own error type** ([`ReadError`]), so a stack of them has one error and not one in
//! another. A source whose error cannot say "timed out" uses [`Error`], into which `?` turns any error.
//!
//! **No retries and no back-off**: whoever connects knows best when to try again. **No keys**: one `Cached` holds one
//! thing. A map of caches is easily made of many; a cache with keys also needs an eviction policy, and good crates
//! exist.
//!
//! It has no clock but tokio's, so that a test under paused time runs an hour in a millisecond.

mod cached;
mod error;
mod memory;
mod observer;
mod read_limit;
mod read_log;
mod single_flight;
mod timeout;

pub use async_trait::async_trait;
pub use cached::Cached;
pub use error::Error;
pub use lalin_stats::{Freshness, ReadError, Reading, Source, Timing};
pub use observer::{Event, Observer};
pub use read_log::ReadLog;
pub use timeout::Timeout;

/// The programs in the README compile as they stand.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
