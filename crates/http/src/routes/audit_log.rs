//! `GET /api/v1/audit`: who changed what.

use actix_web::HttpResponse;
use actix_web::web::{self, Data, ServiceConfig};
use lalin_store::AuditEntry;
use serde::Serialize;
use serde_json::json;

use crate::json::answer;
use crate::{Auth, Problem};

/// The most entries that are shown.
const MOST: u16 = 1_000;

pub(crate) fn routes(config: &mut ServiceConfig) {
    config.service(web::resource("/api/v1/audit").get(list));
}

/// An event, or several equal ones together: then `at` and `target` are those of the last.
#[derive(Serialize)]
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
    let entries: Vec<EntryView> = entries.into_iter().map(view).collect();
    Ok(answer(json!({ "entries": entries })))
}
