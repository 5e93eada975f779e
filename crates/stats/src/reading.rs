//! What a read gives: data, the moment it describes, and whether the source vouches for it.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use crate::{Failure, Snapshot};

/// Data, and how fresh it is.
#[derive(Debug)]
pub struct Reading<T = Snapshot, E = Failure> {
    /// The data, shared by everyone it was handed to.
    pub data: Arc<T>,
    /// The moment the data describes. Its age counts from here, whoever hands it on and however often.
    pub at: Instant,
    /// Whether the source vouches for it.
    pub freshness: Freshness<E>,
}

impl<T, E> Reading<T, E> {
    /// Data that describes this moment.
    pub fn new(data: impl Into<Arc<T>>) -> Self {
        Self::of(data, Instant::now())
    }

    /// Data that describes the moment `at`.
    pub fn of(data: impl Into<Arc<T>>, at: Instant) -> Self {
        Self { data: data.into(), at, freshness: Freshness::Fresh }
    }

    /// How old the data is at `now`.
    pub fn age(&self, now: Instant) -> Duration {
        now.saturating_duration_since(self.at)
    }
}

impl Reading {
    /// A snapshot just read. The moment it describes is the middle between the question and the answer.
    pub fn fresh(snapshot: Arc<Snapshot>) -> Self {
        let at = snapshot.middle();
        Self::of(snapshot, at)
    }
}

// Derived it would ask for `T: Clone`, though only the pointer is cloned.
impl<T, E: Clone> Clone for Reading<T, E> {
    fn clone(&self) -> Self {
        Self { data: self.data.clone(), at: self.at, freshness: self.freshness.clone() }
    }
}

/// Whether the source vouches for a reading.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Freshness<E = Failure> {
    /// Read now, or younger than the cache's life.
    Fresh,
    /// The last good data: the newest read failed, and this is why.
    Stale(E),
}
