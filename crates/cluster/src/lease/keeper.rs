//! Renews a node's lease, and takes a new one when it was lost.
//!
//! Each renewal is a compare-and-set on the node's own key. A renewal whose answer did not come may stand or not, so the key
//! is read from the bucket's leader before the next one. While the lease is good the key may even vanish (servers that lost
//! their memory, a clock that jumped): it is written anew under the same lease, since whoever would take over first writes
//! into this key that the lease is gone.

use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::sync::watch;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

use super::clock::BootTime;
use super::deadline::Renewals;
use super::fence::Fence;
use super::record::{Behind, NodeRecord, NodeSettings, new_incarnation};
use crate::buckets::{LEASE_AGE, node_key};
use crate::connection::{Bucket, Entry};
use crate::error::Error;

/// The lease that a node has.
#[derive(Clone, Debug)]
pub(crate) struct Standing {
    pub(crate) incarnation: Arc<str>,
    pub(crate) fence: Fence,
}

/// What the keeper tells others and is told by them.
#[derive(Debug, Default)]
pub(crate) struct Told {
    /// So many routers are held.
    pub(crate) load: AtomicUsize,
    /// The node hands over what it holds.
    pub(crate) draining: AtomicBool,
    /// The collector whose history this node is behind the most.
    pub(crate) behind: Mutex<Option<Behind>>,
    /// When the last renewal that is known to stand was sent; 0 for never.
    renewed: AtomicU64,
}

impl Told {
    /// Since when nothing could be written; `None` while all is well.
    pub(crate) fn cannot_write_since(&self, now: BootTime) -> Option<BootTime> {
        let renewed = BootTime::from_nanoseconds(self.renewed.load(Ordering::Acquire));
        (now - renewed > LATE).then_some(renewed)
    }
}

/// Keeps one node's lease.
#[derive(Debug)]
pub(crate) struct Keeper {
    bucket: Bucket,
    key: String,
    settings: NodeSettings,
    told: Arc<Told>,
    tell: watch::Sender<Option<Standing>>,
    stop: CancellationToken,
    /// The lease before this one, which nobody else can still have.
    last: Option<Arc<str>>,
}

/// A lease while it is held.
#[derive(Debug)]
struct Lease {
    incarnation: Arc<str>,
    revision: u64,
    renewals: Renewals,
    fence: Fence,
}

/// Why a renewal did not succeed.
#[derive(Debug)]
enum Setback {
    /// Certainly not written: try again.
    Again(Error),
    /// It may stand: read first.
    Unknown(Error),
    /// The key says something else: the lease is over.
    Over(&'static str),
}

impl Keeper {
    pub(crate) fn new(
        bucket: Bucket,
        settings: NodeSettings,
        told: Arc<Told>,
        tell: watch::Sender<Option<Standing>>,
        stop: CancellationToken,
    ) -> Self {
        let key = node_key(settings.site.as_deref(), &settings.node);
        Self { bucket, key, settings, told, tell, stop, last: None }
    }

    /// Until it is stopped; then gives the lease up, so that nobody waits for its end.
    pub(crate) async fn run(mut self) {
        while let Some(mut lease) = self.acquire().await {
            tracing::info!(incarnation = %lease.incarnation, "this node has its lease");
            let standing = Standing { incarnation: lease.incarnation.clone(), fence: lease.fence.clone() };
            self.tell.send_replace(Some(standing));
            let why = self.keep(&mut lease).await;
            lease.fence.close();
            self.tell.send_replace(None);
            self.last = Some(lease.incarnation.clone());
            match why {
                Some(why) => tracing::warn!(why, "this node's lease is over; it takes a new one"),
                None => {
                    let given_up = timeout(GIVING_UP, self.give_up(&mut lease)).await;
                    if given_up.is_err() {
                        tracing::warn!("the lease could not be given up; it ends by itself");
                    }
                    return;
                }
            }
        }
    }

    /// A new lease, tried for without end; `None` if stopped.
    async fn acquire(&self) -> Option<Lease> {
        let incarnation: Arc<str> = new_incarnation().into();
        let mut renewals = Renewals::new(LEASE_AGE);
        let mut other: Option<(u64, BootTime)> = None;
        let mut complained = false;
        loop {
            let tried = tokio::select! {
                () = self.stop.cancelled() => return None,
                tried = self.try_to_acquire(&incarnation, &mut renewals, &mut other) => tried,
            };
            match tried {
                Ok(Some(revision)) => {
                    let fence = Fence::open_until(renewals.deadline());
                    if fence.is_open() {
                        self.renewed(&renewals);
                        return Some(Lease { incarnation, revision, renewals, fence });
                    }
                }
                Ok(None) if !complained => {
                    complained = true;
                    tracing::warn!(
                        node = %self.settings.node,
                        "a lease of this node's name has not ended yet; it is waited for, and if it is renewed two \
                         nodes have one name"
                    );
                }
                Ok(None) => {}
                Err(error) => tracing::debug!(%error, "no lease yet"),
            }
            tokio::select! {
                () = self.stop.cancelled() => return None,
                () = sleep(RETRY) => {}
            }
        }
    }

    /// The revision that it was written at; `None` while another lease of this name has not ended.
    async fn try_to_acquire(
        &self,
        incarnation: &str,
        renewals: &mut Renewals,
        other: &mut Option<(u64, BootTime)>,
    ) -> Result<Option<u64>, Error> {
        let revision = match self.bucket.read(&self.key).await? {
            None => 0,
            Some(entry) if self.may_replace(&entry, incarnation) => entry.revision,
            Some(entry) => {
                // By this node's own clock, and written only if it was not renewed since: nothing depends on the servers'.
                let now = BootTime::now();
                match *other {
                    Some((revision, since)) if revision == entry.revision && now - since >= LEASE_AGE => revision,
                    Some((revision, _)) if revision == entry.revision => return Ok(None),
                    _ => {
                        *other = Some((entry.revision, now));
                        return Ok(None);
                    }
                }
            }
        };
        let number = renewals.send(BootTime::now());
        let written = self.bucket.update(&self.key, self.record(incarnation, number), revision).await?;
        renewals.stands(number);
        Ok(Some(written))
    }

    fn may_replace(&self, entry: &Entry, incarnation: &str) -> bool {
        NodeRecord::parse(&entry.value).is_none_or(|record| {
            record.gone || record.incarnation == incarnation || self.last.as_deref() == Some(&record.incarnation)
        })
    }

    /// Renews until the lease is over (and why), or until stopped.
    async fn keep(&self, lease: &mut Lease) -> Option<&'static str> {
        let mut unknown = false;
        let mut wait = EACH;
        loop {
            tokio::select! {
                () = self.stop.cancelled() => return None,
                () = lease.fence.closed() => return Some("it was not renewed in time"),
                () = sleep(wait) => {}
            }
            let tried = async {
                if unknown {
                    self.read_again(lease).await?;
                }
                self.renew(lease).await
            };
            // Not given up when stopped: its answer is needed for giving the lease up.
            match tried.await {
                Ok(()) => {
                    (unknown, wait) = (false, EACH);
                    self.renewed(&lease.renewals);
                    if !lease.fence.extend(lease.renewals.deadline()) {
                        return Some("it was not renewed in time");
                    }
                }
                Err(Setback::Over(why)) => return Some(why),
                Err(Setback::Again(error)) => {
                    (unknown, wait) = (false, RETRY);
                    tracing::debug!(%error, "the lease was not renewed");
                }
                Err(Setback::Unknown(error)) => {
                    (unknown, wait) = (true, RETRY);
                    tracing::debug!(%error, "the lease may not be renewed");
                }
            }
        }
    }

    async fn renew(&self, lease: &mut Lease) -> Result<(), Setback> {
        let number = lease.renewals.send(BootTime::now());
        let record = self.record(&lease.incarnation, number);
        match self.bucket.update(&self.key, record, lease.revision).await {
            Ok(revision) => {
                lease.revision = revision;
                lease.renewals.stands(number);
                Ok(())
            }
            Err(error) if error.changed_nothing() && error != Error::Conflict => Err(Setback::Again(error)),
            Err(error) => Err(Setback::Unknown(error)),
        }
    }

    /// What stands in the key, by the bucket's leader.
    async fn read_again(&self, lease: &mut Lease) -> Result<(), Setback> {
        let entry = self.bucket.read(&self.key).await.map_err(Setback::Unknown)?;
        let Some(entry) = entry else {
            // Written anew by the next renewal, if this lease is still good; else the fence is closed and it is not sent.
            lease.revision = 0;
            return if lease.fence.is_open() { Ok(()) } else { Err(Setback::Over("it was not renewed in time")) };
        };
        match NodeRecord::parse(&entry.value) {
            Some(record) if record.incarnation == *lease.incarnation && !record.gone => {
                lease.revision = entry.revision;
                lease.renewals.stands(record.renewal);
                lease.fence.extend(lease.renewals.deadline());
                Ok(())
            }
            Some(record) if record.incarnation == *lease.incarnation => {
                Err(Setback::Over("another node declared it ended"))
            }
            _ => Err(Setback::Over("another process has this node's name")),
        }
    }

    async fn give_up(&self, lease: &mut Lease) {
        let gone = NodeRecord::gone(&self.settings.node, self.settings.site.as_deref(), &lease.incarnation).bytes();
        loop {
            match self.bucket.update(&self.key, gone.clone(), lease.revision).await {
                Ok(_) => return,
                Err(error) => tracing::debug!(%error, "the lease is not given up yet"),
            }
            match self.bucket.read(&self.key).await {
                Ok(None) => return,
                Ok(Some(entry)) => match NodeRecord::parse(&entry.value) {
                    Some(record) if record.incarnation == *lease.incarnation && !record.gone => {
                        lease.revision = entry.revision;
                    }
                    _ => return,
                },
                Err(_) => sleep(RETRY).await,
            }
        }
    }

    fn renewed(&self, renewals: &Renewals) {
        if let Some(sent) = renewals.renewed() {
            self.told.renewed.fetch_max(sent.nanoseconds(), Ordering::AcqRel);
        }
    }

    fn record(&self, incarnation: &str, renewal: u64) -> Vec<u8> {
        let clock = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
        NodeRecord {
            node: self.settings.node.clone(),
            incarnation: incarnation.to_owned(),
            site: self.settings.site.clone(),
            roles: self.settings.roles,
            weight: self.settings.weight,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            renewal,
            load: self.told.load.load(Ordering::Relaxed),
            draining: self.told.draining.load(Ordering::Relaxed),
            gone: false,
            clock: u64::try_from(clock).unwrap_or(u64::MAX),
            behind: self.told.behind.lock().unwrap_or_else(PoisonError::into_inner).clone(),
        }
        .bytes()
    }
}

const EACH: Duration = Duration::from_secs(1);
const RETRY: Duration = Duration::from_millis(250);
/// Without a renewal for so long, this node says that it cannot write.
const LATE: Duration = Duration::from_millis(2500);
const GIVING_UP: Duration = Duration::from_secs(3);
