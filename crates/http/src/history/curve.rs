//! `GET /api/v1/history`: one line's rates over any stretch of time.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use lalin_history::{Gap, HistoryQuery, Interval, Resolution};
use serde::Serialize;
use utoipa::ToSchema;

use crate::Problem;
use crate::api_state::ApiState;
use crate::auth::Visibility;
use crate::json::{answer, rfc3339};
use crate::routes::Parameters;

use super::recorded_line::{find, interface_name, recorded_router, unknown};
use super::table::{Format, csv};
use super::time_range::TimeRange;

const DAY_MS: i64 = 86_400_000;
/// So many points where nobody says how many.
const USUAL_POINTS: u32 = 600;
/// The most points of an answer.
const MOST_POINTS: u32 = 10_000;

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = History)]
struct CurveView<'a> {
    router: &'a str,
    interface: &'a str,
    from: i64,
    to: i64,
    step_ms: u64,
    tier: &'static str,
    points: Vec<PointView>,
    gaps: Vec<GapView>,
}

/// The rates are `null` where nothing was measured.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = HistoryPoint)]
struct PointView {
    t: i64,
    rx_bps: Option<u64>,
    tx_bps: Option<u64>,
    rx_max_bps: Option<u64>,
    tx_max_bps: Option<u64>,
    rx_min_bps: Option<u64>,
    tx_min_bps: Option<u64>,
    coverage: f64,
}

#[derive(Serialize, ToSchema)]
#[schema(as = HistoryGap)]
struct GapView {
    from: i64,
    to: i64,
    cause: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
}

#[utoipa::path(
    get,
    path = "/api/v1/history",
    tag = "history",
    params(
        ("router" = Option<String>, Query, description = "A router's id; without it the first router"),
        ("interface" = String, Query, description = "A line's name"),
        ("from" = Option<String>, Query, description = "RFC 3339 or ms since 1970"),
        ("to" = Option<String>, Query, description = "RFC 3339 or ms since 1970; now where absent"),
        ("points" = Option<u32>, Query, maximum = 10000),
        ("step" = Option<u64>, Query, description = "Seconds; instead of `points`"),
        ("format" = Option<String>, Query, description = "`json` or `csv`; wins over `Accept`"),
        ("token" = Option<String>, Query, description = "A share link's secret")
    ),
    responses((status = 200, description = "OK; as CSV by `format=csv` or `Accept: text/csv`", content((CurveView = "application/json"), (String = "text/csv"))))
)]
pub(crate) async fn get(api: Data<ApiState>, request: HttpRequest) -> Result<HttpResponse, Problem> {
    let known = ["format", "from", "interface", "points", "router", "step", "to", "token"];
    let parameters = Parameters::of(&request, &known)?;
    let (visibility, format) = (Visibility::of(&request), Format::of(&request, &parameters)?);
    let router = recorded_router(&api, &visibility, &request, &parameters)?;
    let name = interface_name(&parameters)?;
    let TimeRange { from_ms, to_ms } = TimeRange::of(&parameters, DAY_MS)?;
    let resolution = resolution(&parameters, from_ms, to_ms)?;
    let (of, named) = (router.clone(), name.clone());
    let found = api.archive()?.ask(move |reader| {
        let Some(line) = find(reader, &visibility, &of, &named)? else { return Ok(None) };
        let query = HistoryQuery { line: line.id, from_ms, to_ms, resolution };
        Ok(Some((line, reader.history(&query)?)))
    });
    let Some((line, past)) = found.await? else { return Err(unknown(&name)) };
    let points: Vec<PointView> = past.points.iter().map(PointView::of).collect();
    if format == Format::Csv {
        return csv("history", points.iter().map(PointRow::of));
    }
    Ok(answer(CurveView {
        router: router.as_str(),
        interface: &line.shown,
        from: from_ms,
        to: to_ms,
        step_ms: past.step_ms,
        tier: past.tier.code(),
        points,
        gaps: past.gaps.into_iter().map(GapView::from).collect(),
    }))
}

/// `points` or `step`, not both.
fn resolution(parameters: &Parameters, from_ms: i64, to_ms: i64) -> Result<Resolution, Problem> {
    match (parameters.text("points"), parameters.text("step")) {
        (Some(_), Some(_)) => Err(Problem::bad_parameter("step", "points or step, not both")),
        (None, None) => Ok(Resolution::Points(USUAL_POINTS)),
        (Some(points), None) => {
            let points = points.parse().ok().filter(|points| (1..=MOST_POINTS).contains(points));
            let wrong = || Problem::bad_parameter("points", format!("expected 1 to {MOST_POINTS}"));
            points.map(Resolution::Points).ok_or_else(wrong)
        }
        (None, Some(step)) => {
            let step: Option<u64> = step.parse().ok().filter(|seconds| (1..=31_622_400).contains(seconds));
            let step = step.ok_or_else(|| Problem::bad_parameter("step", "expected seconds, from 1 to 31622400"))?;
            let span = u64::try_from(to_ms.saturating_sub(from_ms)).unwrap_or(u64::MAX);
            if span / (step * 1_000) >= u64::from(MOST_POINTS) {
                let detail = format!("more than {MOST_POINTS} points: a longer step, or less time");
                return Err(Problem::bad_parameter("step", detail));
            }
            Ok(Resolution::StepMs(step * 1_000))
        }
    }
}

impl PointView {
    fn of(interval: &Interval) -> Self {
        let rates = interval.rates.as_ref();
        Self {
            t: interval.from_ms,
            rx_bps: rates.map(|rates| rates.rx.mean_bps),
            tx_bps: rates.map(|rates| rates.tx.mean_bps),
            rx_max_bps: rates.map(|rates| rates.rx.max_bps),
            tx_max_bps: rates.map(|rates| rates.tx.max_bps),
            rx_min_bps: rates.map(|rates| rates.rx.min_bps),
            tx_min_bps: rates.map(|rates| rates.tx.min_bps),
            coverage: (interval.coverage * 10_000.0).round() / 10_000.0,
        }
    }
}

impl From<Gap> for GapView {
    fn from(gap: Gap) -> Self {
        Self { from: gap.from_ms, to: gap.to_ms, cause: gap.cause.code(), detail: gap.detail }
    }
}

/// A point as a row: with a time that a spreadsheet reads.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PointRow {
    time: String,
    rx_bps: Option<u64>,
    tx_bps: Option<u64>,
    rx_max_bps: Option<u64>,
    tx_max_bps: Option<u64>,
    rx_min_bps: Option<u64>,
    tx_min_bps: Option<u64>,
    coverage: f64,
}

impl PointRow {
    fn of(point: &PointView) -> Self {
        Self {
            time: rfc3339(u64::try_from(point.t).unwrap_or(0)),
            rx_bps: point.rx_bps,
            tx_bps: point.tx_bps,
            rx_max_bps: point.rx_max_bps,
            tx_max_bps: point.tx_max_bps,
            rx_min_bps: point.rx_min_bps,
            tx_min_bps: point.tx_min_bps,
            coverage: point.coverage,
        }
    }
}
