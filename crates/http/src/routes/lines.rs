//! `/api/v1/lines`: what is said of a router's lines, by administrators for everyone and by each person for themself.

use actix_web::web::{Data, Json, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse, web};
use lalin_stats::{PointOfView, RouterId};
use lalin_store::{LineChange, LineScope, LineSettings};
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::{OpenApi, ToSchema};

use super::parameters::{Parameters, router_id};
use super::requested_router::requested_router;
use super::seen_line::sees_line;
use crate::api_state::ApiState;
use crate::auth::Visibility;
use crate::json::{answer, point_of_view};
use crate::{Auth, Principal, Problem};

/// What these routes are, for the API's description.
#[derive(OpenApi)]
#[openapi(paths(list, change))]
pub(crate) struct Described;

pub(crate) fn routes(config: &mut ServiceConfig) {
    let wrong_method = || web::route().to(crate::json::wrong_method);
    config.service(web::resource("/api/v1/lines").get(list).put(change).default_service(wrong_method()));
}

/// One line of which something is said.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = LineSettings)]
struct LineForm<'a> {
    interface: &'a str,
    point_of_view: Option<&'static str>,
    alias: Option<String>,
    favourite: bool,
    hidden: bool,
    limit_down_bps: Option<u64>,
    limit_up_bps: Option<u64>,
    /// What the person said for themself; the rest is everyone's.
    own: Vec<&'static str>,
}

impl<'a> LineForm<'a> {
    fn of(interface: &'a str, settings: LineSettings, own: Option<&LineSettings>) -> Self {
        let own = own.map(|own| {
            [
                ("pointOfView", own.point_of_view.is_some()),
                ("alias", own.alias.is_some()),
                ("favourite", own.favourite.is_some()),
                ("hidden", own.hidden.is_some()),
                ("limitDownBps", own.limit_down_bps.is_some()),
                ("limitUpBps", own.limit_up_bps.is_some()),
            ]
        });
        Self {
            interface,
            point_of_view: settings.point_of_view.map(point_of_view),
            alias: settings.alias,
            favourite: settings.favourite.unwrap_or_default(),
            hidden: settings.hidden.unwrap_or_default(),
            limit_down_bps: settings.limit_down_bps,
            limit_up_bps: settings.limit_up_bps,
            own: own.into_iter().flatten().filter(|(_, said)| *said).map(|(field, _)| field).collect(),
        }
    }
}

/// A router's lines of which something is said.
#[derive(Serialize, ToSchema)]
#[schema(as = Lines)]
struct LinesView<'a> {
    router: &'a str,
    lines: Vec<LineForm<'a>>,
}

#[utoipa::path(
    get,
    path = "/api/v1/lines",
    tag = "lines",
    params(
        ("router" = Option<String>, Query, description = "A router's id; without it the first router"),
        ("token" = Option<String>, Query, description = "A share link's secret")
    ),
    responses((status = 200, description = "OK", body = LinesView))
)]
async fn list(api: Data<ApiState>, request: HttpRequest) -> Result<HttpResponse, Problem> {
    let parameters = Parameters::of(&request, &["router", "token"])?;
    let visibility = Visibility::of(&request);
    let router = requested_router(&api, &visibility, &request, &parameters)?;
    let view = Auth::line_view(&request, router.id());
    let seen = |name: &str| sees_line(&api, &visibility, router.id(), name);
    let lines = view.all().into_iter().filter(|(name, _)| seen(name));
    let lines = lines.map(|(name, (settings, own))| LineForm::of(name, settings, own)).collect();
    Ok(answer(LinesView { router: router.id().as_str(), lines }))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(as = LineSettingsForm)]
struct ChangeForm {
    router: String,
    interface: String,
    scope: ScopeForm,
    #[serde(default, deserialize_with = "named")]
    #[schema(value_type = Option<SideForm>)]
    point_of_view: Option<Option<SideForm>>,
    #[serde(default, deserialize_with = "named")]
    #[schema(value_type = Option<String>)]
    alias: Option<Option<String>>,
    #[serde(default, deserialize_with = "named")]
    #[schema(value_type = Option<bool>)]
    favourite: Option<Option<bool>>,
    #[serde(default, deserialize_with = "named")]
    #[schema(value_type = Option<bool>)]
    hidden: Option<Option<bool>>,
    #[serde(default, deserialize_with = "named")]
    #[schema(value_type = Option<u64>)]
    limit_down_bps: Option<Option<u64>>,
    #[serde(default, deserialize_with = "named")]
    #[schema(value_type = Option<u64>)]
    limit_up_bps: Option<Option<u64>>,
}

#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = LineScope)]
enum ScopeForm {
    Everyone,
    Me,
}

#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = PointOfView)]
enum SideForm {
    Network,
    Customer,
}

/// A field that is there, be it `null`.
fn named<'de, T: Deserialize<'de>, D: Deserializer<'de>>(from: D) -> Result<Option<Option<T>>, D::Error> {
    Option::deserialize(from).map(Some)
}

#[utoipa::path(
    put,
    path = "/api/v1/lines",
    tag = "lines",
    request_body = ChangeForm,
    responses((status = 200, description = "OK", body = LineForm))
)]
async fn change(api: Data<ApiState>, request: HttpRequest, form: Json<ChangeForm>) -> Result<HttpResponse, Problem> {
    let (principal, auth) =
        Principal::of(&request).zip(request.app_data::<Data<Auth>>()).ok_or_else(Problem::not_found)?;
    let form = form.into_inner();
    let scope = match form.scope {
        ScopeForm::Everyone if principal.is_administrator() => LineScope::Everyone,
        ScopeForm::Everyone => return Err(Problem::forbidden("what counts for everyone is for administrators")),
        ScopeForm::Me => match principal.account() {
            Some(person) => LineScope::Person(person),
            None => return Err(Problem::forbidden("only somebody with an account has settings of their own")),
        },
    };
    let id = router_id(&form.router)?;
    let visibility = Visibility::of(&request);
    if !is_known(&api, &visibility, &id) || !sees_line(&api, &visibility, &id, &form.interface) {
        return Err(Problem::unknown_router(id.as_str()));
    }
    let side = |side| match side {
        SideForm::Network => PointOfView::Network,
        SideForm::Customer => PointOfView::Customer,
    };
    let words = words(&form);
    let change = LineChange {
        point_of_view: form.point_of_view.map(|said| said.map(side)),
        alias: form.alias,
        favourite: form.favourite,
        hidden: form.hidden,
        limit_down_bps: form.limit_down_bps,
        limit_up_bps: form.limit_up_bps,
    };
    let changing = auth.lines()?.change(scope, id.clone(), form.interface.clone(), change);
    if scope == LineScope::Everyone {
        auth.audited(&principal, "line.change", format!("{id}/{}{words}", form.interface), changing).await?;
    } else {
        changing.await?;
    }
    let view = Auth::line_view(&request, &id);
    let (settings, own) = view.all().remove(form.interface.as_str()).unwrap_or_default();
    Ok(answer(LineForm::of(&form.interface, settings, own)))
}

fn is_known(api: &ApiState, visibility: &Visibility, id: &RouterId) -> bool {
    let switched_off = || api.admin().is_ok_and(|admin| admin.router(id).is_some());
    visibility.sees_router(id) && (api.monitor.get(id).is_some() || switched_off())
}

/// What the change says, for the audit log.
fn words(form: &ChangeForm) -> String {
    let side = form
        .point_of_view
        .map(|said| said.map(|side| if matches!(side, SideForm::Network) { "network" } else { "customer" }));
    let said = [
        ("pointOfView", side.map(|said| said.map(str::to_owned))),
        ("alias", form.alias.clone()),
        ("favourite", form.favourite.map(|said| said.map(|said| said.to_string()))),
        ("hidden", form.hidden.map(|said| said.map(|said| said.to_string()))),
        ("limitDownBps", form.limit_down_bps.map(|said| said.map(|said| said.to_string()))),
        ("limitUpBps", form.limit_up_bps.map(|said| said.map(|said| said.to_string()))),
    ];
    let said = said.into_iter().filter_map(|(field, said)| Some((field, said?)));
    said.map(|(field, said)| format!(" {field}={}", said.as_deref().unwrap_or("-"))).collect()
}
