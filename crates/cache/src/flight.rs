//! One read of the inner source, in a task of its own, with any number of waiters.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use lalin_stats::{Failure, Phase, SourceError, StatsSource};
use tokio::sync::watch;

use crate::cached::{Memory, Outcome, lock};
use crate::limit::read_within;

/// The backstop of a read that its source watches over comes so long after the source's own end of it.
const BEYOND: Duration = Duration::from_secs(1);

/// A read to be run, which lands exactly once, even where the source panics.
pub(crate) struct Flight {
    memory: Arc<Mutex<Memory>>,
    outcome: watch::Sender<Option<Outcome>>,
    landed: bool,
}

/// One caller's wait for a flight.
#[derive(Clone)]
pub(crate) struct Waiter(watch::Receiver<Option<Outcome>>);

impl Flight {
    /// A flight that will land in `memory`, and a first wait for it.
    pub(crate) fn new(memory: Arc<Mutex<Memory>>) -> (Self, Waiter) {
        let (outcome, waiter) = watch::channel(None);
        (Self { memory, outcome, landed: false }, Waiter(waiter))
    }

    /// Reads `source` once, for at most `limit`, or what it allows itself.
    pub(crate) async fn run(mut self, source: Arc<dyn StatsSource>, limit: Duration) {
        let read = read_within(&*source, limit, BEYOND).await;
        self.land(read.unwrap_or_else(|after| Err(SourceError::TimedOut { phase: Phase::Read, after }.into())));
    }

    fn land(&mut self, outcome: Outcome) {
        self.landed = true;
        let told = lock(&self.memory).land(outcome);
        // Whether or not everyone has left.
        self.outcome.send_replace(Some(told));
    }
}

impl Drop for Flight {
    fn drop(&mut self) {
        if self.landed {
            return;
        }
        if std::thread::panicking() {
            let detail = "the source panicked".into();
            self.land(Err(Failure::from(SourceError::Internal { detail })));
        } else {
            lock(&self.memory).lose_flight();
        }
    }
}

impl Waiter {
    /// What the flight came to.
    pub(crate) async fn outcome(mut self) -> Outcome {
        if let Ok(outcome) = self.0.wait_for(Option::is_some).await
            && let Some(outcome) = &*outcome
        {
            return outcome.clone();
        }
        Err(SourceError::Internal { detail: "the read was given up".into() }.into())
    }
}
