//! What a connection's keeper tells those who use it.

use std::sync::Arc;

use tokio::time::Instant;

use crate::{Error, State};

use super::live::Live;

/// How it stands with the connection; [`State`] and the connection itself.
#[derive(Clone, Debug)]
pub(super) enum Link {
    Idle,
    Connecting { attempt: u32 },
    Up(Arc<Live>),
    Waiting { reason: Error, attempt: u32, retry_at: Instant, lost: bool },
    Closed,
}

impl Link {
    /// The connection, unless it is over and its keeper has but not woken up yet.
    pub(super) fn live(&self) -> Option<&Arc<Live>> {
        match self {
            Self::Up(live) if !live.client().is_closed() => Some(live),
            _ => None,
        }
    }

    /// Whether there is a connection, or a reason not to wait for one.
    pub(super) fn is_settled(&self) -> bool {
        match self {
            Self::Idle | Self::Connecting { .. } => false,
            Self::Up(_) => self.live().is_some(),
            // Once its moment has come the next attempt is under way, even if its keeper has not woken up yet.
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

    pub(super) fn state(&self) -> State {
        match self {
            Self::Idle => State::Idle,
            Self::Connecting { attempt } => State::Connecting { attempt: *attempt },
            Self::Up(live) => State::Up { since: live.opened() },
            Self::Waiting { reason, attempt, retry_at, lost } => {
                State::Waiting { reason: reason.clone(), attempt: *attempt, retry_at: *retry_at, lost: *lost }
            }
            Self::Closed => State::Closed,
        }
    }
}
