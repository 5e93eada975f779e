//! What routers tell of themselves: asked while somebody looks at the list, seldom, and never in the way of a read.

use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt as _;
use lalin_mikrotik::RouterSource;
use lalin_stats::{RouterId, RouterState};
use tokio::time::Instant;
use tokio_util::task::AbortOnDropHandle;
use tracing::{Instrument, error_span};

use crate::naming;
use crate::other_nodes::{About, OtherNodes};
use crate::shared::{Entry, Shared};

/// An answer is asked for again when it is this old.
pub(crate) const FRESH: Duration = Duration::from_secs(30);
/// How long another machine may take to answer; it asks its router first.
const ANSWER: Duration = Duration::from_secs(10);
/// How many routers are asked at once.
pub(crate) const AT_ONCE: usize = 16;

/// Asks each live router whose answer is old. Does not wait for the answers.
pub(crate) fn refresh(shared: &Arc<Shared>) {
    for mut entry in shared.entries.iter_mut() {
        let asked = match (&entry.source, shared.others_of(&entry.settings)) {
            (Some(source), _) => Asked::Router(source.clone()),
            (None, Some(others)) => Asked::Holder(others.clone(), entry.site.clone()),
            (None, None) => continue,
        };
        let router = shared.monitor.get(&entry.settings.id);
        let live = router.is_some_and(|router| router.status().state == RouterState::Live);
        if !live || !is_old(&entry) {
            continue;
        }
        entry.asked = Some(Instant::now());
        let (fleet, id, turn) = (Arc::downgrade(shared), entry.settings.id.clone(), shared.asking.clone());
        let asking = async move {
            let _turn = turn.acquire().await;
            let Some(About { system_info: info, gateways }) = asked.ask(&id).await else { return };
            let Some(shared) = fleet.upgrade() else { return };
            let identity = info.identity.clone();
            if let Some(mut entry) = shared.entries.get_mut(&id) {
                (entry.system_info, entry.told) = (Some(info), Some(Instant::now()));
                entry.told_gateways = gateways;
            }
            if let Some(identity) = identity.filter(|_| asked.names_it(&shared)) {
                naming::name(&shared, &id, &identity).await;
            }
        };
        // Boxed, so that its memory is given back when it is done and not when the handle goes.
        let asking = asking.instrument(error_span!("router", router = %entry.settings.id)).boxed();
        entry.asking = Some(AbortOnDropHandle::new(shared.runtime.spawn(asking)));
    }
}

/// Who knows what a router is.
enum Asked {
    Router(Arc<RouterSource>),
    Holder(Arc<dyn OtherNodes>, Option<String>),
}

impl Asked {
    async fn ask(&self, id: &RouterId) -> Option<About> {
        match self {
            Self::Router(source) => {
                let system_info = source.system_info().await.ok()?;
                Some(About { system_info, gateways: None })
            }
            Self::Holder(others, site) => others.about(id, site.as_deref(), ANSWER).await.ok(),
        }
    }

    /// Whoever asks the router names it, too; but a site's machines change nothing, so there the centre does.
    fn names_it(&self, shared: &Shared) -> bool {
        let is_of_a_site = shared.others.as_ref().is_some_and(|others| others.own_site().is_some());
        match self {
            Self::Router(_) => !is_of_a_site,
            Self::Holder(_, site) => site.is_some() && !is_of_a_site,
        }
    }
}

fn is_old(entry: &Entry) -> bool {
    entry.asked.is_none_or(|asked| asked.elapsed() >= FRESH)
}
