//! A certificate that was trusted because it was the first is written down, so that after a restart it is still the only
//! one.

use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt as _;
use lalin_config::{Fingerprint, RouterOrigin, RouterSettings, TlsPolicy};
use lalin_mikrotik::Tls;
use lalin_stats::RouterId;
use lalin_store::Timestamp;
use tokio::time::sleep;
use tokio_util::task::AbortOnDropHandle;
use tracing::Instrument;

use crate::shared::Shared;

/// How often is looked whether a certificate was seen.
const LOOK: Duration = Duration::from_secs(5);
/// The pause after a certificate could not be written.
const RETRY: Duration = Duration::from_secs(60);

/// Waits for the first certificate of a router that is kept in the store, and pins it. `None` where there is nothing to
/// pin. Ends when dropped.
pub(crate) fn start(
    shared: &Arc<Shared>,
    settings: &RouterSettings,
    tls: Option<Tls>,
) -> Option<AbortOnDropHandle<()>> {
    let stored = settings.origin == RouterOrigin::Stored && settings.tls == TlsPolicy::FirstUse && settings.enabled;
    let tls = tls.filter(|_| stored && shared.store.is_some())?;
    let (id, fleet) = (settings.id.clone(), Arc::downgrade(shared));
    let pinning = async move {
        let fingerprint = loop {
            match tls.fingerprint() {
                Some(fingerprint) => break Fingerprint(*fingerprint.as_bytes()),
                None => sleep(LOOK).await,
            }
        };
        while let Some(shared) = fleet.upgrade() {
            if pin(&shared, &id, fingerprint).await {
                return;
            }
            drop(shared);
            sleep(RETRY).await;
        }
    };
    Some(AbortOnDropHandle::new(tokio::spawn(pinning.in_current_span().boxed())))
}

/// Writes a fingerprint into the router's settings; false where that has to be tried again.
async fn pin(shared: &Shared, id: &RouterId, fingerprint: Fingerprint) -> bool {
    let _turn = shared.changes.lock().await;
    // The settings as they are now: they may have been changed while this waited for its turn.
    let Some(store) = &shared.store else { return true };
    let Ok(settings) = shared.stored(store, id).await else { return false };
    let settings = settings.filter(|(settings, _)| settings.tls == TlsPolicy::FirstUse);
    let Some((settings, seen)) = settings else { return true };
    let pinned = RouterSettings { tls: TlsPolicy::Pin(fingerprint), ..settings };
    if let Err(error) = store.change_router_seen(pinned.clone(), seen, Timestamp::now()).await {
        shared.unwritten_certificates.failed(&error);
        return false;
    }
    shared.unwritten_certificates.written();
    if let Some(mut entry) = shared.entries.get_mut(id) {
        entry.settings.tls = pinned.tls;
    }
    tracing::info!(%fingerprint, "the router's certificate is trusted from now on");
    true
}
