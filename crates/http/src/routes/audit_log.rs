//! `GET /api/v1/audit`: who changed what.

use actix_web::HttpResponse;
use actix_web::web::{self, Data, ServiceConfig};
use lalin_store::AuditEntry;
use serde::Serialize;
use utoipa::{OpenApi, ToSchema};

use crate::json::answer;
use crate::{Auth, Problem};

/// The most entries that are shown.
const MOST: u16 = 1_000;

/// What these routes are, for the API's description.
#[derive(OpenApi)]
#[openapi(paths(list))]
pub(crate) struct Described;

pub(crate) fn routes(config: &mut ServiceConfig) {
    config.service(web::resource("/api/v1/audit").get(list));
}

/// An event, or several equal ones together: then `at` and `target` are those of the last.
#[derive(Serialize, ToSchema)]
#[schema(as = AuditEntry)]
struct EntryView {
    at: i64,
    times: u32,
    /// When the first of them happened.
    since: i64,
    actor: String,
    address: String,
    action: String,
    target: String,
}

/// The newest entries first.
#[derive(Serialize, ToSchema)]
#[schema(as = AuditLog)]
struct EntriesView {
    entries: Vec<EntryView>,
}

#[utoipa::path(
    get,
    path = "/api/v1/audit",
    tag = "accounts",
    responses((status = 200, description = "OK", body = EntriesView))
)]
async fn list(auth: Data<Auth>) -> Result<HttpResponse, Problem> {
    let entries = auth.store()?.audit_log(MOST).await?;
    let view = |AuditEntry { event, times, since }: AuditEntry| EntryView {
        at: event.at.0,
        times,
        since: since.0,
        actor: event.actor.name,
        address: event.actor.address,
        action: event.action,
        target: event.target,
    };
    Ok(answer(EntriesView { entries: entries.into_iter().map(view).collect() }))
}
