//! Anything that can be read again and again: a router, or a decorator around another source.

use async_trait::async_trait;

use crate::{Failure, ReadError, Reading, Snapshot, Timing};

/// Something that can be read.
///
/// A read changes nothing on the other side. Callers may drop the future at any time, and an implementation loses
/// nothing by that.
#[async_trait]
pub trait Source: Send + Sync + 'static {
    /// What a read gives.
    type Data: Send + Sync + 'static;
    /// Why a read fails.
    type Error: ReadError;

    /// Reads once.
    ///
    /// # Errors
    /// The source's own, with the reason.
    async fn read(&self) -> Result<Reading<Self::Data, Self::Error>, Self::Error>;

    /// How long its reads take, as far as it has learned. A decorator passes on what its inner source says.
    ///
    /// Whoever limits a read asks here when the limit is over: a source that watches over its own reads may have a
    /// good reason to take longer, such as a large answer that is still arriving.
    fn timing(&self) -> Timing {
        Timing::default()
    }
}

/// A source of a router's interface counters: every [`Source`] of [`Snapshot`]s is one.
///
/// It has no method of its own and is not implemented by hand. It is the short name by which such sources are passed
/// around as `Arc<dyn StatsSource>`.
pub trait StatsSource: Source<Data = Snapshot, Error = Failure> {}

impl<S: Source<Data = Snapshot, Error = Failure>> StatsSource for S {}

#[cfg(feature = "mock")]
mockall::mock! {
    /// A source whose reads are scripted by a test. It knows nothing of its timing.
    pub StatsSource {}

    #[async_trait]
    impl Source for StatsSource {
        type Data = Snapshot;
        type Error = Failure;

        async fn read(&self) -> Result<Reading, Failure>;
    }
}
