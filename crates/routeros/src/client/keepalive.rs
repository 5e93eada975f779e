//! TCP keepalive: the system's own probes, so that an idle connection costs the router no command.

use std::time::Duration;

use socket2::{SockRef, TcpKeepalive};
use tokio::net::TcpStream;

/// A connection may be idle for hours; this keeps firewalls on the way from forgetting it.
const AFTER: Duration = Duration::from_secs(15);
/// After this many unanswered probes, [`EVERY`] apart, the peer of an idle connection counts as gone.
const PROBES: u32 = 3;
const EVERY: Duration = Duration::from_secs(5);

/// Turns it on for a connection.
pub(crate) fn keep_alive(stream: &TcpStream) {
    let probes = TcpKeepalive::new().with_time(AFTER).with_interval(EVERY).with_retries(PROBES);
    // Without it a dead connection is noticed all the same, by the next command.
    if let Err(error) = SockRef::from(stream).set_tcp_keepalive(&probes) {
        tracing::debug!(%error, "the connection has no TCP keepalive");
    }
}

#[cfg(test)]
mod tests {
    use tokio::net::TcpListener;

    use super::*;

    #[tokio::test]
    async fn an_idle_connection_is_kept_alive_by_the_system() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let stream = super::super::connect::connect_tcp("127.0.0.1", port, &crate::Options::default()).await.unwrap();
        let socket = SockRef::from(&stream);
        assert!(socket.keepalive().unwrap());
        #[cfg(target_os = "linux")]
        {
            assert_eq!(socket.tcp_keepalive_time().unwrap(), AFTER);
            assert_eq!(socket.tcp_keepalive_interval().unwrap(), EVERY);
            assert_eq!(socket.tcp_keepalive_retries().unwrap(), PROBES);
        }
    }
}
