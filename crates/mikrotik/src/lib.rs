//! A MikroTik router as a [`StatsSource`], on one long-lived session.
//!
//! A [`RouterSource`] logs in once, when it is first read, and stays. A read is one `/interface/print` with a
//! `.proplist`; at most once a minute the links' rates are asked for beside it. When the session ends it is opened
//! again, with at most one attempt under way however many callers wait, with growing pauses, and only while somebody
//! reads: nobody watching, nothing asked.
//!
//! It has no cache and no time limit over connecting: [`Timeout` and `Cached`] around it have.
//!
//! ```no_run
//! use lalin_mikrotik::{RouterSource, Settings};
//! use lalin_stats::Source;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), lalin_stats::Failure> {
//! let router = RouterSource::new(Settings::new("192.168.88.1", 8728, "lalin", "secret"));
//! for row in &router.read().await?.data.rows {
//!     println!("{}: {:?} bytes received", row.interface.name, row.counters.rx_bytes);
//! }
//! # Ok(())
//! # }
//! ```
//!
//! A user with the policies `read` and `api` is enough; [`setup_script`] has the commands that make one, and [`check`]
//! finds out step by step whether a router can be watched.
//!
//! [`StatsSource`]: lalin_stats::StatsSource
//! [`Timeout` and `Cached`]: https://docs.rs/lalin-cache

mod about;
mod answer_times;
mod check;
mod discovery;
mod failure;
mod journal;
mod links;
mod open;
mod rows;
mod settings;
mod setup;
mod source;

pub use about::About;
pub use check::{Outcome, Report, Step, StepKind, check};
pub use discovery::{Announcement, Discovery, DiscoverySettings, Gateway, Malformed, Neighbour, default_gateway};
pub use routeros::{ConnectLimit, Fingerprint, Tls};
pub use settings::Settings;
pub use setup::setup_script;
pub use source::RouterSource;
