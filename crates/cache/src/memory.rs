//! What a cache remembers: the last good data, the last failure, and the read that is under way.

use std::sync::Arc;
use std::time::Duration;

use lalin_stats::{Freshness, ReadError, Reading};
use tokio::time::Instant;

use crate::single_flight::Waiter;

/// What a read came to.
pub(crate) type Outcome<T, E> = Result<Reading<T, E>, E>;

/// Shared by the callers and the read under way.
pub(crate) struct Memory<T, E> {
    good: Option<Good<T>>,
    failed: Option<(Instant, E)>,
    read: Option<Waiter<Outcome<T, E>>>,
    /// Counts the invalidations: what was begun before the last one must not be remembered.
    generation: u64,
}

/// The last good data, and the moment it describes.
struct Good<T> {
    data: Arc<T>,
    at: Instant,
}

impl<T, E> Default for Memory<T, E> {
    fn default() -> Self {
        Self { good: None, failed: None, read: None, generation: 0 }
    }
}

impl<T, E: ReadError> Memory<T, E> {
    /// The last good data, where it is younger than `life`.
    pub(crate) fn young(&self, now: Instant, life: Duration) -> Option<Reading<T, E>> {
        let good = self.good.as_ref().filter(|good| good.age(now) < life)?;
        Some(good.reading(Freshness::Fresh))
    }

    /// The age of the last good data.
    pub(crate) fn age(&self, now: Instant) -> Option<Duration> {
        self.good.as_ref().map(|good| good.age(now))
    }

    /// The read under way.
    pub(crate) fn read_under_way(&self) -> Option<Waiter<Outcome<T, E>>> {
        self.read.clone()
    }

    /// A failure that is not older than `hold`.
    pub(crate) fn held_failure(&self, now: Instant, hold: Duration) -> Option<E> {
        let (at, failure) = self.failed.as_ref()?;
        (now.saturating_duration_since(*at) < hold).then(|| failure.clone())
    }

    /// The generation of a read that begins now.
    pub(crate) fn generation(&self) -> u64 {
        self.generation
    }

    /// A read begins, which callers may wait for.
    pub(crate) fn begin(&mut self, waiter: Waiter<Outcome<T, E>>) {
        self.read = Some(waiter);
    }

    /// A read of this generation ended without an outcome.
    pub(crate) fn lose(&mut self, generation: u64) {
        if generation == self.generation {
            self.read = None;
        }
    }

    /// Takes in what a read of this generation came to, and makes of it what its waiters are given.
    pub(crate) fn land(&mut self, generation: u64, outcome: Outcome<T, E>, max_stale: Duration) -> Outcome<T, E> {
        if generation != self.generation {
            // Invalidated meanwhile: good enough for those who asked before that, and for nobody else.
            return outcome;
        }
        self.read = None;
        let now = Instant::now();
        match outcome {
            Ok(reading) => {
                self.failed = None;
                // What its own source does not vouch for is handed on, but never served again as fresh.
                if matches!(reading.freshness, Freshness::Fresh) {
                    self.good = Some(Good { data: reading.data.clone(), at: reading.at });
                }
                Ok(reading)
            }
            Err(failure) => {
                self.failed = (!failure.is_internal()).then(|| (now, failure.clone()));
                self.stale_or(failure, now, max_stale)
            }
        }
    }

    /// The last good data with this failure as its reason, where it is not older than `max_stale`.
    pub(crate) fn stale_or(&self, failure: E, now: Instant, max_stale: Duration) -> Outcome<T, E> {
        match self.good.as_ref().filter(|good| good.age(now) <= max_stale) {
            Some(good) => Ok(good.reading(Freshness::Stale(failure))),
            None => Err(failure),
        }
    }

    /// Forgets everything. A read under way is left to those who already wait for it.
    pub(crate) fn invalidate(&mut self) {
        *self = Self { generation: self.generation + 1, ..Self::default() };
    }
}

impl<T> Good<T> {
    fn age(&self, now: Instant) -> Duration {
        now.saturating_duration_since(self.at)
    }

    fn reading<E>(&self, freshness: Freshness<E>) -> Reading<T, E> {
        Reading { data: self.data.clone(), at: self.at, freshness }
    }
}
