//! Measurements with bars: `cargo xtask bench` and what to measure.

mod attack;
mod codec;
mod peers;
mod start;
mod table;
mod whole;

pub(crate) use attack::attack;
pub(crate) use codec::run as codec;
pub(crate) use start::start;
pub(crate) use whole::{fleet, history, jitter, page};
