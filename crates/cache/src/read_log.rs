//! The log lines of a cache in front of a router: a change between good and failing is told once, what repeats quietly.
//!
//! The words are those of the first system, which operators still search their logs for.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use lalin_stats::{Failure, Snapshot, SourceError};
use tokio::time::Instant;

use crate::{Event, Observer};

/// Writes what happens to a router's snapshots to `tracing`.
///
/// News is at `info` and `warn`: the first data, the first failure, and data again, with how many reads failed and for how
/// long. What repeats is at `debug`, also where it fails for another reason meanwhile.
#[derive(Debug, Default)]
pub struct ReadLog {
    last: Mutex<Last>,
}

/// What was written last.
#[derive(Debug, Default)]
struct Last {
    updated: bool,
    /// Since when reads fail, and how many did.
    failing: Option<(Instant, u64)>,
}

impl ReadLog {
    fn last(&self) -> std::sync::MutexGuard<'_, Last> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn updated(&self, interfaces: usize) {
        let mut last = self.last();
        let Last { updated, failing } = std::mem::replace(&mut *last, Last { updated: true, failing: None });
        drop(last);
        match failing {
            Some((since, failures)) => {
                let failed_ms = u64::try_from(since.elapsed().as_millis()).unwrap_or(u64::MAX);
                tracing::info!(interfaces, failures, failed_ms, "Interface data updated successfully");
            }
            None if !updated => tracing::info!(interfaces, "Interface data updated successfully"),
            None => tracing::debug!(interfaces, "Interface data updated successfully"),
        }
    }

    fn failed(&self, reason: &SourceError, age: Option<Duration>) {
        let code = reason.code();
        let news = {
            let mut last = self.last();
            let (_, failures) = last.failing.get_or_insert_with(|| (Instant::now(), 0));
            *failures += 1;
            *failures == 1
        };
        let words = match (reason, age) {
            (SourceError::TimedOut { .. }, Some(_)) => "MikroTik timeout, using cache",
            (SourceError::TimedOut { .. }, None) => "MikroTik timeout, and there is no data yet",
            (_, Some(_)) => "MikroTik read failed, using cache",
            (_, None) => "MikroTik read failed, and there is no data yet",
        };
        let age_ms = age.map(|age| u64::try_from(age.as_millis()).unwrap_or(u64::MAX));
        if news {
            tracing::warn!(reason = code, detail = %reason, age_ms, "{words}");
        } else {
            tracing::debug!(reason = code, detail = %reason, age_ms, "{words}");
        }
    }
}

impl Observer<Snapshot, Failure> for ReadLog {
    fn on_event(&self, event: &Event<'_, Snapshot, Failure>) {
        match event {
            Event::Hit { age } => {
                let age = age.as_secs_f64();
                tracing::debug!("Fetching interface stats from cache (age: {age:.1}s)");
            }
            Event::Refreshed { reading } => self.updated(reading.data.rows.len()),
            Event::Failed { error, age } => self.failed(&error.reason, *age),
            _ => {}
        }
    }
}
