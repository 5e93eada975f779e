//! The alerts of this machine among the others: judged where a router is held, seen everywhere.

use std::sync::Arc;

use lalin_alerts::SharedStates;
use lalin_cluster::{AlertStates, Connection, Holds};
use lalin_stats::RouterId;
use lalin_store::Store;

use super::node::Node;

/// Where they are had in common.
pub(crate) fn states(connection: &Connection, node: &Arc<Node>, store: &Store) -> Arc<dyn SharedStates> {
    Arc::new(AlertStates::start(connection.clone(), node.clone(), store.clone()))
}

impl Holds for Node {
    fn epoch(&self, router: &RouterId) -> Option<u64> {
        self.holdings.epoch_here(router)
    }

    fn speaks(&self) -> bool {
        self.holdings.is_first()
    }
}
