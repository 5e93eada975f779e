//! The API's composition: its state, its limits, its routes.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use actix_web::http::Method;
use actix_web::web::{Data, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse, ResponseError, web};
use lalin_monitor::Monitor;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::keeper::Keeper;
use crate::routes::RetryLimits;
use crate::routes::{health, interface_stats, interfaces, window};
use crate::stream::EventCache;
use crate::stream::route as stream;
use crate::{Problem, fleet};

/// The bounds of what viewers may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// How many event streams may be open at once.
    pub streams: usize,
    /// How many of them may come from one address that is not this machine's own.
    pub streams_per_address: usize,
    /// A stream is never silent for longer than this.
    pub heartbeat: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self { streams: 1_000, streams_per_address: 100, heartbeat: Duration::from_secs(5) }
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
    pub(crate) encoded: EventCache,
    pub(crate) stop: CancellationToken,
    pub(crate) keeper: Option<Arc<dyn Keeper>>,
    pub(crate) retry_limits: RetryLimits,
    streams: Mutex<HashMap<IpAddr, usize>>,
}

impl Api {
    /// The API of these routers, which stay as they are.
    pub fn new(monitor: Arc<Monitor>, limits: Limits) -> Self {
        Self::of(monitor, limits, None)
    }

    /// The API of these routers, and of who keeps them: they can be added, changed, checked and found.
    pub fn with_keeper(monitor: Arc<Monitor>, limits: Limits, keeper: Arc<dyn Keeper>) -> Self {
        Self::of(monitor, limits, Some(keeper))
    }

    fn of(monitor: Arc<Monitor>, limits: Limits, keeper: Option<Arc<dyn Keeper>>) -> Self {
        let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Self(Arc::new(Inner {
            monitor,
            limits,
            epoch: format!("{:x}", since_1970.as_nanos()),
            begun: Instant::now(),
            encoded: EventCache::default(),
            stop: CancellationToken::new(),
            keeper,
            retry_limits: RetryLimits::default(),
            streams: Mutex::default(),
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
                .service(web::resource("/api/v1/stream").get(stream::get).default_service(only_get()))
                .service(web::resource("/api/v1/window").get(window::get).default_service(only_get()))
                .configure(fleet::routes)
                .service(
                    web::resource("/api/v1/routers/{id}/interfaces").get(interfaces::get).default_service(only_get()),
                )
                .service(web::resource("/api/v1/routers/{id}/stream").get(stream::get).default_service(only_get()))
                .service(web::resource("/healthz").get(health::get).default_service(only_get()))
                .service(web::scope("/api").default_service(web::route().to(no_such_path)));
        }
    }

    pub(crate) fn inner(&self) -> &Inner {
        &self.0
    }

    /// Takes one of the places for streams; it is free again when the guard is dropped. An address that may be `everybody`
    /// has no bound of its own.
    pub(crate) fn stream_slot(&self, (from, everybody): (IpAddr, bool)) -> Result<StreamSlot, Problem> {
        let limits = self.0.limits;
        let mut streams = self.0.streams.lock().unwrap_or_else(PoisonError::into_inner);
        let open: usize = streams.values().sum();
        let own = streams.get(&from).copied().unwrap_or(0);
        if open >= limits.streams {
            return Err(Problem::too_many_viewers(open));
        }
        if own >= limits.streams_per_address && !everybody {
            return Err(Problem::too_many_viewers(own));
        }
        streams.insert(from, own + 1);
        drop(streams);
        Ok(StreamSlot(self.clone(), from))
    }
}

/// One of the places for streams.
#[derive(Debug)]
pub(crate) struct StreamSlot(Api, IpAddr);

impl Drop for StreamSlot {
    fn drop(&mut self) {
        let mut streams = self.0.0.streams.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(open) = streams.get_mut(&self.1) {
            *open -= 1;
            if *open == 0 {
                streams.remove(&self.1);
            }
        }
    }
}

pub(crate) async fn wrong_method(request: HttpRequest) -> HttpResponse {
    if request.method() == Method::HEAD {
        return HttpResponse::Ok().finish();
    }
    Problem::method_not_allowed().error_response()
}

async fn no_such_path() -> HttpResponse {
    Problem::not_found().error_response()
}
