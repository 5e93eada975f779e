//! One connection below its bytes: whether data still gets through, and whether it ends with a reset.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, DuplexStream, ReadBuf};
use tokio::net::TcpStream;

use crate::router::Router;

/// What a connection runs over: a TCP socket, or a pipe in memory.
pub(crate) trait Transport: AsyncRead + AsyncWrite + Send + Unpin + 'static {
    /// Makes the coming close a TCP reset, if the transport has such a thing.
    fn reset_on_close(&self) {}
}

impl Transport for TcpStream {
    fn reset_on_close(&self) {
        // If it fails, the connection is over already or closes in order.
        let _ = self.set_zero_linger();
    }
}

impl Transport for DuplexStream {}

/// What a session knows of its connection.
#[derive(Clone)]
pub(crate) struct Connection {
    router: Arc<Router>,
    /// How often the router had forgotten its connections when this one began.
    forgotten_before: u64,
    reset: Arc<AtomicBool>,
}

/// The bytes of a connection. It closes with a reset if its [`Connection`] asks for one.
pub(crate) struct Stream<T: Transport> {
    transport: T,
    reset: Arc<AtomicBool>,
}

/// Both views of a new connection.
pub(crate) fn new<T: Transport>(transport: T, router: &Arc<Router>) -> (Connection, Stream<T>) {
    let reset = Arc::new(AtomicBool::new(false));
    let connection = Connection { router: router.clone(), forgotten_before: router.forgotten(), reset: reset.clone() };
    (connection, Stream { transport, reset })
}

impl Connection {
    /// Whether nothing gets through any more, in either direction.
    pub(crate) fn is_forgotten(&self) -> bool {
        self.router.forgotten() != self.forgotten_before
    }

    /// Makes it end with a reset.
    pub(crate) fn reset(&self) {
        self.reset.store(true, Ordering::SeqCst);
    }
}

impl<T: Transport> Drop for Stream<T> {
    fn drop(&mut self) {
        if self.reset.load(Ordering::SeqCst) {
            self.transport.reset_on_close();
        }
    }
}

impl<T: Transport> AsyncRead for Stream<T> {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, to: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.transport).poll_read(context, to)
    }
}

impl<T: Transport> AsyncWrite for Stream<T> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.transport).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.transport).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.transport).poll_shutdown(context)
    }
}
