//! `/api/v1/layouts`: saved screens over several routers. Everybody has their own, and sees those that are shared.

use actix_web::web::{self, Data, Json, Path, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use lalin_store::{Layout, LayoutForm, Store, Tile, TileLine, Timestamp, UserId};
use serde::{Deserialize, Serialize};
use utoipa::{OpenApi, ToSchema};

use super::parameters::Parameters;
use super::seen_line::sees_line;
use crate::api_state::ApiState;
use crate::auth::{PrincipalKind, Visibility};
use crate::json::{answer, created, no_content};
use crate::{Auth, Principal, Problem};

/// What these routes are, for the API's description.
#[derive(OpenApi)]
#[openapi(paths(list, add, change, remove))]
pub(crate) struct Described;

pub(crate) fn routes(config: &mut ServiceConfig) {
    let wrong_method = || web::route().to(crate::json::wrong_method);
    config
        .service(web::resource("/api/v1/layouts").get(list).post(add).default_service(wrong_method()))
        .service(web::resource("/api/v1/layouts/{id}").put(change).delete(remove).default_service(wrong_method()));
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Layout)]
struct LayoutView {
    id: i64,
    name: String,
    owner: Option<String>,
    /// Whether whoever asks may change it.
    editable: bool,
    shared: bool,
    tiles: Vec<TileView>,
    rotate_seconds: u32,
    window_seconds: u32,
}

#[derive(Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Tile)]
struct TileView {
    #[serde(default)]
    title: Option<String>,
    lines: Vec<LineView>,
}

#[derive(Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = TileLine)]
struct LineView {
    router: String,
    interface: String,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(as = LayoutForm)]
struct Form {
    /// What the page was given and sends back; the path and the session say it.
    #[serde(default, rename = "id")]
    _id: Option<i64>,
    #[serde(default, rename = "owner")]
    _owner: Option<String>,
    #[serde(default, rename = "editable")]
    _editable: Option<bool>,
    name: String,
    #[serde(default)]
    shared: bool,
    tiles: Vec<TileView>,
    #[serde(default = "rotate")]
    rotate_seconds: u32,
    #[serde(default = "window")]
    window_seconds: u32,
}

fn rotate() -> u32 {
    20
}

fn window() -> u32 {
    900
}

/// The layouts that may be seen.
#[derive(Serialize, ToSchema)]
#[schema(as = Layouts)]
struct LayoutsView {
    layouts: Vec<LayoutView>,
}

/// Who asks, as layouts have owners.
struct Asker {
    person: Option<UserId>,
    administrator: bool,
}

impl Asker {
    fn of(principal: &Principal) -> Self {
        Self { person: principal.account(), administrator: principal.is_administrator() }
    }

    /// Somebody who can own a layout: a person, or the user of a machine without accounts.
    fn who_keeps(principal: &Principal) -> Result<Self, Problem> {
        match principal.kind() {
            PrincipalKind::Person(..) | PrincipalKind::LocalUser => Ok(Self::of(principal)),
            _ => Err(Problem::forbidden("only somebody with an account has layouts")),
        }
    }
}

impl LayoutView {
    /// The layout with the lines that may be seen.
    fn of(layout: Layout, asker: &Asker, seen: impl Fn(&TileLine) -> bool) -> Self {
        let editable = layout.is_changed_by(asker.person, asker.administrator);
        let Layout { id, owner, form: LayoutForm { name, shared, tiles, rotate_seconds, window_seconds } } = layout;
        let tiles = tiles.into_iter().map(|tile| {
            let lines = tile.lines.into_iter().filter(&seen);
            let lines = lines.map(|line| LineView { router: line.router.to_string(), interface: line.interface });
            TileView { title: tile.title, lines: lines.collect() }
        });
        let tiles = tiles.filter(|tile| !tile.lines.is_empty()).collect();
        let owner = owner.map(|(_, name)| name);
        Self { id, name, owner, editable, shared, tiles, rotate_seconds, window_seconds }
    }
}

impl Form {
    fn layout(self) -> Result<LayoutForm, Problem> {
        let line = |line: LineView| {
            let router = line.router.parse().map_err(|error| Problem::bad_parameter("router", error))?;
            Ok::<_, Problem>(TileLine { router, interface: line.interface })
        };
        let tile = |tile: TileView| {
            let title = tile.title.filter(|title| !title.trim().is_empty());
            Ok(Tile { title, lines: tile.lines.into_iter().map(line).collect::<Result<_, _>>()? })
        };
        let tiles = self.tiles.into_iter().map(tile).collect::<Result<_, Problem>>()?;
        let Self { name, shared, rotate_seconds, window_seconds, .. } = self;
        Ok(LayoutForm { name, shared, tiles, rotate_seconds, window_seconds })
    }
}

#[utoipa::path(
    get,
    path = "/api/v1/layouts",
    tag = "layouts",
    params(
        ("token" = Option<String>, Query, description = "A share link's secret")
    ),
    responses((status = 200, description = "OK", body = LayoutsView))
)]
async fn list(api: Data<ApiState>, request: HttpRequest) -> Result<HttpResponse, Problem> {
    Parameters::of(&request, &["token"])?;
    let Some((principal, store)) = Principal::of(&request).zip(store(&request)) else {
        return Ok(answer(LayoutsView { layouts: Vec::new() }));
    };
    let (asker, visibility) = (Asker::of(&principal), Visibility::of(&request));
    let all = if principal.is_share_link() { Vec::new() } else { store.layouts().await? };
    let seen = all.into_iter().filter(|layout| layout.is_seen_by(asker.person, asker.administrator));
    let view =
        |layout| LayoutView::of(layout, &asker, |line| sees_line(&api, &visibility, &line.router, &line.interface));
    // A layout of others in which nothing may be seen does not exist.
    let shown = seen.map(view).filter(|layout| layout.editable || !layout.tiles.is_empty());
    Ok(answer(LayoutsView { layouts: shown.collect() }))
}

#[utoipa::path(
    post,
    path = "/api/v1/layouts",
    tag = "layouts",
    request_body = Form,
    responses((status = 201, description = "Created", body = LayoutView))
)]
async fn add(auth: Data<Auth>, principal: Principal, form: Json<Form>) -> Result<HttpResponse, Problem> {
    let asker = Asker::who_keeps(&principal)?;
    let layout = auth.store()?.add_layout(asker.person, form.into_inner().layout()?, Timestamp::now()).await?;
    Ok(created(LayoutView::of(layout, &asker, |_| true)))
}

#[utoipa::path(
    put,
    path = "/api/v1/layouts/{id}",
    tag = "layouts",
    params(
        ("id" = i64, Path)
    ),
    request_body = Form,
    responses((status = 200, description = "OK", body = LayoutView))
)]
async fn change(
    auth: Data<Auth>,
    principal: Principal,
    id: Path<i64>,
    form: Json<Form>,
) -> Result<HttpResponse, Problem> {
    let asker = editor(&auth, &principal, *id).await?;
    let layout = auth.store()?.change_layout(*id, form.into_inner().layout()?, Timestamp::now()).await?;
    Ok(answer(LayoutView::of(layout, &asker, |_| true)))
}

#[utoipa::path(
    delete,
    path = "/api/v1/layouts/{id}",
    tag = "layouts",
    params(
        ("id" = i64, Path)
    ),
    responses((status = 204, description = "Done"))
)]
async fn remove(auth: Data<Auth>, principal: Principal, id: Path<i64>) -> Result<HttpResponse, Problem> {
    editor(&auth, &principal, *id).await?;
    auth.store()?.remove_layout(*id).await?;
    Ok(no_content())
}

/// Whoever may change a layout. One that they may not even see does not exist for them.
async fn editor(auth: &Auth, principal: &Principal, id: i64) -> Result<Asker, Problem> {
    let asker = Asker::who_keeps(principal)?;
    let layout = auth.store()?.layout(id).await?;
    if !layout.is_seen_by(asker.person, asker.administrator) {
        return Err(lalin_store::Error::Unknown { what: "layout" }.into());
    }
    if !layout.is_changed_by(asker.person, asker.administrator) {
        return Err(Problem::forbidden("this layout is somebody else's"));
    }
    Ok(asker)
}

fn store(request: &HttpRequest) -> Option<Store> {
    request.app_data::<Data<Auth>>().and_then(|auth| auth.store().ok()).cloned()
}
