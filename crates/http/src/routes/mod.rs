//! The routes that answer once, one file for each group of them, and what they share.

pub(crate) mod accounts;
pub(crate) mod audit_log;
pub(crate) mod business;
mod discovery;
pub(crate) mod embed_origins;
mod grants;
pub(crate) mod health;
mod interface_selection;
pub(crate) mod interface_stats;
pub(crate) mod interfaces;
pub(crate) mod layouts;
pub(crate) mod lines;
pub(crate) mod log_level;
pub(crate) mod login;
mod parameters;
pub(crate) mod readiness;
mod requested_router;
mod retry_limits;
pub(crate) mod router_checks;
mod router_form;
mod router_views;
pub(crate) mod routers;
mod seen_line;
mod setup_script;
mod stats_rows;
pub(crate) mod tokens;
mod while_allowed;
pub(crate) mod window;

pub(crate) use interface_selection::{InterfaceSelection, SelectedName, list_parts};
pub(crate) use parameters::{Parameters, router_id};
pub(crate) use requested_router::requested_router;
pub(crate) use retry_limits::RetryLimits;
pub(crate) use router_views::seen as seen_wan;
