//! The alerts on an open stream: what stands, each time it changes, to each who may see it.

use std::sync::Arc;

use bytes::Bytes;
use lalin_alerts::Alert;
use serde::Serialize;
use tokio::sync::watch;

use crate::alerts::{AlertView, seen_alerts};
use crate::api_state::ApiState;
use crate::auth::Visibility;

use super::sse_event::sse_event;

/// Watches what stands; one that watches nothing waits for ever.
pub(super) struct AlertsWatch(Option<watch::Receiver<Arc<Vec<Arc<Alert>>>>>);

#[derive(Serialize)]
struct AlertsEvent {
    alerts: Vec<AlertView>,
}

impl AlertsWatch {
    pub(super) fn none() -> Self {
        Self(None)
    }

    /// What stands now is told at once, if anything does.
    pub(super) fn of(api: &ApiState) -> Self {
        let mut active = api.alerting().map(|alerting| alerting.active());
        if let Some(active) = active.as_mut().filter(|active| !active.borrow().is_empty()) {
            active.mark_changed();
        }
        Self(active)
    }

    /// What stands, as soon as it is not as it was.
    pub(super) async fn changed(&mut self) -> Arc<Vec<Arc<Alert>>> {
        if let Some(active) = &mut self.0
            && active.changed().await.is_ok()
        {
            return active.borrow_and_update().clone();
        }
        // Nothing is watched for, or no more.
        std::future::pending().await
    }
}

/// `alerts`: those that are not over and may be seen.
pub(super) fn alerts_event(api: &ApiState, active: &[Arc<Alert>], visibility: &Visibility) -> Option<Bytes> {
    let alerts = seen_alerts(api.alerting()?, active, visibility);
    Some(sse_event("alerts", None, &AlertsEvent { alerts }))
}
