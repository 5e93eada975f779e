//! The client through its public API, against a scripted peer that speaks raw bytes.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod codec;
mod commands;
mod hostile;
mod login;
mod peer;
mod streams;
