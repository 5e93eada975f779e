//! A limit on how many clients connect at the same time, and who goes first.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Routers that do not answer share one place in this many.
const SHARE: usize = 4;

/// Shared by many clients: only so many of them open a connection at once, and the others wait for their turn, which
/// is a longer pause to them and no failed attempt.
///
/// Routers whose last attempt failed, and that have not answered for some minutes, share a quarter of the places:
/// however many are dead, one that lives is connected to at once. In that quarter each has its turn in the order of
/// asking.
#[derive(Clone, Debug)]
pub struct ConnectLimit {
    all: Arc<Semaphore>,
    failing: Arc<Semaphore>,
}

/// One of the places; free again when it is dropped.
#[derive(Debug)]
pub(super) struct Place {
    _all: Option<OwnedSemaphorePermit>,
    _failing: Option<OwnedSemaphorePermit>,
}

impl ConnectLimit {
    /// So many at once, and one at least.
    pub fn new(at_once: usize) -> Self {
        let at_once = at_once.clamp(1, Semaphore::MAX_PERMITS);
        let failing = (at_once / SHARE).max(1);
        Self { all: Arc::new(Semaphore::new(at_once)), failing: Arc::new(Semaphore::new(failing)) }
    }

    /// Waits for a place.
    pub(super) async fn place(&self, failing: bool) -> Place {
        // Neither is ever closed, so that this cannot fail.
        let failing = match failing {
            true => self.failing.clone().acquire_owned().await.ok(),
            false => None,
        };
        Place { _all: self.all.clone().acquire_owned().await.ok(), _failing: failing }
    }
}
