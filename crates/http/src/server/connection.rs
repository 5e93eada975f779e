//! One connection: whether it waits for its client, and how much may still be read from it.

use std::fmt;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures_util::task::AtomicWaker;
use tokio_util::sync::CancellationToken;

use super::activity::Activity;
use super::connection_limits::{ConnectionLimits, LARGEST_HEAD};
use super::connection_table::ConnectionTable;

/// One connection. It counts until it is dropped.
pub(super) struct Connection {
    id: u64,
    limits: ConnectionLimits,
    table: Arc<Mutex<ConnectionTable>>,
    activity: Arc<Activity>,
    /// How many of its requests are under way, with those whose body has not arrived yet.
    requests: AtomicUsize,
    /// How many requests there have been.
    begun: AtomicU64,
    /// How many bytes may be read before something of what has been read is used.
    budget: AtomicUsize,
    /// Woken when the budget grows.
    pub(super) reader: AtomicWaker,
}

impl Connection {
    pub(super) fn new(
        id: u64,
        limits: ConnectionLimits,
        table: Arc<Mutex<ConnectionTable>>,
        activity: Arc<Activity>,
    ) -> Self {
        Self {
            id,
            limits,
            table,
            activity,
            requests: AtomicUsize::new(0),
            begun: AtomicU64::new(0),
            budget: AtomicUsize::new(LARGEST_HEAD),
            reader: AtomicWaker::new(),
        }
    }

    pub(super) fn id(&self) -> u64 {
        self.id
    }

    /// Cancelled when the connection has to make room for another.
    pub(super) fn ended(&self) -> &CancellationToken {
        self.activity.ended()
    }

    /// Whether it has to make room for another.
    pub(super) fn is_ended(&self) -> bool {
        self.activity.is_ended()
    }

    pub(super) fn limits(&self) -> &ConnectionLimits {
        &self.limits
    }

    fn table(&self) -> MutexGuard<'_, ConnectionTable> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many requests there have been.
    pub(super) fn begun(&self) -> u64 {
        self.begun.load(Ordering::Acquire)
    }

    /// Whether it waits for its client.
    #[cfg(test)]
    pub(super) fn waits(&self) -> bool {
        self.activity.waits_since().is_some()
    }

    /// Whether no request is under way, so that a head comes next.
    pub(super) fn is_idle(&self) -> bool {
        self.requests.load(Ordering::Acquire) == 0
    }

    pub(super) fn budget(&self) -> usize {
        self.budget.load(Ordering::Acquire)
    }

    /// Takes bytes that were read from the budget.
    pub(super) fn spend(&self, bytes: usize) {
        self.budget.fetch_sub(bytes.min(self.budget()), Ordering::AcqRel);
    }

    /// Gives the budget back as many bytes as were used of a body.
    pub(super) fn used(&self, bytes: usize) {
        self.budget.fetch_add(bytes, Ordering::AcqRel);
        self.reader.wake();
    }

    /// The head of a request has been read. The request is being answered until the guard is dropped.
    pub(super) fn begin(self: &Arc<Self>) -> ActiveRequest {
        self.begun.fetch_add(1, Ordering::AcqRel);
        self.requests.fetch_add(1, Ordering::AcqRel);
        self.budget.store(LARGEST_HEAD, Ordering::Release);
        self.reader.wake();
        self.serve(1);
        ActiveRequest(self.clone())
    }

    /// It carries an event stream until the guard is dropped.
    pub(super) fn watches(self: &Arc<Self>) -> ActiveStream {
        self.table().watch(self.id);
        ActiveStream(self.clone())
    }

    /// The body of a request is awaited until the guard is dropped.
    pub(super) fn awaits_body(self: &Arc<Self>) -> AwaitedBody {
        self.serve(-1);
        AwaitedBody(self.clone())
    }

    fn serve(&self, change: isize) {
        if self.activity.serves(change) {
            self.table().wait(self.id);
        }
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.table().forget(self.id);
    }
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection").field("id", &self.id).field("activity", &self.activity).finish_non_exhaustive()
    }
}

/// A request is being answered.
#[derive(Debug)]
pub(super) struct ActiveRequest(Arc<Connection>);

impl Drop for ActiveRequest {
    fn drop(&mut self) {
        self.0.requests.fetch_sub(1, Ordering::AcqRel);
        self.0.serve(-1);
    }
}

/// An event stream is open.
#[derive(Debug)]
pub(super) struct ActiveStream(Arc<Connection>);

impl Drop for ActiveStream {
    fn drop(&mut self) {
        self.0.table().leave(self.0.id);
    }
}

/// A request's body is awaited.
#[derive(Debug)]
pub(super) struct AwaitedBody(Arc<Connection>);

impl AwaitedBody {
    pub(super) fn used(&self, bytes: usize) {
        self.0.used(bytes);
    }
}

impl Drop for AwaitedBody {
    fn drop(&mut self) {
        self.0.serve(1);
    }
}

/// A TLS handshake is under way.
#[derive(Debug)]
pub(super) struct ActiveHandshake(Arc<Connection>);

impl ActiveHandshake {
    pub(super) fn new(connection: Arc<Connection>) -> Self {
        Self(connection)
    }
}

impl Drop for ActiveHandshake {
    fn drop(&mut self) {
        self.0.table().handshakes.remove(&self.0.id);
    }
}
