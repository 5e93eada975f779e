//! The program as its user runs it: started, asked over HTTP, stopped.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod alert_kills;
mod alerting;
mod api_golden;
#[cfg(feature = "cluster")]
mod cluster_history;
#[cfg(feature = "cluster")]
mod cluster_sites;
#[cfg(feature = "cluster")]
mod cluster_state;
mod commands;
mod demo;
mod discover;
mod history;
mod history_commands;
mod history_store;
mod keeping;
mod program;
mod prometheus;
mod recipes;
mod remedies;
mod remote_write;
mod reverse_proxy;
mod serving;
mod simulate;
mod simulated_router;
mod stores;
mod supervised;
mod top;
