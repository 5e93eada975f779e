//! The listening socket, with the options that the server needs.

use std::io;
use std::net::{SocketAddr, TcpListener};

use socket2::{Domain, Socket, Type};

/// How many connections may wait to be accepted.
const BACKLOG: i32 = 1_024;
/// How much of a connection's bytes the system keeps until they are read: our requests are small.
const RECEIVE_BUFFER: usize = 32 << 10;

/// Listens on `address` for a [`WebServer`](crate::WebServer).
///
/// # Errors
/// When the address is taken, or is not one of this machine's.
pub fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(socket2::Protocol::TCP))?;
    // On Windows this would let two programs listen on one port.
    #[cfg(unix)]
    socket.set_reuse_address(true)?;
    // Every connection inherits it. Where it cannot be set, connections only take more memory.
    let _ = socket.set_recv_buffer_size(RECEIVE_BUFFER);
    socket.set_nonblocking(true)?;
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    Ok(socket.into())
}
