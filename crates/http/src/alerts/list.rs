//! `GET /api/v1/alerts`: what stands and what is past; and who looks after one.

use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use lalin_alerts::{Acknowledged, Alert, PastQuery};
use serde::Serialize;
use utoipa::ToSchema;

use super::alert_view::{AlertView, is_seen, seen_past};
use crate::api_state::ApiState;
use crate::auth::Visibility;
use crate::history::now_ms;
use crate::json::answer;
use crate::routes::Parameters;
use crate::{Auth, Principal, Problem};

/// So many are answered where nobody says how many.
const USUAL: u32 = 100;
const MOST: u32 = 1_000;
/// So many pages of the past are looked through for those that may be seen.
const PAGES: usize = 20;

/// Alerts, the latest first.
#[derive(Serialize, ToSchema)]
#[schema(as = Alerts)]
struct AlertsView {
    alerts: Vec<AlertView>,
    /// What `before` of the next page is.
    next: Option<String>,
}

/// What stands, or what is past.
#[utoipa::path(
    get,
    path = "/api/v1/alerts",
    tag = "alerts",
    params(
        ("state" = Option<String>, Query, description = "`active` (as a rule) or `past`"),
        ("router" = Option<String>, Query, description = "Only of this router"),
        ("limit" = Option<u32>, Query, description = "At most so many: 100 as a rule, up to 1000"),
        ("before" = Option<String>, Query, description = "`next` of the page before"),
        ("lang" = Option<String>, Query, description = "The language of `text`: `id` or `en`"),
        ("token" = Option<String>, Query, description = "A token or share link")
    ),
    responses((status = 200, description = "OK", body = AlertsView))
)]
pub(crate) async fn get(api: Data<ApiState>, request: HttpRequest) -> Result<HttpResponse, Problem> {
    let parameters = Parameters::of(&request, &["before", "lang", "limit", "router", "state", "token"])?;
    let visibility = Visibility::of(&request);
    let Some(alerting) = api.alerting() else { return Ok(answer(AlertsView { alerts: Vec::new(), next: None })) };
    let settings = alerting.settings();
    let language = parameters.language("lang")?.unwrap_or(settings.language);
    let limit = match parameters.text("limit") {
        None => USUAL,
        Some(text) => text
            .parse()
            .ok()
            .filter(|limit| (1..=MOST).contains(limit))
            .ok_or_else(|| Problem::bad_parameter("limit", format!("expected 1 to {MOST}, got {text:?}")))?,
    };
    let router = parameters.text("router").map(str::to_owned);
    let seen = |alert: &Alert| {
        is_seen(&visibility, alert) && router.as_ref().is_none_or(|router| alert.router.as_ref() == Some(router))
    };
    let (alerts, next) = match parameters.text("state") {
        None | Some("active") => {
            let active = alerting.active().borrow().clone();
            let mut alerts: Vec<Alert> =
                active.iter().filter(|alert| seen(alert)).map(|alert| Alert::clone(alert)).collect();
            alerts.sort_by(|one, other| other.since_ms.cmp(&one.since_ms).then_with(|| one.id.cmp(&other.id)));
            alerts.truncate(limit as usize);
            (alerts, None)
        }
        Some("past") => {
            let before = match parameters.text("before") {
                Some(text) => Some(cursor(text).ok_or_else(|| Problem::bad_parameter("before", "expected next"))?),
                None => None,
            };
            let mut query = PastQuery { router: router.clone(), only: seen_past(&visibility), before, limit };
            let mut found = Vec::new();
            let mut next = None;
            for _ in 0..PAGES {
                let page = alerting.database().past(query.clone()).await.map_err(unreadable)?;
                found.extend(page.alerts.into_iter().filter(|alert| seen(alert)));
                next.clone_from(&page.next);
                query.before = page.next;
                if query.before.is_none() || found.len() >= limit as usize {
                    break;
                }
            }
            if found.len() > limit as usize {
                found.truncate(limit as usize);
                next = found.last().map(|last| (last.cleared_ms.unwrap_or(last.since_ms), last.id.to_string()));
            }
            (found, next.map(|(at, id)| format!("{at}-{id}")))
        }
        Some(other) => return Err(Problem::bad_parameter("state", format!("expected active or past, got {other:?}"))),
    };
    let tellings = alerting.database().tellings(alerts.clone()).await.map_err(unreadable)?;
    let views = alerts.iter().zip(tellings);
    let views = views.map(|(alert, told)| AlertView::of(alert, told, &visibility, language, settings.zone.name()));
    Ok(answer(AlertsView { alerts: views.collect(), next }))
}

fn cursor(text: &str) -> Option<(i64, String)> {
    let (at, id) = text.split_once('-')?;
    Some((at.parse().ok()?, id.to_owned()))
}

/// Whoever asks looks after it: it is not told again until it ends.
#[utoipa::path(
    post,
    path = "/api/v1/alerts/{id}/acknowledgement",
    tag = "alerts",
    params(("id" = String, Path)),
    responses((status = 200, description = "OK", body = AlertView))
)]
pub(crate) async fn acknowledge(
    api: Data<ApiState>,
    request: HttpRequest,
    principal: Principal,
    id: Path<String>,
) -> Result<HttpResponse, Problem> {
    let by = Acknowledged { by: principal.name().to_owned(), at: now_ms() };
    set(&api, &request, &principal, &id, Some(by)).await
}

/// Nobody looks after it any more.
#[utoipa::path(
    delete,
    path = "/api/v1/alerts/{id}/acknowledgement",
    tag = "alerts",
    params(("id" = String, Path)),
    responses((status = 200, description = "OK", body = AlertView))
)]
pub(crate) async fn unacknowledge(
    api: Data<ApiState>,
    request: HttpRequest,
    principal: Principal,
    id: Path<String>,
) -> Result<HttpResponse, Problem> {
    set(&api, &request, &principal, &id, None).await
}

async fn set(
    api: &ApiState,
    request: &HttpRequest,
    principal: &Principal,
    id: &str,
    by: Option<Acknowledged>,
) -> Result<HttpResponse, Problem> {
    let visibility = Visibility::of(request);
    let alerting = api.alerting().ok_or_else(Problem::unknown_alert)?;
    let active = alerting.active().borrow().clone();
    let seen = active.iter().any(|alert| *alert.id == *id && is_seen(&visibility, alert));
    if !seen {
        return Err(Problem::unknown_alert());
    }
    let action = if by.is_some() { "alert.acknowledge" } else { "alert.unacknowledge" };
    let alert = alerting.acknowledge(id, by).await.ok_or_else(Problem::unknown_alert)?;
    if let Some(auth) = request.app_data::<Data<Auth>>() {
        auth.record(principal, action, format!("{} {id}", alert.rule_name)).await;
    }
    let settings = alerting.settings();
    Ok(answer(AlertView::of(&alert, Vec::new(), &visibility, settings.language, settings.zone.name())))
}

pub(super) fn unreadable(error: lalin_alerts::Error) -> Problem {
    tracing::error!(%error, "the alerts cannot be read or written");
    Problem::alerts_unreadable()
}
