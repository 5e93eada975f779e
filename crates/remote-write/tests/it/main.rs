//! Remote write against receivers that store, refuse, answer without storing, and are away.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod delivery;
mod receiver;
mod restart;
