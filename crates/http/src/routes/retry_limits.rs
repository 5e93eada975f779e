//! How often a router may be tried again on request, without waiting for its next attempt. Each attempt may be a login, which
//! the router logs and a firewall may count.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use lalin_stats::RouterId;
use tokio::time::Instant;

/// The pause between two attempts for one router, whoever asks.
const PAUSE: Duration = Duration::from_secs(10);

/// When each router was last tried on request; forgotten after the pause.
#[derive(Debug, Default)]
pub(crate) struct RetryLimits(Mutex<HashMap<RouterId, Instant>>);

impl RetryLimits {
    /// Allows an attempt now.
    ///
    /// # Errors
    /// How long to wait for the next one.
    pub(crate) fn begin(&self, router: &RouterId) -> Result<(), Duration> {
        let mut tried = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        tried.retain(|_, at| at.elapsed() < PAUSE);
        if let Some(at) = tried.get(router) {
            return Err(PAUSE - at.elapsed());
        }
        tried.insert(router.clone(), Instant::now());
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::advance;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn each_router_has_a_turn_of_its_own_and_nothing_is_kept() {
        let retry_limits = RetryLimits::default();
        let (one, other) = ("a".parse().unwrap(), "b".parse().unwrap());
        assert_eq!(retry_limits.begin(&one), Ok(()));
        advance(Duration::from_secs(4)).await;
        assert_eq!(retry_limits.begin(&other), Ok(()));
        assert_eq!(retry_limits.begin(&one), Err(Duration::from_secs(6)));
        advance(Duration::from_secs(6)).await;
        assert_eq!(retry_limits.begin(&one), Ok(()));
        advance(PAUSE).await;
        assert_eq!(retry_limits.begin(&one), Ok(()));
        assert_eq!(retry_limits.0.lock().unwrap().len(), 1);
    }
}
