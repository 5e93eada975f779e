//! The last good data, one read at a time however many callers wait, and stale data with its reason on failure.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use lalin_stats::{Freshness, ReadError, Reading, Source, StatsSource, Timing};
use tokio::task::JoinSet;
use tokio::time::Instant;
use tracing::Instrument;

use crate::memory::{Memory, Outcome};
use crate::read_limit::read_within;
use crate::single_flight::{Flight, Landing, Waiter};
use crate::{Event, Observer};

/// A source that watches over its own reads ends them itself; the flight limit waits this much longer before it steps
/// in.
const BEYOND: Duration = Duration::from_secs(1);

/// A source with a memory.
///
/// - Data younger than its life is served from memory; its age counts from [`Reading::at`].
/// - Otherwise the inner source is read, once, and every caller who comes meanwhile waits for that read. It belongs
///   to the `Cached`: a caller who leaves does not cancel it for the others, and dropping the `Cached` ends it.
/// - Where the read fails, the last good data is served as [`Freshness::Stale`] with the reason, whatever its age
///   unless [`with_max_stale`](Self::with_max_stale) bounds it; where there is none, the failure is the answer.
/// - A source that panics gives [`ReadError::internal`], one that hangs is given up after the flight limit, and in
///   either case the next call starts anew.
///
/// Must be read from within a tokio runtime, on which the read is spawned.
pub struct Cached<S: Source + ?Sized> {
    inner: Arc<S>,
    life: Duration,
    max_stale: Duration,
    flight_limit: Duration,
    failure_hold: Duration,
    observer: Option<SharedObserver<S::Data, S::Error>>,
    memory: SharedMemory<S::Data, S::Error>,
    /// The reads' tasks, which so end with their owner; they themselves hold the memory.
    tasks: Mutex<JoinSet<()>>,
}

type SharedMemory<T, E> = Arc<Mutex<Memory<T, E>>>;
type SharedObserver<T, E> = Arc<dyn Observer<T, E>>;

/// What a caller gets.
enum Answer<T, E> {
    Now(Outcome<T, E>),
    When(Waiter<Outcome<T, E>>),
}

/// The usual numbers, whatever is read.
impl Cached<dyn StatsSource> {
    /// The usual life of data: 5 s.
    pub const LIFE: Duration = Duration::from_secs(5);
    /// How long a read may take unless told otherwise: 10 s. A backstop, not the time limit of a read; that is
    /// [`Timeout`](crate::Timeout).
    pub const FLIGHT_LIMIT: Duration = Duration::from_secs(10);
    /// For how long a failure answers further callers unless told otherwise: 50 ms.
    pub const FAILURE_HOLD: Duration = Duration::from_millis(50);
}

impl<S: Source + ?Sized> Cached<S> {
    /// `inner`, whose data is served again until it is `life` old.
    pub fn new(inner: Arc<S>, life: Duration) -> Self {
        Self {
            inner,
            life,
            max_stale: Duration::MAX,
            flight_limit: Cached::FLIGHT_LIMIT,
            failure_hold: Cached::FAILURE_HOLD,
            observer: None,
            memory: Arc::default(),
            tasks: Mutex::default(),
        }
    }

    /// Serves no stale data that is older than `max_stale`: beyond that age a failure is the answer.
    #[must_use]
    pub fn with_max_stale(mut self, max_stale: Duration) -> Self {
        self.max_stale = max_stale;
        self
    }

    /// Gives a read up after `limit`, so that a source that hangs cannot wedge the cache.
    #[must_use]
    pub fn with_flight_limit(mut self, limit: Duration) -> Self {
        self.flight_limit = limit;
        self
    }

    /// Answers callers who come within `hold` of a failure with that failure, so that a source that fails at once is
    /// not asked once a caller. Zero asks it every time. A panic, or another bug of our own, is not held.
    #[must_use]
    pub fn with_failure_hold(mut self, hold: Duration) -> Self {
        self.failure_hold = hold;
        self
    }

    /// Tells `observer` what happens, in place of the one told before.
    #[must_use]
    pub fn with_observer(mut self, observer: impl Observer<S::Data, S::Error>) -> Self {
        self.observer = Some(Arc::new(observer));
        self
    }

    /// Forgets the data, so that the next call reads anew and nothing older is served as stale, either.
    ///
    /// A read under way goes on for the callers who already wait for it, and is not remembered. For after a change that
    /// makes the old data wrong.
    pub fn invalidate(&self) {
        lock(&self.memory).invalidate();
    }

    /// The answer from memory, or the read to wait for.
    fn answer_or_read(&self) -> Answer<S::Data, S::Error> {
        let now = Instant::now();
        let mut memory = lock(&self.memory);
        if let Some(reading) = memory.young(now, self.life) {
            drop(memory);
            tell(self.observer.as_ref(), &Event::Hit { age: reading.age(now) });
            return Answer::Now(Ok(reading));
        }
        if let Some(waiter) = memory.read_under_way() {
            drop(memory);
            tell(self.observer.as_ref(), &Event::SharedRead);
            return Answer::When(waiter);
        }
        if let Some(failure) = memory.held_failure(now, self.failure_hold) {
            let outcome = memory.stale_or(failure.clone(), now, self.max_stale);
            drop(memory);
            tell(self.observer.as_ref(), &Event::HeldFailure { error: &failure });
            return Answer::Now(outcome);
        }
        let (shared, observer, max_stale) = (self.memory.clone(), self.observer.clone(), self.max_stale);
        let generation = memory.generation();
        let (flight, waiter) =
            Flight::new(move |landing| land(&shared, observer.as_ref(), generation, landing, max_stale));
        // Known before the lock is released, so that no other caller starts one more.
        memory.begin(waiter.clone());
        drop(memory);
        tell(self.observer.as_ref(), &Event::Miss);
        let (inner, limit) = (self.inner.clone(), self.flight_limit);
        let read = async move { read_within(&*inner, limit, BEYOND).await };
        let mut tasks = lock(&self.tasks);
        while tasks.try_join_next().is_some() {}
        // Boxed, so that its memory is given back when it is done and not when the next read begins.
        tasks.spawn(Box::pin(flight.run(read)).in_current_span());
        Answer::When(waiter)
    }
}

/// What a read's end means: it is told, remembered, and made into what its waiters are given.
fn land<T: 'static, E: ReadError>(
    memory: &Mutex<Memory<T, E>>,
    observer: Option<&SharedObserver<T, E>>,
    generation: u64,
    landing: Landing<Outcome<T, E>>,
    max_stale: Duration,
) -> Option<Outcome<T, E>> {
    let outcome = match landing {
        Landing::Done(outcome) => outcome,
        Landing::Panicked => Err(E::internal("the source panicked")),
        Landing::Dropped => {
            lock(memory).lose(generation);
            return None;
        }
    };
    // Before the next read can begin, so that events of reads come in their order.
    match &outcome {
        Ok(reading) if matches!(reading.freshness, Freshness::Fresh) => tell(observer, &Event::Refreshed { reading }),
        Ok(_) => {}
        Err(error) => {
            let age = lock(memory).age(Instant::now());
            tell(observer, &Event::Failed { error, age });
        }
    }
    Some(lock(memory).land(generation, outcome, max_stale))
}

#[async_trait]
impl<S: Source + ?Sized> Source for Cached<S> {
    type Data = S::Data;
    type Error = S::Error;

    async fn read(&self) -> Result<Reading<S::Data, S::Error>, S::Error> {
        let outcome = match self.answer_or_read() {
            Answer::Now(outcome) => outcome,
            Answer::When(waiter) => {
                waiter.outcome().await.unwrap_or_else(|| Err(S::Error::internal("the read was given up")))
            }
        };
        if let Ok(Reading { at, freshness: Freshness::Stale(error), .. }) = &outcome {
            tell(self.observer.as_ref(), &Event::StaleServed { error, age: at.elapsed() });
        }
        outcome
    }

    fn timing(&self) -> Timing {
        self.inner.timing()
    }
}

impl<S: Source + ?Sized> fmt::Debug for Cached<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cached")
            .field("life", &self.life)
            .field("flight_limit", &self.flight_limit)
            .finish_non_exhaustive()
    }
}

/// Never with a lock held. A panic is caught: it must neither wedge a read's waiters nor hide what the read came to.
fn tell<T: 'static, E: 'static>(observer: Option<&SharedObserver<T, E>>, event: &Event<'_, T, E>) {
    if let Some(observer) = observer {
        let _ = catch_unwind(AssertUnwindSafe(|| observer.on_event(event)));
    }
}

/// A panic while such a lock was held leaves nothing half done: every change is one assignment.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
