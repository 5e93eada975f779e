//! A small HTTP/1.1 client for tests: one request a connection, and event streams.
//!
//! Tests play browsers, proxies and programs, so they decide about every header, about the address they come from and
//! about the name in the certificate. The usual clients add headers of their own and share connections, which hides what
//! such a test is about. A failure is a panic that says what was asked.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test fails by panicking")]

mod answer;
mod client;
mod connection;
mod event_stream;
mod request;
mod system;

pub use answer::Answer;
pub use client::{Client, block_on};
pub use event_stream::EventStream;
pub use request::Request;
pub use system::{free_port, program};
