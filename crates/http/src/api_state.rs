//! What the API's routes share. It knows no route: `api.rs` puts the routes together.

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use lalin_fleet::RouterAdmin;
use lalin_monitor::Monitor;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::Problem;
use crate::routes::RetryLimits;
use crate::stream::{EventCache, StreamLimits, StreamSlots};

/// The state behind every route.
#[derive(Debug)]
pub(crate) struct ApiState {
    pub(crate) monitor: Arc<Monitor>,
    pub(crate) stream_limits: StreamLimits,
    pub(crate) stream_slots: StreamSlots,
    /// Different after each start, so that a tick's number from before a restart is not mistaken for one after it.
    pub(crate) epoch: String,
    pub(crate) started: Instant,
    pub(crate) event_cache: EventCache,
    /// Ends every open stream when it is cancelled.
    pub(crate) stop: CancellationToken,
    pub(crate) retry_limits: RetryLimits,
    admin: Option<Arc<dyn RouterAdmin>>,
}

impl ApiState {
    pub(crate) fn new(monitor: Arc<Monitor>, stream_limits: StreamLimits, admin: Option<Arc<dyn RouterAdmin>>) -> Self {
        let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Self {
            monitor,
            stream_limits,
            stream_slots: StreamSlots::new(stream_limits),
            epoch: format!("{:x}", since_1970.as_nanos()),
            started: Instant::now(),
            event_cache: EventCache::default(),
            stop: CancellationToken::new(),
            retry_limits: RetryLimits::default(),
            admin,
        }
    }

    /// Who adds, changes and checks routers; without it those routes do not exist.
    pub(crate) fn admin(&self) -> Result<&dyn RouterAdmin, Problem> {
        self.admin.as_deref().ok_or_else(Problem::not_found)
    }
}
