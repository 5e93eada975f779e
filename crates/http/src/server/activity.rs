//! Whether a connection waits for its client, and since when: known without the lock of all connections, because it changes
//! twice with each request and is asked about only where there is no room for another.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicIsize, AtomicU64, Ordering};

use tokio_util::sync::CancellationToken;

/// Numbers moments: a smaller number is older.
#[derive(Clone, Debug, Default)]
pub(super) struct Moments(Arc<AtomicU64>);

impl Moments {
    pub(super) fn next(&self) -> u64 {
        self.0.fetch_add(1, Ordering::Relaxed) + 1
    }
}

/// What one connection does.
#[derive(Debug)]
pub(super) struct Activity {
    moments: Moments,
    /// How many of its requests are being answered, without those whose body has not arrived yet.
    serving: AtomicIsize,
    /// When it last began to wait.
    since: AtomicU64,
    /// Cancelled when it has to make room for another, and whether it was: that is asked before each read and write, and so
    /// without the lock that the token would take.
    end: CancellationToken,
    is_ended: AtomicBool,
    /// Whether the table has put it aside because it did not wait. Then the table is told when it does.
    aside: AtomicBool,
}

impl Activity {
    /// It waits from now on.
    pub(super) fn new(moments: Moments) -> Self {
        let since = AtomicU64::new(moments.next());
        Self {
            moments,
            serving: AtomicIsize::new(0),
            since,
            end: CancellationToken::new(),
            is_ended: AtomicBool::new(false),
            aside: AtomicBool::new(false),
        }
    }

    /// It has to make room for another.
    pub(super) fn end(&self) {
        self.is_ended.store(true, Ordering::Release);
        self.end.cancel();
    }

    /// Cancelled when it has to make room for another.
    pub(super) fn ended(&self) -> &CancellationToken {
        &self.end
    }

    /// Whether it has to make room for another.
    pub(super) fn is_ended(&self) -> bool {
        self.is_ended.load(Ordering::Acquire)
    }

    /// When it began to wait; `None` while it is being answered.
    pub(super) fn waits_since(&self) -> Option<u64> {
        (self.serving.load(Ordering::SeqCst) <= 0).then(|| self.since.load(Ordering::SeqCst))
    }

    /// So many more requests are being answered, or fewer. True where the table has to be told that it waits again. All
    /// requests of a connection run on one thread, so nothing comes between.
    pub(super) fn serves(&self, change: isize) -> bool {
        let after = self.serving.load(Ordering::SeqCst) + change;
        let ends = change < 0 && after <= 0 && after - change > 0;
        if ends {
            self.since.store(self.moments.next(), Ordering::SeqCst);
        }
        self.serving.store(after, Ordering::SeqCst);
        ends && self.aside.load(Ordering::SeqCst) && self.takes_back()
    }

    /// Puts it aside; `Some` where it has begun to wait meanwhile and is not put aside.
    pub(super) fn put_aside(&self) -> Option<u64> {
        self.aside.store(true, Ordering::SeqCst);
        // Whoever ends the wait sees the mark, or this sees the end; if both, one of them takes it back.
        self.waits_since().filter(|_| self.takes_back())
    }

    fn takes_back(&self) -> bool {
        self.aside.swap(false, Ordering::SeqCst)
    }
}
