//! `GET /api/v1/usage`: how much went through a line, by hour, day or month; or through all lines of a router.

use std::collections::HashMap;

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use lalin_history::{By, Line, LineId, LineUsage, Lines, Period, UsageQuery};
use serde::Serialize;
use utoipa::ToSchema;

use crate::Problem;
use crate::api_state::ApiState;
use crate::auth::Visibility;
use crate::json::{answer, rfc3339};
use crate::routes::Parameters;

use super::recorded_line::{INTERFACE, find, interface_name, is_seen, recorded_router, unknown};
use super::table::{Format, csv_with_head};
use super::time_range::TimeRange;

const DAY_MS: i64 = 86_400_000;
/// The most lines on a page of an answer, and the usual number.
const MOST_LINES: u32 = 1_000;
const USUAL_LINES: u32 = 100;
/// The most periods of one line.
const MOST_PERIODS: i64 = 10_000;

#[derive(Serialize, ToSchema)]
#[schema(as = LineUsage)]
struct OneView<'a> {
    router: &'a str,
    interface: &'a str,
    by: &'static str,
    zone: String,
    periods: Vec<PeriodView>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = RouterUsage)]
struct AllView<'a> {
    router: &'a str,
    by: &'static str,
    zone: String,
    lines: Vec<LineView>,
    offset: u32,
    more: bool,
}

/// One line's use, or a page of that of all lines.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
enum UsageAnswer<'a> {
    One(OneView<'a>),
    All(AllView<'a>),
}

#[derive(Serialize, ToSchema)]
#[schema(as = UsageLine)]
struct LineView {
    interface: String,
    periods: Vec<PeriodView>,
}

/// `coverage` is the measured part of the period, `measuredSeconds` of `seconds`.
#[derive(Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = UsagePeriod)]
struct PeriodView {
    from: String,
    to: String,
    rx_bytes: u64,
    tx_bytes: u64,
    rx_packets: u64,
    tx_packets: u64,
    errors: u64,
    drops: u64,
    rx_max_bps: u64,
    tx_max_bps: u64,
    coverage: f64,
    measured_seconds: f64,
    seconds: f64,
    resets: u32,
    unmeasured_rx_bytes: u64,
    unmeasured_tx_bytes: u64,
}

/// A period of a line as a row of a table.
type UsageRow<'a> = (&'a str, &'a PeriodView);

/// The fields of a [`UsageRow`].
const COLUMNS: [&str; 17] = [
    "interface",
    "from",
    "to",
    "rxBytes",
    "txBytes",
    "rxPackets",
    "txPackets",
    "errors",
    "drops",
    "rxMaxBps",
    "txMaxBps",
    "coverage",
    "measuredSeconds",
    "seconds",
    "resets",
    "unmeasuredRxBytes",
    "unmeasuredTxBytes",
];

#[utoipa::path(
    get,
    path = "/api/v1/usage",
    tag = "history",
    params(
        ("router" = Option<String>, Query, description = "A router's id; without it the first router"),
        ("interface" = Option<String>, Query, description = "A line's name; without it all lines, paged"),
        ("by" = Option<String>, Query, description = "`hour`, `day` or `month`"),
        ("from" = Option<String>, Query, description = "RFC 3339 or ms since 1970"),
        ("to" = Option<String>, Query, description = "RFC 3339 or ms since 1970; now where absent"),
        ("limit" = Option<u32>, Query, maximum = 1000),
        ("offset" = Option<u32>, Query),
        ("format" = Option<String>, Query, description = "`json` or `csv`; wins over `Accept`"),
        ("token" = Option<String>, Query, description = "A share link's secret")
    ),
    responses((status = 200, description = "OK; as CSV by `format=csv` or `Accept: text/csv`", content((UsageAnswer = "application/json"), (String = "text/csv"))))
)]
pub(crate) async fn get(api: Data<ApiState>, request: HttpRequest) -> Result<HttpResponse, Problem> {
    let known = ["by", "format", "from", "interface", "limit", "offset", "router", "to", "token"];
    let parameters = Parameters::of(&request, &known)?;
    let (visibility, format) = (Visibility::of(&request), Format::of(&request, &parameters)?);
    let router = recorded_router(&api, &visibility, &request, &parameters)?;
    let (by, code, usual_ms, least_ms) = match parameters.text("by") {
        None | Some("day") => (By::Day, "day", 31 * DAY_MS, DAY_MS),
        Some("hour") => (By::Hour, "hour", DAY_MS, 3_600_000),
        Some("month") => (By::Month, "month", 366 * DAY_MS, 28 * DAY_MS),
        Some(other) => {
            return Err(Problem::bad_parameter("by", format!("expected hour, day or month, got {other:?}")));
        }
    };
    let TimeRange { from_ms, to_ms } = TimeRange::of(&parameters, usual_ms)?;
    if (to_ms - from_ms) / least_ms > MOST_PERIODS {
        return Err(Problem::bad_parameter("from", format!("more than {MOST_PERIODS} periods")));
    }
    let archive = api.archive()?;
    let zone = archive.zone();
    if parameters.text("interface").is_some() {
        let (name, of) = (interface_name(&parameters)?, router.clone());
        let named = name.clone();
        let found = archive.ask(move |reader| {
            let Some(line) = find(reader, &visibility, &of, &named)? else { return Ok(None) };
            let query = UsageQuery { lines: Lines::One(line.id), by, from_ms, to_ms, offset: 0, limit: 1 };
            Ok(Some((line, reader.usage(&query)?)))
        });
        let Some((line, usage)) = found.await? else { return Err(unknown(&name)) };
        let periods: Vec<_> = usage.lines.into_iter().flat_map(|line| line.periods).map(PeriodView::from).collect();
        if format == Format::Csv {
            return rows(periods.iter().map(|period| (&*line.shown, period)));
        }
        let one = OneView { router: router.as_str(), interface: &line.shown, by: code, zone, periods };
        return Ok(answer(UsageAnswer::One(one)));
    }
    let offset = number(&parameters, "offset", 0, u32::MAX)?;
    let limit = number(&parameters, "limit", USUAL_LINES, MOST_LINES)?;
    let of = router.clone();
    let (lines, more) = archive
        .ask(move |reader| {
            let known: Vec<Line> = reader.lines(Some(&of))?;
            let names: HashMap<LineId, String> = known.iter().map(|line| (line.id, line.shown.to_string())).collect();
            let named = |usage: LineUsage| LineView {
                interface: names.get(&usage.line).cloned().unwrap_or_default(),
                periods: usage.periods.into_iter().map(PeriodView::from).collect(),
            };
            if visibility.sees_whole_router(&of) {
                let query = UsageQuery { lines: Lines::Router(of), by, from_ms, to_ms, offset, limit };
                let usage = reader.usage(&query)?;
                return Ok((usage.lines.into_iter().map(named).collect::<Vec<_>>(), usage.more));
            }
            // A part of the router: few lines, each asked for alone.
            let seen = known.iter().filter(|line| &*line.name.kind == INTERFACE && is_seen(&visibility, line));
            let (offset, limit) = (offset as usize, limit as usize);
            let page: Vec<LineId> = seen.map(|line| line.id).skip(offset).take(limit + 1).collect();
            let mut lines = Vec::new();
            for line in page.iter().take(limit) {
                let query = UsageQuery { lines: Lines::One(*line), by, from_ms, to_ms, offset: 0, limit: 1 };
                lines.extend(reader.usage(&query)?.lines.into_iter().map(named));
            }
            Ok((lines, page.len() > limit))
        })
        .await?;
    if format == Format::Csv {
        return rows(lines.iter().flat_map(|line| line.periods.iter().map(|period| (&*line.interface, period))));
    }
    Ok(answer(UsageAnswer::All(AllView { router: router.as_str(), by: code, zone, lines, offset, more })))
}

fn rows<'a>(rows: impl Iterator<Item = UsageRow<'a>>) -> Result<HttpResponse, Problem> {
    csv_with_head("usage", &COLUMNS, rows)
}

pub(super) fn number(parameters: &Parameters, key: &str, usual: u32, most: u32) -> Result<u32, Problem> {
    let Some(text) = parameters.text(key) else { return Ok(usual) };
    let number = text.parse().ok().filter(|number| *number <= most);
    number.ok_or_else(|| Problem::bad_parameter(key, format!("expected a number up to {most}, got {text:?}")))
}

impl From<Period> for PeriodView {
    fn from(period: Period) -> Self {
        let totals = period.totals;
        let length_ms = u64::try_from(period.to_ms - period.from_ms).unwrap_or(0).max(1);
        let seconds = |ms: u64| ms as f64 / 1_000.0;
        let time = |ms: i64| rfc3339(u64::try_from(ms).unwrap_or(0));
        Self {
            from: time(period.from_ms),
            to: time(period.to_ms),
            rx_bytes: totals.rx_bytes,
            tx_bytes: totals.tx_bytes,
            rx_packets: totals.rx_packets,
            tx_packets: totals.tx_packets,
            errors: totals.errors,
            drops: totals.drops,
            rx_max_bps: totals.rx_max_bps,
            tx_max_bps: totals.tx_max_bps,
            coverage: ((totals.measured_ms as f64 / length_ms as f64).min(1.0) * 10_000.0).round() / 10_000.0,
            measured_seconds: seconds(totals.measured_ms),
            seconds: seconds(length_ms),
            resets: totals.resets,
            unmeasured_rx_bytes: totals.unmeasured_rx_bytes,
            unmeasured_tx_bytes: totals.unmeasured_tx_bytes,
        }
    }
}
