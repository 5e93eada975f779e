//! What routers tell of themselves: asked while somebody looks at the list, seldom, and never in the way of a read.

use std::sync::Arc;
use std::time::Duration;

use lalin_stats::RouterState;
use tokio::time::Instant;
use tokio_util::task::AbortOnDropHandle;
use tracing::{Instrument, error_span};

use crate::naming;
use crate::shared::{Entry, Shared};

/// An answer is asked for again when it is this old.
pub(crate) const FRESH: Duration = Duration::from_secs(30);
/// How many routers are asked at once.
pub(crate) const AT_ONCE: usize = 16;

/// Asks each live router whose answer is old. Does not wait for the answers.
pub(crate) fn refresh(shared: &Arc<Shared>) {
    for mut entry in shared.entries.iter_mut() {
        let Some(source) = entry.source.clone() else { continue };
        let router = shared.monitor.get(&entry.settings.id);
        let live = router.is_some_and(|router| router.status().state == RouterState::Live);
        if !live || !is_old(&entry) {
            continue;
        }
        entry.asked = Some(Instant::now());
        let (fleet, id, turn) = (Arc::downgrade(shared), entry.settings.id.clone(), shared.asking.clone());
        let asking = async move {
            let _turn = turn.acquire().await;
            let Ok(info) = source.system_info().await else { return };
            let Some(shared) = fleet.upgrade() else { return };
            let identity = info.identity.clone();
            if let Some(mut entry) = shared.entries.get_mut(&id) {
                (entry.system_info, entry.told) = (Some(info), Some(Instant::now()));
            }
            if let Some(identity) = identity {
                naming::name(&shared, &id, &identity).await;
            }
        };
        let asking = asking.instrument(error_span!("router", router = %entry.settings.id));
        entry.asking = Some(AbortOnDropHandle::new(shared.runtime.spawn(asking)));
    }
}

fn is_old(entry: &Entry) -> bool {
    entry.asked.is_none_or(|asked| asked.elapsed() >= FRESH)
}
