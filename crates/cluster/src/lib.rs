//! Several machines that run Lalin as one, over NATS with JetStream.
//!
//! # Why it is built this way
//!
//! **Nothing here agrees on anything by itself.** Who asks which router, and what is remembered, is decided by
//! compare-and-set in JetStream's replicated buckets. The alternative, a consensus of our own, is years of faults that
//! others have already mended.
//!
//! **A lease a node, not a router.** A node renews one key; what it holds are keys that name it and that change only when a
//! router moves. A lease for each router costs the servers a dozen times as much and guards the same process.
//!
//! **A node trusts its own clock for stopping, and nobody's clock for taking.** The deadline counts from before the renewal
//! was sent, by a clock that runs through suspend; whoever takes over has waited a whole lease since the last sign of life,
//! and then buries the dead node by a write that only an absent lease lets through.
//!
//! | folder or file | what it holds |
//! | --- | --- |
//! | `connection/` | the connection to NATS, its health, and buckets with compare-and-set |
//! | `buckets` | which buckets a cluster has |
//! | `lease/` | a node's lease, the fence that closes when it could not be renewed, going on without quorum |
//! | `holds/` | who asks which router: claims, moves, letting go |
//! | `live/` | frames from the machine that asks a router to whoever watches it elsewhere, while they do |
//! | `status` | the whole at one moment, for people |
//! | `state/` | what all nodes remember together: the store's rows in buckets |
//! | `alerts/` | what stands of the alerts: written by a router's holder, seen by all |
//! | `handover/` | the centre's history follows the collectors' own |
//! | `site_user` | what a site's collectors may do at the servers |
//!
//! Absent: routers' protocols, HTTP, SQL.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking"))]

mod alerts;
pub mod buckets;
mod connection;
mod error;
pub mod handover;
mod holds;
mod lease;
pub mod live;
mod site_user;
mod state;
pub mod status;

pub use alerts::{AlertStates, Holds};
pub use connection::{Bucket, Connection, Credentials, Entry, Follower, Health, Settings, Step};
pub use error::Error;
pub use holds::{Held, HoldEvent, Holdings, LostReason, NodeState, RouterPlace};
pub use lease::{Behind, Fence, NodeSettings, Roles};
pub use site_user::{SiteUser, site_user};
pub use state::{SharedState, SiteWriter};
