//! What the API's routes share. It knows no route: `api.rs` puts the routes together.

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use lalin_fleet::{Alerting, Recording, RouterAdmin, Wan};
use lalin_monitor::Monitor;
use lalin_stats::RouterId;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::answers::Bodies;
use crate::business::Business;
use crate::history::Archive;
use crate::metrics::{ExtraMetrics, MetricsSettings};
use crate::routes::RetryLimits;
use crate::stream::{EventCache, StreamLimits, StreamSlots};
use crate::{LogLevel, Problem, Readiness};

/// How the API answers.
#[derive(Clone, Debug, Default)]
pub struct ApiSettings {
    /// How many streams may be open.
    pub streams: StreamLimits,
    /// How `/metrics` answers.
    pub metrics: MetricsSettings,
    /// Metrics of rooms that this crate does not know.
    pub extra_metrics: Option<ExtraMetrics>,
    /// What was recorded; without it those routes say that nothing is.
    pub history: Option<Arc<Recording>>,
    /// What is told of what routers do; without it those routes say that nothing is.
    pub alerts: Option<Arc<Alerting>>,
    /// What stands at the head of a report.
    pub business: Business,
    /// Of several machines that show the same streams: a viewer who comes back to any of them goes on after the tick that it
    /// had. The same word on all of them. Only ticks that a cluster numbers are known by it.
    pub stream_epoch: Option<String>,
    /// What logs, where its level can be changed while it runs.
    pub log: Option<Arc<dyn LogLevel>>,
}

/// The state behind every route.
#[derive(Debug)]
pub(crate) struct ApiState {
    pub(crate) monitor: Arc<Monitor>,
    pub(crate) stream_limits: StreamLimits,
    pub(crate) stream_slots: StreamSlots,
    /// Different after each start, so that a tick's number from before a restart is not mistaken for one after it.
    pub(crate) epoch: String,
    /// The same on all machines of a cluster, for the ticks that it numbers.
    shared_epoch: Option<String>,
    pub(crate) started: Instant,
    /// The same as time since 1970.
    pub(crate) started_unix: Duration,
    pub(crate) metrics: MetricsSettings,
    pub(crate) extra_metrics: Option<ExtraMetrics>,
    pub(crate) event_cache: EventCache,
    /// The answers that depend on a router's sample.
    pub(crate) bodies: Bodies,
    /// Ends every open stream when it is cancelled.
    pub(crate) stop: CancellationToken,
    pub(crate) retry_limits: RetryLimits,
    admin: Option<Arc<dyn RouterAdmin>>,
    archive: Option<Archive>,
    alerts: Option<Arc<Alerting>>,
    /// What stands at the head of a report.
    pub(crate) business: Business,
    pub(crate) log: Option<Arc<dyn LogLevel>>,
    pub(crate) readiness: Readiness,
}

impl ApiState {
    pub(crate) fn new(monitor: Arc<Monitor>, settings: ApiSettings, admin: Option<Arc<dyn RouterAdmin>>) -> Self {
        let ApiSettings {
            streams: stream_limits,
            metrics,
            extra_metrics,
            history,
            alerts,
            business,
            stream_epoch,
            log,
        } = settings;
        let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Self {
            monitor,
            stream_limits,
            stream_slots: StreamSlots::new(stream_limits),
            epoch: format!("{:x}", since_1970.as_nanos()),
            shared_epoch: stream_epoch,
            started: Instant::now(),
            started_unix: since_1970,
            metrics,
            extra_metrics,
            event_cache: EventCache::default(),
            bodies: Bodies::default(),
            stop: CancellationToken::new(),
            retry_limits: RetryLimits::default(),
            admin,
            archive: history.map(Archive::new),
            alerts,
            business,
            log,
            readiness: Readiness::default(),
        }
    }

    /// What stands before a tick's number in the id of its event.
    pub(crate) fn epoch_of(&self, seq: u64) -> &str {
        let of_a_cluster = lalin_monitor::epoch_of(seq) > 0;
        self.shared_epoch.as_deref().filter(|_| of_a_cluster).unwrap_or(&self.epoch)
    }

    /// Which interfaces of a router lead to the internet.
    pub(crate) fn wan(&self, id: &RouterId) -> Arc<Wan> {
        let known = self.admin.as_ref().and_then(|admin| admin.wan(id));
        known.unwrap_or_default()
    }

    /// The history; a problem where nothing is recorded.
    pub(crate) fn archive(&self) -> Result<&Archive, Problem> {
        self.archive.as_ref().ok_or_else(Problem::no_history)
    }

    /// The alerts, if they are watched for.
    pub(crate) fn alerting(&self) -> Option<&Arc<Alerting>> {
        self.alerts.as_ref()
    }

    /// The alerts; a problem where they are switched off.
    pub(crate) fn alerts(&self) -> Result<&Alerting, Problem> {
        self.alerts.as_deref().ok_or_else(Problem::no_alerts)
    }

    /// Who adds, changes and checks routers; without it those routes do not exist.
    pub(crate) fn admin(&self) -> Result<&dyn RouterAdmin, Problem> {
        self.admin.as_deref().ok_or_else(Problem::not_found)
    }
}
