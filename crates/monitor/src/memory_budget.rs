//! How much memory the recent windows of all routers may take.
//!
//! Beyond what [`Settings::window`](crate::Settings::window) promises they share one bound evenly. The promise itself has
//! another one, that holds whatever the routers are like: where all windows together pass it, those that take more than
//! their share forget their oldest points.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The bounds of all windows together.
#[derive(Debug)]
pub(crate) struct MemoryBudget {
    bytes: usize,
    most: usize,
    routers: AtomicUsize,
    used: AtomicUsize,
}

impl MemoryBudget {
    /// `bytes` beyond what is promised, and `most` with it.
    pub(crate) fn new(bytes: usize, most: usize) -> Self {
        Self { bytes, most, routers: AtomicUsize::new(0), used: AtomicUsize::new(0) }
    }

    /// This many routers share it from now on.
    pub(crate) fn set_routers(&self, routers: usize) {
        self.routers.store(routers, Ordering::Relaxed);
    }

    /// The share of one router of what is beyond the promise, bytes.
    pub(crate) fn per_router(&self) -> usize {
        self.bytes / self.routers()
    }

    /// What one router may take at the most: as much as it needs while all together fit, then its share.
    pub(crate) fn most_per_router(&self) -> usize {
        let used = self.used.load(Ordering::Relaxed);
        if used <= self.most { usize::MAX } else { self.most / self.routers() }
    }

    fn routers(&self) -> usize {
        self.routers.load(Ordering::Relaxed).max(1)
    }

    /// What all of them take.
    pub(crate) fn used(&self) -> usize {
        self.used.load(Ordering::Relaxed)
    }
}

/// What one router's window takes of it, until this is dropped.
#[derive(Debug)]
pub(crate) struct BudgetUse {
    budget: Arc<MemoryBudget>,
    bytes: usize,
}

impl BudgetUse {
    pub(crate) fn new(budget: Arc<MemoryBudget>) -> Self {
        Self { budget, bytes: 0 }
    }

    pub(crate) fn budget(&self) -> &MemoryBudget {
        &self.budget
    }

    /// It takes this much now.
    pub(crate) fn set(&mut self, bytes: usize) {
        self.budget.used.fetch_add(bytes, Ordering::Relaxed);
        self.budget.used.fetch_sub(self.bytes, Ordering::Relaxed);
        self.bytes = bytes;
    }
}

impl Drop for BudgetUse {
    fn drop(&mut self) {
        self.set(0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_takes_more_than_its_share_is_held_to_it_only_where_all_together_are_too_much() {
        let budget = Arc::new(MemoryBudget::new(100, 1_000));
        budget.set_routers(4);
        let mut big = BudgetUse::new(budget.clone());
        let mut small = BudgetUse::new(budget.clone());
        big.set(900);
        small.set(50);
        assert_eq!((budget.per_router(), budget.most_per_router()), (25, usize::MAX));
        small.set(150);
        assert_eq!((budget.used(), budget.most_per_router()), (1_050, 250));
        drop(big);
        assert_eq!((budget.used(), budget.most_per_router()), (150, usize::MAX));
    }
}
