//! Whether a router can be watched, and the commands that make a user for it.

use std::net::IpAddr;

use actix_web::web::{self, Data, Json, Path, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use lalin_fleet::{Outcome, Report};
use serde_json::json;

use super::parameters::{Parameters, router_id};
use super::router_form::RouterForm;
use super::router_views::SystemInfoView;
use crate::Problem;
use crate::api_state::ApiState;
use crate::json::{answer, millis};

pub(super) fn routes(config: &mut ServiceConfig) {
    let wrong_method = || web::route().to(crate::json::wrong_method);
    config
        .service(web::resource("/api/v1/routers/{id}/check").post(check_one).default_service(wrong_method()))
        .service(web::resource("/api/v1/check").post(check).default_service(wrong_method()))
        .service(web::resource("/api/v1/setup-script").get(script).default_service(wrong_method()));
}

async fn check(api: Data<ApiState>, form: Json<RouterForm>) -> Result<HttpResponse, Problem> {
    let report = api.admin()?.check(None, form.into_inner().into()).await?;
    Ok(answer(view(report)))
}

async fn check_one(
    api: Data<ApiState>,
    id: Path<String>,
    form: Option<Json<RouterForm>>,
) -> Result<HttpResponse, Problem> {
    let id = router_id(&id)?;
    let form = form.map(Json::into_inner).unwrap_or_default();
    let report = api.admin()?.check(Some(&id), form.into()).await?;
    Ok(answer(view(report)))
}

fn view(report: Report) -> serde_json::Value {
    let Report { steps, system_info, interfaces, read, fingerprint, .. } = report;
    let about = system_info.as_ref().map(SystemInfoView::of);
    let ok = steps.iter().all(|step| !matches!(step.outcome, Outcome::Failed(_)));
    let steps: Vec<_> = steps
        .into_iter()
        .map(|step| {
            let ms = millis(step.took);
            match step.outcome {
                Outcome::Passed { note: None } => json!({"step": step.kind.code(), "state": "ok", "ms": ms}),
                Outcome::Passed { note: Some(note) } => json!({"step": step.kind.code(), "state": "ok", "ms": ms, "detail": note}),
                Outcome::Skipped => json!({"step": step.kind.code(), "state": "skipped", "ms": ms}),
                Outcome::Failed(reason) => json!({
                    "step": step.kind.code(), "state": "failed", "ms": ms, "reason": reason.code(), "detail": reason.to_string()
                }),
            }
        })
        .collect();
    json!({
        "ok": ok, "steps": steps, "about": about, "interfaces": interfaces, "readMs": read.map(millis),
        "fingerprint": fingerprint.map(|fingerprint| fingerprint.to_string()),
    })
}

async fn script(api: Data<ApiState>, request: HttpRequest) -> Result<HttpResponse, Problem> {
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
