//! `/api/v1/check`: whether a router can be watched, step by step.

use actix_web::HttpResponse;
use actix_web::web::{self, Data, Json, Path, ServiceConfig};
use lalin_fleet::{Outcome, Report};
use serde_json::json;

use super::parameters::router_id;
use super::router_form::RouterForm;
use super::router_views::SystemInfoView;
use crate::Problem;
use crate::api_state::ApiState;
use crate::json::{answer, millis};

pub(super) fn routes(config: &mut ServiceConfig) {
    let wrong_method = || web::route().to(crate::json::wrong_method);
    config
        .service(web::resource("/api/v1/routers/{id}/check").post(check_one).default_service(wrong_method()))
        .service(web::resource("/api/v1/check").post(check).default_service(wrong_method()));
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

/// A report as JSON.
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
