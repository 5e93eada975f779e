//! A router's source against the simulated router: in memory under a paused clock, and over TCP.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod check;
mod default_routes;
mod discovery;
mod facts;
mod jitter;
mod link_rates;
mod outage;
mod refusal;
mod rig;
mod session;
mod slow;
mod system_info;
mod tcp;
