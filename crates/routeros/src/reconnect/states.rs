//! Watching the state of a reconnecting client's connection.

use tokio::sync::watch;

use super::state::ConnectionState;
use super::status::Status;

/// The states of a connection, as they change; made by
/// [`ReconnectingClient::subscribe`](super::ReconnectingClient::subscribe).
///
/// Watching does not use the connection: it neither opens one nor keeps one open.
#[derive(Clone, Debug)]
pub struct ConnectionStates(pub(super) watch::Receiver<Status>);

impl ConnectionStates {
    /// The state now.
    pub fn current(&self) -> ConnectionState {
        self.0.borrow().state()
    }

    /// Waits for the next change. A slow caller sees the newest state, not every one. `None` once the client was
    /// closed, or the last clone of it dropped. Dropping the future loses nothing.
    pub async fn changed(&mut self) -> Option<ConnectionState> {
        self.0.changed().await.ok()?;
        let state = self.0.borrow_and_update().state();
        (state != ConnectionState::Closed).then_some(state)
    }
}
