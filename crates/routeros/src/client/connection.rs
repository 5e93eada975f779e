//! What the clones of a client share: the way to the task that owns the connection, and its state.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::{Semaphore, mpsc, watch};
use tokio::time::{Instant, timeout, timeout_at};
use tracing::Instrument;

use crate::{Command, Error, Options};

use super::arrivals::Arrivals;
use super::driver::{Begin, Driver, Request};
use super::row_sink::RowSink;

/// How long an orderly end may take.
const FAREWELL: Duration = Duration::from_secs(1);

/// One connection, as seen by those who use it.
pub(super) struct Connection {
    requests: mpsc::UnboundedSender<Request>,
    ended: watch::Receiver<Option<Error>>,
    heard: Arrivals,
    places: Arc<Semaphore>,
    next_tag: AtomicU64,
    options: Options,
}

impl Connection {
    /// Starts the task that reads from and writes to `stream`.
    pub(super) fn start<S>(stream: S, options: &Options) -> Arc<Self>
    where
        S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
    {
        let (requests, receiver) = mpsc::unbounded_channel();
        let (ended, watched) = watch::channel(None);
        let heard = Arrivals::new();
        // It ends by itself when the last sender of requests is dropped: with the last client and the last stream, or
        // with the future that logs in.
        tokio::spawn(Driver::new(stream, options, receiver, ended, heard.clone()).run().in_current_span());
        Arc::new(Self {
            requests,
            ended: watched,
            heard,
            places: Arc::new(Semaphore::new(options.limits.commands.clamp(1, Semaphore::MAX_PERMITS))),
            next_tag: AtomicU64::new(1),
            options: options.clone(),
        })
    }

    /// Begins a command, once there is a place for it among those in flight.
    pub(super) async fn begin(
        self: &Arc<Self>,
        command: Command,
        sink: RowSink,
        deadline: Instant,
    ) -> Result<Running, Error> {
        let limit = self.options.limits.commands;
        let place = timeout_at(deadline, self.places.clone().acquire_owned()).await;
        let place = place.ok().and_then(Result::ok).ok_or(Error::Busy { limit })?;
        let tag = self.next_tag.fetch_add(1, Ordering::Relaxed);
        tracing::trace!(tag, ?command, "command");
        let begin = Box::new(Begin { tag, command, sink, place });
        self.requests.send(Request::Begin(begin)).map_err(|_| self.reason())?;
        Ok(Running { connection: self.clone(), tag, over: false })
    }

    pub(super) fn options(&self) -> &Options {
        &self.options
    }

    /// When a byte last came.
    pub(super) fn heard(&self) -> Instant {
        self.heard.last()
    }

    pub(super) fn is_closed(&self) -> bool {
        self.requests.is_closed() || self.ended.borrow().is_some()
    }

    /// Waits for the end; why it ended.
    pub(super) async fn closed(&self) -> Error {
        let mut ended = self.ended.clone();
        // An error means that the driver is gone, and `reason` knows.
        let _ = ended.wait_for(Option::is_some).await;
        self.reason()
    }

    /// Ends the connection in order.
    pub(super) async fn close(&self) {
        if self.requests.send(Request::Close { reason: None }).is_ok() {
            let _ = timeout(FAREWELL, self.requests.closed()).await;
        }
    }

    /// Ends a connection that is of no use any more: what is in flight fails with `reason`.
    pub(super) fn abandon(&self, reason: Error) {
        let _ = self.requests.send(Request::Close { reason: Some(Box::new(reason)) });
    }

    /// Why it ended.
    pub(super) fn reason(&self) -> Error {
        self.ended.borrow().clone().unwrap_or_else(|| Error::closed("the connection ended"))
    }
}

/// A command in flight, cancelled when it is dropped before its end.
pub(super) struct Running {
    connection: Arc<Connection>,
    tag: u64,
    over: bool,
}

impl Running {
    /// It ended; there is nothing to cancel.
    pub(super) fn finished(&mut self) {
        self.over = true;
    }

    /// Asks for its end on the router.
    pub(super) fn cancel(&mut self) {
        if !std::mem::replace(&mut self.over, true) {
            let _ = self.connection.requests.send(Request::Cancel { tag: self.tag });
        }
    }

    pub(super) fn reason(&self) -> Error {
        self.connection.reason()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.cancel();
    }
}

impl std::fmt::Debug for Running {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Running").field("tag", &self.tag).field("over", &self.over).finish_non_exhaustive()
    }
}
