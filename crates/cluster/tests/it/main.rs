//! The cluster's parts on real NATS servers.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test fails by panicking")]

mod buckets;
mod collectors;
mod connection;
mod handover;
mod holds;
mod killed;
mod live;
mod race;
mod site_user;
mod status;
mod support;
