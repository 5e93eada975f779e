//! The engine through its public API, under paused time, against scripted sources.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod clock;
mod counters;
mod followed;
mod gaps;
mod link_rates;
mod rates;
mod recording;
mod slow;
mod source;
mod updates;
mod viewers;
