//! The API's description, OpenAPI 3.1, made from the handlers and the types they answer with.
//!
//! Each group of routes describes its own ([`utoipa::path`] above the handler); here they are put together, and what all
//! of them have in common is added: how somebody shows who they are, and that any failure is a problem document.

mod common;
mod shapes;

use std::collections::HashMap;
use std::sync::LazyLock;

use actix_web::http::header::CACHE_CONTROL;
use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use bytes::Bytes;
use serde_json::Value;
use utoipa::OpenApi;

use crate::json::wrong_method;
use crate::routes::{
    Parameters, accounts, audit_log, business, embed_origins, health, interface_stats, interfaces, layouts, lines,
    log_level, login, readiness, router_checks, routers, tokens, window,
};
use crate::{Problem, alerts, history, stream};

/// The whole, without its paths.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Lalin",
        description = "Realtime traffic of MikroTik routers: rates in bit/s, counters in bytes, times in ms since 1970 or \
            RFC 3339. Any failure is a problem document (RFC 9457) with a stable `code`.",
        license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0"),
    ),
    paths(get, health::get, interface_stats::get, interfaces::get, readiness::get, window::get),
    tags(
        (name = "live", description = "What flows now"),
        (name = "routers", description = "The routers that are watched"),
        (name = "lines", description = "What people say of lines"),
        (name = "history", description = "What was recorded"),
        (name = "alerts", description = "What is told of what routers do"),
        (name = "layouts", description = "Saved screens"),
        (name = "accounts", description = "Who may come in"),
        (name = "settings", description = "What stands around"),
    ),
)]
struct Whole;

/// The description, without the program's version.
const FILE: &str = include_str!("description.json");
const WITHOUT_VERSION: &str = "\"version\": \"…\"";

/// The description as it is served.
static DOCUMENT: LazyLock<Bytes> = LazyLock::new(|| {
    let version = format!("\"version\": \"{}\"", env!("CARGO_PKG_VERSION"));
    Bytes::from(FILE.replacen(WITHOUT_VERSION, &version, 1))
});

/// The description as the handlers and their types tell it, JSON: what the served one is held against.
#[doc(hidden)]
pub fn description_by_handlers() -> serde_json::Result<String> {
    let mut whole = Whole::openapi();
    let groups = [
        accounts::Described::openapi(),
        alerts::Described::openapi(),
        audit_log::Described::openapi(),
        business::Described::openapi(),
        embed_origins::Described::openapi(),
        history::Described::openapi(),
        layouts::Described::openapi(),
        lines::Described::openapi(),
        log_level::Described::openapi(),
        login::Described::openapi(),
        router_checks::Described::openapi(),
        routers::Described::openapi(),
        stream::Described::openapi(),
        tokens::Described::openapi(),
    ];
    groups.into_iter().for_each(|group| whole.merge(group));
    for path in ["interfaces", "stream"] {
        common::also_of_one_router(&mut whole, path);
    }
    common::add_to(&mut whole);
    shapes::mend(&mut whole);
    serde_json::to_string(&whole)
}

/// The methods of each path that is described.
pub(crate) fn methods() -> &'static HashMap<String, Vec<String>> {
    // Read when it is asked for: most processes never are.
    static KNOWN: LazyLock<HashMap<String, Vec<String>>> = LazyLock::new(|| {
        let document: Value = serde_json::from_str(FILE).unwrap_or_default();
        let paths = document["paths"].as_object().into_iter().flatten();
        let methods = paths.map(|(path, item)| {
            let of_path = item.as_object().into_iter().flat_map(|item| item.keys());
            let of_path = of_path.filter(|key| METHODS.contains(&key.as_str())).map(|key| key.to_ascii_uppercase());
            (path.clone(), of_path.collect())
        });
        methods.collect()
    });
    &KNOWN
}

/// As they are called in a description.
const METHODS: [&str; 5] = ["get", "put", "post", "delete", "patch"];

pub(crate) fn routes(config: &mut ServiceConfig) {
    let only_get = || web::route().to(wrong_method);
    config.service(web::resource("/api/v1/openapi.json").get(get).default_service(only_get()));
}

/// This description.
#[utoipa::path(
    get,
    path = "/api/v1/openapi.json",
    tag = "settings",
    responses((status = 200, description = "OK", body = serde_json::Value))
)]
async fn get(request: HttpRequest) -> Result<HttpResponse, Problem> {
    Parameters::of(&request, &[])?;
    let mut answer = HttpResponse::Ok();
    answer.content_type("application/json").insert_header((CACHE_CONTROL, "no-cache"));
    Ok(answer.body(DOCUMENT.clone()))
}
