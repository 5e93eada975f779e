//! `/api/v1/maintenance`: times in which nothing is told, and what stands at their end is.

use actix_web::web::{Data, Json, Path};
use actix_web::{HttpRequest, HttpResponse};
use lalin_stats::RouterId;
use lalin_store::StoredMaintenance;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::api_state::ApiState;
use crate::json::{answer, created, no_content};
use crate::routes::Parameters;
use crate::{Auth, Principal, Problem};

/// A time of maintenance.
#[derive(Serialize, ToSchema)]
#[schema(as = Maintenance)]
struct MaintenanceView {
    id: i64,
    /// ms since 1970.
    from: i64,
    to: i64,
    /// `null`: all routers.
    router: Option<String>,
    reason: String,
}

/// All of them.
#[derive(Serialize, ToSchema)]
#[schema(as = MaintenanceList)]
struct MaintenanceListView {
    maintenance: Vec<MaintenanceView>,
}

/// A new one.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = MaintenanceForm)]
pub(crate) struct Form {
    from: i64,
    to: i64,
    #[serde(default)]
    router: Option<String>,
    #[serde(default)]
    reason: String,
}

impl From<StoredMaintenance> for MaintenanceView {
    fn from(one: StoredMaintenance) -> Self {
        Self { id: one.id, from: one.from_ms, to: one.to_ms, router: one.router, reason: one.reason }
    }
}

/// Every time of maintenance, the latest first.
#[utoipa::path(
    get,
    path = "/api/v1/maintenance",
    tag = "alerts",
    params(("token" = Option<String>, Query, description = "A token")),
    responses((status = 200, description = "OK", body = MaintenanceListView))
)]
pub(crate) async fn list(api: Data<ApiState>, request: HttpRequest) -> Result<HttpResponse, Problem> {
    Parameters::of(&request, &["token"])?;
    let all = api.alerting().map(|alerting| alerting.maintenance()).unwrap_or_default();
    Ok(answer(MaintenanceListView { maintenance: all.into_iter().map(Into::into).collect() }))
}

/// Plans one.
#[utoipa::path(
    post,
    path = "/api/v1/maintenance",
    tag = "alerts",
    request_body = Form,
    responses((status = 201, description = "Made", body = MaintenanceView))
)]
pub(crate) async fn add(
    api: Data<ApiState>,
    auth: Data<Auth>,
    principal: Principal,
    form: Json<Form>,
) -> Result<HttpResponse, Problem> {
    let alerting = api.alerts()?;
    let Form { from, to, router, reason } = form.into_inner();
    if let Some(router) = &router {
        let known = router.parse::<RouterId>().is_ok_and(|id| api.monitor.get(&id).is_some());
        if !known {
            return Err(Problem::unknown_router(router));
        }
    }
    let new = StoredMaintenance { id: 0, from_ms: from, to_ms: to, router, reason: reason.trim().to_owned() };
    let planned = new.router.clone().unwrap_or_else(|| "*".to_owned());
    let made = |kept: &StoredMaintenance| format!("{} {}", kept.id, kept.router.as_deref().unwrap_or("*"));
    let adding = auth.store()?.add_maintenance(new);
    let kept = auth.audited_as(&principal, "maintenance.add", planned, adding, made).await?;
    alerting.reload().await?;
    Ok(created(MaintenanceView::from(kept)))
}

/// Ends or forgets one.
#[utoipa::path(
    delete,
    path = "/api/v1/maintenance/{id}",
    tag = "alerts",
    params(("id" = i64, Path)),
    responses((status = 204, description = "Done"))
)]
pub(crate) async fn remove(
    api: Data<ApiState>,
    auth: Data<Auth>,
    principal: Principal,
    id: Path<i64>,
) -> Result<HttpResponse, Problem> {
    let alerting = api.alerts()?;
    let removing = auth.store()?.remove_maintenance(*id);
    auth.audited(&principal, "maintenance.remove", id.to_string(), removing).await?;
    alerting.reload().await?;
    Ok(no_content())
}
