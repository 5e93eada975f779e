//! A router that was added without a name is called by its own identity, as soon as that is known. A name that a person
//! gave stays.

use std::sync::Arc;
use std::time::Duration;

use lalin_config::{RouterOrigin, RouterSettings};
use lalin_mikrotik::RouterSource;
use lalin_monitor::Label;
use lalin_stats::{RouterId, RouterState};
use lalin_store::Timestamp;
use tokio::time::sleep;
use tokio_util::task::AbortOnDropHandle;
use tracing::Instrument;

use crate::shared::Shared;

/// How often is looked whether the router is read, and so can be asked.
const LOOK: Duration = Duration::from_secs(5);
/// The longest name, bytes.
const LONGEST: usize = 255;

/// Waits until the router is live and names it. `None` where it has a name, or is not kept in the store. Ends when
/// dropped.
pub(crate) fn start(
    shared: &Arc<Shared>,
    settings: &RouterSettings,
    source: Option<&Arc<RouterSource>>,
) -> Option<AbortOnDropHandle<()>> {
    let source = source.filter(|_| is_nameless(settings) && shared.store.is_some())?.clone();
    let (id, fleet) = (settings.id.clone(), Arc::downgrade(shared));
    let naming = async move {
        loop {
            sleep(LOOK).await;
            let Some(shared) = fleet.upgrade() else { return };
            let live = shared.monitor.get(&id).is_some_and(|router| router.status().state == RouterState::Live);
            // Nobody watches: then it is not asked either.
            if !live {
                continue;
            }
            let Ok(info) = source.system_info().await else { continue };
            if let Some(identity) = info.identity
                && name(&shared, &id, &identity).await
            {
                return;
            }
        }
    };
    Some(AbortOnDropHandle::new(tokio::spawn(naming.in_current_span())))
}

fn is_nameless(settings: &RouterSettings) -> bool {
    settings.origin == RouterOrigin::Stored && settings.name.is_none()
}

/// Names the router by its identity, unless it has a name by now; false where that has to be tried again.
pub(crate) async fn name(shared: &Shared, id: &RouterId, identity: &str) -> bool {
    let identity: String = identity.trim().chars().filter(|letter| !letter.is_control()).collect();
    if identity.is_empty() || identity.len() > LONGEST {
        return true;
    }
    let _turn = shared.changes.lock().await;
    let Some(store) = &shared.store else { return true };
    let Ok(settings) = shared.stored(store, id).await else { return false };
    let Some((settings, seen)) = settings.filter(|(settings, _)| is_nameless(settings)) else { return true };
    let named = RouterSettings { name: Some(identity), ..settings };
    if let Err(error) = store.change_router_seen(named.clone(), seen, Timestamp::now()).await {
        tracing::error!(%error, "the router's name is not written down");
        return false;
    }
    if let Some(router) = shared.monitor.get(id) {
        let sampled = crate::source_stack::monitor_settings(&shared.sampling, Some(&named));
        shared.monitor.change(id, Label::new(named.label(), &router.label().address), sampled);
    }
    if let Some(mut entry) = shared.entries.get_mut(id) {
        entry.settings.name = named.name;
    }
    true
}
