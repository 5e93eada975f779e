//! `GET /api/v1/routers`: which routers there are, and how it stands with each.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;

use crate::query::Parameters;
use crate::wire::{State, millis};
use crate::{Api, Problem};

#[derive(Serialize)]
struct Routers {
    routers: Vec<RouterView>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RouterView {
    id: String,
    name: String,
    address: String,
    default: bool,
    state: State,
    viewers: usize,
    interval_ms: u64,
}

pub(crate) async fn get(api: Data<Api>, request: HttpRequest) -> Result<HttpResponse, Problem> {
    Parameters::of(&request, &[])?;
    let routers = api.inner().monitor.routers();
    let routers = routers.iter().enumerate().map(|(place, router)| RouterView {
        id: router.id().to_string(),
        name: router.label().name.to_string(),
        address: router.label().address.to_string(),
        default: place == 0,
        state: State::of(&router.status()),
        viewers: router.viewers(),
        interval_ms: millis(router.settings().interval),
    });
    let answer = Routers { routers: routers.collect() };
    Ok(HttpResponse::Ok().insert_header(("Cache-Control", "no-store")).json(answer))
}
