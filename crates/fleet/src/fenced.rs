//! A router that may be asked only while this machine holds it.

use std::sync::Arc;

use async_trait::async_trait;
use lalin_mikrotik::RouterSource;
use lalin_stats::{Failure, Reading, Snapshot, Source, SourceError, Timing};

use crate::other_nodes::MayAsk;

/// Reads through it are sent only while the router may be asked.
pub(crate) struct Fenced {
    pub(crate) source: Arc<RouterSource>,
    pub(crate) may_ask: MayAsk,
}

#[async_trait]
impl Source for Fenced {
    type Data = Snapshot;
    type Error = Failure;

    async fn read(&self) -> Result<Reading, Failure> {
        if !(self.may_ask)() {
            let detail = "this machine may not ask the router now: another one of the cluster takes it over".into();
            return Err(SourceError::Unreachable { detail }.into());
        }
        self.source.read().await
    }

    fn timing(&self) -> Timing {
        self.source.timing()
    }
}
