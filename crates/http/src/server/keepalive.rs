//! TCP keepalive: notices that a client is gone.

use std::time::Duration;

use actix_web::rt::net::TcpStream;
use socket2::{SockRef, TcpKeepalive};

/// How long a peer may leave unacknowledged what was sent to it.
const DEAD_AFTER: Duration = Duration::from_secs(30);

/// Makes the system end the connection when the client disappears without closing it (a sleeping laptop, a dead proxy), so
/// that it stops counting as a viewer. Set on the socket before any byte is exchanged, with TLS or without.
pub(super) fn notice_dead_peer(stream: &TcpStream) {
    let socket = SockRef::from(stream);
    let keepalive = TcpKeepalive::new().with_time(DEAD_AFTER / 2).with_interval(DEAD_AFTER / 6);
    // A system without these options still notices, only later.
    if let Err(error) = socket.set_tcp_keepalive(&keepalive).and_then(|()| unacknowledged_limit(&socket)) {
        tracing::debug!(%error, "TCP keepalive cannot be set");
    }
}

#[cfg(target_os = "linux")]
fn unacknowledged_limit(socket: &SockRef<'_>) -> std::io::Result<()> {
    socket.set_tcp_user_timeout(Some(DEAD_AFTER))
}

#[cfg(not(target_os = "linux"))]
fn unacknowledged_limit(_: &SockRef<'_>) -> std::io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    #[cfg(target_os = "linux")]
    async fn an_accepted_connection_is_watched_whatever_is_spoken_on_it() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let _viewer = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        let (accepted, _) = listener.accept().await.unwrap();
        notice_dead_peer(&accepted);
        let socket = SockRef::from(&accepted);
        assert!(socket.keepalive().unwrap());
        assert_eq!(socket.tcp_user_timeout().unwrap(), Some(DEAD_AFTER));
    }
}
