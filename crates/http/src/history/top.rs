//! `GET /api/v1/top`: the lines with the most traffic, or the highest peaks.

use std::collections::HashMap;

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use lalin_history::{Line, LineId, TopBy, TopQuery};
use lalin_stats::RouterId;
use serde::Serialize;
use utoipa::ToSchema;

use crate::Problem;
use crate::api_state::ApiState;
use crate::auth::Visibility;
use crate::json::answer;
use crate::routes::Parameters;

use super::recorded_line::{is_seen, recorded_router};
use super::table::{Format, csv};
use super::time_range::TimeRange;
use super::usage::number;

const DAY_MS: i64 = 86_400_000;
const MOST: u32 = 1_000;
const USUAL: u32 = 10;
/// So many lines are looked through for those that may be seen.
const LOOKED_THROUGH: u32 = 100_000;

#[derive(Serialize, ToSchema)]
#[schema(as = Top)]
struct TopView {
    by: &'static str,
    from: i64,
    to: i64,
    lines: Vec<TopLineView>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = TopLine)]
struct TopLineView {
    router: String,
    interface: String,
    rx_bytes: u64,
    tx_bytes: u64,
    rx_max_bps: u64,
    tx_max_bps: u64,
    coverage: f64,
}

#[utoipa::path(
    get,
    path = "/api/v1/top",
    tag = "history",
    params(
        ("router" = Option<String>, Query, description = "A router's id; without it all that may be seen"),
        ("by" = Option<String>, Query, description = "`bytes` or `peak`"),
        ("from" = Option<String>, Query, description = "RFC 3339 or ms since 1970"),
        ("to" = Option<String>, Query, description = "RFC 3339 or ms since 1970; now where absent"),
        ("limit" = Option<u32>, Query, maximum = 1000),
        ("format" = Option<String>, Query, description = "`json` or `csv`; wins over `Accept`"),
        ("token" = Option<String>, Query, description = "A share link's secret")
    ),
    responses((status = 200, description = "OK; as CSV by `format=csv` or `Accept: text/csv`", content((TopView = "application/json"), (String = "text/csv"))))
)]
pub(crate) async fn get(api: Data<ApiState>, request: HttpRequest) -> Result<HttpResponse, Problem> {
    let parameters = Parameters::of(&request, &["by", "format", "from", "limit", "router", "to", "token"])?;
    let (visibility, format) = (Visibility::of(&request), Format::of(&request, &parameters)?);
    // Without a router: those of all that may be seen.
    let router: Option<RouterId> = match parameters.text("router") {
        Some(_) => Some(recorded_router(&api, &visibility, &request, &parameters)?),
        None => None,
    };
    let (by, code) = match parameters.text("by") {
        None | Some("bytes") => (TopBy::Bytes, "bytes"),
        Some("peak") => (TopBy::Peak, "peak"),
        Some(other) => return Err(Problem::bad_parameter("by", format!("expected bytes or peak, got {other:?}"))),
    };
    let TimeRange { from_ms, to_ms } = TimeRange::of(&parameters, DAY_MS)?;
    let limit = number(&parameters, "limit", USUAL, MOST)?;
    let lines = api
        .archive()?
        .ask(move |reader| {
            let known: HashMap<LineId, Line> =
                reader.lines(router.as_ref())?.into_iter().map(|line| (line.id, line)).collect();
            let query = TopQuery { router, by, from_ms, to_ms, limit: LOOKED_THROUGH };
            let span = u64::try_from(to_ms - from_ms).unwrap_or(0).max(1);
            let seen = reader.top(&query)?.into_iter().filter_map(|top| {
                let line = known.get(&top.line).filter(|line| is_seen(&visibility, line))?;
                Some(TopLineView {
                    router: line.router.to_string(),
                    interface: line.shown.to_string(),
                    rx_bytes: top.totals.rx_bytes,
                    tx_bytes: top.totals.tx_bytes,
                    rx_max_bps: top.totals.rx_max_bps,
                    tx_max_bps: top.totals.tx_max_bps,
                    coverage: ((top.totals.measured_ms as f64 / span as f64) * 10_000.0).round() / 10_000.0,
                })
            });
            Ok(seen.take(limit as usize).collect::<Vec<_>>())
        })
        .await?;
    if format == Format::Csv {
        return csv("top", lines);
    }
    Ok(answer(TopView { by: code, from: from_ms, to: to_ms, lines }))
}
