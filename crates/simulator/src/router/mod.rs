//! The router while it runs: its interfaces, its clock, its listener, and who is logged in.

pub(crate) mod clock;
mod interface;
mod interface_row;
mod listener;
mod session_slots;
mod state;
mod usage;

pub(crate) use interface::Interface;
pub(crate) use interface_row::Wanted;
pub(crate) use session_slots::{ActiveSession, SessionSlot};
pub(crate) use state::{Event, Router};
pub use usage::Usage;
