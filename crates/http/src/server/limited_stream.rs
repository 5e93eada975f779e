//! The bytes of a connection with limits: for what is read ahead, for the time a head takes, for a client that reads
//! nothing, and with an end when the connection has to make room for another.
//!
//! It sits below the HTTP of actix, which has no such limits: actix reads 128 KiB ahead, and waits forever for the head of a
//! second request and for a client that reads nothing.

use std::io;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, ReadBuf, Take};
use tokio::time::{Instant, Sleep, sleep_until};
use tokio_util::sync::WaitForCancellationFutureOwned;

use super::connection::Connection;
use super::hand_over::HandOver;

/// The answer to a head that is too large, which actix never gets to see.
const TOO_LARGE: &[u8] =
    b"HTTP/1.1 431 Request Header Fields Too Large\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";
/// How much of a refused client's bytes is still read and discarded, so that it gets to read the answer.
const DISCARDED: usize = 256 << 10;
/// How much is read at once: a usual head.
const AT_ONCE: usize = 2 << 10;
/// How often actix may look again at what it has before the head counts as too large.
const LOOKS: u8 = 3;

/// A connection whose bytes are limited.
pub(super) struct LimitedStream<T> {
    /// `None` once the connection was handed over. What is read at once is limited below: a part of a buffer would have to
    /// be filled with zeros first.
    inner: Option<Take<T>>,
    hand_over: Option<Rc<HandOver<T>>>,
    connection: Arc<Connection>,
    ended: Pin<Box<WaitForCancellationFutureOwned>>,
    /// Whether reading is limited here; HTTP/2 does that itself, for each of its streams.
    counted: bool,
    /// When the head of the next request has to be complete. Starts with its first byte.
    head: Option<Instant>,
    /// Wakes the connection when a head was to be complete: one timer for all heads, because nearly all of them come at
    /// once. It may be over, or set to the time of an earlier one.
    timer: Option<Pin<Box<Sleep>>>,
    /// When the client must have accepted something of what is sent.
    stalled: Option<Pin<Box<Sleep>>>,
    looks: u8,
    /// How much is still discarded, after a head that was too large.
    refused: Option<usize>,
}

impl<T: AsyncRead + Unpin> LimitedStream<T> {
    /// The bytes of `connection`, for HTTP/1.1.
    pub(super) fn new(inner: T, connection: Arc<Connection>) -> Self {
        let ended = Box::pin(connection.ended().clone().cancelled_owned());
        let inner = Some(inner.take(u64::MAX));
        let hand_over = None;
        Self {
            inner,
            hand_over,
            connection,
            ended,
            counted: true,
            head: None,
            timer: None,
            stalled: None,
            looks: 0,
            refused: None,
        }
    }

    /// The bytes of a connection that speaks HTTP/2.
    pub(super) fn for_http2(inner: T, connection: Arc<Connection>) -> Self {
        Self { counted: false, ..Self::new(inner, connection) }
    }

    /// Lets the connection be handed over while a request on it is answered.
    pub(super) fn handing_over(mut self, hand_over: Rc<HandOver<T>>) -> Self {
        self.hand_over = Some(hand_over);
        self
    }

    pub(super) fn hand_over(&self) -> Option<&Rc<HandOver<T>>> {
        self.hand_over.as_ref()
    }

    /// Hands the socket over where that is asked for and nothing waits to be sent.
    fn release(&mut self) -> io::Result<()> {
        let asked = self.hand_over.as_ref().filter(|hand_over| hand_over.is_asked() && self.stalled.is_none());
        if let Some((hand_over, socket)) = asked.and_then(|asked| Some((asked, self.inner.take()?))) {
            hand_over.release(socket.into_inner());
        }
        match self.inner {
            Some(_) => Ok(()),
            None => Err(handed_over()),
        }
    }

    pub(super) fn connection(&self) -> &Arc<Connection> {
        &self.connection
    }

    /// Whether the connection has to make room.
    fn check_ended(&self) -> io::Result<()> {
        match self.connection.is_ended() {
            true => Err(io::Error::new(io::ErrorKind::ConnectionAborted, "the connection makes room for another")),
            false => Ok(()),
        }
    }

    /// The client is waited for: the task is woken when the connection has to make room too, or when the head takes too
    /// long.
    fn poll_waiting<R>(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<R>> {
        if self.ended.as_mut().poll(cx).is_ready() {
            self.check_ended()?;
        }
        let Some(head) = self.head else { return Poll::Pending };
        let timer = self.timer.get_or_insert_with(|| Box::pin(sleep_until(head)));
        while timer.as_mut().poll(cx).is_ready() {
            if Instant::now() >= head {
                return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
            }
            timer.as_mut().reset(head);
        }
        Poll::Pending
    }

    /// Whether the head of the next request takes too long.
    fn check_head(&self) -> io::Result<()> {
        let over = self.head.is_some_and(|head| Instant::now() >= head);
        if over { Err(io::ErrorKind::TimedOut.into()) } else { Ok(()) }
    }

    /// Passes the result of a write on; a client that accepts nothing for too long is dropped.
    fn wrote<R>(&mut self, cx: &mut Context<'_>, wrote: Poll<io::Result<R>>) -> Poll<io::Result<R>> {
        if wrote.is_ready() {
            self.stalled = None;
            return wrote;
        }
        if self.ended.as_mut().poll(cx).is_ready() {
            self.check_ended()?;
        }
        let limit = self.connection.limits().stalled_time;
        let stalled = self.stalled.get_or_insert_with(|| Box::pin(sleep_until(Instant::now() + limit)));
        ready!(stalled.as_mut().poll(cx));
        Poll::Ready(Err(io::Error::new(io::ErrorKind::TimedOut, "the client accepts nothing")))
    }

    fn socket(&mut self) -> io::Result<Pin<&mut T>> {
        self.inner.as_mut().map(|inner| Pin::new(inner.get_mut())).ok_or_else(handed_over)
    }

    /// The socket, of which so many bytes are read.
    fn at_most(&mut self, bytes: usize) -> io::Result<Pin<&mut Take<T>>> {
        let inner = self.inner.as_mut().ok_or_else(handed_over)?;
        inner.set_limit(bytes as u64);
        Ok(Pin::new(inner))
    }
}

fn handed_over() -> io::Error {
    io::Error::new(io::ErrorKind::NotConnected, "the connection was handed over")
}

impl<T: AsyncRead + AsyncWrite + Unpin> LimitedStream<T> {
    /// Refuses a head that is not complete after as many bytes as one may have.
    fn poll_refused(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.refused.is_none() {
            // Only for a first head: after an answer that said "close" a second answer would confuse the client.
            if self.connection.begun() == 0 {
                // One attempt is enough: nothing was sent yet, so the buffers of the connection are empty.
                let _ = self.socket()?.poll_write(cx, TOO_LARGE);
                let _ = self.socket()?.poll_flush(cx);
            }
            self.refused = Some(DISCARDED);
        }
        let mut discarded = [0; 4 << 10];
        while let Some(left) = self.refused.filter(|left| *left > 0) {
            let mut part = ReadBuf::new(&mut discarded);
            ready!(self.socket()?.poll_read(cx, &mut part))?;
            let read = part.filled().len();
            self.refused = Some(if read == 0 { 0 } else { left.saturating_sub(read) });
        }
        Poll::Ready(Ok(()))
    }
}

impl<T: AsyncRead + AsyncWrite + Unpin> AsyncRead for LimitedStream<T> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = &mut *self;
        this.check_ended()?;
        this.release()?;
        if !this.counted {
            return match this.socket()?.poll_read(cx, buf) {
                Poll::Pending => this.poll_waiting(cx),
                read => read,
            };
        }
        if !this.connection.is_idle() {
            this.head = None;
        }
        this.check_head()?;
        if this.connection.budget() == 0 {
            this.connection.reader.register(cx.waker());
        }
        let budget = this.connection.budget();
        if budget == 0 {
            if !this.connection.is_idle() {
                return this.poll_waiting(cx);
            }
            if this.looks < LOOKS {
                this.looks += 1;
                cx.waker().wake_by_ref();
                return Poll::Pending;
            }
            return match this.poll_refused(cx) {
                Poll::Pending => this.poll_waiting(cx),
                refused => refused,
            };
        }
        this.looks = 0;
        let before = buf.filled().len();
        let read = match this.at_most(budget.min(AT_ONCE))?.poll_read(cx, buf) {
            Poll::Ready(read) => read.map(|()| buf.filled().len() - before)?,
            Poll::Pending => return this.poll_waiting(cx),
        };
        this.connection.spend(read);
        if read > 0 && this.head.is_none() && this.connection.is_idle() {
            this.head = Some(Instant::now() + this.connection.limits().request_time);
        }
        Poll::Ready(Ok(()))
    }
}

impl<T: AsyncRead + AsyncWrite + Unpin> AsyncWrite for LimitedStream<T> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.check_ended()?;
        let wrote = self.socket()?.poll_write(cx, bytes);
        self.wrote(cx, wrote)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.check_ended()?;
        let flushed = self.socket()?.poll_flush(cx);
        self.wrote(cx, flushed)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.check_ended()?;
        let shut = self.socket()?.poll_shutdown(cx);
        self.wrote(cx, shut)
    }
}
