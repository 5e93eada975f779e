//! How it stands with a connection that manages itself: what callers see of it.

use tokio::sync::watch;
use tokio::time::Instant;

use crate::Error;

use super::link::Link;

/// How it stands with a connection.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum State {
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

impl State {
    /// Whether there is a connection.
    pub fn is_up(&self) -> bool {
        matches!(self, Self::Up { .. })
    }
}

/// The states of a connection, as they change; made by
/// [`ReconnectingClient::subscribe`](super::ReconnectingClient::subscribe).
///
/// Looking on is no use of the connection: it does not open one, nor keep one.
#[derive(Clone, Debug)]
pub struct States(pub(super) watch::Receiver<Link>);

impl States {
    /// How it stands now.
    pub fn current(&self) -> State {
        self.0.borrow().state()
    }

    /// Waits for the next change. Who is slow sees the newest state, not each one. `None` once the client was closed,
    /// or the last clone of it dropped. Dropping the future loses nothing.
    pub async fn changed(&mut self) -> Option<State> {
        self.0.changed().await.ok()?;
        let state = self.0.borrow_and_update().state();
        (state != State::Closed).then_some(state)
    }
}
