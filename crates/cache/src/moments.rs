//! The moments an operator looks for in the log, told once each time they begin and quietly after that.

use std::time::Duration;

use lalin_stats::SourceError;

/// What was told last.
#[derive(Debug, Default)]
pub(crate) struct Moments {
    updated: bool,
    failing: Option<&'static str>,
}

impl Moments {
    /// Served from memory.
    pub(crate) fn served(&self, age: Duration) {
        let age = age.as_secs_f64();
        tracing::debug!("Fetching interface stats from cache (age: {age:.1}s)");
    }

    /// New data.
    pub(crate) fn updated(&mut self, interfaces: usize) {
        let news = !self.updated || self.failing.is_some();
        (self.updated, self.failing) = (true, None);
        if news {
            tracing::info!(interfaces, "Interface data updated successfully");
        } else {
            tracing::debug!(interfaces, "Interface data updated successfully");
        }
    }

    /// A read failed; `age` is that of the last good data.
    pub(crate) fn failed(&mut self, reason: &SourceError, age: Option<Duration>) {
        let code = reason.code();
        let news = self.failing.replace(code) != Some(code);
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
