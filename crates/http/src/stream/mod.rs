//! The event stream: its route, its sessions, its events, and how they end.

mod access_end;
mod event_cache;
pub(crate) mod route;
mod session;

pub(crate) use access_end::answer_while_allowed;
pub(crate) use event_cache::EventCache;
