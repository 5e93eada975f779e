//! `GET /api/v1/setup-script`: the commands that make a user on the router who may only read.

use std::net::IpAddr;

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};

use super::parameters::Parameters;
use crate::Problem;
use crate::api_state::ApiState;

pub(super) async fn get(api: Data<ApiState>, request: HttpRequest) -> Result<HttpResponse, Problem> {
    let parameters = Parameters::of(&request, &["from", "tls", "user"])?;
    let tls = parameters.flag("tls")?;
    let user = parameters.text("user").unwrap_or("lalin");
    if user.is_empty() || user.len() > 64 || user.chars().any(char::is_control) {
        return Err(Problem::bad_parameter("user", "expected 1 to 64 letters"));
    }
    let from = parameters.text("from").map(str::parse::<IpAddr>).transpose();
    let from = from.map_err(|error| Problem::bad_parameter("from", error))?;
    let script = api.admin()?.setup_script(user, from, tls);
    let answer = HttpResponse::Ok()
        .content_type("text/plain; charset=utf-8")
        .insert_header(("Cache-Control", "no-store"))
        .body(script);
    Ok(answer)
}
