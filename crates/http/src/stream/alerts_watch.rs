//! The alerts on an open stream: what stands, at the beginning and each time it changes, to each who may see it.
//!
//! Whoever has limits hears nothing where nothing that they see changed: not even that something did.

use std::sync::Arc;

use bytes::Bytes;
use lalin_alerts::{Alert, Language};
use serde::Serialize;
use tokio::sync::watch;

use crate::alerts::{AlertView, is_seen, seen_alerts};
use crate::api_state::ApiState;
use crate::auth::Visibility;

use super::sse_event::sse_event;

/// Watches what stands; one that watches nothing waits for ever.
pub(super) struct AlertsWatch {
    active: Option<watch::Receiver<Arc<Vec<Arc<Alert>>>>>,
    /// What was told last; `None`: nothing yet.
    told: Option<Vec<Arc<Alert>>>,
    /// The language of what is said of them; `None`: the server's.
    language: Option<Language>,
}

#[derive(Serialize)]
struct AlertsEvent {
    alerts: Vec<AlertView>,
}

impl AlertsWatch {
    pub(super) fn none() -> Self {
        Self { active: None, told: None, language: None }
    }

    /// What stands now is told at once, also that nothing does.
    pub(super) fn of(api: &ApiState, language: Option<Language>) -> Self {
        let mut active = api.alerting().map(|alerting| alerting.active());
        if let Some(active) = &mut active {
            active.mark_changed();
        }
        Self { active, told: None, language }
    }

    /// What stands and may be seen, as soon as that is not as it was told.
    pub(super) async fn changed(&mut self, visibility: &Visibility) -> Vec<Arc<Alert>> {
        if let Some(active) = &mut self.active {
            while active.changed().await.is_ok() {
                let all = active.borrow_and_update().clone();
                let mut seen: Vec<_> = all.iter().filter(|alert| is_seen(visibility, alert)).cloned().collect();
                seen.sort_unstable_by(|one, other| one.id.cmp(&other.id));
                if self.told.as_ref().is_none_or(|told| !is_same(told, &seen)) {
                    self.told = Some(seen.clone());
                    return seen;
                }
            }
        }
        // Nothing is watched for, or no more.
        std::future::pending().await
    }

    /// `alerts`: those that are not over and may be seen.
    pub(super) fn event(&self, api: &ApiState, seen: &[Arc<Alert>], visibility: &Visibility) -> Option<Bytes> {
        let alerts = seen_alerts(api.alerting()?, seen, visibility, self.language);
        Some(sse_event("alerts", None, &AlertsEvent { alerts }))
    }
}

/// Whether nothing changed but by how many milliseconds the end of an alert is foreseen to be off.
fn is_same(told: &[Arc<Alert>], seen: &[Arc<Alert>]) -> bool {
    let without = |alert: &Alert| Alert { clears_at_ms: None, ..alert.clone() };
    let near = |one: Option<i64>, other: Option<i64>| match (one, other) {
        (Some(one), Some(other)) => one.abs_diff(other) < 2_000,
        (one, other) => one == other,
    };
    told.len() == seen.len()
        && told.iter().zip(seen).all(|(one, other)| {
            Arc::ptr_eq(one, other) || (near(one.clears_at_ms, other.clears_at_ms) && without(one) == without(other))
        })
}
