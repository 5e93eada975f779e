//! One router's key, read and written by compare-and-set; what the tasks have in common.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use dashmap::DashMap;
use lalin_alerts::Kept;
use lalin_stats::RouterId;
use tokio::sync::OnceCell;

use super::record::Record;
use crate::buckets;
use crate::connection::{Bucket, Connection, part};
use crate::error::Error;

/// What a node holds, as its alerts ask for it.
pub trait Holds: Send + Sync {
    /// For the how manieth time a router changed hands, while this node holds it and its fence is open.
    fn epoch(&self, router: &RouterId) -> Option<u64>;
    /// Whether this node speaks where something concerns no router: one of all does.
    fn speaks(&self) -> bool;
}

/// What the tasks and whoever asks have in common.
pub(super) struct Shared {
    pub(super) connection: Connection,
    pub(super) holds: Arc<dyn Holds>,
    /// That of this node's site.
    pub(super) bucket: OnceCell<Bucket>,
    /// Routers that were loaded here: under which epoch, and the revision of their keys.
    pub(super) loaded: Mutex<HashMap<RouterId, (u64, u64)>>,
    /// Who wrote a router's key last, and at which site.
    pub(super) writers: DashMap<RouterId, (Option<String>, String)>,
}

impl Shared {
    async fn bucket(&self) -> Result<&Bucket, Error> {
        let open = async || {
            let plan = buckets::alerts(&self.connection, self.connection.site());
            Bucket::open(&self.connection, &plan).await
        };
        self.bucket.get_or_try_init(open).await
    }

    fn record(&self, epoch: u64, kept: &Kept) -> Result<Vec<u8>, Error> {
        let (node, site) = (self.connection.node().to_owned(), self.connection.site().map(str::to_owned));
        Record { epoch, node, site, kept: kept.clone() }.written()
    }

    /// Reads what was left, and writes this node's epoch over it.
    pub(super) async fn load(&self, router: &RouterId, epoch: u64) -> Result<Option<Kept>, Failed> {
        let (bucket, key) = (self.bucket().await?, part(router.as_str()));
        for _ in 0..ATTEMPTS {
            let entry = bucket.read(&key).await?;
            let found = entry.as_ref().and_then(|entry| Record::read(&entry.value));
            let revision = entry.as_ref().map_or(0, |entry| entry.revision);
            if let Some(entry) = entry.as_ref().filter(|_| found.is_none()) {
                // Of a newer version: what it does not understand it must not overwrite with nothing.
                return Err(Error::Server(format!(
                    "what is kept of {router} cannot be read: {} bytes",
                    entry.value.len()
                ))
                .into());
            }
            if found.as_ref().is_some_and(|record| record.epoch > epoch) {
                return Err(Failed::NotHeld);
            }
            let kept = found.map(|record| record.kept);
            let own = self.record(epoch, &kept.clone().unwrap_or_default())?;
            match bucket.update(&key, own, revision).await {
                Ok(revision) => {
                    self.loaded().insert(router.clone(), (epoch, revision));
                    return Ok(kept);
                }
                // An earlier holder was quicker, or this node was and did not hear of it.
                Err(Error::Conflict) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(Error::Conflict.into())
    }

    pub(super) async fn save(&self, router: &RouterId, kept: &Kept) -> Result<(), Failed> {
        let known = self.loaded().get(router).copied();
        let Some((epoch, mut revision)) = known.filter(|(epoch, _)| self.holds.epoch(router) == Some(*epoch)) else {
            return Err(Failed::NotHeld);
        };
        let (bucket, key, value) = (self.bucket().await?, part(router.as_str()), self.record(epoch, kept)?);
        for _ in 0..ATTEMPTS {
            match bucket.update(&key, value.clone(), revision).await {
                Ok(revision) => {
                    self.loaded().insert(router.clone(), (epoch, revision));
                    return Ok(());
                }
                Err(Error::Conflict) => {
                    // A write of this node whose answer was lost is no other's.
                    let entry = bucket.read(&key).await?;
                    let found = entry.as_ref().and_then(|entry| Record::read(&entry.value));
                    let mine = found.filter(|one| one.epoch == epoch && one.node == self.connection.node());
                    let Some(entry) = entry.filter(|_| mine.is_some()) else {
                        self.loaded().remove(router);
                        return Err(Failed::NotHeld);
                    };
                    revision = entry.revision;
                }
                Err(error) => return Err(error.into()),
            }
        }
        Err(Error::Conflict.into())
    }

    fn loaded(&self) -> std::sync::MutexGuard<'_, HashMap<RouterId, (u64, u64)>> {
        self.loaded.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Why nothing was loaded or saved.
pub(super) enum Failed {
    NotHeld,
    Cluster(Error),
}

impl From<Error> for Failed {
    fn from(error: Error) -> Self {
        Self::Cluster(error)
    }
}

impl From<Failed> for lalin_alerts::Error {
    fn from(failed: Failed) -> Self {
        match failed {
            Failed::NotHeld => Self::NotHeld,
            Failed::Cluster(error) => Self::Shared(error.to_string()),
        }
    }
}

/// How often a key is read anew that was written meanwhile.
const ATTEMPTS: usize = 4;
