//! The last good data, one read at a time however many callers wait, and stale data with its reason on failure.
//!
//! How the one read runs is `flight`'s; what an operator reads in the log is `moments`'.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use lalin_stats::{Failure, Freshness, Reading, Snapshot, SourceError, StatsSource, Timing};
use tokio::task::JoinSet;
use tokio::time::Instant;
use tracing::Instrument;

use crate::flight::{Flight, Waiter};
use crate::moments::Moments;

/// A source with a memory.
///
/// - Data younger than its life is served from memory; its age is the snapshot's own.
/// - Otherwise the inner source is read, once, and every caller who comes meanwhile waits for that read. It belongs
///   to the `Cached`: a caller who leaves does not cancel it for the others, and dropping the `Cached` ends it.
/// - Where the read fails, the last good data is served whatever its age, as [`Freshness::Stale`] with the reason;
///   where there never was any, the failure is the answer.
/// - A source that panics gives [`SourceError::Internal`], one that hangs is given up after the flight limit, and in
///   either case the next call starts anew.
///
/// Must be read from within a tokio runtime, on which the read is spawned.
pub struct Cached {
    inner: Arc<dyn StatsSource>,
    life: Duration,
    flight_limit: Duration,
    failure_hold: Duration,
    memory: Arc<Mutex<Memory>>,
    /// The flight's task, which so ends with its owner; the flight itself holds the memory.
    tasks: Mutex<JoinSet<()>>,
}

/// What a read of the inner source came to, told to everyone who waited for it.
pub(crate) type Outcome = Result<Reading, Failure>;

/// What the callers and the flight share.
#[derive(Default)]
pub(crate) struct Memory {
    last: Option<Arc<Snapshot>>,
    failed: Option<(Instant, Failure)>,
    flight: Option<Waiter>,
    moments: Moments,
}

impl Cached {
    /// The usual life of data: 5 s.
    pub const LIFE: Duration = Duration::from_secs(5);
    /// How long a read may take unless told otherwise: 10 s. A backstop, not the time limit of a read; that is
    /// [`Timeout`](crate::Timeout).
    pub const FLIGHT_LIMIT: Duration = Duration::from_secs(10);
    /// For how long a failure answers further callers unless told otherwise: 50 ms.
    pub const FAILURE_HOLD: Duration = Duration::from_millis(50);

    /// `inner`, whose data is served again until it is `life` old.
    pub fn new(inner: Arc<dyn StatsSource>, life: Duration) -> Self {
        Self {
            inner,
            life,
            flight_limit: Self::FLIGHT_LIMIT,
            failure_hold: Self::FAILURE_HOLD,
            memory: Arc::default(),
            tasks: Mutex::default(),
        }
    }

    /// Gives a read up after `limit`, so that a source that hangs cannot wedge the cache.
    #[must_use]
    pub fn with_flight_limit(mut self, limit: Duration) -> Self {
        self.flight_limit = limit;
        self
    }

    /// Answers callers who come within `hold` of a failure with that failure, so that a source that fails at once is
    /// not asked once a caller. Zero asks it every time. A panic, or another fault of our own, is not held.
    #[must_use]
    pub fn with_failure_hold(mut self, hold: Duration) -> Self {
        self.failure_hold = hold;
        self
    }

    /// The answer from memory, or the flight to wait for.
    fn answer_or_flight(&self) -> Result<Outcome, Waiter> {
        let now = Instant::now();
        let mut memory = lock(&self.memory);
        if let Some(snapshot) = &memory.last {
            let age = snapshot.age(now);
            if age < self.life {
                memory.moments.served(age);
                return Ok(Ok(Reading::fresh(snapshot.clone())));
            }
        }
        if let Some(waiter) = &memory.flight {
            return Err(waiter.clone());
        }
        if let Some((at, failure)) = &memory.failed
            && now.saturating_duration_since(*at) < self.failure_hold
        {
            return Ok(memory.stale_or(failure.clone()));
        }
        // Known before the lock is released, so that no other caller starts one more.
        let (flight, waiter) = Flight::new(self.memory.clone());
        memory.flight = Some(waiter.clone());
        drop(memory);
        let mut tasks = lock(&self.tasks);
        while tasks.try_join_next().is_some() {}
        tasks.spawn(flight.run(self.inner.clone(), self.flight_limit).in_current_span());
        Err(waiter)
    }
}

#[async_trait]
impl StatsSource for Cached {
    async fn read(&self) -> Result<Reading, Failure> {
        match self.answer_or_flight() {
            Ok(outcome) => outcome,
            Err(waiter) => waiter.outcome().await,
        }
    }

    fn timing(&self) -> Timing {
        self.inner.timing()
    }
}

impl fmt::Debug for Cached {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cached")
            .field("life", &self.life)
            .field("flight_limit", &self.flight_limit)
            .finish_non_exhaustive()
    }
}

impl Memory {
    /// Takes in what the flight came to, and makes of it what its waiters are told.
    pub(crate) fn land(&mut self, outcome: Outcome) -> Outcome {
        self.flight = None;
        let now = Instant::now();
        match outcome {
            Ok(reading) => {
                self.failed = None;
                // What its own source does not vouch for is handed on, but never served again as fresh.
                if reading.freshness == Freshness::Fresh {
                    self.last = Some(reading.snapshot.clone());
                    self.moments.updated(reading.snapshot.rows.len());
                }
                Ok(reading)
            }
            Err(failure) => {
                self.moments.failed(&failure.reason, self.last.as_ref().map(|snapshot| snapshot.age(now)));
                let internal = matches!(failure.reason, SourceError::Internal { .. });
                self.failed = (!internal).then(|| (now, failure.clone()));
                self.stale_or(failure)
            }
        }
    }

    /// The flight ended without an outcome, as its runtime ended.
    pub(crate) fn lose_flight(&mut self) {
        self.flight = None;
    }

    fn stale_or(&self, failure: Failure) -> Outcome {
        match &self.last {
            Some(snapshot) => Ok(Reading { snapshot: snapshot.clone(), freshness: Freshness::Stale(failure) }),
            None => Err(failure),
        }
    }
}

/// A panic while such a lock was held leaves nothing half done: every change is one assignment.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
