//! All routers of this process, held and followed, and what is wanted of them.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use async_nats::Client;
use bytes::Bytes;
use dashmap::DashMap;
use futures_util::FutureExt as _;
use lalin_monitor::{Feed, Router};
use lalin_stats::RouterId;
use tokio::sync::{Semaphore, watch};
use tokio::time::Instant;
use tokio_util::task::AbortOnDropHandle;
use tracing::{Instrument, error_span};

use super::ask::{self, AskError};
use super::shared::{Counters, QUESTIONS, Questions, Shared, hear_wants, say_wants};
use super::{followed, held};

/// What was sent and received since the start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Frames that were published.
    pub sent: u64,
    /// Bytes that were published of frames and states.
    pub sent_bytes: u64,
    /// Messages that came.
    pub received: u64,
    /// Of them those that said nothing: of a machine whose turn was over, or not understood.
    pub dropped: u64,
    /// So often a frame was missing and the window was asked for.
    pub missing: u64,
    /// Routers that are held.
    pub held: u64,
    /// Routers that are followed.
    pub followed: u64,
    /// Routers of others that somebody watches here.
    pub wanted: u64,
}

/// The live data of all routers. Dropping it ends what it does.
pub struct Live {
    shared: Arc<Shared>,
    held: DashMap<RouterId, Held>,
    followed: DashMap<RouterId, AbortOnDropHandle<()>>,
    _wants: AbortOnDropHandle<()>,
    _hears: AbortOnDropHandle<()>,
}

struct Held {
    _task: AbortOnDropHandle<()>,
}

impl Live {
    /// Begins: `site` is where this process stands. `questions` answers what others ask about routers that are held here.
    ///
    /// Must be called inside a tokio runtime.
    pub fn start(client: Client, cluster: &str, site: Option<&str>, questions: Questions) -> Self {
        let shared = Arc::new(Shared {
            client,
            cluster: cluster.to_owned(),
            site: site.map(str::to_owned),
            origin: Instant::now(),
            wanted_of: DashMap::new(),
            wants: DashMap::new(),
            questions,
            answering: Arc::new(Semaphore::new(QUESTIONS)),
            counters: Counters::default(),
        });
        let wants = AbortOnDropHandle::new(tokio::spawn(say_wants(shared.clone()).boxed()));
        let hears = AbortOnDropHandle::new(tokio::spawn(hear_wants(shared.clone()).boxed()));
        Self { shared, held: DashMap::new(), followed: DashMap::new(), _wants: wants, _hears: hears }
    }

    /// This process holds the router from now on, at its turn `epoch`.
    pub fn hold(&self, router: Arc<Router>, epoch: u64) {
        let id = router.id().clone();
        self.followed.remove(&id);
        let (sender, wanted) = watch::channel(None);
        self.shared.wanted_of.insert(id.clone(), sender);
        let subject = self.shared.subject_of(&id, self.shared.site.as_deref());
        let task = held::publish(self.shared.clone(), router, epoch, subject, wanted);
        let task = tokio::spawn(task.instrument(error_span!("live", router = %id)).boxed());
        self.held.insert(id, Held { _task: AbortOnDropHandle::new(task) });
    }

    /// Another one holds the router, of this site: its frames go to the feed while somebody wants them.
    pub fn follow(&self, id: RouterId, site: Option<String>, feed: Feed) {
        self.release(&id);
        let task = followed::follow(self.shared.clone(), id.clone(), site, feed);
        let task = tokio::spawn(task.instrument(error_span!("live", router = %id)).boxed());
        self.followed.insert(id, AbortOnDropHandle::new(task));
    }

    /// The router is no longer held here.
    pub fn release(&self, id: &RouterId) {
        self.held.remove(id);
        self.shared.wanted_of.remove(id);
    }

    /// There is no such router any more.
    pub fn forget(&self, id: &RouterId) {
        self.release(id);
        self.followed.remove(id);
    }

    /// Asks whoever holds the router, of this site, a question of this kind.
    ///
    /// # Errors
    /// [`AskError`].
    pub async fn ask(
        &self,
        id: &RouterId,
        site: Option<&str>,
        kind: &str,
        question: Bytes,
        limit: Duration,
    ) -> Result<Vec<u8>, AskError> {
        let subject = format!("{}.ask.{kind}", self.shared.subject_of(id, site));
        ask::ask(&self.shared.client, subject, question, limit).await
    }

    /// What was sent and received so far.
    pub fn counts(&self) -> Counts {
        let Counters { sent, sent_bytes, received, dropped, missing } = &self.shared.counters;
        let count = |count: &AtomicU64| count.load(Ordering::Relaxed);
        Counts {
            sent: count(sent),
            sent_bytes: count(sent_bytes),
            received: count(received),
            dropped: count(dropped),
            missing: count(missing),
            held: self.held.len() as u64,
            followed: self.followed.len() as u64,
            wanted: self.shared.wants.len() as u64,
        }
    }
}

impl fmt::Debug for Live {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Live").field("counts", &self.counts()).finish_non_exhaustive()
    }
}
