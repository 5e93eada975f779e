//! A router's source against the simulated router: in memory under a paused clock, and over TCP.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod asked;
mod discovery;
mod facts;
mod outage;
mod refusal;
mod rig;
mod session;
mod tcp;
