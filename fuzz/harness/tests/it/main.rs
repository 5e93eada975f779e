//! The corpus replayed on the stable toolchain, and what a hostile router may cost.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod corpus;
mod memory;
