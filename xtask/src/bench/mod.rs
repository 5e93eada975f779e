//! Measurements with bars: `cargo xtask bench` and what to measure.

mod attack;
mod codec;
mod instructions;
mod peers;
mod row;
mod side_by_side;
mod start;
mod start_order;
mod table;
mod whole;

pub(crate) use attack::attack;
pub(crate) use codec::run as codec;
pub(crate) use instructions::{check as instructions, step as count_instructions, write as write_instructions};
pub(crate) use side_by_side::{all, one};
pub(crate) use start::start;
pub(crate) use start_order::start_order;
pub(crate) use whole::{fleet, history, jitter, page};
