//! What a node of a cluster records, what it shows, and how what one node records comes to those that show it.
//!
//! **Who records.** A router is recorded by the node that asks it, and by no other: a recorder hears nothing of a router
//! that another machine asks ([`lalin_monitor::Router::record`]). So a node that asks routers records into the folder
//! `recorded`, and hands it over to whoever asks ([`Serving`]). A node with pages shows the folder `history`, into which it
//! takes what every collector has recorded, itself included ([`Following`]), each sample once and in order, with the cursor
//! in the same record. A node that only asks routers shows what it recorded itself.
//!
//! | role | records into | shows |
//! | --- | --- | --- |
//! | `web` | nothing | `history` |
//! | `collect` | `recorded` | `recorded` |
//! | both | `recorded` | `history` |
//! | any, `[history] store = "prometheus"` | the store, what it asks itself | the store |
//!
//! **A router that moves.** Each part of its past is with the node that recorded it. They are taken in side by side, so that
//! each of them is in order and none waits for a node that is away; what passed between the last sample of one and the
//! first of the next is nobody's.
//!
//! With a store nothing is handed over: all nodes read the same one.

use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt as _;
use lalin_cluster::handover::{Collector, Following, OverNats, Pace, Serving};
use lalin_cluster::{Connection, NodeState};
use lalin_config::{Cluster, Config, Roles};
use lalin_fleet::{Fleet, Recording, RecordingPolicy};
use lalin_history::{History, Settings};
use lalin_stats::RouterId;
use tokio::sync::watch;
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::task::AbortOnDropHandle;

use super::Node;
use crate::error::Error;
use crate::history;
use crate::past::recorded_folder;

/// How often it is looked who records.
const LOOKED_EACH: Duration = Duration::from_secs(1);

/// The histories of this node, open. Empty where nothing is to be recorded, and where they cannot be opened: the log says
/// why.
#[derive(Clone, Default)]
pub(crate) struct Past {
    /// Follows what the collectors recorded.
    follows: Option<Arc<History>>,
    /// Recorded here.
    recorded: Option<Arc<History>>,
}

impl Past {
    /// Opens what the roles of this node need.
    pub(crate) fn open(config: &Config, cluster: &Cluster) -> Self {
        if !config.history.enabled {
            return Self::default();
        }
        let Roles { web, collect } = cluster.roles;
        if config.history.store.is_some() {
            return Self { follows: None, recorded: history::opened(history::open_configured(config)) };
        }
        let recorded = || -> Result<History, Error> {
            // Others ask by a tick's number, so its days are left as they are.
            let settings = Settings { folder: recorded_folder(config), thins: false, ..history::settings(config)? };
            Ok(History::open(settings)?)
        };
        Self {
            follows: web.then(|| history::opened(history::open_configured(config))).flatten(),
            recorded: collect.then(|| history::opened(recorded())).flatten(),
        }
    }

    /// Begins to record, as the server asks for.
    pub(crate) fn record(&self, config: &Config, fleet: &Fleet, chosen: &RecordingPolicy) -> Option<Arc<Recording>> {
        let (monitor, policy) = (fleet.monitor(), history::policy(config));
        let recording = match (&self.follows, &self.recorded) {
            (Some(shown), recorded) => Recording::start_apart(monitor, shown.clone(), recorded.clone(), policy, chosen),
            (None, Some(recorded)) => Recording::start(monitor, recorded.clone(), policy, chosen),
            (None, None) => return None,
        };
        Some(Arc::new(recording))
    }

    /// What others may ask for; nothing where it is in a store.
    fn own(&self) -> Option<&Arc<History>> {
        self.recorded.as_ref().filter(|history| !history.is_remote())
    }
}

/// Hands over and takes in, until it is dropped.
pub(crate) struct Handover {
    _following: Option<Following>,
    _serving: Option<Serving>,
    _looking: Option<AbortOnDropHandle<()>>,
}

/// Begins: whoever records is asked, and of a site's routers its own collectors alone are believed. How far they are taken in
/// is told to `node`, which says it to people.
///
/// Must be called inside a tokio runtime.
pub(crate) fn start(past: &Past, connection: &Connection, node: &Arc<Node>) -> Handover {
    let own = past.own();
    let serving = own.map(|recorded| Serving::start(connection, recorded));
    let Some(follows) = past.follows.as_ref().filter(|history| !history.is_remote()) else {
        return Handover { _following: None, _serving: serving, _looking: None };
    };
    let site = connection.site().map(str::to_owned);
    let itself = own.map(|_| Collector { node: connection.node().to_owned(), site: site.clone() });
    let (tell, collectors) = watch::channel(Arc::from(Vec::from_iter(itself.clone())));
    let asks = Arc::new(OverNats::new(connection.clone(), own.map(AsRef::as_ref)));
    let of = node.clone();
    let is_of = move |router: &RouterId, site: Option<&str>| of.is_place(router, site);
    let following = Following::start(follows.clone(), asks, collectors, is_of, Pace::default());
    node.follows(following.lags());
    let node = node.clone();
    let look = async move {
        let mut looks = interval(LOOKED_EACH);
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            looks.tick().await;
            let now = collectors_of(&node.nodes_to_follow(), site.as_deref(), itself.as_ref());
            tell.send_if_modified(|before: &mut Arc<[Collector]>| {
                let changed = before[..] != now[..];
                if changed {
                    *before = now.into();
                }
                changed
            });
            node.tell_behind();
        }
    };
    let looking = tokio::spawn(look.boxed());
    Handover { _following: Some(following), _serving: serving, _looking: Some(AbortOnDropHandle::new(looking)) }
}

/// Whom to ask, in order, each once: whoever asks routers, also where its lease is over, as it may be reached all the same;
/// at a site only its own, as it may ask no other.
fn collectors_of(nodes: &[NodeState], site: Option<&str>, itself: Option<&Collector>) -> Vec<Collector> {
    let collects = nodes.iter().filter(|node| node.roles.collect);
    let near = collects.filter(|node| site.is_none() || node.site.as_deref() == site);
    let near = near.map(|node| Collector { node: node.node.clone(), site: node.site.clone() });
    let mut all: Vec<Collector> = near.chain(itself.cloned()).collect();
    all.sort();
    all.dedup();
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn node(name: &str, site: Option<&str>, collect: bool, lives: bool) -> NodeState {
        NodeState {
            node: name.into(),
            site: site.map(Into::into),
            roles: lalin_cluster::Roles { web: true, collect },
            weight: 1.0,
            version: String::new(),
            load: 0,
            draining: false,
            lives,
        }
    }

    #[test]
    fn the_centre_asks_every_collector_once_and_a_site_its_own() {
        let nodes = [
            node("web", None, false, true),
            node("one", None, true, true),
            node("two", None, true, false),
            node("a", Some("pop"), true, true),
        ];
        let itself = Collector { node: "one".into(), site: None };
        let names = |site, itself| {
            let all = collectors_of(&nodes, site, itself);
            all.into_iter().map(|collector| collector.node).collect::<Vec<_>>()
        };
        let mut centre = names(None, Some(&itself));
        centre.sort();
        assert_eq!(centre, ["a", "one", "two"]);
        assert_eq!(names(Some("pop"), None), ["a"]);
    }
}
