//! A history in a store, held against the same history in files: one suite, over Prometheus and VictoriaMetrics.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod batch;
mod faults;
mod live;
mod past;
mod restart;
mod stores;
mod suite;
