//! The decorators, through their public API, under a paused clock.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod cached;
mod composed;
mod invalidation;
mod observed;
mod sources;
mod stale;
mod temperature;
mod timeout;
