//! Where snapshots come from.

use std::sync::Arc;

use async_trait::async_trait;
use tokio::time::Instant;

use crate::{Snapshot, SourceError, Timing};

/// Something that can be read: a router, or a decorator around another source.
///
/// A read changes nothing on the router. Callers may drop the future at any time; an implementation loses
/// nothing by that.
#[async_trait]
pub trait StatsSource: Send + Sync + 'static {
    /// Reads all interfaces once.
    ///
    /// # Errors
    /// A [`Failure`] with the reason, and when the source will try again, where it knows.
    async fn read(&self) -> Result<Reading, Failure>;

    /// How long its reads take, as far as it has learned. A decorator tells what its inner source does.
    ///
    /// Whoever limits a read asks here when the limit is over: a source that watches over its own reads may have a
    /// good reason to take longer, such as a large answer that is still arriving.
    fn timing(&self) -> Timing {
        Timing::default()
    }
}

#[cfg(feature = "mock")]
mockall::mock! {
    /// A source whose reads a test says; of its timing nothing is known.
    pub StatsSource {}

    #[async_trait]
    impl StatsSource for StatsSource {
        async fn read(&self) -> Result<Reading, Failure>;
    }
}

/// What a read gave: data, and whether it is new.
#[derive(Clone, Debug)]
pub struct Reading {
    /// The data; its age is the snapshot's own.
    pub snapshot: Arc<Snapshot>,
    /// Whether the source vouches for it.
    pub freshness: Freshness,
}

impl Reading {
    /// Data just read.
    pub fn fresh(snapshot: Arc<Snapshot>) -> Self {
        Self { snapshot, freshness: Freshness::Fresh }
    }
}

/// Whether the source vouches for a reading.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Freshness {
    /// Read now, or younger than the cache's life.
    Fresh,
    /// The last good data: the newest read failed, and this is why.
    Stale(Failure),
}

/// A read that failed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct Failure {
    /// Why.
    pub reason: SourceError,
    /// How many attempts to connect failed in a row, this one included; 0 where the source does not connect.
    pub attempt: u32,
    /// When the source tries again by itself.
    pub retry_at: Option<Instant>,
}

impl From<SourceError> for Failure {
    fn from(reason: SourceError) -> Self {
        Self { reason, attempt: 0, retry_at: None }
    }
}
