//! What the keeper's task and whoever asks have in common.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex};

use dashmap::DashMap;
use lalin_stats::RouterId;
use tokio::sync::Notify;

use super::event::Held;
use crate::lease::{Roles, Told};

/// A node as another one sees it.
#[derive(Clone, Debug, PartialEq)]
pub struct NodeState {
    /// Its name.
    pub node: String,
    /// Its site.
    pub site: Option<String>,
    /// What it does.
    pub roles: Roles,
    /// How much it takes in proportion to others.
    pub weight: f64,
    /// Its program's version.
    pub version: String,
    /// So many routers it holds.
    pub load: usize,
    /// It hands over what it holds.
    pub draining: bool,
    /// Its lease was renewed in time.
    pub lives: bool,
}

/// What the tasks and whoever asks have in common.
#[derive(Debug, Default)]
pub(crate) struct Shared {
    pub(crate) told: Arc<Told>,
    /// Holders of this site's routers, as last seen in the bucket.
    pub(crate) holders: DashMap<RouterId, Held>,
    /// Holders of the sites' routers, by site: at the centre, where there are pages.
    pub(crate) elsewhere: DashMap<String, HashMap<RouterId, String>>,
    pub(crate) nodes: Mutex<Vec<NodeState>>,
    /// The keys of the nodes that live.
    pub(crate) living: Mutex<HashSet<String>>,
    /// Routers whose sessions were closed.
    pub(crate) released: Mutex<HashSet<RouterId>>,
    pub(crate) closed_some: Notify,
}
