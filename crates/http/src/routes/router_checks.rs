//! `/api/v1/check`: whether a router can be watched, step by step.

use actix_web::HttpResponse;
use actix_web::web::{self, Data, Json, Path, ServiceConfig};
use lalin_fleet::{Outcome, Report, Step};
use serde::Serialize;
use utoipa::{OpenApi, ToSchema};

use super::parameters::router_id;
use super::router_form::RouterForm;
use super::router_views::SystemInfoView;
use crate::Problem;
use crate::api_state::ApiState;
use crate::json::{answer, millis};

/// What these routes are, for the API's description.
#[derive(OpenApi)]
#[openapi(paths(check, check_one))]
pub(crate) struct Described;

pub(super) fn routes(config: &mut ServiceConfig) {
    let wrong_method = || web::route().to(crate::json::wrong_method);
    config
        .service(web::resource("/api/v1/routers/{id}/check").post(check_one).default_service(wrong_method()))
        .service(web::resource("/api/v1/check").post(check).default_service(wrong_method()));
}

#[utoipa::path(
    post,
    path = "/api/v1/check",
    tag = "routers",
    request_body = RouterForm,
    responses((status = 200, description = "OK", body = CheckView))
)]
async fn check(api: Data<ApiState>, form: Json<RouterForm>) -> Result<HttpResponse, Problem> {
    let report = api.admin()?.check(None, form.into_inner().into()).await?;
    Ok(answer(CheckView::of(report)))
}

#[utoipa::path(
    post,
    path = "/api/v1/routers/{id}/check",
    tag = "routers",
    params(
        ("id" = String, Path, description = "A router's id")
    ),
    request_body = Option<RouterForm>,
    responses((status = 200, description = "OK", body = CheckView))
)]
async fn check_one(
    api: Data<ApiState>,
    id: Path<String>,
    form: Option<Json<RouterForm>>,
) -> Result<HttpResponse, Problem> {
    let id = router_id(&id)?;
    let form = form.map(Json::into_inner).unwrap_or_default();
    let report = api.admin()?.check(Some(&id), form.into()).await?;
    Ok(answer(CheckView::of(report)))
}

/// Whether a router can be watched, and each step on the way.
#[derive(Serialize, ToSchema)]
#[schema(as = Check)]
#[serde(rename_all = "camelCase")]
struct CheckView {
    ok: bool,
    steps: Vec<StepView>,
    about: Option<SystemInfoView>,
    interfaces: Option<usize>,
    read_ms: Option<u64>,
    fingerprint: Option<String>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = CheckStep)]
struct StepView {
    step: &'static str,
    /// `ok`, `skipped` or `failed`.
    state: &'static str,
    ms: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
}

impl CheckView {
    fn of(report: Report) -> Self {
        let Report { steps, system_info, interfaces, read, fingerprint, .. } = report;
        Self {
            ok: steps.iter().all(|step| !matches!(step.outcome, Outcome::Failed(_))),
            steps: steps.into_iter().map(StepView::of).collect(),
            about: system_info.as_ref().map(SystemInfoView::of),
            interfaces,
            read_ms: read.map(millis),
            fingerprint: fingerprint.map(|fingerprint| fingerprint.to_string()),
        }
    }
}

impl StepView {
    fn of(step: Step) -> Self {
        let (state, reason, detail) = match step.outcome {
            Outcome::Passed { note } => ("ok", None, note),
            Outcome::Skipped => ("skipped", None, None),
            Outcome::Failed(reason) => ("failed", Some(reason.code()), Some(reason.to_string())),
        };
        Self { step: step.kind.code(), state, ms: millis(step.took), reason, detail }
    }
}
