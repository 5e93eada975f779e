//! Checks, step by step, whether a router can be watched.

use futures_util::FutureExt as _;
use lalin_config::{RouterOrigin, RouterSettings};
use lalin_mikrotik::Report;
use lalin_stats::RouterId;
use tokio_util::task::AbortOnDropHandle;
use tracing::{Instrument, error_span};

use crate::shared::Shared;
use crate::{Error, RouterChange, router_change, source_stack};

/// Checks a new router, or `before` with the change made to it.
pub(crate) async fn run(
    shared: &Shared,
    before: Option<RouterSettings>,
    change: RouterChange,
) -> Result<Report, Error> {
    let settings = match before {
        Some(before) => {
            let (host, origin) = (before.host.clone(), before.origin);
            let changed = router_change::changed(before, change)?;
            // Another host is the word of whoever asks, and no longer that of the file's author.
            let origin = if changed.host == host { origin } else { RouterOrigin::Stored };
            RouterSettings { origin, ..changed }
        }
        None => router_change::new(change, |_: &RouterId| false)?,
    };
    // Somebody waits for it: it does not queue with the connecting of a thousand others.
    let session = source_stack::session_settings(&settings, &shared.sampling, None)?;
    let check = async move { lalin_mikrotik::check(&session).await };
    let check = shared.runtime.spawn(check.instrument(error_span!("router", router = %settings.id)).boxed());
    AbortOnDropHandle::new(check).await.map_err(|error| {
        tracing::error!(%error, router = %settings.id, "a check ended without a result");
        Error::Store
    })
}
