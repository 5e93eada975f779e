//! Measurements with bars: `cargo xtask bench start` and `cargo xtask bench codec`.

mod codec;
mod peers;
mod start;
mod table;

pub(crate) use codec::run as codec;
pub(crate) use start::start;
