//! How much memory the past of all routers may take, shared evenly.

use std::sync::atomic::{AtomicUsize, Ordering};

/// The bound of all pasts beyond what [`Settings::window`](crate::Settings::window) promises.
#[derive(Debug)]
pub(crate) struct Room {
    bytes: usize,
    routers: AtomicUsize,
}

impl Room {
    pub(crate) fn new(bytes: usize) -> Self {
        Self { bytes, routers: AtomicUsize::new(0) }
    }

    /// So many routers share it from now on.
    pub(crate) fn share(&self, routers: usize) {
        self.routers.store(routers, Ordering::Relaxed);
    }

    /// The part of one router, bytes.
    pub(crate) fn of_one(&self) -> usize {
        self.bytes / self.routers.load(Ordering::Relaxed).max(1)
    }
}
