//! One connection: what it does right now, and how much of it may still be read.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicIsize, AtomicU64, AtomicUsize, Ordering};

use futures_util::task::AtomicWaker;
use tokio_util::sync::CancellationToken;

use super::connections::{ConnectionLimits, Connections, LARGEST_HEAD};

/// One connection: counted until it is dropped.
pub(crate) struct Connection {
    id: u64,
    connections: Connections,
    ended: CancellationToken,
    /// How many of its requests are being answered, those not counted whose body is still awaited.
    serving: AtomicIsize,
    /// How many of its requests are under way, those whose body is still awaited too.
    requests: AtomicUsize,
    /// How many requests there were.
    begun: AtomicU64,
    /// How many bytes may be read before something of what was read is used.
    budget: AtomicUsize,
    /// Waits for the budget to grow.
    pub(crate) reader: AtomicWaker,
}

impl Connection {
    pub(super) fn new(id: u64, connections: Connections, ended: CancellationToken) -> Self {
        Self {
            id,
            connections,
            ended,
            serving: AtomicIsize::new(0),
            requests: AtomicUsize::new(0),
            begun: AtomicU64::new(0),
            budget: AtomicUsize::new(LARGEST_HEAD),
            reader: AtomicWaker::new(),
        }
    }

    pub(super) fn id(&self) -> u64 {
        self.id
    }

    /// Cancelled when the connection has to make room.
    pub(crate) fn ended(&self) -> &CancellationToken {
        &self.ended
    }

    pub(crate) fn limits(&self) -> &ConnectionLimits {
        self.connections.limits()
    }

    /// How many requests there were.
    pub(crate) fn begun(&self) -> u64 {
        self.begun.load(Ordering::Acquire)
    }

    /// Whether it waits for its client.
    #[cfg(test)]
    pub(super) fn waits(&self) -> bool {
        self.serving.load(Ordering::Acquire) <= 0
    }

    /// Whether no request is under way: what comes next is a head.
    pub(crate) fn is_idle(&self) -> bool {
        self.requests.load(Ordering::Acquire) == 0
    }

    pub(crate) fn budget(&self) -> usize {
        self.budget.load(Ordering::Acquire)
    }

    /// So many bytes were read.
    pub(crate) fn spend(&self, bytes: usize) {
        self.budget.fetch_sub(bytes.min(self.budget()), Ordering::AcqRel);
    }

    /// So many bytes of a body were used: as many may be read.
    pub(crate) fn used(&self, bytes: usize) {
        self.budget.fetch_add(bytes, Ordering::AcqRel);
        self.reader.wake();
    }

    /// A request's head was read: it is answered until the guard is dropped.
    pub(crate) fn begin(self: &Arc<Self>) -> ActiveRequest {
        self.begun.fetch_add(1, Ordering::AcqRel);
        self.requests.fetch_add(1, Ordering::AcqRel);
        self.budget.store(LARGEST_HEAD, Ordering::Release);
        self.reader.wake();
        self.serve(1);
        ActiveRequest(self.clone())
    }

    /// A request's body is awaited until the guard is dropped.
    pub(crate) fn awaits_body(self: &Arc<Self>) -> AwaitedBody {
        self.serve(-1);
        AwaitedBody(self.clone())
    }

    /// A connection's own requests are on one thread: nothing comes between the number and what follows from it.
    fn serve(&self, change: isize) {
        let before = self.serving.fetch_add(change, Ordering::AcqRel);
        match (before > 0, before + change > 0) {
            (false, true) => self.connections.state().serve(self.id),
            (true, false) => self.connections.state().wait(self.id),
            _ => {}
        }
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.connections.state().forget(self.id);
    }
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection").field("id", &self.id).field("serving", &self.serving).finish_non_exhaustive()
    }
}

/// A request is being answered.
#[derive(Debug)]
pub(crate) struct ActiveRequest(Arc<Connection>);

impl Drop for ActiveRequest {
    fn drop(&mut self) {
        self.0.requests.fetch_sub(1, Ordering::AcqRel);
        self.0.serve(-1);
    }
}

/// A request's body is awaited.
#[derive(Debug)]
pub(crate) struct AwaitedBody(Arc<Connection>);

impl AwaitedBody {
    pub(crate) fn used(&self, bytes: usize) {
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
pub(crate) struct ActiveHandshake(Arc<Connection>);

impl ActiveHandshake {
    pub(super) fn new(connection: Arc<Connection>) -> Self {
        Self(connection)
    }
}

impl Drop for ActiveHandshake {
    fn drop(&mut self) {
        self.0.connections.state().handshakes.remove(&self.0.id);
    }
}
