//! The fleet as the API's [`RouterAdmin`]: a change is written down first, and runs then.

use std::net::IpAddr;
use std::sync::Arc;

use async_trait::async_trait;
use lalin_config::{RouterOrigin, RouterSettings};
use lalin_mikrotik::Report;
use lalin_stats::RouterId;
use lalin_store::{Store, Timestamp};

use crate::shared::{Entry, Shared};
use crate::{Discovered, Error, Fleet, KnownRouter, RouterAdmin, RouterChange, Wan, check, router_change, system_info};

#[async_trait]
impl RouterAdmin for Fleet {
    fn routers(&self) -> Vec<KnownRouter> {
        let mut routers: Vec<_> = self.0.entries.iter().map(|entry| (entry.place, known(&entry, &self.0))).collect();
        routers.sort_by_key(|(place, _)| *place);
        routers.into_iter().map(|(_, router)| router).collect()
    }

    fn router(&self, id: &RouterId) -> Option<KnownRouter> {
        self.0.entries.get(id).map(|entry| known(&entry, &self.0))
    }

    fn wan(&self, id: &RouterId) -> Option<Arc<Wan>> {
        self.0.entries.get(id).map(|entry| entry.wan(&self.0.monitor))
    }

    fn refresh_system_info(&self) {
        system_info::refresh(&self.0);
    }

    async fn add(&self, change: RouterChange) -> Result<RouterId, Error> {
        let _turn = self.0.changes.lock().await;
        let store = self.store()?;
        let settings = router_change::new(change, |id| self.0.entries.contains_key(id))?;
        let id = settings.id.clone();
        let added = store.add_router(settings.clone(), Timestamp::now()).await;
        added.map_err(|error| Error::of_store(error, &id))?;
        self.apply(settings)?;
        Ok(id)
    }

    async fn change(&self, id: &RouterId, change: RouterChange) -> Result<(), Error> {
        let _turn = self.0.changes.lock().await;
        is_editable(&self.settings(id)?)?;
        let store = self.store()?;
        let stored = self.0.stored(store, id).await.map_err(|error| Error::of_store(error, id))?;
        let (before, seen) = stored.ok_or_else(|| Error::Unknown(id.clone()))?;
        if change.revision.as_ref().is_some_and(|revision| *revision != router_change::revision(&before)) {
            return Err(Error::Conflict);
        }
        let settings = router_change::changed(before, change)?;
        let changed = store.change_router_seen(settings.clone(), seen, Timestamp::now()).await;
        changed.map_err(|error| Error::of_store(error, id))?;
        self.apply(settings)?;
        Ok(())
    }

    async fn remove(&self, id: &RouterId) -> Result<(), Error> {
        let _turn = self.0.changes.lock().await;
        is_editable(&self.settings(id)?)?;
        self.store()?.remove_router(id.clone()).await.map_err(|error| Error::of_store(error, id))?;
        self.forget(id);
        Ok(())
    }

    fn retry(&self, id: &RouterId) -> bool {
        let Some(entry) = self.0.entries.get(id) else { return false };
        let source = entry.source.clone();
        drop(entry);
        match source {
            Some(source) => source.try_now(),
            None => self.retry_elsewhere(id),
        }
        true
    }

    async fn check(&self, of: Option<&RouterId>, change: RouterChange) -> Result<Report, Error> {
        let before = of.map(|id| self.settings(id)).transpose()?;
        if let Some(site) = self.is_far(before.as_ref(), &change) {
            return self.check_elsewhere(before, &change, site).await;
        }
        check::run(&self.0, before, change).await
    }

    fn discovered(&self) -> Discovered {
        let _on = self.0.runtime.enter();
        self.0.discovery.discovered()
    }

    fn setup_script(&self, user: &str, from: Option<IpAddr>, tls: bool) -> String {
        lalin_mikrotik::setup_script(user, from, tls)
    }
}

impl Fleet {
    fn store(&self) -> Result<&Store, Error> {
        self.0.store.as_ref().ok_or(Error::NothingKept)
    }

    fn settings(&self, id: &RouterId) -> Result<RouterSettings, Error> {
        let settings = self.0.entries.get(id).map(|entry| entry.settings.clone());
        settings.ok_or_else(|| Error::Unknown(id.clone()))
    }
}

fn known(entry: &Entry, shared: &Shared) -> KnownRouter {
    let others = shared.others_of(&entry.settings);
    KnownRouter {
        settings: entry.settings.without_password(),
        system_info: entry.system_info.clone(),
        wan: entry.wan(&shared.monitor),
        collector: others.and_then(|others| others.holder_of(&entry.settings.id, entry.site.as_deref())),
    }
}

/// What is in the configuration file is changed only there.
fn is_editable(settings: &RouterSettings) -> Result<(), Error> {
    match settings.origin {
        RouterOrigin::Stored => Ok(()),
        RouterOrigin::File => Err(Error::NotEditable(settings.id.clone())),
    }
}
