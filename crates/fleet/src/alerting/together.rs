//! Alerts where several machines watch: which routers are judged here, what of them is shared, and what others shared.
//!
//! A router is judged here while this machine asks it and holds it. What was kept of it is loaded first; what becomes of it is
//! kept for all before a message of it is queued here. Whatever is refused because another machine has the router by then
//! is forgotten: that one has it to tell.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt as _;
use lalin_alerts::{
    Acknowledged, Alert, Batch, Database, Engine, Error, Kept, News, Notice, RouterFacts, SharedStates,
};
use lalin_monitor::Monitor;
use lalin_stats::RouterId;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::keeping::{Outcome, Part};

/// So many routers are loaded at once.
const AT_ONCE: usize = 32;
/// While nothing can be kept for so long and nobody else can take the router, it is told all the same.
const LONGEST_UNKEPT: Duration = Duration::from_secs(30);
/// So many questions to others are under way at most.
const ASKS: usize = 64;
/// What could not be loaded is tried again after this.
const RETRY: Duration = Duration::from_secs(1);

/// What this machine has of what all share.
pub(super) struct Together {
    pub(super) states: Arc<dyn SharedStates>,
    database: Database,
    news: mpsc::Receiver<News>,
    settled: Option<watch::Receiver<u64>>,
    held: HashMap<RouterId, Held>,
    loading: JoinSet<Loaded>,
    /// Routers that are being loaded, or failed to be until then.
    waits: HashMap<RouterId, Option<Instant>>,
    /// What stands of routers that others hold.
    elsewhere: BTreeMap<RouterId, Vec<Arc<Alert>>>,
    /// That is not as it was published.
    is_shown: bool,
    /// Questions to the database and to others.
    asks: JoinSet<Option<Waits>>,
    is_asked: bool,
    asks_again: bool,
    failing: bool,
}

/// Messages, channel and id, that were asked about, and those of them that still wait.
type Waits = (Vec<(String, String)>, Vec<(String, String)>);

/// A router that is judged here.
struct Held {
    epoch: u64,
    /// Messages that no channel is known to have taken.
    unsent: Vec<(String, Notice)>,
    /// What is kept is not as it is.
    changed: bool,
    /// Since when it could not be kept.
    unkept: Option<Instant>,
}

/// What a router's predecessor left.
pub(super) struct Loaded {
    router: RouterId,
    epoch: u64,
    kept: Result<Option<Kept>, Error>,
}

impl Together {
    /// `settled` tells that it is known of a message what became of it.
    pub(super) fn new(
        states: Arc<dyn SharedStates>,
        database: Database,
        settled: Option<watch::Receiver<u64>>,
    ) -> Self {
        let news = states.news();
        Self {
            states,
            database,
            news,
            settled,
            held: HashMap::new(),
            loading: JoinSet::new(),
            waits: HashMap::new(),
            elsewhere: BTreeMap::new(),
            is_shown: false,
            asks: JoinSet::new(),
            is_asked: false,
            asks_again: false,
            failing: false,
        }
    }

    /// Compares what is judged here with what this machine holds. Answers which routers it has to let go, and whether it is
    /// the last one that knows of them: then they are gone for everybody.
    pub(super) fn look(&mut self, monitor: &Monitor) -> Vec<(RouterId, bool)> {
        let mut gone = Vec::new();
        for (router, held) in &self.held {
            let there = monitor.get(router);
            let is_mine = there.as_ref().is_some_and(|router| !router.is_followed());
            if !is_mine || self.states.held(router) != Some(held.epoch) {
                gone.push((router.clone(), there.is_none()));
            }
        }
        for (router, _) in &gone {
            self.held.remove(router);
        }
        let now = Instant::now();
        self.waits.retain(|_, until| until.is_none_or(|until| until > now));
        for router in monitor.routers() {
            let id = router.id();
            if self.loading.len() >= AT_ONCE {
                break;
            }
            if self.held.contains_key(id) || self.waits.contains_key(id) || router.is_followed() {
                continue;
            }
            let Some(epoch) = self.states.held(id) else { continue };
            self.waits.insert(id.clone(), None);
            let (states, router) = (self.states.clone(), id.clone());
            let load = async move {
                let kept = states.load(&router).await;
                Loaded { router, epoch, kept }
            };
            self.loading.spawn(load.boxed());
        }
        let before = self.elsewhere.len();
        self.elsewhere.retain(|router, _| monitor.get(router).is_some());
        self.is_shown &= self.elsewhere.len() == before;
        gone
    }

    /// What comes from others, or was loaded.
    pub(super) async fn next(&mut self) -> Came {
        loop {
            tokio::select! {
                Some(news) = self.news.recv() => return Came::News(news),
                Some(loaded) = self.loading.join_next() => if let Ok(loaded) = loaded { return Came::Loaded(loaded) },
                Some(asked) = self.asks.join_next() => if let Ok(Some(waits)) = asked {
                    self.is_asked = false;
                    if self.still_wait(waits) {
                        return Came::Changed;
                    }
                    if self.asks_again {
                        self.ask();
                    }
                },
                () = changed(&mut self.settled) => self.ask(),
                else => std::future::pending().await,
            }
        }
    }

    /// Goes on with a router that was loaded. Whether it is judged here from now on.
    pub(super) fn take_up(&mut self, loaded: Loaded, engine: &mut Engine, facts: Option<RouterFacts>) -> bool {
        let Loaded { router, epoch, kept } = loaded;
        self.waits.remove(&router);
        let kept = match kept {
            Ok(kept) => kept.unwrap_or_default(),
            Err(error) => {
                tracing::debug!(%router, %error, "the alerts of a router cannot be taken up yet");
                self.waits.insert(router, Some(Instant::now() + RETRY));
                return false;
            }
        };
        let Some(facts) = facts.filter(|_| self.states.held(&router) == Some(epoch)) else { return false };
        engine.take_up(facts, kept.remembered(&router));
        engine.take_up_messages(kept.unsent.clone());
        self.elsewhere.remove(&router);
        self.held.insert(router, Held { epoch, unsent: kept.unsent, changed: false, unkept: None });
        true
    }

    /// Another machine has the router now: what stood here is shown until that one says otherwise.
    pub(super) fn let_go(&mut self, router: &RouterId, engine: &mut Engine) {
        let alerts = engine.kept(router).alerts;
        self.show(router, alerts);
        engine.let_go(router);
    }

    fn show(&mut self, router: &RouterId, alerts: Vec<Alert>) {
        let standing = alerts.into_iter().filter(|alert| alert.state != lalin_alerts::State::Cleared);
        let standing: Vec<_> = standing.map(Arc::new).collect();
        self.is_shown = false;
        match standing.is_empty() {
            true => drop(self.elsewhere.remove(router)),
            false => drop(self.elsewhere.insert(router.clone(), standing)),
        }
    }

    /// Takes in what another machine keeps. Answers what ended there, for the memory of this one.
    pub(super) fn heard(&mut self, router: &RouterId, kept: Kept) -> Vec<Alert> {
        if self.held.contains_key(router) {
            return Vec::new();
        }
        self.show(router, kept.alerts);
        kept.ended
    }

    /// Has what ended elsewhere remembered here.
    pub(super) fn remember(&mut self, ended: Vec<Alert>) {
        if ended.is_empty() {
            return;
        }
        let (database, now_ms) =
            (self.database.clone(), ended.iter().filter_map(|alert| alert.cleared_ms).max().unwrap_or(0));
        let remember = async move {
            if let Err(error) = database.take_in(ended, now_ms).await {
                tracing::warn!(%error, "what ended at another machine cannot be remembered here");
            }
            None
        };
        self.asks.spawn(remember.boxed());
    }

    /// Whether this machine judges the router.
    pub(super) fn judges(&self, router: &RouterId) -> bool {
        self.held.contains_key(router)
    }

    /// What stands at other machines.
    pub(super) fn elsewhere(&self) -> impl Iterator<Item = &Arc<Alert>> {
        self.elsewhere.values().flatten()
    }

    /// Whether what stands elsewhere is not as it was when this was asked last.
    pub(super) fn take_changed(&mut self) -> bool {
        !std::mem::replace(&mut self.is_shown, true)
    }

    /// Has whoever holds an alert's router write down who looks after it.
    pub(super) fn acknowledge(&mut self, id: &str, by: Option<Acknowledged>, answer: oneshot::Sender<Option<Alert>>) {
        let found = self.elsewhere.iter().find(|(_, alerts)| alerts.iter().any(|alert| &*alert.id == id));
        let Some((router, _)) = found.filter(|_| self.asks.len() < ASKS) else { return };
        let (states, router, id) = (self.states.clone(), router.clone(), id.to_owned());
        let acknowledge = async move {
            match states.acknowledge(&router, &id, by).await {
                Ok(alert) => drop(answer.send(alert)),
                Err(error) => tracing::warn!(%router, %error, "an acknowledgement did not arrive"),
            }
            None
        };
        self.asks.spawn(acknowledge.boxed());
    }

    /// Asks which messages still wait of which that is not known.
    pub(super) fn ask(&mut self) {
        let unsent = self.held.values().flat_map(|held| &held.unsent);
        let asked: Vec<_> = unsent.map(|(channel, notice)| (channel.clone(), notice.id.clone())).collect();
        self.asks_again = self.is_asked;
        if self.is_asked || asked.is_empty() {
            return;
        }
        self.is_asked = true;
        let database = self.database.clone();
        let ask = async move {
            // While that cannot be read, all of them wait.
            let waiting = database.still_wait(asked.clone()).await.unwrap_or_else(|_| asked.clone());
            Some((asked, waiting))
        };
        self.asks.spawn(ask.boxed());
    }

    /// Takes out what was settled. Whether there was any.
    fn still_wait(&mut self, (asked, waiting): Waits) -> bool {
        let waiting: HashSet<_> = waiting.into_iter().collect();
        let settled: HashSet<_> = asked.into_iter().filter(|one| !waiting.contains(one)).collect();
        for held in self.held.values_mut().filter(|held| !held.unsent.is_empty()) {
            let before = held.unsent.len();
            held.unsent.retain(|(channel, notice)| !settled.contains(&(channel.clone(), notice.id.clone())));
            held.changed |= held.unsent.len() != before;
        }
        !settled.is_empty()
    }

    /// Whether something is to be kept that no batch tells of.
    pub(super) fn is_changed(&self) -> bool {
        self.held.values().any(|held| held.changed)
    }

    /// Takes a batch apart. What is about routers that others hold is left out; what is left is about no router, or about
    /// one that nobody has any more.
    pub(super) fn parts(&mut self, batch: &mut Batch, engine: &Engine, monitor: &Monitor) -> Vec<Part> {
        let mut routers: HashSet<RouterId> = batch.routers().iter().filter_map(|id| id.parse().ok()).collect();
        routers.extend(self.held.iter().filter(|(_, held)| held.changed).map(|(router, _)| router.clone()));
        let mut parts = Vec::new();
        for router in routers {
            let Some(held) = self.held.get_mut(&router) else {
                if monitor.get(&router).is_some() {
                    drop(batch.take_part(router.as_str()));
                }
                continue;
            };
            held.changed = false;
            let batch = batch.take_part(router.as_str());
            let mut kept = engine.kept(&router);
            kept.unsent.clone_from(&held.unsent);
            add(&mut kept.unsent, batch.notices.iter().chain(&batch.taken_up));
            let is_overdue = held.unkept.is_some_and(|since| since.elapsed() >= LONGEST_UNKEPT);
            parts.push(Part { router, kept, batch, is_overdue });
        }
        parts
    }

    /// What became of them.
    pub(super) fn settled(&mut self, outcome: Outcome, engine: &mut Engine) {
        for (router, notices) in outcome.queued {
            if let Some(held) = self.held.get_mut(&router) {
                add(&mut held.unsent, &notices);
            }
        }
        for (router, is_kept) in outcome.kept {
            if let Some(held) = self.held.get_mut(&router) {
                held.changed |= !is_kept;
                if is_kept {
                    held.unkept = None;
                }
            }
        }
        for (router, batch, error) in outcome.failed {
            let Some(held) = self.held.get_mut(&router) else { continue };
            if matches!(error, Error::NotHeld) {
                // Loaded anew, if it is this machine's after all.
                tracing::info!(%router, "another machine has the router: what was decided here is not told");
                self.held.remove(&router);
                engine.let_go(&router);
                continue;
            }
            held.unkept.get_or_insert_with(Instant::now);
            held.changed = true;
            if !std::mem::replace(&mut self.failing, true) {
                tracing::warn!(%error, "states of alerts cannot be shared: they are told once they are");
            }
            engine.put_back(batch);
        }
        if self.held.values().all(|held| held.unkept.is_none()) {
            self.failing = false;
        }
    }
}

/// What comes to this machine.
pub(super) enum Came {
    /// Something is to be kept.
    Changed,
    Loaded(Loaded),
    News(News),
}

impl Loaded {
    pub(super) fn router(&self) -> &RouterId {
        &self.router
    }
}

/// The next change, if there will be one.
async fn changed(settled: &mut Option<watch::Receiver<u64>>) {
    let is_changed = match settled {
        Some(settled) => settled.changed().await.is_ok(),
        None => false,
    };
    if !is_changed {
        std::future::pending().await
    }
}

fn add<'a>(unsent: &mut Vec<(String, Notice)>, more: impl IntoIterator<Item = &'a (String, Notice)>) {
    for (channel, notice) in more {
        if !unsent.iter().any(|(on, known)| on == channel && known.id == notice.id) {
            unsent.push((channel.clone(), notice.clone()));
        }
    }
}
