//! An answer of the query API as JSON. Source: prometheus.io/docs/prometheus/latest/querying/api.

use std::borrow::Cow;
use std::collections::BTreeMap;

use lalin_history::{Error, Series, StoreFault};
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer<'a> {
    status: Cow<'a, str>,
    #[serde(borrow)]
    data: Option<Data<'a>>,
    error: Option<String>,
    /// A cluster of VictoriaMetrics says so.
    #[serde(default)]
    is_partial: bool,
    /// Thanos and Mimir say here what is missing.
    #[serde(default)]
    warnings: Vec<String>,
}

#[derive(Deserialize)]
struct Data<'a> {
    #[serde(borrow)]
    result: Vec<One<'a>>,
}

#[derive(Deserialize)]
struct One<'a> {
    #[serde(default)]
    metric: BTreeMap<String, String>,
    /// Of a moment.
    #[serde(borrow)]
    value: Option<Point<'a>>,
    /// Of many.
    #[serde(borrow, default)]
    values: Vec<Point<'a>>,
}

#[derive(Deserialize)]
struct Point<'a>(f64, #[serde(borrow)] Cow<'a, str>);

impl Point<'_> {
    fn read(&self) -> Option<(i64, f64)> {
        Some(((self.0 * 1_000.0).round() as i64, self.1.parse().ok()?))
    }
}

/// The series of an answer, which has to be whole.
pub(crate) fn series(body: &[u8]) -> Result<Vec<Series>, Error> {
    let fault = |fault, detail: String| Error::Store { fault, detail };
    let unreadable = |error: serde_json::Error| fault(StoreFault::Unreadable, error.to_string());
    let answer: Answer<'_> = serde_json::from_slice(body).map_err(unreadable)?;
    if answer.status != "success" {
        return Err(fault(StoreFault::Refused, answer.error.unwrap_or_default()));
    }
    if answer.is_partial || !answer.warnings.is_empty() {
        return Err(fault(StoreFault::Partial, short(&answer.warnings.join("; "))));
    }
    let data = answer.data.ok_or_else(|| fault(StoreFault::Unreadable, "no data".to_owned()))?;
    let series = data.result.into_iter().map(|one| {
        let points = one.value.iter().chain(&one.values);
        let samples =
            points.map(|point| point.read().ok_or_else(|| fault(StoreFault::Unreadable, point.1.to_string())));
        Ok(Series { labels: one.metric.into_iter().collect(), samples: samples.collect::<Result<_, _>>()? })
    });
    series.collect()
}

/// What a store said about a failure, short.
pub(crate) fn said(body: &[u8]) -> String {
    let answer: Option<Answer<'_>> = serde_json::from_slice(body).ok();
    let text = answer.and_then(|answer| answer.error);
    short(&text.unwrap_or_else(|| String::from_utf8_lossy(body).into_owned()))
}

fn short(text: &str) -> String {
    text.trim().chars().filter(|c| !c.is_control()).take(200).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(body: &str) -> Option<StoreFault> {
        match series(body.as_bytes()) {
            Err(Error::Store { fault, .. }) => Some(fault),
            _ => None,
        }
    }

    #[test]
    fn moments_and_ranges_are_read() {
        let vector = r#"{"status":"success","data":{"resultType":"vector","result":[
            {"metric":{"of":"rx_bytes"},"value":[1795000000.123,"9007199254740991"]}]}}"#;
        let found = series(vector.as_bytes()).unwrap();
        assert_eq!(
            (found[0].label("of"), &found[0].samples[..]),
            ("rx_bytes", &[(1_795_000_000_123, 9007199254740991.0)][..])
        );
        let matrix = r#"{"status":"success","isPartial":false,"data":{"resultType":"matrix","result":[
            {"metric":{},"values":[[1,"1.5"],[2.001,"NaN"]]}]},"stats":{}}"#;
        let found = series(matrix.as_bytes()).unwrap();
        assert_eq!((found[0].samples[0], found[0].samples[1].0), ((1_000, 1.5), 2_001));
    }

    #[test]
    fn what_is_not_whole_is_an_error() {
        let data = r#""data":{"resultType":"vector","result":[]}"#;
        assert_eq!(fault(&format!(r#"{{"status":"success",{data}}}"#)), None);
        assert_eq!(fault(&format!(r#"{{"status":"success","isPartial":true,{data}}}"#)), Some(StoreFault::Partial));
        assert_eq!(fault(&format!(r#"{{"status":"success","warnings":["x"],{data}}}"#)), Some(StoreFault::Partial));
        assert_eq!(
            fault(r#"{"status":"error","errorType":"execution","error":"too many"}"#),
            Some(StoreFault::Refused)
        );
        for body in ["", "<html>", "[]", r#"{"status":"success"}"#] {
            assert_eq!(fault(body), Some(StoreFault::Unreadable), "{body}");
        }
        assert_eq!(said(br#"{"status":"error","error":"query processing would load too many samples"}"#).len(), 44);
    }
}
