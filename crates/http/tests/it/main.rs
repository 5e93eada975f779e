//! The API through HTTP requests, over the real engine and scripted sources.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod alerts;
mod answers;
mod auth_server;
mod connection_limits;
mod embed_origins;
mod fake_admin;
mod history_store;
mod http2;
mod interface_selection;
mod interface_stats;
mod interfaces;
mod layouts;
mod lines;
mod login_limits;
mod logins;
mod metrics;
mod openapi;
mod problems;
mod proxies;
mod recording;
mod revocation;
mod route_policies;
mod routers;
mod stream;
mod test_server;
mod tokens;
mod unwritable_data;
mod visibility;
mod wan;
