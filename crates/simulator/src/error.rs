//! What can go wrong when a simulated router is configured and started. What goes wrong in a session stays in that
//! session.

use std::io;
use std::net::SocketAddr;

/// Why a simulated router cannot be configured or started.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The address is in use, or does not belong to this machine, or the port needs more rights.
    #[error("cannot listen on {address}: {source}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// The reason of the system.
        source: io::Error,
    },
    /// A certificate cannot be made of this, or cannot be served.
    #[cfg(feature = "tls")]
    #[error("no certificate: {detail}")]
    Certificate {
        /// What is wrong.
        detail: String,
    },
    /// A recording cannot be read.
    #[error("line {line} of the recording: {problem}")]
    Recording {
        /// The number of the line, from 1.
        line: usize,
        /// What is wrong with it.
        problem: String,
    },
    /// A file that describes a router cannot be read.
    #[cfg(feature = "world")]
    #[error("line {line}, column {column}: {problem}")]
    World {
        /// The number of the line, from 1.
        line: usize,
        /// The number of the column, from 1.
        column: usize,
        /// What is wrong there.
        problem: String,
    },
}
