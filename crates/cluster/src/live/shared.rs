//! What all routers of this process share: the connection, subjects, what is wanted here and of what is held here.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use async_nats::{Client, Message as Sent, Subscriber};
use bytes::Bytes;
use dashmap::DashMap;
use futures_util::future::BoxFuture;
use futures_util::{FutureExt as _, StreamExt};
use lalin_stats::RouterId;
use tokio::sync::{Semaphore, watch};
use tokio::time::{Instant, interval, sleep};

use super::ask::{self, Answer};

/// How often a machine says what it wants.
const WANTS: Duration = Duration::from_secs(10);
/// The centre's place in subjects; no site can be called so.
const CENTRE: &str = "=";
/// Questions of others that are answered at once.
pub(super) const QUESTIONS: usize = 16;
/// What one message may carry of a list.
const LIST_BYTES: usize = 200_000;
/// So long after somebody last said so a router's frames are wanted.
pub(super) const WANTED: Duration = Duration::from_secs(30);
const RETRY: Duration = Duration::from_secs(1);

/// Answers questions about a router that this process holds: of this kind, with these words.
pub type Questions = Arc<dyn Fn(RouterId, String, Bytes) -> BoxFuture<'static, Answer> + Send + Sync>;

pub(super) struct Shared {
    pub(super) client: Client,
    pub(super) cluster: String,
    pub(super) site: Option<String>,
    pub(super) origin: Instant,
    /// Until when each held router is wanted.
    pub(super) wanted_of: DashMap<RouterId, watch::Sender<Option<Instant>>>,
    /// What is wanted here, and its site.
    pub(super) wants: DashMap<RouterId, Option<String>>,
    pub(super) questions: Questions,
    pub(super) answering: Arc<Semaphore>,
    pub(super) counters: Counters,
}

#[derive(Debug, Default)]
pub(super) struct Counters {
    pub(super) sent: AtomicU64,
    pub(super) sent_bytes: AtomicU64,
    pub(super) received: AtomicU64,
    pub(super) dropped: AtomicU64,
    pub(super) missing: AtomicU64,
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
        let answer = async move {
            let answer = (shared.questions)(id, kind, question.payload).await;
            ask::answer(&shared.client, to, answer).await;
            drop(turn);
        };
        tokio::spawn(answer.boxed());
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
pub(super) async fn say_wants(shared: Arc<Shared>) {
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
pub(super) async fn hear_wants(shared: Arc<Shared>) {
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

/// Listens, as soon as that can be.
pub(super) async fn listen(shared: &Shared, subject: String) -> Subscriber {
    loop {
        match shared.client.subscribe(subject.clone()).await {
            Ok(subscriber) => return subscriber,
            Err(error) => {
                tracing::warn!(%error, subject, "cannot listen; it is tried again");
                sleep(RETRY).await;
            }
        }
    }
}
