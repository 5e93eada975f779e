//! Writes of holds that are under way, so many at a time, and one for each key.

use std::collections::HashSet;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::future::BoxFuture;
use futures_util::stream::FuturesUnordered;
use lalin_stats::RouterId;
use tokio::time::sleep;

use super::record::HoldRecord;
use super::table::Silent;
use crate::connection::{Bucket, Entry, part};
use crate::error::Error;
use crate::lease::NodeRecord;

/// What is under way.
pub(super) struct Writes {
    nodes: Bucket,
    holds: Bucket,
    /// Keys with a write or a look under way.
    busy: HashSet<RouterId>,
    /// Leases that are being declared ended.
    ending: HashSet<String>,
    under_way: FuturesUnordered<BoxFuture<'static, Done>>,
}

/// The end of a write or a look.
pub(super) enum Done {
    Written { router: RouterId, record: HoldRecord, result: Result<u64, Error> },
    Looked { router: RouterId, result: Result<Option<Entry>, Error> },
    Ended { silent: Silent, result: Result<bool, Error> },
}

impl Writes {
    pub(super) fn new(nodes: Bucket, holds: Bucket) -> Self {
        Self { nodes, holds, busy: HashSet::new(), ending: HashSet::new(), under_way: FuturesUnordered::new() }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.under_way.is_empty()
    }

    pub(super) fn is_busy(&self, router: &RouterId) -> bool {
        self.busy.contains(router)
    }

    pub(super) fn busy(&self) -> &HashSet<RouterId> {
        &self.busy
    }

    pub(super) fn ending(&self) -> impl Iterator<Item = &String> {
        self.ending.iter()
    }

    /// So many more may be under way.
    pub(super) fn room(&self) -> usize {
        IN_FLIGHT.saturating_sub(self.under_way.len())
    }

    /// The next one that is done.
    pub(super) async fn next(&mut self) -> Option<Done> {
        let done = self.under_way.next().await?;
        match &done {
            Done::Written { router, .. } | Done::Looked { router, .. } => drop(self.busy.remove(router)),
            Done::Ended { silent, .. } => drop(self.ending.remove(&silent.incarnation)),
        }
        Some(done)
    }

    /// Writes a hold over what was there at that revision.
    pub(super) fn write(&mut self, router: RouterId, record: HoldRecord, revision: u64) {
        self.busy.insert(router.clone());
        let holds = self.holds.clone();
        self.under_way.push(Box::pin(async move {
            let result = holds.update(&part(router.as_str()), record.bytes(), revision).await;
            Done::Written { router, record, result }
        }));
    }

    /// Looks at a hold, by its bucket's leader, after a while.
    pub(super) fn look(&mut self, router: RouterId, after: Duration) {
        self.busy.insert(router.clone());
        let holds = self.holds.clone();
        self.under_way.push(Box::pin(async move {
            sleep(after).await;
            let result = holds.read(&part(router.as_str())).await;
            Done::Looked { router, result }
        }));
    }

    /// Writes into a silent node's key that its lease has ended. False if that is under way already.
    pub(super) fn end(&mut self, silent: Silent, site: Option<&str>) -> bool {
        if !self.ending.insert(silent.incarnation.clone()) {
            return false;
        }
        let (nodes, site) = (self.nodes.clone(), site.map(str::to_owned));
        self.under_way.push(Box::pin(async move {
            let result = end(&nodes, &silent, site.as_deref()).await;
            Done::Ended { silent, result }
        }));
        true
    }
}

/// Ends a silent lease by a write that fails if it was renewed since; false if it was.
async fn end(nodes: &Bucket, silent: &Silent, site: Option<&str>) -> Result<bool, Error> {
    let gone = NodeRecord::gone(&silent.node, site, &silent.incarnation).bytes();
    match nodes.update(&silent.key, gone.clone(), silent.revision).await {
        Ok(_) => return Ok(true),
        Err(Error::Conflict) => {}
        Err(error) => return Err(error),
    }
    match nodes.read(&silent.key).await? {
        // Its key has aged away.
        None => match nodes.create(&silent.key, gone).await {
            Ok(_) => Ok(true),
            Err(Error::Conflict) => Ok(false),
            Err(error) => Err(error),
        },
        Some(entry) => {
            let lives = NodeRecord::parse(&entry.value)
                .is_some_and(|record| record.incarnation == silent.incarnation && !record.gone);
            Ok(!lives)
        }
    }
}

const IN_FLIGHT: usize = 64;
