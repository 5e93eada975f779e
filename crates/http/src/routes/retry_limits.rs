//! How often somebody may have a router tried at once instead of after its pause: each try may be a login, which the router
//! writes into its log and a firewall may count.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use lalin_stats::RouterId;
use tokio::time::Instant;

/// Between two tries of one router, whoever asks for them.
const PAUSE: Duration = Duration::from_secs(10);

/// When each router was last tried; forgotten after the pause.
#[derive(Debug, Default)]
pub(crate) struct RetryLimits(Mutex<HashMap<RouterId, Instant>>);

impl RetryLimits {
    /// Takes the router's turn.
    ///
    /// # Errors
    /// How long it is until the next one.
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
