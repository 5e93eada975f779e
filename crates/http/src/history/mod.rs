//! What was recorded: curves, use by period, percentiles, and who used the line.
//!
//! | file | it holds |
//! | --- | --- |
//! | `curve` | `GET /api/v1/history`: one line's rates |
//! | `usage` | `GET /api/v1/usage`: bytes by hour, day or month |
//! | `percentile` | `GET /api/v1/percentile`: a month's percentile by the transit rule |
//! | `top` | `GET /api/v1/top`: the lines with the most traffic |
//! | `recording` | `GET /api/v1/recording`: what is recorded, and what that takes; `PUT`: the switch |
//! | `recording_view` | what is told of it |
//! | `recorded_line` | which line a request means, and whether it may be seen |
//! | `time_range` | `from` and `to` |
//! | `table` | an answer as CSV |
//! | `archive` | the history behind the routes: how many ask it at once, and for how long |

mod archive;
mod curve;
mod percentile;
mod recorded_line;
mod recording;
mod recording_view;
mod table;
mod time_range;
mod top;
mod usage;

use actix_web::web::{self, ServiceConfig};
use utoipa::OpenApi;

use crate::json::wrong_method;

pub(crate) use archive::Archive;
pub(crate) use time_range::now_ms;

/// What these routes are, for the API's description.
#[derive(OpenApi)]
#[openapi(paths(curve::get, usage::get, percentile::get, recording::get, recording::put, top::get))]
pub(crate) struct Described;

pub(crate) fn routes(config: &mut ServiceConfig) {
    let only_get = || web::route().to(wrong_method);
    config
        .service(web::resource("/api/v1/history").get(curve::get).default_service(only_get()))
        .service(web::resource("/api/v1/usage").get(usage::get).default_service(only_get()))
        .service(web::resource("/api/v1/percentile").get(percentile::get).default_service(only_get()))
        .service(web::resource("/api/v1/recording").get(recording::get).put(recording::put).default_service(only_get()))
        .service(web::resource("/api/v1/top").get(top::get).default_service(only_get()));
}
