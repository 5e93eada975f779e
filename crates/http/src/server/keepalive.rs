//! What is asked of a viewer's connection: that its death is noticed.

use std::time::Duration;

use actix_web::rt::net::TcpStream;
use socket2::{SockRef, TcpKeepalive};

/// How long a peer may leave what was sent to it unacknowledged.
const DEAD_AFTER: Duration = Duration::from_secs(30);

/// Makes the system end the connection of a viewer who is gone without a word (a sleeping laptop, a dead proxy), so
/// that he stops counting as a viewer. Asked of the socket itself, before anything is spoken on it: TLS or not.
pub(crate) fn watch_for_death(stream: &TcpStream) {
    let socket = SockRef::from(stream);
    let keepalive = TcpKeepalive::new().with_time(DEAD_AFTER / 2).with_interval(DEAD_AFTER / 6);
    // A system that cannot do this still notices, only later.
    if let Err(error) = socket.set_tcp_keepalive(&keepalive).and_then(|()| unacknowledged_limit(&socket)) {
        tracing::debug!(%error, "a viewer's connection has no death watch");
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
        watch_for_death(&accepted);
        let socket = SockRef::from(&accepted);
        assert!(socket.keepalive().unwrap());
        assert_eq!(socket.tcp_user_timeout().unwrap(), Some(DEAD_AFTER));
    }
}
