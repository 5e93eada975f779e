//! The history through its public face.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod answers;
mod archive;
mod damage;
mod documented;
mod kills;
mod leap_second;
mod restored;
mod simulation;
mod truth;
mod turns;
