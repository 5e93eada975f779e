//! Logs a router's session for the operator: one line when it falls, one when it returns, with how often it was tried in
//! between and for how long it was gone. The attempts themselves are for whoever looks for a fault, at `debug`. The span
//! that the task was started in says which router it is.

use std::time::Duration;

use routeros::{ConnectionState, ConnectionStates, Error};
use tokio::time::Instant;

use crate::source_error::session_error;

/// Since when a router is gone, and how often it was tried.
struct Fall {
    since: Instant,
    attempts: u32,
}

/// Writes until the session is over for good.
pub(crate) async fn write(mut states: ConnectionStates) {
    let mut fall: Option<Fall> = None;
    let mut told: Option<(Error, u32, bool)> = None;
    while let Some(state) = states.changed().await {
        match state {
            ConnectionState::Up { .. } => {
                told = None;
                match fall.take() {
                    None => tracing::info!("Connected to MikroTik"),
                    Some(Fall { since, attempts }) => {
                        let down_ms = millis(since.elapsed());
                        tracing::info!(failures = attempts, down_ms, "Connected to MikroTik");
                    }
                }
            }
            ConnectionState::Waiting { reason, attempt, retry_at, lost } => {
                // A pause that goes on, because others are connected to first, is no news.
                let news = Some((reason.clone(), attempt, lost));
                if told == news {
                    continue;
                }
                told = news;
                let first = fall.is_none();
                let fall = fall.get_or_insert_with(|| Fall { since: Instant::now(), attempts: 0 });
                fall.attempts = fall.attempts.max(attempt);
                let reason = session_error(&reason, lost);
                let retry_ms = millis(retry_at.saturating_duration_since(Instant::now()));
                let code = reason.code();
                match (first, lost) {
                    (true, true) => tracing::warn!(reason = code, detail = %reason, retry_ms, "MikroTik session ended"),
                    (true, false) => {
                        tracing::warn!(reason = code, detail = %reason, retry_ms, "Cannot connect to MikroTik");
                    }
                    (false, _) => {
                        tracing::debug!(reason = code, detail = %reason, attempt, retry_ms, "Cannot connect to MikroTik");
                    }
                }
            }
            _ => {}
        }
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
