//! A time limit for each read.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use lalin_stats::{Reading, Source, StatsSource, Timing};

use crate::read_limit::read_within;

/// Fails with [`ReadError::timed_out`](lalin_stats::ReadError::timed_out) where the inner source takes longer than the
/// limit, and drops that read.
///
/// The limit holds for the whole read as the caller sees it, connecting and logging in included. A source that watches
/// over its own reads and allows one more time ([`Timing::longest`]) is left to it.
pub struct Timeout<S: Source + ?Sized> {
    inner: Arc<S>,
    limit: Duration,
}

/// The usual number, whatever is read.
impl Timeout<dyn StatsSource> {
    /// The usual limit: 3 s.
    pub const LIMIT: Duration = Duration::from_secs(3);
}

impl<S: Source + ?Sized> Timeout<S> {
    /// `inner`, whose reads take at most `limit`.
    pub fn new(inner: Arc<S>, limit: Duration) -> Self {
        Self { inner, limit }
    }
}

#[async_trait]
impl<S: Source + ?Sized> Source for Timeout<S> {
    type Data = S::Data;
    type Error = S::Error;

    async fn read(&self) -> Result<Reading<S::Data, S::Error>, S::Error> {
        read_within(&*self.inner, self.limit, Duration::ZERO).await
    }

    fn timing(&self) -> Timing {
        let timing = self.inner.timing();
        Timing { limit: timing.limit.or(Some(self.limit)), ..timing }
    }
}

impl<S: Source + ?Sized> fmt::Debug for Timeout<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Timeout").field("limit", &self.limit).finish_non_exhaustive()
    }
}
