//! Alerts: what stands, what is past, by which rules, told where, and when not.
//!
//! | file | it holds |
//! | --- | --- |
//! | `list` | `GET /api/v1/alerts`, and who looks after one |
//! | `alert_view` | an alert as it is shown |
//! | `rules` | `/api/v1/alert-rules` |
//! | `dry_run` | `POST /api/v1/alert-rules/dry-run`: what a rule would have told |
//! | `channels` | `/api/v1/alert-channels` |
//! | `maintenance` | `/api/v1/maintenance` |

mod alert_view;
mod channels;
mod dry_run;
mod list;
mod maintenance;
mod rules;

use actix_web::web::{self, ServiceConfig};
use utoipa::OpenApi;

use crate::json::wrong_method;

pub(crate) use alert_view::{AlertView, is_seen, seen_alerts};

/// What these routes are, for the API's description.
#[derive(OpenApi)]
#[openapi(paths(
    channels::add,
    channels::change,
    channels::list,
    channels::remove,
    channels::test,
    dry_run::post,
    list::acknowledge,
    list::get,
    list::unacknowledge,
    maintenance::add,
    maintenance::list,
    maintenance::remove,
    rules::add,
    rules::change,
    rules::list,
    rules::remove
))]
pub(crate) struct Described;

pub(crate) fn routes(config: &mut ServiceConfig) {
    let other = || web::route().to(wrong_method);
    config
        .service(web::resource("/api/v1/alerts").get(list::get).default_service(other()))
        .service(
            web::resource("/api/v1/alerts/{id}/acknowledgement")
                .post(list::acknowledge)
                .delete(list::unacknowledge)
                .default_service(other()),
        )
        .service(web::resource("/api/v1/alert-rules").get(rules::list).post(rules::add).default_service(other()))
        .service(web::resource("/api/v1/alert-rules/dry-run").post(dry_run::post).default_service(other()))
        .service(
            web::resource("/api/v1/alert-rules/{id}").put(rules::change).delete(rules::remove).default_service(other()),
        )
        .service(
            web::resource("/api/v1/alert-channels").get(channels::list).post(channels::add).default_service(other()),
        )
        .service(
            web::resource("/api/v1/alert-channels/{id}")
                .put(channels::change)
                .delete(channels::remove)
                .default_service(other()),
        )
        .service(web::resource("/api/v1/alert-channels/{id}/test").post(channels::test).default_service(other()))
        .service(
            web::resource("/api/v1/maintenance").get(maintenance::list).post(maintenance::add).default_service(other()),
        )
        .service(web::resource("/api/v1/maintenance/{id}").delete(maintenance::remove).default_service(other()));
}
