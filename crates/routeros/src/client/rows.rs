//! The rows of a command that may never end, one by one as they arrive.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::{Context, Poll};
use std::time::Duration;

use futures_core::Stream;
use tokio::sync::mpsc;
use tokio::time::{Sleep, sleep};

use crate::Phase;
use crate::{Error, Sentence};

use super::connection::Running;
use super::row_sink::StreamState;

/// The rows of a command, as they come; made by [`Client::stream`](super::Client::stream).
///
/// Rows wait in a queue that is bounded by [`Limits::queued_rows`](crate::Limits::queued_rows) and
/// [`Limits::queued_bytes`](crate::Limits::queued_bytes). Dropping this cancels the command on the router.
#[derive(Debug)]
pub struct Rows {
    rows: mpsc::Receiver<Sentence>,
    shared: Arc<StreamState>,
    running: Running,
    limit: Option<(Duration, Pin<Box<Sleep>>)>,
    over: bool,
}

impl Rows {
    pub(super) fn new(
        rows: mpsc::Receiver<Sentence>,
        shared: Arc<StreamState>,
        running: Running,
        limit: Option<Duration>,
    ) -> Self {
        let limit = limit.map(|after| (after, Box::pin(sleep(after))));
        Self { rows, shared, running, limit, over: false }
    }

    /// The next row; `None` after the command's end. Dropping the future loses no row.
    pub async fn next(&mut self) -> Option<Result<Sentence, Error>> {
        std::future::poll_fn(|context| self.poll(context)).await
    }

    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Sentence, Error>>> {
        if self.over {
            return Poll::Ready(None);
        }
        match self.rows.poll_recv(context) {
            Poll::Ready(Some(row)) => {
                self.shared.bytes.fetch_sub(row.size(), Ordering::Relaxed);
                Poll::Ready(Some(Ok(row)))
            }
            Poll::Ready(None) => {
                self.over = true;
                self.running.finished();
                let end = self.shared.end.get().cloned();
                Poll::Ready(end.unwrap_or_else(|| Err(self.running.reason())).err().map(Err))
            }
            Poll::Pending => {
                let Some((after, sleep)) = &mut self.limit else { return Poll::Pending };
                let after = *after;
                std::task::ready!(sleep.as_mut().poll(context));
                self.over = true;
                self.running.cancel();
                Poll::Ready(Some(Err(Error::TimedOut { phase: Phase::Command, after })))
            }
        }
    }
}

impl Stream for Rows {
    type Item = Result<Sentence, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.poll(context)
    }
}
