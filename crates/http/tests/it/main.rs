//! The API through HTTP requests, over the real engine and scripted sources.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod attempts;
mod compatible;
mod connections;
mod door;
mod errors;
mod fleet;
mod http2;
mod keeper;
mod limited;
mod names;
mod proxied;
mod revoked;
mod stream;
mod typed;
mod unwritable;
mod world;
