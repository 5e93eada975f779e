//! The operator's log of a router's session: when it came, why it went, when it is tried again.

use std::time::Duration;

use routeros::{State, States};
use tokio::time::Instant;

use crate::failure;

/// Writes until the session is over for good.
pub(crate) async fn keep(router: String, mut states: States) {
    let mut failures = 0;
    while let Some(state) = states.changed().await {
        match state {
            State::Up { .. } => tracing::info!(%router, failures, "Connected to MikroTik"),
            State::Waiting { reason, attempt, retry_at, lost } => {
                failures = attempt;
                let reason = failure::of_session(&reason, lost);
                let retry_ms = millis(retry_at.saturating_duration_since(Instant::now()));
                let code = reason.code();
                if lost {
                    tracing::warn!(%router, reason = code, detail = %reason, retry_ms, "MikroTik session ended");
                } else {
                    tracing::warn!(
                        %router, reason = code, detail = %reason, attempt, retry_ms, "Cannot connect to MikroTik"
                    );
                }
            }
            _ => {}
        }
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
