//! `GET /readyz`: the server serves. While it stops it says 503, so that a balancer sends nobody here any more. A router
//! that is down does not make it unready: the page that says so has to be reached.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;
use utoipa::ToSchema;

use super::parameters::Parameters;
use crate::Problem;
use crate::api_state::ApiState;
use crate::auth::Visibility;

#[derive(Serialize, ToSchema)]
#[schema(as = Readiness)]
struct Ready {
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    routers: Option<Vec<RouterReady>>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = RouterReadiness)]
struct RouterReady {
    id: String,
    state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
}

/// With `verbose` the state of each router that whoever asks may see; nobody who is a stranger sees one.
#[utoipa::path(
    get,
    path = "/readyz",
    tag = "settings",
    params(
        ("verbose" = Option<bool>, Query, description = "The state of each router that may be seen"),
        ("token" = Option<String>, Query, description = "A share link's secret")
    ),
    responses((status = 200, description = "It serves", body = Ready), (status = 503, description = "It stops", body = Ready))
)]
pub(crate) async fn get(api: Data<ApiState>, request: HttpRequest) -> Result<HttpResponse, Problem> {
    let parameters = Parameters::of(&request, &["verbose", "token"])?;
    let routers = match parameters.flag("verbose")? {
        false => None,
        true => {
            let visibility = Visibility::of(&request);
            let seen = api.monitor.routers().into_iter().filter(|router| visibility.sees_router(router.id()));
            let ready = seen.map(|router| {
                let state = router.status().state;
                let reason = state.failure().map(|failure| failure.reason.code());
                RouterReady { id: router.id().to_string(), state: state.code(), reason }
            });
            Some(ready.collect())
        }
    };
    let stopping = api.readiness.is_stopping();
    let mut answer = if stopping { HttpResponse::ServiceUnavailable() } else { HttpResponse::Ok() };
    let status = if stopping { "stopping" } else { "ready" };
    Ok(answer.insert_header(("Cache-Control", "no-store")).json(Ready { status, routers }))
}
