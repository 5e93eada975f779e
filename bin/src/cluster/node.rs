//! This machine among the others: which routers it asks and which it follows, as the fleet needs it.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, OnceLock, PoisonError, RwLock};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::FutureExt as _;
use lalin_cluster::handover::{Collector, Lag, Lags};
use lalin_cluster::live::Live;
use lalin_cluster::{Connection, HoldEvent, Holdings, NodeSettings, NodeState, Roles, RouterPlace};
use lalin_config::Cluster;
use lalin_fleet::{About, Fleet, OtherNodes, Report, RouterAdmin as _, RouterChange};
use lalin_monitor::{Feed, Router};
use lalin_stats::RouterId;
use lalin_store::Store;
use tokio::sync::{Notify, watch};
use tokio::time::{sleep, timeout};
use tokio_util::task::AbortOnDropHandle;

use super::{about, checks, connection};
use crate::error::Error;

/// What a machine is asked about a router that it holds.
const ABOUT: &str = "about";
const RETRY: &str = "retry";
const CHECK: &str = "check";
/// How long that may take where nobody waits for it.
const ANSWER: Duration = Duration::from_secs(10);
/// A check connects, logs in and reads twice.
const CHECKED: Duration = Duration::from_secs(40);
/// How often is looked whether a site was added or removed.
const LOOK: Duration = Duration::from_secs(5);
/// The longest time in which others take over what this one asks, before it ends.
const HANDING_OVER: Duration = Duration::from_secs(30);
/// The longest time in which this one gives everything back.
const LEAVING: Duration = Duration::from_secs(5);

/// This machine in its cluster.
pub(crate) struct Node {
    site: Option<String>,
    /// The sites that there are. A site's own machine knows its own only.
    sites: RwLock<Vec<String>>,
    live: Arc<Live>,
    store: Store,
    pub(super) holdings: Holdings,
    places: watch::Sender<Arc<[RouterPlace]>>,
    changed: Notify,
    /// Answers what others ask; none before there is a fleet, and after the end.
    fleet: Arc<Mutex<Option<Fleet>>>,
    /// How far the histories that this machine follows are taken in.
    lags: OnceLock<Lags>,
}

/// What keeps fleet and cluster together. It ends with this.
pub(crate) struct Together {
    node: Arc<Node>,
    _tasks: [AbortOnDropHandle<()>; 2],
}

impl Node {
    /// Begins to take part. Nothing is asked before [`Node::join`].
    ///
    /// # Errors
    /// [`Error::Store`].
    pub(crate) async fn begin(connection: &Connection, cluster: &Cluster, store: &Store) -> Result<Arc<Self>, Error> {
        let sites = if cluster.site.is_none() { store.sites().await? } else { Vec::new() };
        let fleet: Arc<Mutex<Option<Fleet>>> = Arc::default();
        let (answers, opens) = (fleet.clone(), store.clone());
        let questions = Arc::new(move |id: RouterId, kind: String, question: Bytes| {
            let store = opens.clone();
            let fleet = answers.lock().unwrap_or_else(PoisonError::into_inner).clone();
            let answer = async move {
                let fleet = fleet.ok_or("this machine has just been started, or ends")?;
                match &*kind {
                    ABOUT => about::written(fleet.about(&id).await?),
                    CHECK => {
                        let change = checks::opened(&store, &id, &question).await?;
                        checks::written(fleet.check_for_others(&id, change).await?)
                    }
                    RETRY => fleet.retry(&id).then(Vec::new).ok_or_else(|| "there is no such router here".to_owned()),
                    other => Err(format!("this machine's version does not know \"{other}\"")),
                }
            };
            Box::pin(answer) as futures_util::future::BoxFuture<'static, _>
        });
        let live = Live::start(connection.client().clone(), &cluster.name, cluster.site.as_deref(), questions);
        let live = Arc::new(live);
        let (places, known) = watch::channel(Arc::from([]));
        let settings = NodeSettings {
            node: connection::node(cluster),
            site: cluster.site.clone(),
            roles: Roles { web: cluster.roles.web, collect: cluster.roles.collect },
            weight: 1.0,
        };
        let holdings = Holdings::start(connection.clone(), settings, known);
        let (site, sites) = (cluster.site.clone(), RwLock::new(sites));
        let (store, changed, lags) = (store.clone(), Notify::new(), OnceLock::new());
        Ok(Arc::new(Self { site, sites, live, store, holdings, places, changed, fleet, lags }))
    }

    /// From now on the fleet asks what this machine holds.
    pub(crate) fn join(self: &Arc<Self>, fleet: &Fleet, store: &Store) -> Together {
        *self.fleet.lock().unwrap_or_else(PoisonError::into_inner) = Some(fleet.clone());
        let places = tokio::spawn(self.clone().tell_places(fleet.clone(), store.clone()).boxed());
        let holds = tokio::spawn(self.clone().take_turns(fleet.clone()).boxed());
        Together { node: self.clone(), _tasks: [places, holds].map(AbortOnDropHandle::new) }
    }

    /// The machines that are or were here.
    pub(crate) fn nodes(&self) -> Vec<NodeState> {
        self.holdings.nodes()
    }

    /// The same, for whoever follows what they recorded: nobody yet while it is not known whose routers are whose, as what is
    /// left out for that reason is not asked for again.
    pub(super) fn nodes_to_follow(&self) -> Vec<NodeState> {
        if self.places.borrow().is_empty() { Vec::new() } else { self.nodes() }
    }

    /// Whether what the collectors of a site say of a router counts: of one that is the site's, and from this machine's own
    /// site always.
    pub(super) fn is_place(&self, router: &RouterId, site: Option<&str>) -> bool {
        let places = self.places.borrow();
        // They are in the order of their ids.
        let found = || places.binary_search_by(|place| place.id.cmp(router)).ok().and_then(|at| places.get(at));
        site == self.site.as_deref() || found().is_some_and(|place| place.site.as_deref() == site)
    }

    /// This machine takes in what others recorded.
    pub(super) fn follows(&self, lags: Lags) {
        // There is one history to take it into.
        let _ = self.lags.set(lags);
    }

    /// How far each of them is taken in; empty where none is.
    pub(crate) fn lags(&self) -> BTreeMap<Collector, Lag> {
        self.lags.get().map(Lags::now).unwrap_or_default()
    }

    /// Says in the lease how far this machine is behind.
    pub(super) fn tell_behind(&self) {
        self.holdings.tell_behind(self.lags.get().and_then(Lags::most));
    }

    /// What was sent to others, and came from them.
    pub(crate) fn counts(&self) -> lalin_cluster::live::Counts {
        self.live.counts()
    }

    /// So many routers are held here.
    pub(crate) fn load(&self) -> usize {
        self.holdings.load()
    }

    /// Whether this machine may ask what it holds.
    pub(crate) fn has_lease(&self) -> bool {
        self.holdings.fence().is_open()
    }

    /// Tells whoever decides about holds which routers there are.
    async fn tell_places(self: Arc<Self>, fleet: Fleet, store: Store) {
        loop {
            if self.site.is_none() {
                match store.sites().await {
                    Ok(sites) => *self.sites.write().unwrap_or_else(PoisonError::into_inner) = sites,
                    Err(error) => tracing::warn!(%error, "the sites cannot be read for now"),
                }
            }
            let mut places: Vec<RouterPlace> =
                fleet.places().into_iter().map(|(id, site)| RouterPlace { id, site }).collect();
            places.sort_by(|one, other| one.id.cmp(&other.id));
            for place in &places {
                fleet.moved(&place.id).await;
            }
            self.places.send_if_modified(|known| {
                let changed = **known != *places;
                if changed {
                    *known = places.into();
                }
                changed
            });
            // Many changes at once are one.
            let _ = timeout(LOOK, self.changed.notified()).await;
            sleep(Duration::from_millis(50)).await;
        }
    }

    /// Takes routers up and lets them go.
    async fn take_turns(self: Arc<Self>, fleet: Fleet) {
        let mut events = self.holdings.events();
        while let Some(event) = events.recv().await {
            match event {
                HoldEvent::Claimed { router, epoch, fence } => {
                    tracing::debug!(%router, epoch, "this machine asks the router from now on");
                    fleet.hold(&router, epoch, Arc::new(move || fence.is_open()));
                }
                HoldEvent::Lost { router, reason } => {
                    tracing::debug!(%router, ?reason, "this machine asks the router no more");
                    fleet.let_go(&router).await;
                    self.holdings.released(&router);
                }
                _ => {}
            }
        }
    }
}

impl Together {
    /// Hands over what this machine asks, while others are there to take it. It goes on serving meanwhile.
    pub(crate) async fn hand_over(&self) {
        if timeout(HANDING_OVER, self.node.holdings.drain()).await.is_err() {
            tracing::warn!(left = self.node.load(), "not every router was handed over in time");
        }
    }

    /// Gives everything back. The fleet asks nothing afterwards.
    pub(crate) async fn leave(self) {
        if timeout(LEAVING, self.node.holdings.shutdown()).await.is_err() {
            tracing::warn!("the cluster does not answer: others take over when the lease has run out");
        }
        self.node.fleet.lock().unwrap_or_else(PoisonError::into_inner).take();
    }
}

#[async_trait]
impl OtherNodes for Node {
    fn own_site(&self) -> Option<&str> {
        self.site.as_deref()
    }

    fn site_of(&self, tags: &[String]) -> Option<String> {
        if self.site.is_some() {
            return self.site.clone();
        }
        let sites = self.sites.read().unwrap_or_else(PoisonError::into_inner);
        tags.iter().find(|tag| sites.contains(tag)).cloned()
    }

    fn follow(&self, id: RouterId, site: Option<String>, feed: Feed) {
        self.live.follow(id, site, feed);
    }

    fn hold(&self, router: Arc<Router>, epoch: u64) {
        self.live.hold(router, epoch);
    }

    fn forget(&self, id: &RouterId) {
        self.live.forget(id);
    }

    fn changed(&self) {
        self.changed.notify_one();
    }

    async fn about(&self, id: &RouterId, site: Option<&str>, limit: Duration) -> Result<About, String> {
        let told = self.live.ask(id, site, ABOUT, Bytes::new(), limit).await;
        about::read(&told.map_err(|error| error.to_string())?)
    }

    async fn check(&self, id: &RouterId, site: &str, change: &RouterChange) -> Result<Report, String> {
        let question = checks::sealed(&self.store, site, id, change).await?;
        let found = self.live.ask(id, Some(site), CHECK, question.into(), CHECKED).await;
        checks::read(&found.map_err(|error| error.to_string())?)
    }

    fn try_now(&self, id: RouterId, site: Option<String>) {
        let live = self.live.clone();
        let ask = async move {
            if let Err(error) = live.ask(&id, site.as_deref(), RETRY, Bytes::new(), ANSWER).await {
                tracing::debug!(router = %id, %error, "nobody was asked to try again");
            }
        };
        tokio::spawn(ask.boxed());
    }

    fn holder_of(&self, id: &RouterId, site: Option<&str>) -> Option<String> {
        self.holdings.asks(id, site)
    }
}

impl fmt::Debug for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Node").field("site", &self.site).field("live", &self.live).finish_non_exhaustive()
    }
}
