//! What is asked of a viewer's connection: that its death is noticed.

use std::any::Any;
use std::time::Duration;

use actix_web::dev::Extensions;
use actix_web::rt::net::TcpStream;
use socket2::{SockRef, TcpKeepalive};

/// How long a peer may leave what was sent to it unacknowledged.
const DEAD_AFTER: Duration = Duration::from_secs(30);

/// Makes the system end the connection of a viewer who is gone without a word (a sleeping laptop, a dead proxy), so
/// that he stops counting as a viewer. For `HttpServer::on_connect`.
pub fn forget_dead_peers(connection: &dyn Any, _: &mut Extensions) {
    let Some(stream) = connection.downcast_ref::<TcpStream>() else { return };
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
