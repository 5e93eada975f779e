//! The state of a reconnecting client's connection, as callers see it.

use tokio::time::Instant;

use crate::Error;

/// The state of a reconnecting client's connection.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ConnectionState {
    /// There is none, and nobody wants one: the next use opens it.
    Idle,
    /// An attempt is under way.
    Connecting {
        /// Which one since the last connection that answered; 1 is the first.
        attempt: u32,
    },
    /// Logged in.
    Up {
        /// Since when.
        since: Instant,
    },
    /// The last attempt failed, or the connection ended; the moment of the next attempt has not come.
    Waiting {
        /// Why there is no connection.
        reason: Error,
        /// Attempts that failed in a row, this one included; 0 when a connection that had answered ended.
        attempt: u32,
        /// When the next attempt is made, if somebody still wants it then.
        retry_at: Instant,
        /// Whether there was a connection that ended; otherwise it is the attempt that failed.
        lost: bool,
    },
    /// It was closed for good.
    Closed,
}

impl ConnectionState {
    /// Whether there is a connection.
    pub fn is_up(&self) -> bool {
        matches!(self, Self::Up { .. })
    }
}
