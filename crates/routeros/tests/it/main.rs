//! How the client behaves towards a router that speaks raw bytes, well and badly.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod codec;
mod commands;
mod connect;
mod ending;
mod login;
mod peer;
mod reconnect;
mod recorded;
mod silence;
mod streams;
mod tls;
mod typed;
