//! Logs a router's session for the operator: when it began, why it ended, when it is tried again. The span that the
//! task was started in says which router it is.

use std::time::Duration;

use routeros::{ConnectionState, ConnectionStates, Error};
use tokio::time::Instant;

use crate::source_error::session_error;

/// Writes until the session is over for good.
pub(crate) async fn write(mut states: ConnectionStates) {
    let mut failures = 0;
    let mut told: Option<(Error, u32, bool)> = None;
    while let Some(state) = states.changed().await {
        match state {
            ConnectionState::Up { .. } => {
                told = None;
                tracing::info!(failures, "Connected to MikroTik");
            }
            ConnectionState::Waiting { reason, attempt, retry_at, lost } => {
                failures = attempt;
                // A pause that goes on, because others are connected to first, is no news.
                let news = Some((reason.clone(), attempt, lost));
                if told == news {
                    continue;
                }
                told = news;
                let reason = session_error(&reason, lost);
                let retry_ms = millis(retry_at.saturating_duration_since(Instant::now()));
                let code = reason.code();
                if lost {
                    tracing::warn!(reason = code, detail = %reason, retry_ms, "MikroTik session ended");
                } else {
                    tracing::warn!(reason = code, detail = %reason, attempt, retry_ms, "Cannot connect to MikroTik");
                }
            }
            _ => {}
        }
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
