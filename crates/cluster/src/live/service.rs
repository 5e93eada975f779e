//! All routers of this process, held and followed, and what is wanted of them.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use async_nats::{Client, Message as Sent};
use bytes::Bytes;
use dashmap::DashMap;
use futures_util::StreamExt;
use futures_util::future::BoxFuture;
use lalin_monitor::{Feed, Router};
use lalin_stats::RouterId;
use tokio::sync::{Semaphore, watch};
use tokio::time::{Instant, interval};
use tokio_util::task::AbortOnDropHandle;
use tracing::{Instrument, error_span};

use super::ask::{self, Answer, AskError};
use super::held::{self, WANTED};
use super::{followed, held::listen};

/// How often a machine says what it wants.
const WANTS: Duration = Duration::from_secs(10);
/// The centre's place in subjects; no site can be called so.
const CENTRE: &str = "=";
/// Questions of others that are answered at once.
const QUESTIONS: usize = 16;
/// What one message may carry of a list.
const LIST_BYTES: usize = 200_000;

/// Answers questions about a router that this process holds: of this kind, with these words.
pub type Questions = Arc<dyn Fn(RouterId, String, Bytes) -> BoxFuture<'static, Answer> + Send + Sync>;

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

pub(super) struct Shared {
    pub(super) client: Client,
    cluster: String,
    site: Option<String>,
    pub(super) origin: Instant,
    /// Until when each held router is wanted.
    wanted_of: DashMap<RouterId, watch::Sender<Option<Instant>>>,
    /// What is wanted here, and its site.
    wants: DashMap<RouterId, Option<String>>,
    questions: Questions,
    answering: Arc<Semaphore>,
    pub(super) counters: Counters,
}

#[derive(Debug, Default)]
pub(super) struct Counters {
    pub(super) sent: AtomicU64,
    sent_bytes: AtomicU64,
    pub(super) received: AtomicU64,
    pub(super) dropped: AtomicU64,
    pub(super) missing: AtomicU64,
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
        let wants = AbortOnDropHandle::new(tokio::spawn(say_wants(shared.clone())));
        let hears = AbortOnDropHandle::new(tokio::spawn(hear_wants(shared.clone())));
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
        let task = tokio::spawn(task.instrument(error_span!("live", router = %id)));
        self.held.insert(id, Held { _task: AbortOnDropHandle::new(task) });
    }

    /// Another one holds the router, of this site: its frames go to the feed while somebody wants them.
    pub fn follow(&self, id: RouterId, site: Option<String>, feed: Feed) {
        self.release(&id);
        let task = followed::follow(self.shared.clone(), id.clone(), site, feed);
        let task = tokio::spawn(task.instrument(error_span!("live", router = %id)));
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

impl Shared {
    /// The beginning of all subjects of a router.
    pub(super) fn subject_of(&self, id: &RouterId, site: Option<&str>) -> String {
        // An id may have dots, which would be further parts.
        let id = id.as_str().replace('.', "=");
        format!("{}.router.{id}", self.subject(site))
    }

    fn subject(&self, site: Option<&str>) -> String {
        format!("lalin.{}.{}", self.cluster, site.unwrap_or(CENTRE))
    }

    /// Publishes. Where that fails the servers are gone, and whoever listens asks for the window afterwards.
    pub(super) async fn send(&self, subject: &str, message: Vec<u8>) {
        self.counters.sent_bytes.fetch_add(message.len() as u64, Ordering::Relaxed);
        let _ = self.client.publish(subject.to_owned(), message.into()).await;
    }

    /// Says that the router is wanted here, until the guard is dropped.
    pub(super) fn want(self: &Arc<Self>, id: &RouterId, site: Option<&str>) -> Want {
        self.wants.insert(id.clone(), site.map(str::to_owned));
        Want { shared: self.clone(), id: id.clone() }
    }

    /// Has a question answered by whoever knows.
    pub(super) fn question(self: &Arc<Self>, id: RouterId, kind: String, question: Sent) {
        let Some(to) = question.reply.clone() else { return };
        let Ok(turn) = self.answering.clone().try_acquire_owned() else {
            // Whoever asks waits for an answer and tries again.
            return;
        };
        let shared = self.clone();
        tokio::spawn(async move {
            let answer = (shared.questions)(id, kind, question.payload).await;
            ask::answer(&shared.client, to, answer).await;
            drop(turn);
        });
    }
}

/// Something is wanted for as long as this lives.
pub(super) struct Want {
    shared: Arc<Shared>,
    id: RouterId,
}

impl Drop for Want {
    fn drop(&mut self) {
        self.shared.wants.remove(&self.id);
    }
}

/// Says at intervals what is wanted here, a list for each site.
async fn say_wants(shared: Arc<Shared>) {
    let mut turns = interval(WANTS);
    loop {
        turns.tick().await;
        let mut lists: HashMap<Option<String>, String> = HashMap::new();
        for entry in &shared.wants {
            let list = lists.entry(entry.value().clone()).or_default();
            list.push_str(entry.key().as_str());
            list.push('\n');
            if list.len() > LIST_BYTES {
                let subject = format!("{}.want", shared.subject(entry.value().as_deref()));
                let _ = shared.client.publish(subject, std::mem::take(list).into()).await;
            }
        }
        for (site, list) in lists.into_iter().filter(|(_, list)| !list.is_empty()) {
            let subject = format!("{}.want", shared.subject(site.as_deref()));
            let _ = shared.client.publish(subject, list.into()).await;
        }
    }
}

/// Hears what others want of the routers that are held here.
async fn hear_wants(shared: Arc<Shared>) {
    let subject = format!("{}.want", shared.subject(shared.site.as_deref()));
    loop {
        let mut lists = listen(&shared, subject.clone()).await;
        while let Some(list) = lists.next().await {
            let until = Instant::now() + WANTED;
            for id in std::str::from_utf8(&list.payload).unwrap_or_default().lines() {
                let Ok(id) = id.parse::<RouterId>() else { continue };
                if let Some(wanted) = shared.wanted_of.get(&id) {
                    wanted.send_replace(Some(until));
                }
            }
        }
    }
}
