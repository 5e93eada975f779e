//! Real NATS servers for tests: a cluster on loopback, with free ports and stores that go with it.
//!
//! Not a simulation: what is tested is how leases, claims and shared state behave when a real JetStream loses a leader,
//! hangs or is started again. A failure is a panic that says what was tried. The programs come from `cargo xtask nats`.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test fails by panicking")]

mod configuration;
mod ports;
mod program;
mod servers;

pub use configuration::Setup;
pub use program::Version;
pub use servers::NatsServers;
