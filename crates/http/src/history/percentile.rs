//! `GET /api/v1/percentile`: a month's percentile, as transit is invoiced; of a line, or of all lines of a router.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use lalin_history::{Line, Month, Percentile, PercentileQuery, PercentilesQuery, Rule};
use serde::Serialize;
use utoipa::ToSchema;

use crate::Problem;
use crate::api_state::ApiState;
use crate::auth::Visibility;
use crate::json::{answer, rfc3339};
use crate::routes::Parameters;

use super::recorded_line::{INTERFACE, find, interface_name, is_seen, recorded_router, unknown};
use super::table::{Format, csv};
use super::usage::number;

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Percentile)]
struct PercentileView {
    router: String,
    interface: String,
    month: String,
    from: String,
    to: String,
    p: f64,
    rule: &'static str,
    rx_bps: Option<u64>,
    tx_bps: Option<u64>,
    value_bps: Option<u64>,
    samples_used: u32,
    samples_missing: u32,
}

#[derive(Serialize, ToSchema)]
#[schema(as = Percentiles)]
struct AllView<'a> {
    router: &'a str,
    month: &'a str,
    lines: Vec<PercentileView>,
    offset: usize,
    more: bool,
}

/// One line's, or a page of those of all lines.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
enum PercentileAnswer<'a> {
    One(PercentileView),
    All(AllView<'a>),
}

/// The most lines on a page of an answer, and the usual number.
const MOST_LINES: u32 = 1_000;
const USUAL_LINES: u32 = 100;

#[utoipa::path(
    get,
    path = "/api/v1/percentile",
    tag = "history",
    params(
        ("router" = Option<String>, Query, description = "A router's id; without it the first router"),
        ("interface" = Option<String>, Query, description = "A line's name; without it all lines, paged"),
        ("month" = String, Query, description = "A month such as 2026-11"),
        ("p" = Option<f64>, Query, description = "From 1 to less than 100; usually 95"),
        ("rule" = Option<String>, Query, description = "`max`, `sum` or `separate`"),
        ("limit" = Option<u32>, Query, maximum = 1000),
        ("offset" = Option<u32>, Query),
        ("format" = Option<String>, Query, description = "`json` or `csv`; wins over `Accept`"),
        ("token" = Option<String>, Query, description = "A share link's secret")
    ),
    responses((status = 200, description = "OK; as CSV by `format=csv` or `Accept: text/csv`", content((PercentileAnswer = "application/json"), (String = "text/csv"))))
)]
pub(crate) async fn get(api: Data<ApiState>, request: HttpRequest) -> Result<HttpResponse, Problem> {
    let known = ["format", "interface", "limit", "month", "offset", "p", "router", "rule", "token"];
    let parameters = Parameters::of(&request, &known)?;
    let (visibility, format) = (Visibility::of(&request), Format::of(&request, &parameters)?);
    let router = recorded_router(&api, &visibility, &request, &parameters)?;
    let wrong_month = || Problem::bad_parameter("month", "expected a month such as 2026-11");
    let written = parameters.text("month").ok_or_else(wrong_month)?;
    let month = month(written).ok_or_else(wrong_month)?;
    let p = match parameters.text("p") {
        None => 95.0,
        Some(text) => {
            let p = text.parse().ok().filter(|p| (1.0..100.0).contains(p));
            p.ok_or_else(|| Problem::bad_parameter("p", "expected a number from 1 to less than 100, such as 95"))?
        }
    };
    let (rule, code) = match parameters.text("rule") {
        None | Some("max") => (Rule::Max, "max"),
        Some("sum") => (Rule::Sum, "sum"),
        Some("separate") => (Rule::Separate, "separate"),
        Some(other) => {
            return Err(Problem::bad_parameter("rule", format!("expected max, sum or separate, got {other:?}")));
        }
    };
    let view = |line: &Line, percentile: &Percentile| {
        let time = |ms: i64| rfc3339(u64::try_from(ms).unwrap_or(0));
        // Of no sample there is no percentile, which is not 0.
        let known = |bps: u64| (percentile.used > 0).then_some(bps);
        PercentileView {
            router: router.to_string(),
            interface: line.shown.to_string(),
            month: written.to_owned(),
            from: time(percentile.from_ms),
            to: time(percentile.to_ms),
            p,
            rule: code,
            rx_bps: known(percentile.rx_bps),
            tx_bps: known(percentile.tx_bps),
            value_bps: percentile.value_bps.and_then(known),
            samples_used: percentile.used,
            samples_missing: percentile.missing,
        }
    };
    let (archive, of) = (api.archive()?, router.clone());
    if parameters.text("interface").is_some() {
        let name = interface_name(&parameters)?;
        let named = name.clone();
        let found = archive.ask(move |reader| {
            let Some(line) = find(reader, &visibility, &of, &named)? else { return Ok(None) };
            let percentile = reader.percentile(&PercentileQuery { line: line.id, month, p, rule })?;
            Ok(Some((line, percentile)))
        });
        let Some((line, percentile)) = found.await? else { return Err(unknown(&name)) };
        let view = view(&line, &percentile);
        return if format == Format::Csv { csv("percentile", [view]) } else { Ok(answer(PercentileAnswer::One(view))) };
    }
    let offset = number(&parameters, "offset", 0, u32::MAX)? as usize;
    let limit = number(&parameters, "limit", USUAL_LINES, MOST_LINES)? as usize;
    let (found, more) = archive
        .ask(move |reader| {
            let lines = reader.lines(Some(&of))?;
            let seen = lines.into_iter().filter(|line| &*line.name.kind == INTERFACE && is_seen(&visibility, line));
            let page: Vec<Line> = seen.skip(offset).take(limit + 1).collect();
            let more = page.len() > limit;
            let ids: Vec<_> = page.iter().take(limit).map(|line| line.id).collect();
            let percentiles = reader.percentiles(&PercentilesQuery { lines: &ids, month, p, rule })?;
            Ok((page.into_iter().zip(percentiles).collect::<Vec<_>>(), more))
        })
        .await?;
    let lines: Vec<_> = found.iter().map(|(line, percentile)| view(line, percentile)).collect();
    if format == Format::Csv {
        return csv("percentile", lines);
    }
    Ok(answer(PercentileAnswer::All(AllView { router: router.as_str(), month: written, lines, offset, more })))
}

/// `2026-11`.
fn month(text: &str) -> Option<Month> {
    let (year, month) = text.split_once('-')?;
    let digits = |text: &str, length| text.len() == length && text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(year, 4) || !digits(month, 2) {
        return None;
    }
    let (year, month) = (year.parse().ok()?, month.parse().ok()?);
    ((1970..=9998).contains(&year) && (1..=12).contains(&month)).then_some(Month { year, month })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_is_a_year_and_a_month() {
        assert!(month("2026-11").is_some_and(|month| (month.year, month.month) == (2026, 11)));
        for bad in ["", "2026", "2026-13", "2026-00", "2026-1", "26-11", "2026-11-01", "1969-12", "+026-11"] {
            assert!(month(bad).is_none(), "{bad}");
        }
    }
}
