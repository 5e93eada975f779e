//! The engine: who is watched, the sampling loop, rates, the recent window, one broadcast a tick.
//!
//! A [`Monitor`] holds a [`Router`] for each router. A router samples its `StatsSource` at the interval while
//! somebody watches (an open [`Subscription`], or a [`Router::poll`] within the last 10 s) and asks nothing of the
//! router otherwise. From two samples it makes rates, once; every subscriber is handed the same [`Frame`].
//!
//! What is absent: this crate knows nothing of MikroTik, HTTP, SQL or JSON.
//!
//! [`Frame`]: lalin_stats::Frame
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

mod counters_delay;
mod demand;
mod engine;
mod identities;
mod interface_index;
mod interpolation;
mod link_rates;
mod memory_budget;
mod monitor;
mod read_time;
mod recent_frames;
mod recent_window;
mod router;
mod row_pairs;
mod sampler;
mod settings;
mod shared;
mod stagger;
mod status;
mod subscription;
mod time_base;

pub use counters_delay::CountersDelay;
pub use interpolation::CountersAt;
pub use monitor::Monitor;
pub use read_time::{ReadTime, ReadTimes};
pub use recent_window::{ClockStep, Series, Window};
pub use router::{Label, Router};
pub use settings::Settings;
pub use status::Status;
pub use subscription::{InterfaceList, Subscription, Update};
