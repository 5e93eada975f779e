//! The simulated router as a client sees it: bytes in, bytes out, nothing of its inside.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod commands;
mod counters;
mod faults;
mod lines;
mod login;
mod peer;
mod printing;
mod running;
mod socket;
mod tls;
