//! `GET /healthz`: the server runs. Those who may see everything get some numbers too.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;
use utoipa::ToSchema;

use crate::api_state::ApiState;
use crate::auth::Visibility;
use crate::json::millis;

#[derive(Serialize, ToSchema)]
struct Health {
    status: &'static str,
    #[serde(flatten)]
    details: Option<Details>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = HealthDetails)]
struct Details {
    version: &'static str,
    uptime_ms: u64,
    routers: usize,
    viewers: usize,
    /// Event streams: how many are open, and how many may be, as far as the system's open files reach.
    streams: usize,
    most_streams: usize,
}

#[utoipa::path(
    get,
    path = "/healthz",
    tag = "settings",
    responses((status = 200, description = "OK", body = Health))
)]
pub(crate) async fn get(api: Data<ApiState>, request: HttpRequest) -> HttpResponse {
    let details = Visibility::of(&request).sees_details().then(|| {
        let routers = api.monitor.routers();
        Details {
            version: env!("CARGO_PKG_VERSION"),
            uptime_ms: millis(api.started.elapsed()),
            routers: routers.len(),
            viewers: routers.iter().map(|router| router.viewers()).sum(),
            streams: api.stream_slots.taken(),
            most_streams: api.stream_limits.streams,
        }
    });
    HttpResponse::Ok().insert_header(("Cache-Control", "no-store")).json(Health { status: "ok", details })
}
