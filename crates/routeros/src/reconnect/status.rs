//! What the connection's task publishes to those who use the connection.

use std::sync::Arc;

use tokio::time::Instant;

use crate::Error;

use super::monitored::MonitoredClient;
use super::state::ConnectionState;

/// The [`ConnectionState`], and the connection itself while there is one.
#[derive(Clone, Debug)]
pub(super) enum Status {
    Idle,
    Connecting { attempt: u32 },
    Up(Arc<MonitoredClient>),
    Waiting { reason: Error, attempt: u32, retry_at: Instant, lost: bool },
    Closed,
}

impl Status {
    /// The connection, unless it is over and its task has not noticed yet.
    pub(super) fn client(&self) -> Option<&Arc<MonitoredClient>> {
        match self {
            Self::Up(client) if !client.client().is_closed() => Some(client),
            _ => None,
        }
    }

    /// Whether there is a connection, or a reason not to wait for one.
    pub(super) fn is_settled(&self) -> bool {
        match self {
            Self::Idle | Self::Connecting { .. } => false,
            Self::Up(_) => self.client().is_some(),
            // Once its moment has come the next attempt is under way, even if the task has not woken up yet.
            Self::Waiting { retry_at, .. } => *retry_at > Instant::now(),
            Self::Closed => true,
        }
    }

    /// Why there is no connection, where that is known.
    pub(super) fn reason(&self) -> Option<Error> {
        match self {
            Self::Waiting { reason, .. } => Some(reason.clone()),
            Self::Closed => Some(Error::closed("the client was closed")),
            _ => None,
        }
    }

    pub(super) fn state(&self) -> ConnectionState {
        match self {
            Self::Idle => ConnectionState::Idle,
            Self::Connecting { attempt } => ConnectionState::Connecting { attempt: *attempt },
            Self::Up(client) => ConnectionState::Up { since: client.opened() },
            Self::Waiting { reason, attempt, retry_at, lost } => {
                ConnectionState::Waiting { reason: reason.clone(), attempt: *attempt, retry_at: *retry_at, lost: *lost }
            }
            Self::Closed => ConnectionState::Closed,
        }
    }
}
