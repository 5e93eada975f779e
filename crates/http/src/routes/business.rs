//! `GET /api/v1/business`: what stands at the head of a report, and its picture.

use actix_web::http::header::CACHE_CONTROL;
use actix_web::web::{self, Data, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;
use utoipa::{OpenApi, ToSchema};

use crate::api_state::ApiState;
use crate::json::{answer, wrong_method};
use crate::{Business, Problem};

use super::parameters::Parameters;

#[derive(Serialize, ToSchema)]
#[schema(as = Business)]
struct BusinessView<'a> {
    name: &'a str,
    address: &'a str,
    logo: Option<&'static str>,
}

/// What these routes are, for the API's description.
#[derive(OpenApi)]
#[openapi(paths(get, logo))]
pub(crate) struct Described;

pub(crate) fn routes(config: &mut ServiceConfig) {
    let only_get = || web::route().to(wrong_method);
    config
        .service(web::resource("/api/v1/business").get(get).default_service(only_get()))
        .service(web::resource("/api/v1/business/logo").get(logo).default_service(only_get()));
}

#[utoipa::path(
    get,
    path = "/api/v1/business",
    tag = "settings",
    params(
        ("token" = Option<String>, Query, description = "A share link's secret")
    ),
    responses((status = 200, description = "OK", body = BusinessView))
)]
async fn get(api: Data<ApiState>, request: HttpRequest) -> Result<HttpResponse, Problem> {
    Parameters::of(&request, &["token"])?;
    let Business { name, address, logo } = &api.business;
    Ok(answer(BusinessView { name, address, logo: logo.as_ref().map(|_| "/api/v1/business/logo") }))
}

#[utoipa::path(
    get,
    path = "/api/v1/business/logo",
    tag = "settings",
    params(
        ("token" = Option<String>, Query, description = "A share link's secret")
    ),
    responses((status = 200, description = "The picture", body = Vec<u8>, content_type = "image/*"))
)]
async fn logo(api: Data<ApiState>, request: HttpRequest) -> Result<HttpResponse, Problem> {
    Parameters::of(&request, &["token"])?;
    let logo = api.business.logo.as_ref().ok_or_else(Problem::not_found)?;
    let mut answer = HttpResponse::Ok();
    answer.content_type(logo.kind()).insert_header((CACHE_CONTROL, "private, max-age=3600"));
    Ok(answer.insert_header(("X-Content-Type-Options", "nosniff")).body(logo.picture()))
}
