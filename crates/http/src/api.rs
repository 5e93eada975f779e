//! The API's composition: its state, its limits, its routes.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use actix_web::http::Method;
use actix_web::web::{Data, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse, ResponseError, web};
use lalin_monitor::{Monitor, Router};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::encoded::Encoded;
use crate::{Problem, health, interface_stats, interfaces, routers, stream};

/// The bounds of what viewers may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// How many event streams may be open at once.
    pub streams: usize,
    /// A stream is never silent for longer than this.
    pub heartbeat: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self { streams: 1_000, heartbeat: Duration::from_secs(5) }
    }
}

/// The API over a monitor. Cheap to clone: one for each worker.
#[derive(Clone, Debug)]
pub struct Api(Arc<Inner>);

#[derive(Debug)]
pub(crate) struct Inner {
    pub(crate) monitor: Arc<Monitor>,
    pub(crate) limits: Limits,
    /// Differs at each start, so that a tick's number of an earlier life is not taken for one of this.
    pub(crate) epoch: String,
    pub(crate) begun: Instant,
    pub(crate) encoded: Encoded,
    pub(crate) stop: CancellationToken,
    streams: AtomicUsize,
}

impl Api {
    /// The API of these routers.
    pub fn new(monitor: Arc<Monitor>, limits: Limits) -> Self {
        let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Self(Arc::new(Inner {
            monitor,
            limits,
            epoch: format!("{:x}", since_1970.as_nanos()),
            begun: Instant::now(),
            encoded: Encoded::default(),
            stop: CancellationToken::new(),
            streams: AtomicUsize::new(0),
        }))
    }

    /// Cancelling it ends every open stream, so that a server can stop at once.
    pub fn stop_token(&self) -> CancellationToken {
        self.0.stop.clone()
    }

    /// Adds the routes to an application.
    pub fn routes(&self) -> impl FnOnce(&mut ServiceConfig) + use<> {
        let data = Data::new(self.clone());
        move |config| {
            let only_get = || web::route().to(wrong_method);
            config
                .app_data(data)
                .service(web::resource("/api/interface-stats").get(interface_stats::get).default_service(only_get()))
                .service(web::resource("/api/v1/interfaces").get(interfaces::get).default_service(only_get()))
                .service(web::resource("/api/v1/routers").get(routers::get).default_service(only_get()))
                .service(web::resource("/api/v1/stream").get(stream::get).default_service(only_get()))
                .service(web::resource("/healthz").get(health::get).default_service(only_get()))
                .service(web::scope("/api").default_service(web::route().to(no_such_path)));
        }
    }

    pub(crate) fn inner(&self) -> &Inner {
        &self.0
    }

    /// The router a request means.
    pub(crate) fn router(&self, wanted: Option<&str>) -> Result<Arc<Router>, Problem> {
        let found = match wanted {
            None => self.0.monitor.default_router(),
            Some(id) => {
                let router = id.parse().ok().and_then(|id| self.0.monitor.get(&id));
                return router.ok_or_else(|| Problem::unknown_router(id));
            }
        };
        found.ok_or_else(Problem::no_router)
    }

    /// Takes one of the places for streams; it is free again when the guard is dropped.
    pub(crate) fn stream_place(&self) -> Result<StreamPlace, Problem> {
        let most = self.0.limits.streams;
        let taken =
            self.0.streams.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |open| (open < most).then_some(open + 1));
        taken.map(|_| StreamPlace(self.clone())).map_err(Problem::too_many_viewers)
    }
}

/// One of the places for streams.
#[derive(Debug)]
pub(crate) struct StreamPlace(Api);

impl Drop for StreamPlace {
    fn drop(&mut self) {
        self.0.0.streams.fetch_sub(1, Ordering::SeqCst);
    }
}

async fn wrong_method(request: HttpRequest) -> HttpResponse {
    if request.method() == Method::HEAD {
        return HttpResponse::Ok().finish();
    }
    Problem::method_not_allowed().error_response()
}

async fn no_such_path() -> HttpResponse {
    Problem::not_found().error_response()
}
