//! Where the rows of a command go: to what gathers them, or one by one to a consumer.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use tokio::sync::mpsc;
use tokio::time::Instant;

use crate::error::{Trap, command_failed};
use crate::session::Chunk;
use crate::{Error, Limits, Reply, Sentence};

use super::arrivals::Arrivals;
use super::gathering::Gathering;
use super::kept_memory::KeptMemory;

/// A command's caller.
pub(crate) enum RowSink {
    /// Waits for all of it.
    Gather {
        gathering: Box<dyn Gathering>,
        /// Where somebody limits the silence between rows.
        arrivals: Option<Arrivals>,
    },
    /// Takes row by row.
    Stream(Queue),
}

/// The driver's end of a stream of rows.
pub(crate) struct Queue {
    rows: mpsc::Sender<Sentence>,
    shared: Arc<StreamState>,
    limit: usize,
    kept: KeptMemory,
}

/// What both ends of a stream know.
#[derive(Debug, Default)]
pub(crate) struct StreamState {
    /// Waiting in the queue, bytes.
    pub(crate) bytes: AtomicUsize,
    /// How the command ended; set before the queue is closed.
    pub(crate) end: OnceLock<Result<(), Error>>,
}

/// Whether the driver may go on at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pace {
    /// There is room.
    On,
    /// A queue is half full: its consumer should have a turn.
    Wait,
}

/// Both ends of a stream of rows.
pub(crate) fn queue(limits: &Limits) -> (Queue, mpsc::Receiver<Sentence>, Arc<StreamState>) {
    let (rows, receiver) = mpsc::channel(limits.queued_rows.max(1));
    let shared = Arc::new(StreamState::default());
    let queue = Queue { rows, shared: shared.clone(), limit: limits.queued_bytes, kept: KeptMemory::default() };
    (queue, receiver, shared)
}

impl RowSink {
    /// Whether rows are gathered, within the limits of a reply.
    pub(crate) fn gathers(&self) -> bool {
        matches!(self, Self::Gather { .. })
    }

    /// Takes a row, a part of this chunk, that came at `now`.
    ///
    /// # Errors
    /// [`Error::Lagged`] when the queue is full. It never waits: other commands share the connection.
    pub(crate) fn row(&mut self, row: Sentence, chunk: Chunk, now: Instant) -> Result<Pace, Error> {
        match self {
            Self::Gather { gathering, arrivals } => {
                if let Some(arrivals) = arrivals {
                    arrivals.note(now);
                }
                gathering.row(row, chunk);
                Ok(Pace::On)
            }
            Self::Stream(queue) => queue.row(row, chunk),
        }
    }

    /// The command ended by itself at `now`.
    pub(crate) fn done(self, done: Sentence, traps: Vec<Trap>, now: Instant) {
        let outcome = if traps.is_empty() { Ok(()) } else { Err(command_failed(traps)) };
        match self {
            Self::Gather { gathering, arrivals } => {
                let longest_silence = arrivals.map(|arrivals| {
                    arrivals.note(now);
                    arrivals.longest_silence()
                });
                gathering.end(outcome.map(|()| Reply { rows: Vec::new(), done, longest_silence }));
            }
            Self::Stream(queue) => drop(queue.shared.end.set(outcome)),
        }
    }

    /// The command ended by something else.
    pub(crate) fn fail(self, error: Error) {
        match self {
            Self::Gather { gathering, .. } => gathering.end(Err(error)),
            Self::Stream(queue) => drop(queue.shared.end.set(Err(error))),
        }
    }
}

impl Queue {
    fn row(&mut self, row: Sentence, chunk: Chunk) -> Result<Pace, Error> {
        let size = row.size();
        let waiting = self.shared.bytes.fetch_add(size, Ordering::Relaxed);
        if waiting > 0 && waiting.saturating_add(size) > self.limit {
            return Err(Error::Lagged);
        }
        if waiting == 0 {
            // Whoever took the rows before this one has them now.
            self.kept = KeptMemory::default();
        }
        // While the consumer keeps up nothing is copied.
        let row = self.kept.keep(row, chunk, self.limit / 4);
        match self.rows.try_send(row) {
            // A consumer who left has cancelled the command already.
            Ok(()) | Err(mpsc::error::TrySendError::Closed(_)) => {}
            Err(mpsc::error::TrySendError::Full(_)) => return Err(Error::Lagged),
        }
        let half = self.rows.capacity() < self.rows.max_capacity().div_ceil(2) || waiting > self.limit / 2;
        Ok(if half { Pace::Wait } else { Pace::On })
    }
}
