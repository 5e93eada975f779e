//! The history behind the routes. Its readers block, so they run on threads of their own: few at once, and none that a
//! request waits for longer than a person would.

use std::sync::Arc;
use std::time::Duration;

use lalin_fleet::Recording;
use lalin_history::{Error, Reader};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use crate::Problem;

/// How many questions are answered at once; each may decode months.
const AT_ONCE: usize = 2;
/// How long a request waits for its turn and its answer.
const LONGEST: Duration = Duration::from_secs(20);

/// The history, as requests may ask it. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Archive {
    recording: Arc<Recording>,
    turns: Arc<Semaphore>,
    /// One at a time changes what is recorded, so that what is kept is what is in force.
    changing: Arc<Semaphore>,
}

impl Archive {
    pub(crate) fn new(recording: Arc<Recording>) -> Self {
        Self { recording, turns: Arc::new(Semaphore::new(AT_ONCE)), changing: Arc::new(Semaphore::new(1)) }
    }

    /// The time zone at whose midnight days and months begin.
    pub(crate) fn zone(&self) -> String {
        self.recording.history().reader().zone().name().to_owned()
    }

    /// What is recorded, and how that goes.
    pub(crate) fn recording(&self) -> &Arc<Recording> {
        &self.recording
    }

    /// Held while what is recorded is changed.
    pub(crate) async fn changing(&self) -> Result<OwnedSemaphorePermit, Problem> {
        let turn = timeout(LONGEST, self.changing.clone().acquire_owned()).await;
        turn.ok().and_then(Result::ok).ok_or_else(Problem::history_busy)
    }

    /// Asks the history. A question that nobody waits for any more still ends by itself, and keeps its turn until then.
    pub(crate) async fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce(&Reader) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Problem> {
        let (turns, reader) = (self.turns.clone(), self.recording.history().reader());
        let answer = async move {
            let turn = turns.acquire_owned().await.map_err(|_| Problem::history_busy())?;
            let asked = tokio::task::spawn_blocking(move || {
                let _turn = turn;
                question(&reader)
            });
            asked.await.map_err(|_| Problem::history_unreadable())?.map_err(|error| Problem::of_history(&error))
        };
        timeout(LONGEST, answer).await.unwrap_or_else(|_| Err(Problem::history_busy()))
    }
}
