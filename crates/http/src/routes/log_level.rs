//! `/api/v1/log-level`: how much is logged, changed while it runs. Only until the next start: what holds for longer is in
//! the configuration.

use actix_web::HttpResponse;
use actix_web::web::{self, Data, Json, ServiceConfig};
use serde::{Deserialize, Serialize};
use utoipa::{OpenApi, ToSchema};

use crate::api_state::ApiState;
use crate::json::{answer, wrong_method};
use crate::{Auth, Principal, Problem};

/// No filter that means anything is longer.
const LONGEST: usize = 1_000;

/// What these routes are, for the API's description.
#[derive(OpenApi)]
#[openapi(paths(get, put))]
pub(crate) struct Described;

pub(crate) fn routes(config: &mut ServiceConfig) {
    let other = || web::route().to(wrong_method);
    config.service(web::resource("/api/v1/log-level").get(get).put(put).default_service(other()));
}

/// The filter in effect.
#[derive(Serialize, ToSchema)]
#[schema(as = LogLevel)]
struct View {
    filter: String,
}

#[utoipa::path(
    get,
    path = "/api/v1/log-level",
    tag = "settings",
    responses((status = 200, description = "OK", body = View))
)]
async fn get(api: Data<ApiState>) -> Result<HttpResponse, Problem> {
    let log = api.log.as_ref().ok_or_else(Problem::not_found)?;
    Ok(answer(View { filter: log.filter() }))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = LogLevelForm)]
struct Wanted {
    filter: String,
}

#[utoipa::path(
    put,
    path = "/api/v1/log-level",
    tag = "settings",
    request_body = Wanted,
    responses((status = 200, description = "OK", body = View))
)]
async fn put(
    api: Data<ApiState>,
    auth: Option<Data<Auth>>,
    principal: Option<Principal>,
    form: Json<Wanted>,
) -> Result<HttpResponse, Problem> {
    let log = api.log.as_ref().ok_or_else(Problem::not_found)?;
    let filter = form.into_inner().filter;
    if filter.trim().is_empty() || filter.len() > LONGEST {
        return Err(Problem::bad_parameter("filter", "1 to 1,000 characters"));
    }
    log.change(&filter).map_err(|reason| Problem::bad_parameter("filter", reason))?;
    if let Some((auth, principal)) = auth.zip(principal) {
        auth.record(&principal, "log.level", filter).await;
    }
    Ok(answer(View { filter: log.filter() }))
}
