//! A MikroTik router as a [`StatsSource`], on one long-lived session.
//!
//! A [`RouterSource`] logs in once, when it is first read, and stays. A read is one `/interface/print` with a
//! `.proplist`; at most once a minute the links' rates are asked for beside it, and
//! once in five minutes the default routes. When the session ends it is opened
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
//! The alternative to one session that stays would be one login a read, as most tools of this kind do: it fills the
//! router's log, costs it more than the read itself, and each login may be refused. Streams (`monitor-traffic`) would
//! spare the questions, and cost the router a task for each interface that is watched.
//!
//! A user with the policies `read` and `api` is enough; [`setup_script`] has the commands that make one, and [`check`]
//! finds out step by step whether a router can be watched.
//!
//! [`StatsSource`]: lalin_stats::StatsSource
//! [`Timeout` and `Cached`]: https://docs.rs/lalin-cache

mod answer_times;
mod check;
mod clock;
mod default_routes;
mod discovery;
mod link_rates;
mod quoted;
mod remedies;
mod rows;
mod session_log;
mod settings;
mod setup_script;
mod source;
mod source_error;
mod system_info;

pub use check::{Outcome, Report, Step, StepKind, check};
pub use discovery::{Announcement, Discovery, DiscoverySettings, Gateway, Malformed, Neighbour, default_gateway};
pub use remedies::{REMEDIES, Remedy, remedies};
pub use routeros::{ConnectLimit, Fingerprint, Tls};
pub use settings::Settings;
pub use setup_script::setup_script;
pub use source::RouterSource;
pub use source_error::source_error;
pub use system_info::SystemInfo;

/// The program in the README compiles.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
