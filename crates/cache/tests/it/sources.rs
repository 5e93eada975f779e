//! Sources to decorate: one that is told what to do and counts, and one that never answers.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use lalin_stats::{Failure, Reading, Snapshot, Source, SourceError};
use tokio::time::Instant;

/// A reading of this moment.
pub fn fresh() -> Reading {
    Reading::fresh(Arc::new(Snapshot::at(Instant::now(), 0, Vec::new())))
}

/// A failure that does not come from a time limit.
pub fn refused() -> Failure {
    SourceError::Refused { detail: "nobody there".into() }.into()
}

/// Answers after a while; counts what was begun, finished and dropped.
#[derive(Default)]
pub struct Slow {
    pub takes: Duration,
    pub begun: AtomicUsize,
    pub finished: AtomicUsize,
    pub dropped: AtomicUsize,
}

impl Slow {
    pub fn taking(takes: Duration) -> Arc<Self> {
        Arc::new(Self { takes, ..Self::default() })
    }

    /// A source that never answers.
    pub fn hanging() -> Arc<Self> {
        Self::taking(Duration::MAX)
    }

    /// Begun, finished, dropped.
    pub fn counts(&self) -> (usize, usize, usize) {
        let get = |count: &AtomicUsize| count.load(Ordering::SeqCst);
        (get(&self.begun), get(&self.finished), get(&self.dropped))
    }
}

#[async_trait]
impl Source for Slow {
    type Data = Snapshot;
    type Error = Failure;

    async fn read(&self) -> Result<Reading, Failure> {
        self.begun.fetch_add(1, Ordering::SeqCst);
        let mut count = Count { slow: self, finished: false };
        tokio::time::sleep(self.takes).await;
        count.finished = true;
        Ok(fresh())
    }
}

struct Count<'a> {
    slow: &'a Slow,
    finished: bool,
}

impl Drop for Count<'_> {
    fn drop(&mut self) {
        let count = if self.finished { &self.slow.finished } else { &self.slow.dropped };
        count.fetch_add(1, Ordering::SeqCst);
    }
}
