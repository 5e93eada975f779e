//! What can go wrong in starting a simulated router. What goes wrong in a session stays in that session.

use std::io;
use std::net::SocketAddr;

/// Why a simulated router cannot start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The address is taken, or none of this machine's, or the port needs more rights.
    #[error("cannot listen on {address}: {source}")]
    Listen {
        /// Where it was to listen.
        address: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
}
