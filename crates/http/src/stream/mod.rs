//! The event stream: its route, what one stream is told, and how it ends.

mod alerts_watch;
mod ended;
mod event_bytes;
mod event_cache;
mod events;
mod interface_list;
mod packing;
mod piece;
mod route;
mod session;
mod sse_event;
mod stream_limits;
mod watch_list;

pub(crate) use event_cache::EventCache;
pub(crate) use route::{Described, alerts, get};
pub use stream_limits::StreamLimits;
pub(crate) use stream_limits::StreamSlots;
