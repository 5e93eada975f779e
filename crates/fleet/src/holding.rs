//! In a cluster: which routers this machine asks, and which it follows.
//!
//! Every router of the store is in the monitor of every machine. One of them holds it and asks it; the others are fed with
//! its frames while somebody watches there. Who holds a router is decided elsewhere; here it is taken up and let go, with
//! the recent window and the subscriptions staying where they are.
//!
//! The routers of a machine's own configuration file are not the cluster's: that machine asks them, and no other knows them.

use std::sync::{Arc, PoisonError};

use lalin_config::{RouterOrigin, RouterSettings};
use lalin_mikrotik::{Report, RouterSource};
use lalin_stats::RouterId;
use tokio::time::Instant;
use tracing::error_span;

use crate::fenced::Fenced;
use crate::fleet::label;
use crate::other_nodes::{About, Hold, MayAsk, OtherNodes};
use crate::shared::{Entry, Shared};
use crate::{
    Error, Fleet, RouterChange, UnusableRouter, certificate_pinning, check, naming, router_change, source_stack,
    system_info,
};

impl Fleet {
    /// From now on this machine asks the router, while `may_ask` says so. `epoch` is higher than that of everybody who
    /// asked it before.
    pub fn hold(&self, id: &RouterId, epoch: u64, may_ask: MayAsk) {
        let shared = &self.0;
        let _on = shared.runtime.enter();
        shared.holds.insert(id.clone(), Hold { epoch, may_ask });
        if let Err(error) = self.take_up(id) {
            tracing::error!(router = %id, detail = error.detail, "a router of the cluster cannot be used here");
        }
    }

    /// Another machine may ask the router from now on. Returns once the session with it is over.
    ///
    /// Must be called inside a tokio runtime.
    pub async fn let_go(&self, id: &RouterId) {
        let shared = &self.0;
        {
            let _one = shared.taking.lock().unwrap_or_else(PoisonError::into_inner);
            shared.holds.remove(id);
        }
        self.close(id);
        self.follow(id).await;
    }

    /// Whether other machines may ask the routers too.
    pub fn is_in_a_cluster(&self) -> bool {
        self.0.others.is_some()
    }

    /// The routers that one machine of the cluster has to ask, and the site whose machines these are.
    pub fn places(&self) -> Vec<(RouterId, Option<String>)> {
        let Some(others) = &self.0.others else { return Vec::new() };
        let entries = self.0.entries.iter();
        let shared = entries.filter(|entry| entry.settings.enabled && is_shared(&entry.settings));
        shared.map(|entry| (entry.key().clone(), others.site_of(&entry.settings.tags))).collect()
    }

    /// A router stands at another site now: its frames come from there.
    pub async fn moved(&self, id: &RouterId) {
        let Some(others) = self.0.others.clone() else { return };
        let is_elsewhere = |entry: &Entry| entry.source.is_none() && entry.site != others.site_of(&entry.settings.tags);
        if self.0.entries.get(id).is_some_and(|entry| is_elsewhere(&entry)) {
            self.follow(id).await;
        }
    }

    /// What a router that this machine asks tells of itself, for another machine.
    ///
    /// # Errors
    /// In words, for the person who asks there.
    pub async fn about(&self, id: &RouterId) -> Result<About, String> {
        let found = self.0.entries.get(id).map(|entry| (entry.source.clone(), entry.known_info()));
        let (Some(source), known) = found.ok_or("there is no such router here")? else {
            return Err("another machine asks this router".to_owned());
        };
        let system_info = match known {
            Some(info) => info,
            None => {
                let info = source.system_info().await.map_err(|error| error.to_string())?;
                if let Some(mut entry) = self.0.entries.get_mut(id) {
                    let now = Some(Instant::now());
                    (entry.system_info, entry.told, entry.asked) = (Some(info.clone()), now, now);
                }
                info
            }
        };
        Ok(About { system_info, gateways: source.gateways() })
    }

    /// Checks a router that this machine asks, with the change made to it, for another machine.
    ///
    /// # Errors
    /// In words, for the person who asks there.
    pub async fn check_for_others(&self, id: &RouterId, change: RouterChange) -> Result<Report, String> {
        let found = self.0.entries.get(id).map(|entry| (entry.settings.clone(), entry.source.is_some()));
        match found.ok_or("there is no such router here")? {
            (settings, true) => check::run(&self.0, Some(settings), change).await.map_err(|error| error.to_string()),
            (_, false) => Err("another machine asks this router".to_owned()),
        }
    }

    /// The site whose machines alone reach the router, where that is not this machine's.
    pub(crate) fn is_far(&self, before: Option<&RouterSettings>, change: &RouterChange) -> Option<String> {
        let others = self.0.others.as_ref()?;
        let tags = change.tags.as_deref().or(before.map(|before| &*before.tags)).unwrap_or_default();
        others.site_of(tags).filter(|site| others.own_site() != Some(site))
    }

    /// Has the machine of another site that asks the router check it, with the change made to it.
    ///
    /// # Errors
    /// [`Error::Elsewhere`] where that site does not ask it yet, as it is new or is moved there; [`Error::Unchecked`]; and
    /// those of a change that cannot be used.
    pub(crate) async fn check_elsewhere(
        &self,
        before: Option<RouterSettings>,
        change: &RouterChange,
        site: String,
    ) -> Result<Report, Error> {
        let Some(others) = self.0.others.clone() else { return Err(Error::Elsewhere(site)) };
        let asked_there = |before: &RouterSettings| others.site_of(&before.tags).as_ref() == Some(&site);
        let Some(before) = before.filter(asked_there) else { return Err(Error::Elsewhere(site)) };
        let id = before.id.clone();
        // A refusal names the field here.
        router_change::changed(before, change.clone())?;
        others.check(&id, &site, change).await.map_err(|why| Error::Unchecked { site, why })
    }

    /// Has whoever asks the router try now.
    pub(crate) fn retry_elsewhere(&self, id: &RouterId) {
        let Some(others) = &self.0.others else { return };
        let site = self.0.entries.get(id).map(|entry| entry.site.clone());
        if let Some(site) = site {
            others.try_now(id.clone(), site);
        }
    }

    /// [`Fleet::apply`] for a router of the cluster.
    pub(crate) fn apply_shared(
        &self,
        settings: RouterSettings,
        others: &Arc<dyn OtherNodes>,
    ) -> Result<(), UnusableRouter> {
        let shared = &self.0;
        let id = settings.id.clone();
        let site = others.site_of(&settings.tags);
        if settings.enabled {
            let sampled = source_stack::monitor_settings(&shared.sampling, Some(&settings));
            if !shared.monitor.change(&id, label(&settings), sampled) {
                let (_, feed) = shared.monitor.add_followed(id.clone(), label(&settings), sampled);
                others.follow(id.clone(), site.clone(), feed);
            }
        } else {
            self.close(&id);
            shared.monitor.remove(&id);
            others.forget(&id);
        }
        let entry = Entry { site, ..Entry::new(shared.place_of(&id), settings) };
        shared.entries.insert(id.clone(), entry);
        others.changed();
        self.take_up(&id)
    }

    /// Begins to ask the router, if it is held here and can be asked.
    fn take_up(&self, id: &RouterId) -> Result<(), UnusableRouter> {
        let shared = &self.0;
        let _in = error_span!("router", router = %id).entered();
        // Whoever lets it go comes before this or after it, and never between.
        let _one = shared.taking.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(others) = &shared.others else { return Ok(()) };
        let Some(hold) = shared.holds.get(id).map(|hold| hold.clone()) else { return Ok(()) };
        let settings = shared.entries.get(id).filter(|entry| entry.settings.enabled && is_shared(&entry.settings));
        let Some(settings) = settings.map(|entry| entry.settings.clone()) else { return Ok(()) };
        let Some(router) = shared.monitor.get(id) else { return Ok(()) };
        let session = source_stack::session_settings(&settings, &shared.sampling, Some(&shared.connects))?;
        let pinning = certificate_pinning::start(shared, &settings, session.tls.clone());
        let source = Arc::new(RouterSource::new(session));
        let naming = naming::start(shared, &settings, Some(&source));
        let sampled = source_stack::monitor_settings(&shared.sampling, Some(&settings));
        let fenced = Arc::new(Fenced { source: source.clone(), may_ask: hold.may_ask.clone() });
        let stack = source_stack::stack(fenced, &shared.sampling, &sampled, shared.cache_counters.clone());
        if let Some(mut entry) = shared.entries.get_mut(id) {
            (entry.source, entry.asking) = (Some(source), None);
            (entry.pinning, entry.naming) = (pinning, naming);
        }
        router.sample(stack, hold.epoch);
        others.hold(router, hold.epoch);
        Ok(())
    }

    /// Everything of the session but the sampling.
    fn close(&self, id: &RouterId) {
        if let Some(mut entry) = self.0.entries.get_mut(id) {
            (entry.source, entry.asking) = (None, None);
            (entry.pinning, entry.naming) = (None, None);
            // What the next machine learns is newer.
            (entry.asked, entry.told) = (None, None);
        }
    }

    /// Follows the router from now on, if there is one. The sampling has ended then.
    async fn follow(&self, id: &RouterId) {
        let shared = &self.0;
        let Some(others) = shared.others.clone() else { return };
        let Some(router) = shared.monitor.get(id) else { return };
        let feed = router.follow().await;
        let site = shared.entries.get_mut(id).map(|mut entry| {
            entry.site = others.site_of(&entry.settings.tags);
            entry.site.clone()
        });
        match site {
            Some(site) => others.follow(id.clone(), site, feed),
            None => others.forget(id),
        }
    }
}

impl Shared {
    /// The other machines, if this router is theirs too.
    pub(crate) fn others_of(&self, settings: &RouterSettings) -> Option<&Arc<dyn OtherNodes>> {
        self.others.as_ref().filter(|_| is_shared(settings))
    }
}

impl Entry {
    /// What the router told of itself, unless that is old.
    fn known_info(&self) -> Option<lalin_mikrotik::SystemInfo> {
        let fresh = self.told.is_some_and(|told| told.elapsed() < system_info::FRESH);
        self.system_info.clone().filter(|_| fresh)
    }
}

fn is_shared(settings: &RouterSettings) -> bool {
    settings.origin == RouterOrigin::Stored
}
