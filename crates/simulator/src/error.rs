//! What can go wrong in making and starting a simulated router. What goes wrong in a session stays in that session.

use std::io;
use std::net::SocketAddr;

/// Why a simulated router cannot be made, or start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The address is taken, or none of this machine's, or the interface needs more rights.
    #[error("cannot listen on {address}: {source}")]
    Listen {
        /// Where it was to listen.
        address: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
    /// No certificate can be made, or be served, of what was given.
    #[cfg(feature = "tls")]
    #[error("no certificate: {detail}")]
    Certificate {
        /// What is wrong.
        detail: String,
    },
}
