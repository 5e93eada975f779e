//! `GET /healthz`: the server runs.

use actix_web::HttpResponse;
use actix_web::web::Data;
use serde::Serialize;

use crate::Api;
use crate::wire::millis;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Health {
    status: &'static str,
    version: &'static str,
    uptime_ms: u64,
    routers: usize,
    viewers: usize,
}

pub(crate) async fn get(api: Data<Api>) -> HttpResponse {
    let routers = api.inner().monitor.routers();
    HttpResponse::Ok().insert_header(("Cache-Control", "no-store")).json(Health {
        status: "ok",
        version: env!("CARGO_PKG_VERSION"),
        uptime_ms: millis(api.inner().begun.elapsed()),
        routers: routers.len(),
        viewers: routers.iter().map(|router| router.viewers()).sum(),
    })
}
