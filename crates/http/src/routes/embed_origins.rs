//! `/api/v1/embed-origins`: the other sites whose pages may show the traffic.

use actix_web::HttpResponse;
use actix_web::web::{self, Data, Json, ServiceConfig};
use serde::{Deserialize, Serialize};
use utoipa::{OpenApi, ToSchema};

use crate::json::answer;
use crate::{Auth, Principal, Problem};

/// What these routes are, for the API's description.
#[derive(OpenApi)]
#[openapi(paths(list, change))]
pub(crate) struct Described;

pub(crate) fn routes(config: &mut ServiceConfig) {
    config.service(web::resource("/api/v1/embed-origins").get(list).put(change));
}

#[utoipa::path(
    get,
    path = "/api/v1/embed-origins",
    tag = "settings",
    responses((status = 200, description = "OK", body = OriginsView))
)]
async fn list(auth: Data<Auth>) -> HttpResponse {
    answer(view(&auth))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = EmbedOriginsForm)]
struct Origins {
    origins: Vec<String>,
}

#[utoipa::path(
    put,
    path = "/api/v1/embed-origins",
    tag = "settings",
    request_body = Origins,
    responses((status = 200, description = "OK", body = OriginsView))
)]
async fn change(auth: Data<Auth>, principal: Principal, form: Json<Origins>) -> Result<HttpResponse, Problem> {
    let wanted = form.into_inner().origins;
    let (planned, changing) = (wanted.join(" "), auth.store()?.set_embed_origins(wanted));
    let made = |origins: &Vec<_>| origins.join(" ");
    let origins = auth.audited_as(&principal, "embed.origins", planned, changing, made).await?;
    auth.embed_origins().keep(origins);
    Ok(answer(view(&auth)))
}

/// The sites that were chosen, and those of the configuration.
#[derive(Serialize, ToSchema)]
#[schema(as = EmbedOrigins)]
#[serde(rename_all = "camelCase")]
struct OriginsView {
    origins: Vec<String>,
    from_file: Vec<String>,
}

fn view(auth: &Auth) -> OriginsView {
    let origins = auth.embed_origins();
    OriginsView { origins: origins.kept().to_vec(), from_file: origins.configured().to_vec() }
}
