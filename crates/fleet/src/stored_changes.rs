//! Routers that another node of the cluster added, changed or removed: what runs here follows the store.

use std::collections::HashSet;
use std::time::Duration;

use futures_util::FutureExt as _;
use lalin_config::RouterOrigin;
use lalin_stats::RouterId;
use tokio::time::sleep;
use tokio_util::task::AbortOnDropHandle;

use crate::Fleet;

/// The pause after the store could not be read.
const RETRY: Duration = Duration::from_secs(2);

impl Fleet {
    /// Follows what other nodes change of the routers, until the handle is dropped. `None` where nothing is shared.
    pub fn follow_store(&self) -> Option<AbortOnDropHandle<()>> {
        let store = self.0.store.as_ref().filter(|store| store.is_shared())?;
        let (mut changes, fleet) = (store.routers_changed(), self.clone());
        // What came between the first look and this one.
        changes.mark_changed();
        let follow = async move {
            while changes.changed().await.is_ok() {
                while let Err(error) = fleet.take_over_stored().await {
                    tracing::warn!(%error, "what others changed of the routers cannot be read for now");
                    sleep(RETRY).await;
                }
            }
        };
        Some(AbortOnDropHandle::new(self.0.runtime.spawn(follow.boxed())))
    }

    /// Brings what runs to what the store has.
    async fn take_over_stored(&self) -> Result<(), lalin_store::Error> {
        let Some(store) = &self.0.store else { return Ok(()) };
        let _turn = self.0.changes.lock().await;
        let mut there = HashSet::new();
        for router in store.routers().await? {
            let router = match router {
                Ok(router) => router.settings,
                Err(unreadable) => {
                    tracing::error!(router = %unreadable.id, detail = unreadable.reason, "a stored router cannot be used");
                    there.insert(unreadable.id);
                    continue;
                }
            };
            let id = router.id.clone();
            there.insert(id.clone());
            let known = self.0.entries.get(&id).map(|entry| entry.settings.clone());
            // One of this id in this machine's own file stays.
            if known.is_some_and(|known| known.origin == RouterOrigin::File || known == router) {
                continue;
            }
            if let Err(error) = self.apply(router) {
                tracing::error!(router = %id, detail = error.detail, "a router that another node changed cannot be used");
            }
        }
        let gone = |id: &RouterId| !there.contains(id);
        let stored = self.0.entries.iter().filter(|entry| entry.settings.origin == RouterOrigin::Stored);
        let gone: Vec<RouterId> = stored.map(|entry| entry.key().clone()).filter(gone).collect();
        gone.iter().for_each(|id| self.forget(id));
        Ok(())
    }
}
