//! Who asks which router.
//!
//! Each router has a key that names its holder. Whoever may take it writes itself into that key by compare-and-set; nobody
//! assigns anything to anybody. A holder that lives keeps what it has, gives away gently what is more than its share, and
//! hands everything over when it ends.

mod elsewhere;
mod event;
mod keeper;
mod nodes;
mod record;
mod rendezvous;
mod shared;
mod table;
mod writes;

use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::FutureExt as _;
use lalin_stats::RouterId;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;

pub use event::{Held, HoldEvent, LostReason, RouterPlace};
pub(crate) use record::HoldRecord;
pub use shared::NodeState;

use crate::buckets;
use crate::connection::{Bucket, Connection};
use crate::lease::{Behind, Fence, HoldOver, Keeper as LeaseKeeper, NodeSettings, Promises, Standing};
use keeper::Keeper;
use shared::Shared;

/// This node's lease, and the routers it holds under it.
#[derive(Debug)]
pub struct Holdings {
    node: String,
    site: Option<String>,
    shared: Arc<Shared>,
    standing: watch::Receiver<Option<Standing>>,
    events: Mutex<Option<mpsc::Receiver<HoldEvent>>>,
    /// The holds first, then the lease.
    stop_holds: CancellationToken,
    stop_lease: CancellationToken,
    holds: Mutex<Option<JoinHandle<()>>>,
    lease: Mutex<Option<JoinHandle<()>>>,
    _around: Vec<AbortOnDropHandle<()>>,
}

impl Holdings {
    /// Takes part in the cluster, from the moment on that NATS lets it. Claims routers if the node is a collector.
    pub fn start(connection: Connection, settings: NodeSettings, routers: watch::Receiver<Arc<[RouterPlace]>>) -> Self {
        let shared = Arc::new(Shared::default());
        let (node, site) = (settings.node.clone(), settings.site.clone());
        let (tell, standing) = watch::channel(None);
        let (stop_holds, stop_lease) = (CancellationToken::new(), CancellationToken::new());
        let (sender, events) = mpsc::channel(EVENTS);
        let hold_over = HoldOver {
            connection: connection.clone(),
            site: settings.site.clone(),
            told: shared.told.clone(),
            promises: Promises::default(),
            others: Arc::default(),
            ended: Arc::default(),
        };

        let lease = {
            let (connection, settings, told) = (connection.clone(), settings.clone(), shared.told.clone());
            let stop = stop_lease.clone();
            let keep = async move {
                let plan = buckets::nodes(&connection);
                if let Some(bucket) = opened(&connection, &plan, &stop).await {
                    LeaseKeeper::new(bucket, settings, told, tell, stop).run().await;
                }
            };
            tokio::spawn(keep.boxed())
        };
        let mut around = Vec::new();
        if settings.roles.collect {
            around.push(tokio::spawn(hold_over.clone().answer(settings.node.clone()).boxed()));
            around.push(tokio::spawn(hold_over.clone().ask(standing.clone()).boxed()));
        }
        if settings.roles.web && settings.site.is_none() {
            around.push(tokio::spawn(elsewhere::follow(connection.clone(), shared.clone(), routers.clone()).boxed()));
        }
        let holds = {
            let (shared, standing, stop) = (shared.clone(), standing.clone(), stop_holds.clone());
            let keep = async move {
                let nodes = opened(&connection, &buckets::nodes(&connection), &stop).await;
                let holds = opened(&connection, &buckets::holds(&connection, settings.site.as_deref()), &stop).await;
                if let Some((nodes, holds)) = nodes.zip(holds) {
                    let keeper = Keeper::new(nodes, holds, &settings, shared, hold_over, sender);
                    keeper.run(routers, standing, stop).await;
                }
            };
            tokio::spawn(keep.boxed())
        };
        Self {
            node,
            site,
            shared,
            standing,
            events: Mutex::new(Some(events)),
            stop_holds,
            stop_lease,
            holds: Mutex::new(Some(holds)),
            lease: Mutex::new(Some(lease)),
            _around: around.into_iter().map(AbortOnDropHandle::new).collect(),
        }
    }

    /// What happens to routers here. For one reader: asked for a second time, nothing comes any more.
    pub fn events(&self) -> mpsc::Receiver<HoldEvent> {
        let events = self.events.lock().unwrap_or_else(PoisonError::into_inner).take();
        events.unwrap_or_else(|| mpsc::channel(1).1)
    }

    /// The session with a router that was lost is closed: another node may have it now.
    pub fn released(&self, router: &RouterId) {
        self.shared.released.lock().unwrap_or_else(PoisonError::into_inner).insert(router.clone());
        self.shared.closed_some.notify_one();
    }

    /// The present lease's fence; a closed one while there is no lease.
    pub fn fence(&self) -> Fence {
        self.standing.borrow().as_ref().map_or_else(Fence::closed_already, |standing| standing.fence.clone())
    }

    /// Who holds a router of this node's site, as far as is known here.
    pub fn holder_of(&self, router: &RouterId) -> Option<Held> {
        self.shared.holders.get(router).map(|held| held.value().clone())
    }

    /// Which node asks a router of this site, for people: nobody where the node that is said to has no lease. While no
    /// node at all is known to live, as without quorum, it is whoever was the last.
    pub fn asks(&self, router: &RouterId, site: Option<&str>) -> Option<String> {
        let node = match site.filter(|site| self.site.as_deref() != Some(site)) {
            Some(site) => self.shared.elsewhere.get(site)?.get(router)?.clone(),
            None => self.holder_of(router)?.node,
        };
        let living = self.shared.living.lock().unwrap_or_else(PoisonError::into_inner);
        (living.is_empty() || living.contains(&buckets::node_key(site, &node))).then_some(node)
    }

    /// For the how manieth time a router changed hands, while this node holds it and its fence is open.
    pub fn epoch_here(&self, router: &RouterId) -> Option<u64> {
        let held = self.holder_of(router).filter(|held| held.node == self.node)?;
        self.fence().is_open().then_some(held.epoch)
    }

    /// Whether this node comes first among the collectors that live, those of the centre before those of sites. While nobody
    /// is known to live, each does.
    pub fn is_first(&self) -> bool {
        let nodes = self.shared.nodes.lock().unwrap_or_else(PoisonError::into_inner);
        let collectors = nodes.iter().filter(|other| other.lives && other.roles.collect && !other.draining);
        let first = collectors.map(|other| (&other.site, &other.node)).min();
        first.is_none_or(|first| first == (&self.site, &self.node))
    }

    /// The nodes that are or were here, in the order of their sites and names.
    pub fn nodes(&self) -> Vec<NodeState> {
        self.shared.nodes.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// What this node's lease says of the history that it shows.
    pub fn tell_behind(&self, behind: Option<Behind>) {
        *self.shared.told.behind.lock().unwrap_or_else(PoisonError::into_inner) = behind;
    }

    /// So many routers this node holds.
    pub fn load(&self) -> usize {
        self.shared.told.load.load(Ordering::Relaxed)
    }

    /// Takes nothing more and hands over what it has, fifty routers a second; ends when nothing is left, nobody is there to
    /// take it, or after two minutes.
    pub async fn drain(&self) {
        self.shared.told.draining.store(true, Ordering::Relaxed);
        let emptied = async {
            while self.load() > 0 && self.others_take() {
                sleep(LOOKS).await;
            }
        };
        if timeout(DRAINING, emptied).await.is_err() {
            tracing::warn!(left = self.load(), "not every router was handed over");
        }
    }

    /// Lets every router go, and the lease last. Whoever reads the events has to go on meanwhile.
    pub async fn shutdown(&self) {
        self.stop_holds.cancel();
        let holds = self.holds.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(task) = holds {
            // It limits itself; a panic in it was logged.
            let _ = task.await;
        }
        self.stop_lease.cancel();
        let lease = self.lease.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(task) = lease {
            let _ = task.await;
        }
    }

    /// Whether another collector of this site takes routers.
    fn others_take(&self) -> bool {
        self.nodes().iter().any(|other| {
            let takes = other.lives && other.roles.collect && !other.draining;
            takes && other.site == self.site && other.node != self.node
        })
    }
}

impl Drop for Holdings {
    /// Without a farewell: the lease ends by itself, and the fence with it.
    fn drop(&mut self) {
        if let Some(standing) = self.standing.borrow().as_ref() {
            standing.fence.close();
        }
        for task in [&self.holds, &self.lease] {
            if let Some(task) = task.lock().unwrap_or_else(PoisonError::into_inner).take() {
                task.abort();
            }
        }
    }
}

/// The bucket, tried for until it can be had; `None` if stopped.
async fn opened(connection: &Connection, plan: &buckets::Plan, stop: &CancellationToken) -> Option<Bucket> {
    let mut complained = false;
    loop {
        let tried = tokio::select! {
            () = stop.cancelled() => return None,
            tried = Bucket::open(connection, plan) => tried,
        };
        match tried {
            Ok(bucket) => return Some(bucket),
            Err(error) if !complained => {
                complained = true;
                tracing::warn!(bucket = %plan.name, %error, "the cluster's bucket cannot be used yet");
            }
            Err(_) => {}
        }
        tokio::select! {
            () = stop.cancelled() => return None,
            () = sleep(RETRY) => {}
        }
    }
}

const EVENTS: usize = 256;
const RETRY: Duration = Duration::from_secs(1);
const LOOKS: Duration = Duration::from_millis(100);
const DRAINING: Duration = Duration::from_secs(120);
