//! The routes that answer once, one file for each group of them, and what they share.

pub(crate) mod accounts;
pub(crate) mod health;
mod interface_selection;
pub(crate) mod interface_stats;
pub(crate) mod interfaces;
pub(crate) mod login;
mod parameters;
mod retry_limits;
pub(crate) mod tokens;
pub(crate) mod window;

pub(crate) use interface_selection::{InterfaceSelection, Value, parts};
pub(crate) use parameters::Parameters;
pub(crate) use retry_limits::RetryLimits;
