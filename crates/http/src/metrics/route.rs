//! `GET /metrics`.

use std::convert::Infallible;

use actix_web::http::header::{ACCEPT, CACHE_CONTROL, CONTENT_TYPE, ContentEncoding, VARY};
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use futures_util::{StreamExt, stream};

use crate::Problem;
use crate::api_state::ApiState;
use crate::auth::Visibility;
use crate::routes::Parameters;

use super::exposition::Format;
use super::scrape::Scrape;

/// What whoever asks may see, in the format they prefer or name. `dynamic=1` and `record=1` do for one scrape what the
/// settings do for all.
pub(crate) async fn get(api: Data<ApiState>, request: HttpRequest) -> Result<HttpResponse, Problem> {
    let parameters = Parameters::of(&request, &["dynamic", "format", "record", "token"])?;
    let mut settings = api.metrics;
    settings.dynamic |= parameters.flag("dynamic")?;
    settings.record |= parameters.flag("record")?;
    let accept = request.headers().get(ACCEPT).and_then(|accept| accept.to_str().ok()).unwrap_or_default();
    let format = match parameters.text("format") {
        None => Format::accepted(accept),
        Some("classic") => Format::Classic,
        Some("openmetrics") => Format::OpenMetrics,
        Some(_) => return Err(Problem::bad_parameter("format", "classic or openmetrics")),
    };
    let scrape = Scrape::of(&api, &Visibility::of(&request), &settings, format);
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, format.content_type()))
        .insert_header((CACHE_CONTROL, "no-store"))
        .insert_header((VARY, "Accept"))
        // To compress megabytes for each scrape would cost more than everything else about it.
        .insert_header(ContentEncoding::Identity)
        .streaming(stream::iter(scrape).map(Ok::<_, Infallible>)))
}
