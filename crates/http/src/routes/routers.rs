//! `/api/v1/routers`: the list and the state of each router; adding, changing, removing and retrying them.

use actix_web::web::{self, Data, Json, Path, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use lalin_fleet::KnownRouter;
use lalin_monitor::Router;
use lalin_stats::RouterId;
use serde::Serialize;
use serde_json::json;
use utoipa::{OpenApi, ToSchema};

use super::parameters::{Parameters, router_id};
use super::router_form::RouterForm;
use super::router_views::{FullRouterView, RouterView};
use crate::api_state::ApiState;
use crate::auth::Visibility;
use crate::json::{answer, created, no_content};
use crate::{Auth, Principal, Problem};

/// What these routes are, for the API's description.
#[derive(OpenApi)]
#[openapi(paths(list, one, add, change, remove, retry, super::discovery::get, super::setup_script::get))]
pub(crate) struct Described;

pub(crate) fn routes(config: &mut ServiceConfig) {
    let wrong_method = || web::route().to(crate::json::wrong_method);
    config
        .service(web::resource("/api/v1/routers").get(list).post(add).default_service(wrong_method()))
        .service(
            web::resource("/api/v1/routers/{id}").get(one).patch(change).delete(remove).default_service(wrong_method()),
        )
        .service(web::resource("/api/v1/routers/{id}/retry").post(retry).default_service(wrong_method()))
        .configure(super::router_checks::routes)
        .service(web::resource("/api/v1/setup-script").get(super::setup_script::get).default_service(wrong_method()))
        .service(web::resource("/api/v1/discovery").get(super::discovery::get).default_service(wrong_method()));
}

/// The routers of which something may be seen.
#[derive(Serialize, ToSchema)]
#[schema(as = Routers)]
struct RoutersView {
    routers: Vec<RouterView>,
}

#[utoipa::path(
    get,
    path = "/api/v1/routers",
    tag = "routers",
    params(
        ("watch" = Option<bool>, Query, description = "Counts as a viewer of all of them"),
        ("token" = Option<String>, Query, description = "A share link's secret")
    ),
    responses((status = 200, description = "OK", body = RoutersView))
)]
async fn list(api: Data<ApiState>, request: HttpRequest) -> Result<HttpResponse, Problem> {
    let parameters = Parameters::of(&request, &["token", "watch"])?;
    let watch = parameters.flag("watch")?;
    let visibility = Visibility::of(&request);
    let monitor = &api.monitor;
    let default = monitor.default_router().map(|router| router.id().clone());
    let seen = |id: &RouterId| visibility.sees_router(id);
    let routers = monitor.routers();
    if watch {
        routers.iter().filter(|router| seen(router.id())).for_each(|router| router.touch());
    }
    let view = |router: Option<&Router>, known: Option<KnownRouter>, id: &RouterId| {
        let lines = Auth::line_view(&request, id).with_wan(api.wan(id));
        RouterView::of(router, known, id, default.as_ref() == Some(id), &visibility, &lines)
    };
    let views: Vec<RouterView> = match api.admin() {
        Ok(admin) => {
            if watch {
                admin.refresh_system_info();
            }
            let all = admin.routers().into_iter().filter(|known| seen(&known.settings.id));
            all.map(|known| {
                let id = known.settings.id.clone();
                view(monitor.get(&id).as_deref(), Some(known), &id)
            })
            .collect()
        }
        Err(_) => {
            let all = routers.iter().filter(|router| seen(router.id()));
            all.map(|router| view(Some(router), None, router.id())).collect()
        }
    };
    Ok(answer(RoutersView { routers: views }))
}

#[utoipa::path(
    get,
    path = "/api/v1/routers/{id}",
    tag = "routers",
    params(
        ("id" = String, Path, description = "A router's id")
    ),
    responses((status = 200, description = "OK", body = FullRouterView))
)]
async fn one(api: Data<ApiState>, request: HttpRequest, id: Path<String>) -> Result<HttpResponse, Problem> {
    let admin = api.admin()?;
    let id = router_id(&id)?;
    let known = admin.router(&id).ok_or_else(|| Problem::unknown_router(id.as_str()))?;
    Ok(answer(whole(&api, &request, known)))
}

fn whole(api: &ApiState, request: &HttpRequest, known: KnownRouter) -> FullRouterView {
    let monitor = &api.monitor;
    let id = known.settings.id.clone();
    let default = monitor.default_router().is_some_and(|router| *router.id() == id);
    let lines = Auth::line_view(request, &id).with_wan(api.wan(&id));
    FullRouterView::of(monitor.get(&id).as_deref(), known, default, &Visibility::of(request), &lines)
}

#[utoipa::path(
    post,
    path = "/api/v1/routers",
    tag = "routers",
    request_body = RouterForm,
    responses((status = 201, description = "Created", body = FullRouterView))
)]
async fn add(api: Data<ApiState>, request: HttpRequest, form: Json<RouterForm>) -> Result<HttpResponse, Problem> {
    let admin = api.admin()?;
    let form = form.into_inner();
    let planned = form.planned();
    let id = audited(&request, "router.add", planned, admin.add(form.into()), |id| id.to_string()).await?;
    let known = admin.router(&id).ok_or_else(|| Problem::unknown_router(id.as_str()))?;
    Ok(created(whole(&api, &request, known)))
}

#[utoipa::path(
    patch,
    path = "/api/v1/routers/{id}",
    tag = "routers",
    params(
        ("id" = String, Path, description = "A router's id")
    ),
    request_body = RouterForm,
    responses((status = 200, description = "OK", body = FullRouterView))
)]
async fn change(
    api: Data<ApiState>,
    request: HttpRequest,
    id: Path<String>,
    form: Json<RouterForm>,
) -> Result<HttpResponse, Problem> {
    let (admin, id) = (api.admin()?, router_id(&id)?);
    let changing = admin.change(&id, form.into_inner().into());
    audited(&request, "router.change", id.to_string(), changing, |()| id.to_string()).await?;
    let known = admin.router(&id).ok_or_else(|| Problem::unknown_router(id.as_str()))?;
    Ok(answer(whole(&api, &request, known)))
}

#[utoipa::path(
    delete,
    path = "/api/v1/routers/{id}",
    tag = "routers",
    params(
        ("id" = String, Path, description = "A router's id")
    ),
    responses((status = 204, description = "Done"))
)]
async fn remove(api: Data<ApiState>, request: HttpRequest, id: Path<String>) -> Result<HttpResponse, Problem> {
    let id = router_id(&id)?;
    audited(&request, "router.remove", id.to_string(), api.admin()?.remove(&id), |()| id.to_string()).await?;
    if let Some(lines) = request.app_data::<Data<crate::Auth>>().and_then(|auth| auth.lines().ok()) {
        lines.forget_router(&id);
    }
    Ok(no_content())
}

#[utoipa::path(
    post,
    path = "/api/v1/routers/{id}/retry",
    tag = "routers",
    params(
        ("id" = String, Path, description = "A router's id")
    ),
    responses((status = 202, description = "It is tried at once"))
)]
async fn retry(api: Data<ApiState>, request: HttpRequest, id: Path<String>) -> Result<HttpResponse, Problem> {
    let id = router_id(&id)?;
    let admin = api.admin()?;
    if !Visibility::of(&request).sees_router(&id) || admin.router(&id).is_none() {
        return Err(Problem::unknown_router(id.as_str()));
    }
    // Each attempt may be a login at the router, whoever asks for it.
    api.retry_limits.begin(&id).map_err(Problem::tried_just_now)?;
    if !admin.retry(&id) {
        return Err(Problem::unknown_router(id.as_str()));
    }
    Ok(HttpResponse::Accepted().json(json!({})))
}

/// Makes a change, and writes who did it into the audit log where the server has accounts.
async fn audited<T, E>(
    request: &HttpRequest,
    action: &str,
    planned: String,
    change: impl Future<Output = Result<T, E>>,
    made: impl FnOnce(&T) -> String,
) -> Result<T, E> {
    match (Principal::of(request), request.app_data::<Data<crate::Auth>>()) {
        (Some(principal), Some(auth)) => auth.audited_as(&principal, action, planned, change, made).await,
        _ => change.await,
    }
}
