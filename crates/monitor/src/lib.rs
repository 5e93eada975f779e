//! Samples routers while somebody watches, and hands every viewer the same rates.
//!
//! A [`Monitor`] holds a [`Router`] for each router. A router reads its `StatsSource` at the interval while somebody
//! watches, that is, while a [`Subscription`] is open or there was a [`Router::poll`] in the last 10 s, and sends
//! nothing to the router otherwise. From two samples it computes rates, once; every subscriber is handed the same
//! [`Frame`].
//!
//! ```
//! # use std::sync::Arc;
//! # use lalin_monitor::{Label, Monitor, Settings, Update};
//! # use lalin_stats::StatsSource;
//! # async fn demo(source: Arc<dyn StatsSource>) -> Result<(), Box<dyn std::error::Error>> {
//! let monitor = Monitor::new(Settings::default());
//! let router = monitor.add("main".parse()?, Label::new("Kantor", "192.168.88.1:8728"), source);
//! let mut subscription = router.subscribe(None, router.settings().window);
//! while let Some(update) = subscription.next().await {
//!     if let Update::Tick(frame) = update {
//!         println!("tick {} has {} interfaces", frame.seq, frame.interfaces.len());
//!     }
//! }
//! # Ok(())
//! # }
//! ```
//!
//! # Why it is built this way
//!
//! **Demand drives sampling.** No viewer, no load: viewers are counted, and the sampling task sleeps while there are
//! none. The alternative, to sample always and let viewers look, costs every router a command a tick for ever.
//!
//! **One lock a router, held for memory work only.** All that a tick changes (frames, recent window, state) is in one
//! `Engine` behind a mutex, so a subscriber gets the recent window and the events after it without a gap or a repeat.
//! With a channel of its own for each, a tick could fall between them.
//!
//! **A slow subscriber is never waited for.** Events go through a bounded broadcast; whoever falls behind is given the
//! recent window again and the miss is counted.
//!
//! **The moment of a reading is estimated, not assumed.** A router reads its counters somewhere between question and
//! answer; [`ReadTimes`] finds out where, and each frame says how uncertain that is. To take the middle bends all rates
//! of a tick; to leave out uncertain ticks loses bytes.
//!
//! **A router may be asked by another machine.** Then its frames come through a [`Feed`], and everything else is the same:
//! window, subscriptions, polls, demand. Whether it is sampled here or followed may change while people watch, and their
//! subscriptions go on.
//!
//! This crate knows nothing of MikroTik, HTTP, SQL, JSON or of how frames travel between machines.
//!
//! [`Frame`]: lalin_stats::Frame

mod counters_delay;
mod demand;
mod engine;
mod feed;
mod gaps;
mod identities;
mod interface_index;
mod interpolation;
mod link_rates;
mod memory_budget;
mod moment;
mod monitor;
mod read_counts;
mod read_time;
mod recent_frames;
mod recent_window;
mod renames;
mod router;
mod row_pairs;
mod sampler;
mod sequence;
mod settings;
mod shared;
mod stagger;
mod status;
mod subscription;
mod time_base;

pub use counters_delay::CountersDelay;
pub use feed::{Feed, Taken};
pub use gaps::Gap;
pub use interpolation::CountersAt;
pub use moment::{MOMENTS_APART, Moment};
pub use monitor::Monitor;
pub use read_counts::{LAG_UP_TO_MS, ReadCounts, TOOK_UP_TO_MS};
pub use read_time::{ReadTime, ReadTimes};
pub use recent_window::{ClockStep, LineVersion, Past, PastLine, PastPoint, Series, Window};
pub use renames::Renamed;
pub use router::{Label, Router};
pub use sequence::{epoch_of, number_of};
pub use settings::Settings;
pub use status::Status;
pub use subscription::{InterfaceList, Subscription, Update};
