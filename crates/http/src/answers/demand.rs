//! How often a body is asked for, and how many are made before they are: what decides whether one is made ahead.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// For so many ways of seeing a router at once; the workers have the rest of the processor.
pub(super) const AT_ONCE: usize = 2;
/// Whoever is asked for less often in a moment is not made ahead.
pub(super) const OFTEN: u32 = 4;

/// How often a body was asked for in its moment.
#[derive(Clone, Debug, Default)]
pub(crate) struct Asked(Arc<AtomicU32>);

impl Asked {
    /// Once more. Who asks often need not be counted to the end, so that workers do not write to the same place for each.
    pub(crate) fn once_more(&self) {
        if self.0.load(Ordering::Relaxed) < OFTEN {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    pub(super) fn is_often(&self) -> bool {
        self.0.load(Ordering::Relaxed) >= OFTEN
    }
}

/// So many are made ahead now.
#[derive(Clone, Debug)]
pub(super) struct Turns(Arc<Semaphore>);

impl Default for Turns {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(AT_ONCE)))
    }
}

impl Turns {
    pub(super) fn take(&self) -> Option<OwnedSemaphorePermit> {
        self.0.clone().try_acquire_owned().ok()
    }
}
