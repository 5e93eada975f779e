//! The states of a connection that manages itself, as they change.

use tokio::sync::watch;

use super::state::ConnectionState;
use super::status::Status;

/// The states of a connection, as they change; made by
/// [`ReconnectingClient::subscribe`](super::ReconnectingClient::subscribe).
///
/// Looking on is no use of the connection: it does not open one, nor keep one.
#[derive(Clone, Debug)]
pub struct ConnectionStates(pub(super) watch::Receiver<Status>);

impl ConnectionStates {
    /// How it stands now.
    pub fn current(&self) -> ConnectionState {
        self.0.borrow().state()
    }

    /// Waits for the next change. Who is slow sees the newest state, not each one. `None` once the client was closed,
    /// or the last clone of it dropped. Dropping the future loses nothing.
    pub async fn changed(&mut self) -> Option<ConnectionState> {
        self.0.changed().await.ok()?;
        let state = self.0.borrow_and_update().state();
        (state != ConnectionState::Closed).then_some(state)
    }
}
