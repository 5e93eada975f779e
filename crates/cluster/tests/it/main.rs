//! The cluster's parts on real NATS servers.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test fails by panicking")]

mod buckets;
mod collectors;
mod connection;
mod holds;
mod killed;
mod race;
mod status;
mod support;
