//! A cluster of whole processes: three NATS servers, collectors and web nodes, simulated routers, and viewers; what dies is
//! killed, and nobody may be missed for long.
//!
//! Small as a rule. `LALIN_CLUSTER_ROUTERS=500` has as many routers as are asked for, and `LALIN_CLUSTER_ROUNDS=20` kills
//! each kind of process so often.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod changes;
#[path = "../../examples/load/client.rs"]
#[allow(dead_code, reason = "more is looked at there")]
mod client;
mod histories;
mod kills;
mod nodes;
mod partition;
mod quorum;
mod routers;
mod sites;
mod sizes;
mod updates;
mod viewers;
mod watching;
