//! `GET /readyz`: the server serves. While it stops it says 503, so that a balancer sends nobody here any more. A router
//! that is down does not make it unready: the page that says so has to be reached.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;
use utoipa::ToSchema;

use super::parameters::Parameters;
use crate::api_state::ApiState;
use crate::auth::Visibility;
use crate::json::millis;
use crate::{Auth, Problem};

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Readiness)]
struct Ready {
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    routers: Option<Vec<RouterReady>>,
    /// In a cluster: what this node knows of the others.
    #[serde(skip_serializing_if = "Option::is_none")]
    shared_state: Option<SharedReady>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = SharedReadiness)]
struct SharedReady {
    /// Nothing can be changed, and what is shown may be old.
    is_old: bool,
    /// How old it may be; left out where it was never heard of.
    #[serde(skip_serializing_if = "Option::is_none")]
    age_ms: Option<u64>,
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
    let verbose = parameters.flag("verbose")?;
    let age = request.app_data::<Data<Auth>>().filter(|_| verbose).and_then(|auth| auth.store().ok()?.state_age());
    let shared_state = age.map(|age| SharedReady {
        is_old: age > lalin_store::STATE_OLD,
        age_ms: Some(age).filter(|age| *age < std::time::Duration::MAX).map(millis),
    });
    let routers = match verbose {
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
    Ok(answer.insert_header(("Cache-Control", "no-store")).json(Ready { status, routers, shared_state }))
}
