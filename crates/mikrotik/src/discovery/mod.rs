//! Finds routers: by MNDP, which every MikroTik speaks, and by a look at the default gateway.

mod gateway;
mod listener;
mod neighbours;
mod packet;

pub use gateway::{Gateway, default_gateway};
pub use listener::{Discovery, DiscoverySettings};
pub use neighbours::Neighbour;
pub use packet::{Announcement, Malformed};
