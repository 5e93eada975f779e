//! `GET /api/v1/setup-script`: the commands that make a user on the router who may only read. The password in them is
//! put in by whoever reads them: a password in an address would be written into logs on the way.

use std::net::IpAddr;

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use lalin_fleet::own_address;

use super::parameters::Parameters;
use crate::Problem;
use crate::api_state::ApiState;

#[utoipa::path(
    get,
    path = "/api/v1/setup-script",
    tag = "routers",
    params(
        ("user" = Option<String>, Query, description = "The name of the user on the router; usually lalin"),
        ("from" = Option<String>, Query, description = "The address of this server, as the router sees it"),
        ("towards" = Option<String>, Query, description = "The router's address, instead of `from`"),
        ("tls" = Option<bool>, Query)
    ),
    responses((status = 200, description = "OK", body = String, content_type = "text/plain"))
)]
pub(super) async fn get(api: Data<ApiState>, request: HttpRequest) -> Result<HttpResponse, Problem> {
    let parameters = Parameters::of(&request, &["from", "tls", "towards", "user"])?;
    let tls = parameters.flag("tls")?;
    let user = parameters.text("user").unwrap_or("lalin");
    if user.is_empty() || user.len() > 64 || user.chars().any(char::is_control) {
        return Err(Problem::bad_parameter("user", "expected 1 to 64 letters"));
    }
    let from = parameters.text("from").map(str::parse::<IpAddr>).transpose();
    let from = from.map_err(|error| Problem::bad_parameter("from", error))?;
    // Whoever does not know at which address the router sees this server may name the router instead.
    let towards = parameters.text("towards").map(str::parse::<IpAddr>).transpose();
    let towards = towards.map_err(|error| Problem::bad_parameter("towards", error))?;
    let from = from.or_else(|| towards.and_then(own_address));
    let script = api.admin()?.setup_script(user, from, tls);
    let answer = HttpResponse::Ok()
        .content_type("text/plain; charset=utf-8")
        .insert_header(("Cache-Control", "no-store"))
        .body(script);
    Ok(answer)
}
