//! The dashboard in a real Chromium, over the real binary and a simulated router.
//!
//! What is proved here is what a person sees: nothing in these tests knows how a room does its work. The router is
//! simulated because only then the truth is known; everything between its socket and the pixels is what users run.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod alerts;
mod chart;
mod connection;
mod display;
mod harness;
mod history;
