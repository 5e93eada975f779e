//! An answer as CSV, for whoever asks with `Accept: text/csv` or `format=csv`.

use actix_web::http::header::{ACCEPT, CONTENT_DISPOSITION};
use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;

use crate::Problem;
use crate::routes::Parameters;

/// How an answer is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    Json,
    Csv,
}

impl Format {
    /// `format` wins over `Accept`.
    pub(crate) fn of(request: &HttpRequest, parameters: &Parameters) -> Result<Self, Problem> {
        match parameters.text("format") {
            Some("json") => Ok(Self::Json),
            Some("csv") => Ok(Self::Csv),
            Some(other) => Err(Problem::bad_parameter("format", format!("expected json or csv, got {other:?}"))),
            None => {
                let accepted = request.headers().get(ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
                let kinds = accepted.split(',').map(|kind| kind.split(';').next().unwrap_or_default().trim());
                // The first of the two that is named.
                let first = kinds.filter_map(|kind| match kind {
                    "application/json" => Some(Self::Json),
                    "text/csv" => Some(Self::Csv),
                    _ => None,
                });
                Ok(first.into_iter().next().unwrap_or(Self::Json))
            }
        }
    }
}

/// The rows as a CSV file of this name: a head of the fields' names, and a comma between values.
pub(crate) fn csv(name: &str, rows: impl IntoIterator<Item = impl Serialize>) -> Result<HttpResponse, Problem> {
    file(name, csv::Writer::from_writer(Vec::new()), rows)
}

/// [`csv`] for rows that are put together of several records, whose fields' names are not told by the first one.
pub(crate) fn csv_with_head(
    name: &str,
    head: &[&str],
    rows: impl IntoIterator<Item = impl Serialize>,
) -> Result<HttpResponse, Problem> {
    let mut writer = csv::WriterBuilder::new().has_headers(false).from_writer(Vec::new());
    writer.write_record(head).map_err(|_| Problem::history_unreadable())?;
    file(name, writer, rows)
}

fn file(
    name: &str,
    mut writer: csv::Writer<Vec<u8>>,
    rows: impl IntoIterator<Item = impl Serialize>,
) -> Result<HttpResponse, Problem> {
    for row in rows {
        // Into memory: it fails only for a row that is no flat record, which no row here is.
        writer.serialize(row).map_err(|_| Problem::history_unreadable())?;
    }
    let body = writer.into_inner().map_err(|_| Problem::history_unreadable())?;
    Ok(HttpResponse::Ok()
        .content_type("text/csv; charset=utf-8")
        .insert_header(("Cache-Control", "no-store"))
        .insert_header((CONTENT_DISPOSITION, format!("attachment; filename=\"{name}.csv\"")))
        .body(body))
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    fn format(path: &str, accept: &str) -> Option<Format> {
        let request = TestRequest::get().uri(path).insert_header((ACCEPT, accept)).to_http_request();
        let parameters = Parameters::of(&request, &["format"]).unwrap();
        Format::of(&request, &parameters).ok()
    }

    #[test]
    fn csv_is_for_whoever_asks_for_it() {
        assert_eq!(format("/x", "*/*"), Some(Format::Json));
        assert_eq!(format("/x", "text/csv"), Some(Format::Csv));
        assert_eq!(format("/x", "text/html, text/csv;q=0.9, */*"), Some(Format::Csv));
        assert_eq!(format("/x", "application/json, text/csv"), Some(Format::Json));
        assert_eq!(format("/x?format=json", "text/csv"), Some(Format::Json));
        assert_eq!(format("/x?format=csv", "*/*"), Some(Format::Csv));
        assert_eq!(format("/x?format=xml", "*/*"), None);
    }
}
