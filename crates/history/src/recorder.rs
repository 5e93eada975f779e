//! What records: it hands on to the thread and never waits, whatever the thread does with it.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use lalin_stats::RouterId;

use crate::handover::HandedTicks;
use crate::store::{Recording, StatusCell};
use crate::zone::Zone;
use crate::{Error, Event, Retention, Tick};

/// Messages that wait at the most.
pub(crate) const QUEUE: usize = 4_096;
/// Readings that wait at the most, some 30 MB; one tick may always wait.
const QUEUED_READINGS: usize = 120_000;

/// Takes what is to be recorded. It never waits.
#[derive(Clone, Debug)]
pub struct Recorder {
    pub(crate) queue: SyncSender<Message>,
    pub(crate) waiting: Arc<Waiting>,
    status: Arc<StatusCell>,
}

#[derive(Debug, Default)]
pub(crate) struct Waiting {
    readings: AtomicUsize,
    /// Routers of which a tick was dropped.
    lost: Mutex<HashSet<RouterId>>,
}

impl Waiting {
    pub(crate) fn lost(&self) -> MutexGuard<'_, HashSet<RouterId>> {
        self.lost.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A tick waits no more.
    pub(crate) fn gone(&self, tick: &Tick) {
        self.readings.fetch_sub(tick.readings.len(), Ordering::Relaxed);
    }
}

/// What waits for the thread. The queue has room for the most of them from the start, so they are small.
pub(crate) enum Message {
    Tick(Box<Tick>),
    Event(Box<Event>),
    BeginsAnew(RouterId),
    Flush(SyncSender<Result<(), Error>>),
    Compact(SyncSender<Result<(), Error>>),
    Append(Box<HandedTicks>, SyncSender<Result<u64, Error>>),
    Cursors(u64, SyncSender<Result<HashMap<RouterId, u64>, Error>>),
    Configure(Box<Configured>),
    End,
}

/// What was chosen of how it is recorded.
pub(crate) struct Configured {
    pub(crate) zone: Zone,
    pub(crate) interval: Duration,
    pub(crate) retention: Retention,
}

impl Recorder {
    pub(crate) fn new(queue: SyncSender<Message>, status: Arc<StatusCell>) -> Self {
        Self { queue, waiting: Arc::default(), status }
    }

    /// Records a tick. `false` where the queue is full: the tick is lost, and a gap is recorded for it.
    pub fn record(&self, tick: Tick) -> bool {
        let (router, count, wall_ms) = (tick.router.clone(), tick.readings.len(), tick.wall_ms);
        let before = self.waiting.readings.fetch_add(count, Ordering::Relaxed);
        let fits = before == 0 || before + count <= QUEUED_READINGS;
        if fits {
            match self.queue.try_send(Message::Tick(Box::new(tick))) {
                Ok(()) => return true,
                Err(TrySendError::Full(_)) => {}
                // The thread ended, which it does by itself only when something is wrong with it.
                Err(TrySendError::Disconnected(_)) => {
                    let cause = "the recording has ended".to_owned();
                    self.status.lock().recording = Recording::Stopped { since_ms: wall_ms, cause };
                }
            }
        }
        self.waiting.readings.fetch_sub(count, Ordering::Relaxed);
        self.waiting.lost().insert(router);
        self.status.lock().dropped_ticks += 1;
        false
    }

    /// Records an event. `false` where the queue is full.
    pub fn event(&self, event: Event) -> bool {
        self.queue.try_send(Message::Event(Box::new(event))).is_ok()
    }

    /// Another history may have recorded a router since: what passed between its last tick here and the next one is
    /// nobody's, so that it is not counted by both. `false` where the queue is full.
    pub fn begins_anew(&self, router: RouterId) -> bool {
        self.queue.try_send(Message::BeginsAnew(router)).is_ok()
    }

    /// Returns when everything that was recorded before is safe from a loss of power.
    pub(crate) fn flush(&self) -> Result<(), Error> {
        self.ask(Message::Flush)
    }

    pub(crate) fn ask<T>(&self, message: impl FnOnce(SyncSender<Result<T, Error>>) -> Message) -> Result<T, Error> {
        let (answer, answered) = sync_channel(1);
        self.queue.send(message(answer)).map_err(|_| Error::Closed)?;
        answered.recv().map_err(|_| Error::Closed)?
    }
}
