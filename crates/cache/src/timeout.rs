//! A time limit for each read.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use lalin_stats::{Failure, Phase, Reading, SourceError, StatsSource, Timing};

use crate::limit::read_within;

/// Answers [`SourceError::TimedOut`] where the inner source takes longer than the limit, whose read is then dropped.
///
/// The limit is the caller's: it holds for the whole read, connecting and logging in included. A source that watches
/// over its own reads and allows one more time ([`Timing::longest`]) is left to it.
pub struct Timeout {
    inner: Arc<dyn StatsSource>,
    limit: Duration,
}

impl Timeout {
    /// The usual limit: 3 s.
    pub const LIMIT: Duration = Duration::from_secs(3);

    /// `inner`, whose reads take at most `limit`.
    pub fn new(inner: Arc<dyn StatsSource>, limit: Duration) -> Self {
        Self { inner, limit }
    }
}

#[async_trait]
impl StatsSource for Timeout {
    async fn read(&self) -> Result<Reading, Failure> {
        let read = read_within(&*self.inner, self.limit, Duration::ZERO).await;
        read.unwrap_or_else(|after| Err(SourceError::TimedOut { phase: Phase::Read, after }.into()))
    }

    fn timing(&self) -> Timing {
        let timing = self.inner.timing();
        Timing { limit: timing.limit.or(Some(self.limit)), ..timing }
    }
}

impl fmt::Debug for Timeout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Timeout").field("limit", &self.limit).finish_non_exhaustive()
    }
}
