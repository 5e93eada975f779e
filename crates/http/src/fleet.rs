//! The routers by the API: how each stands, adding, changing, removing, checking, and which others there are.

use std::net::IpAddr;

use actix_web::web::{self, Data, Json, Path, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use lalin_monitor::Router;
use lalin_stats::{BitsPerSecond, Rate, RateSum, RouterId, RouterState};
use serde::Serialize;
use serde_json::json;

use crate::api_state::ApiState;
use crate::auth::Visibility;
use crate::json::{LimitedState, RateBounds, StateView, millis};
use crate::keeper::{About, Checked, Form, Kept, Outcome, Source};
use crate::routes::Parameters;
use crate::{Principal, Problem};

pub(crate) fn routes(config: &mut ServiceConfig) {
    let wrong_method = || web::route().to(crate::json::wrong_method);
    config
        .service(web::resource("/api/v1/routers").get(list).post(add).default_service(wrong_method()))
        .service(
            web::resource("/api/v1/routers/{id}").get(one).patch(change).delete(remove).default_service(wrong_method()),
        )
        .service(web::resource("/api/v1/routers/{id}/retry").post(retry).default_service(wrong_method()))
        .service(web::resource("/api/v1/routers/{id}/check").post(check_one).default_service(wrong_method()))
        .service(web::resource("/api/v1/check").post(check).default_service(wrong_method()))
        .service(web::resource("/api/v1/setup-script").get(script).default_service(wrong_method()))
        .service(web::resource("/api/v1/discovery").get(discovery).default_service(wrong_method()));
}

/// A router in the list, as anybody may see it who may see something of it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct View {
    id: String,
    name: String,
    default: bool,
    state: StateView,
    interval_ms: u64,
    enabled: bool,
    #[serde(flatten)]
    details: Option<Details>,
    interfaces: Option<usize>,
    rx_bps: Option<u64>,
    tx_bps: Option<u64>,
    /// How many of the ports in the sums are not known; the sums are of the others.
    rx_unknown: usize,
    tx_unknown: usize,
    #[serde(flatten)]
    band: RateBounds,
    sessions: Option<u64>,
}

/// What somebody without limits sees beside it.
#[derive(Serialize)]
struct Details {
    address: Option<String>,
    viewers: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    origin: Option<Source>,
    tags: Vec<String>,
    tls: bool,
    about: Option<About>,
}

/// What an administrator sees of one router, beyond the list.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Whole {
    #[serde(flatten)]
    view: View,
    host: String,
    port: u16,
    user: String,
    tls_policy: String,
    notes: String,
}

impl View {
    fn of(router: Option<&Router>, kept: Option<Kept>, id: &RouterId, default: bool, visibility: &Visibility) -> Self {
        let whole = visibility.sees_whole_router(id);
        let frame = router.and_then(Router::newest).filter(|_| whole);
        let live = router.is_some_and(|router| matches!(router.status().state, RouterState::Live));
        // What goes through the router's own ports; a bridge or a customer's line would count it again.
        let sum = |side: fn(Rate) -> Option<BitsPerSecond>| -> RateSum {
            let Some(frame) = frame.as_ref().filter(|_| live) else { return RateSum::default() };
            let ports = frame.rows().filter(|(interface, ..)| interface.running && is_port(&interface.kind));
            ports.map(|(_, _, rate)| side(rate)).collect()
        };
        let (rx, tx) = (sum(|rate| rate.rx), sum(|rate| rate.tx));
        let address = router.map(|router| router.label().address.to_string());
        let address = address.or_else(|| kept.as_ref().map(Kept::address));
        let name = router.map(|router| router.label().name.to_string());
        let name = name.or_else(|| kept.as_ref().map(|kept| kept.name.clone()));
        let about = kept.as_ref().and_then(|kept| kept.about.clone());
        let sessions = about.as_ref().and_then(|about| about.sessions).filter(|_| whole);
        let details = visibility.sees_details().then(|| Details {
            address,
            viewers: router.map_or(0, Router::viewers),
            origin: kept.as_ref().map(|kept| kept.source),
            tags: kept.as_ref().map(|kept| kept.tags.clone()).unwrap_or_default(),
            tls: kept.as_ref().is_some_and(|kept| kept.tls != "off"),
            about,
        });
        Self {
            id: id.to_string(),
            name: name.unwrap_or_else(|| id.to_string()),
            default,
            state: router.map_or_else(
                || StateView::Limited(LimitedState::off()),
                |router| visibility.state_view(&router.status()),
            ),
            interval_ms: router.map_or(0, |router| millis(router.settings().interval)),
            enabled: router.is_some(),
            details,
            interfaces: frame.as_ref().map(|frame| frame.interfaces.len()),
            rx_bps: rx.known.map(BitsPerSecond::get),
            tx_bps: tx.known.map(BitsPerSecond::get),
            rx_unknown: rx.unknown,
            tx_unknown: tx.unknown,
            band: RateBounds::of(frame.as_ref().filter(|_| live).and_then(|frame| frame.band())),
            sessions,
        }
    }
}

/// A port of the router itself, wired or not.
fn is_port(kind: &str) -> bool {
    ["ether", "sfp", "wlan", "wifi", "lte", "w60g", "ppp-out"].iter().any(|port| kind.starts_with(port))
}

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
    let view = |router: Option<&Router>, kept: Option<Kept>, id: &RouterId| {
        View::of(router, kept, id, default.as_ref() == Some(id), &visibility)
    };
    let views: Vec<View> = match api.keeper() {
        Ok(keeper) => {
            if watch {
                keeper.look();
            }
            let all = keeper.routers().into_iter().filter(|kept| seen(&kept.id));
            all.map(|kept| {
                let (id, router) = (kept.id.clone(), monitor.get(&kept.id));
                view(router.as_deref(), Some(kept), &id)
            })
            .collect()
        }
        Err(_) => {
            let all = routers.iter().filter(|router| seen(router.id()));
            all.map(|router| view(Some(router), None, router.id())).collect()
        }
    };
    Ok(answer(json!({ "routers": views })))
}

async fn one(api: Data<ApiState>, request: HttpRequest, id: Path<String>) -> Result<HttpResponse, Problem> {
    let keeper = api.keeper()?;
    let id = parsed(&id)?;
    let kept = keeper.router(&id).ok_or_else(|| Problem::unknown_router(id.as_str()))?;
    Ok(answer(whole(&api, &request, kept)))
}

fn whole(api: &ApiState, request: &HttpRequest, kept: Kept) -> impl Serialize {
    let monitor = &api.monitor;
    let id = kept.id.clone();
    let default = monitor.default_router().is_some_and(|router| *router.id() == id);
    Whole {
        host: kept.host.clone(),
        port: kept.port,
        user: kept.user.clone(),
        tls_policy: kept.tls.clone(),
        notes: kept.notes.clone(),
        view: View::of(monitor.get(&id).as_deref(), Some(kept), &id, default, &Visibility::of(request)),
    }
}

async fn add(api: Data<ApiState>, request: HttpRequest, form: Json<Form>) -> Result<HttpResponse, Problem> {
    let keeper = api.keeper()?;
    let id = keeper.add(form.into_inner()).await?;
    record(&request, "router.add", &id).await;
    let kept = keeper.router(&id).ok_or_else(|| Problem::unknown_router(id.as_str()))?;
    Ok(HttpResponse::Created().insert_header(("Cache-Control", "no-store")).json(whole(&api, &request, kept)))
}

async fn change(
    api: Data<ApiState>,
    request: HttpRequest,
    id: Path<String>,
    form: Json<Form>,
) -> Result<HttpResponse, Problem> {
    let (keeper, id) = (api.keeper()?, parsed(&id)?);
    keeper.change(&id, form.into_inner()).await?;
    record(&request, "router.change", &id).await;
    let kept = keeper.router(&id).ok_or_else(|| Problem::unknown_router(id.as_str()))?;
    Ok(answer(whole(&api, &request, kept)))
}

async fn remove(api: Data<ApiState>, request: HttpRequest, id: Path<String>) -> Result<HttpResponse, Problem> {
    let id = parsed(&id)?;
    api.keeper()?.remove(&id).await?;
    record(&request, "router.remove", &id).await;
    Ok(HttpResponse::NoContent().finish())
}

async fn retry(api: Data<ApiState>, request: HttpRequest, id: Path<String>) -> Result<HttpResponse, Problem> {
    let id = parsed(&id)?;
    let keeper = api.keeper()?;
    if !Visibility::of(&request).sees_router(&id) || keeper.router(&id).is_none() {
        return Err(Problem::unknown_router(id.as_str()));
    }
    // Each one may be a login at the router, whoever asks for it.
    api.retry_limits.begin(&id).map_err(Problem::tried_just_now)?;
    if !keeper.retry(&id) {
        return Err(Problem::unknown_router(id.as_str()));
    }
    Ok(HttpResponse::Accepted().json(json!({})))
}

async fn check(api: Data<ApiState>, form: Json<Form>) -> Result<HttpResponse, Problem> {
    let checked = api.keeper()?.check(None, form.into_inner()).await?;
    Ok(answer(report(checked)))
}

async fn check_one(api: Data<ApiState>, id: Path<String>, form: Option<Json<Form>>) -> Result<HttpResponse, Problem> {
    let id = parsed(&id)?;
    let form = form.map(Json::into_inner).unwrap_or_default();
    let checked = api.keeper()?.check(Some(&id), form).await?;
    Ok(answer(report(checked)))
}

fn report(checked: Checked) -> serde_json::Value {
    let Checked { steps, about, interfaces, read, fingerprint } = checked;
    let ok = steps.iter().all(|step| !matches!(step.outcome, Outcome::Failed(_)));
    let steps: Vec<_> = steps
        .into_iter()
        .map(|step| {
            let ms = millis(step.took);
            match step.outcome {
                Outcome::Passed(None) => json!({"step": step.code, "state": "ok", "ms": ms}),
                Outcome::Passed(Some(note)) => json!({"step": step.code, "state": "ok", "ms": ms, "detail": note}),
                Outcome::Skipped => json!({"step": step.code, "state": "skipped", "ms": ms}),
                Outcome::Failed(reason) => json!({
                    "step": step.code, "state": "failed", "ms": ms, "reason": reason.code(), "detail": reason.to_string()
                }),
            }
        })
        .collect();
    json!({
        "ok": ok, "steps": steps, "about": about, "interfaces": interfaces, "readMs": read.map(millis),
        "fingerprint": fingerprint,
    })
}

async fn script(api: Data<ApiState>, request: HttpRequest) -> Result<HttpResponse, Problem> {
    let parameters = Parameters::of(&request, &["from", "tls", "user"])?;
    let tls = parameters.flag("tls")?;
    let user = parameters.text("user").unwrap_or("lalin");
    if user.is_empty() || user.len() > 64 || user.chars().any(char::is_control) {
        return Err(Problem::bad_parameter("user", "expected 1 to 64 letters"));
    }
    let from = parameters.text("from").map(str::parse::<IpAddr>).transpose();
    let from = from.map_err(|error| Problem::bad_parameter("from", error))?;
    let script = api.keeper()?.setup_script(user, from, tls);
    let answer = HttpResponse::Ok()
        .content_type("text/plain; charset=utf-8")
        .insert_header(("Cache-Control", "no-store"))
        .body(script);
    Ok(answer)
}

async fn discovery(api: Data<ApiState>, request: HttpRequest) -> Result<HttpResponse, Problem> {
    Parameters::of(&request, &[])?;
    Ok(answer(api.keeper()?.discovered()))
}

fn answer(body: impl Serialize) -> HttpResponse {
    HttpResponse::Ok().insert_header(("Cache-Control", "no-store")).json(body)
}

fn parsed(id: &str) -> Result<RouterId, Problem> {
    id.parse().map_err(|_| Problem::unknown_router(id))
}

/// PrincipalKind did it, where the server has a auth.
async fn record(request: &HttpRequest, action: &str, id: &RouterId) {
    if let (Some(principal), Some(auth)) = (Principal::of(request), request.app_data::<Data<crate::Auth>>()) {
        auth.record(&principal, action, id.as_str()).await;
    }
}
