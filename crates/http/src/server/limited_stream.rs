//! A connection's bytes, as far as they are allowed to come: bounded while nothing of them is used, ended when their time
//! is over, when nobody takes what is sent, or when the connection has to make room.
//!
//! It stands below the HTTP of actix, which has no such bounds: it reads 128 KiB ahead of what is used, waits for the head
//! of a second request for ever, and for a client who takes nothing too.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep, sleep_until};
use tokio_util::sync::WaitForCancellationFutureOwned;

use super::connection::Connection;

/// What is said to a head that is too large; actix has no chance to.
const TOO_LARGE: &[u8] =
    b"HTTP/1.1 431 Request Header Fields Too Large\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";
/// As much of a client's that is not listened to any more is thrown away, so that it can read its answer first.
const THROWN_AWAY: usize = 256 << 10;
/// How often actix is asked to look at what it has before that is called too much.
const ASKED_AGAIN: u8 = 3;

/// A connection whose bytes are bounded.
pub(crate) struct LimitedStream<T> {
    inner: T,
    connection: Arc<Connection>,
    ended: Pin<Box<WaitForCancellationFutureOwned>>,
    /// Whether what is read is counted; HTTP/2 does that itself, for each of its streams.
    counted: bool,
    /// When the head of the next request has to be there. Begins with its first byte.
    head: Option<Pin<Box<Sleep>>>,
    /// When something of what is sent has to be taken.
    stalled: Option<Pin<Box<Sleep>>>,
    asked_again: u8,
    /// The head was too large: what else comes is thrown away, this much of it.
    refused: Option<usize>,
}

impl<T> LimitedStream<T> {
    /// The bytes of `connection`, for HTTP/1.1.
    pub(crate) fn new(inner: T, connection: Arc<Connection>) -> Self {
        let ended = Box::pin(connection.ended().clone().cancelled_owned());
        Self { inner, connection, ended, counted: true, head: None, stalled: None, asked_again: 0, refused: None }
    }

    /// The bytes of a connection that speaks HTTP/2.
    pub(crate) fn for_http2(inner: T, connection: Arc<Connection>) -> Self {
        Self { counted: false, ..Self::new(inner, connection) }
    }

    pub(crate) fn connection(&self) -> &Arc<Connection> {
        &self.connection
    }

    /// Whether the connection has to make room.
    fn poll_ended(&mut self, cx: &mut Context<'_>) -> io::Result<()> {
        match self.ended.as_mut().poll(cx) {
            Poll::Ready(()) => Err(io::Error::new(io::ErrorKind::ConnectionAborted, "room is made for another")),
            Poll::Pending => Ok(()),
        }
    }

    /// Whether the head of the next request takes too long.
    fn poll_head(&mut self, cx: &mut Context<'_>) -> io::Result<()> {
        let over = self.head.as_mut().is_some_and(|head| head.as_mut().poll(cx).is_ready());
        if over { Err(io::ErrorKind::TimedOut.into()) } else { Ok(()) }
    }

    /// What a write came to: a client who takes nothing for too long is let go.
    fn wrote<R>(&mut self, cx: &mut Context<'_>, wrote: Poll<io::Result<R>>) -> Poll<io::Result<R>> {
        if wrote.is_ready() {
            self.stalled = None;
            return wrote;
        }
        let limit = self.connection.limits().stalled;
        let stalled = self.stalled.get_or_insert_with(|| Box::pin(sleep_until(Instant::now() + limit)));
        ready!(stalled.as_mut().poll(cx));
        Poll::Ready(Err(io::Error::new(io::ErrorKind::TimedOut, "the client takes nothing")))
    }
}

impl<T: AsyncRead + AsyncWrite + Unpin> LimitedStream<T> {
    /// There is no request in as many bytes as a head may have.
    fn poll_refused(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.refused.is_none() {
            // Only a first head: after an answer that said "close" another one would be a riddle.
            if self.connection.begun() == 0 {
                // One attempt: the buffers of a connection that was sent nothing are empty.
                let _ = Pin::new(&mut self.inner).poll_write(cx, TOO_LARGE);
                let _ = Pin::new(&mut self.inner).poll_flush(cx);
            }
            self.refused = Some(THROWN_AWAY);
        }
        let mut thrown_away = [0; 4 << 10];
        while let Some(left) = self.refused.filter(|left| *left > 0) {
            let mut part = ReadBuf::new(&mut thrown_away);
            ready!(Pin::new(&mut self.inner).poll_read(cx, &mut part))?;
            let read = part.filled().len();
            self.refused = Some(if read == 0 { 0 } else { left.saturating_sub(read) });
        }
        Poll::Ready(Ok(()))
    }
}

impl<T: AsyncRead + AsyncWrite + Unpin> AsyncRead for LimitedStream<T> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = &mut *self;
        this.poll_ended(cx)?;
        if !this.counted {
            return Pin::new(&mut this.inner).poll_read(cx, buf);
        }
        if !this.connection.is_idle() {
            this.head = None;
        }
        this.poll_head(cx)?;
        if this.connection.budget() == 0 {
            this.connection.reader.register(cx.waker());
        }
        let budget = this.connection.budget();
        if budget == 0 {
            if !this.connection.is_idle() {
                return Poll::Pending;
            }
            if this.asked_again < ASKED_AGAIN {
                this.asked_again += 1;
                cx.waker().wake_by_ref();
                return Poll::Pending;
            }
            return this.poll_refused(cx);
        }
        this.asked_again = 0;
        // Through a buffer of our own: a part of theirs cannot be lent without unsafe code.
        let mut bytes = [0; 4 << 10];
        let size = budget.min(buf.remaining()).min(bytes.len());
        let mut part = ReadBuf::new(&mut bytes[..size]);
        ready!(Pin::new(&mut this.inner).poll_read(cx, &mut part))?;
        let read = part.filled();
        buf.put_slice(read);
        this.connection.spend(read.len());
        if !read.is_empty() && this.head.is_none() && this.connection.is_idle() {
            let until = Instant::now() + this.connection.limits().receive_timeout;
            let mut head = Box::pin(sleep_until(until));
            // Asked at once, so that its end wakes the task whatever is read until then.
            let _ = head.as_mut().poll(cx);
            this.head = Some(head);
        }
        Poll::Ready(Ok(()))
    }
}

impl<T: AsyncRead + AsyncWrite + Unpin> AsyncWrite for LimitedStream<T> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.poll_ended(cx)?;
        let wrote = Pin::new(&mut self.inner).poll_write(cx, bytes);
        self.wrote(cx, wrote)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.poll_ended(cx)?;
        let flushed = Pin::new(&mut self.inner).poll_flush(cx);
        self.wrote(cx, flushed)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.poll_ended(cx)?;
        let shut = Pin::new(&mut self.inner).poll_shutdown(cx);
        self.wrote(cx, shut)
    }
}
