//! One connection below its bytes: whether it still exists for both ends, and how it ends.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, DuplexStream, ReadBuf};
use tokio::net::TcpStream;

use crate::router::Router;

/// What a connection runs over.
pub(crate) trait Wire: AsyncRead + AsyncWrite + Send + Unpin + 'static {
    /// Makes its end a reset, where there is such a thing.
    fn will_reset(&self) {}
}

impl Wire for TcpStream {
    fn will_reset(&self) {
        // What cannot be reset ends in order; the connection may be over already.
        let _ = self.set_zero_linger();
    }
}

impl Wire for DuplexStream {}

/// What its session knows of a connection.
#[derive(Clone)]
pub(crate) struct Line {
    router: Arc<Router>,
    /// How often connections had been forgotten when this one began.
    born: u64,
    reset: Arc<AtomicBool>,
}

/// A connection that ends as its [`Line`] was told.
pub(crate) struct Socket<W: Wire> {
    wire: W,
    reset: Arc<AtomicBool>,
}

/// Both views of a new connection.
pub(crate) fn new<W: Wire>(wire: W, router: &Arc<Router>) -> (Line, Socket<W>) {
    let reset = Arc::new(AtomicBool::new(false));
    (Line { router: router.clone(), born: router.forgotten(), reset: reset.clone() }, Socket { wire, reset })
}

impl Line {
    /// Whether nothing gets through any more, in either direction.
    pub(crate) fn is_forgotten(&self) -> bool {
        self.router.forgotten() != self.born
    }

    /// It is to end with a reset.
    pub(crate) fn reset(&self) {
        self.reset.store(true, Ordering::SeqCst);
    }
}

impl<W: Wire> Drop for Socket<W> {
    fn drop(&mut self) {
        if self.reset.load(Ordering::SeqCst) {
            self.wire.will_reset();
        }
    }
}

impl<W: Wire> AsyncRead for Socket<W> {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, to: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.wire).poll_read(context, to)
    }
}

impl<W: Wire> AsyncWrite for Socket<W> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.wire).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.wire).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.wire).poll_shutdown(context)
    }
}
