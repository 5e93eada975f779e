//! How much memory the recent windows of all routers may take, shared evenly.

use std::sync::atomic::{AtomicUsize, Ordering};

/// The bound of all windows together, beyond what [`Settings::window`](crate::Settings::window) promises.
#[derive(Debug)]
pub(crate) struct MemoryBudget {
    bytes: usize,
    routers: AtomicUsize,
}

impl MemoryBudget {
    pub(crate) fn new(bytes: usize) -> Self {
        Self { bytes, routers: AtomicUsize::new(0) }
    }

    /// This many routers share it from now on.
    pub(crate) fn set_routers(&self, routers: usize) {
        self.routers.store(routers, Ordering::Relaxed);
    }

    /// The share of one router, bytes.
    pub(crate) fn per_router(&self) -> usize {
        self.bytes / self.routers.load(Ordering::Relaxed).max(1)
    }
}
