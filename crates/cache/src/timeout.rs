//! A time limit for each read.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use lalin_stats::{Failure, Phase, Reading, SourceError, StatsSource};

/// Answers [`SourceError::TimedOut`] where the inner source takes longer than the limit, whose read is then dropped.
///
/// The limit is the caller's: it holds for the whole read, connecting and logging in included.
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
        match tokio::time::timeout(self.limit, self.inner.read()).await {
            Ok(outcome) => outcome,
            Err(_) => Err(SourceError::TimedOut { phase: Phase::Read, after: self.limit }.into()),
        }
    }
}

impl fmt::Debug for Timeout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Timeout").field("limit", &self.limit).finish_non_exhaustive()
    }
}
