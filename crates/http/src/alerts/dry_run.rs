//! `POST /api/v1/alert-rules/dry-run`: what a rule would have told in the last days, from the history.

use actix_web::HttpResponse;
use actix_web::web::{Data, Json};
use lalin_fleet::Rehearsal;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::rules::checked;
use crate::Problem;
use crate::api_state::ApiState;
use crate::history::now_ms;
use crate::json::answer;

/// What a rule would have told.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = AlertDryRun)]
struct DryRunView {
    alerts: Vec<DryAlertView>,
    /// How long the lines were measured, on average.
    measured_seconds: u64,
    not_measured_seconds: u64,
    /// How many lines were looked at.
    lines: usize,
    /// How many lines of the rule were not looked at, as there are too many.
    lines_left_out: usize,
    /// Whether there would have been more alerts than are answered.
    is_cut: bool,
}

/// One of them.
#[derive(Serialize, ToSchema)]
#[schema(as = AlertDryRunAlert)]
struct DryAlertView {
    /// ms since 1970.
    from: i64,
    /// `null`: it still stands.
    to: Option<i64>,
    router: String,
    interface: Option<String>,
    text: String,
}

/// What a rule (the body, with `days` from 1 to 7) would have told.
#[utoipa::path(
    post,
    path = "/api/v1/alert-rules/dry-run",
    tag = "alerts",
    request_body = serde_json::Value,
    responses((status = 200, description = "OK", body = DryRunView))
)]
pub(crate) async fn post(api: Data<ApiState>, body: Json<Value>) -> Result<HttpResponse, Problem> {
    let mut body = body.into_inner();
    let days = body.as_object_mut().and_then(|body| body.remove("days"));
    let days = match days.as_ref().map_or(Some(7), Value::as_i64) {
        Some(days @ 1..=7) => days,
        _ => return Err(Problem::bad_parameter("days", "expected 1 to 7")),
    };
    let rule = checked(body, "dry-run")?;
    let alerting = api.alerts()?;
    api.archive()?;
    let found = alerting.rehearse(rule, days, now_ms()).await;
    let Rehearsal { alerts, measured_ms, not_measured_ms, lines, lines_left_out, is_cut } =
        found.map_err(|detail| Problem::bad_parameter("kind", detail))?;
    let alerts = alerts.into_iter().map(|one| DryAlertView {
        from: one.from_ms,
        to: one.to_ms,
        router: one.router,
        interface: one.interface,
        text: one.text,
    });
    Ok(answer(DryRunView {
        alerts: alerts.collect(),
        measured_seconds: measured_ms / 1_000,
        not_measured_seconds: not_measured_ms / 1_000,
        lines,
        lines_left_out,
        is_cut,
    }))
}
