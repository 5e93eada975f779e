//! The API through HTTP requests, over the real engine and scripted sources.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod auth;
mod connection_limits;
mod fake_keeper;
mod http2;
mod interface_selection;
mod interface_stats;
mod interfaces;
mod login_limits;
mod problems;
mod proxies;
mod revocation;
mod routers;
mod stream;
mod test_server;
mod unwritable_data;
mod visibility;
