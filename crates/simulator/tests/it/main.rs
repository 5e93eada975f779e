//! The simulated router as a client sees it: bytes in and bytes out, and nothing of its inside.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod client;
mod commands;
mod connections;
mod counters;
mod faults;
mod login;
mod long_commands;
mod own_menus;
mod printing;
mod socket;
mod tls;
mod world;
