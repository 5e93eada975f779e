//! `/api/v1/recording`: whether samples are kept, how, what that costs the routers and takes on the disk; and the switch.

use actix_web::web::{Data, Json};
use actix_web::{HttpRequest, HttpResponse};
use lalin_fleet::RecordingPolicy;
use lalin_history::Zone;
use lalin_stats::RouterId;
use lalin_store::{RecordingChange, RecordingChoice};
use serde::{Deserialize, Deserializer};
use utoipa::ToSchema;

use super::Archive;
use super::recording_view::{Details, RecordingView};
use crate::api_state::ApiState;
use crate::auth::Visibility;
use crate::json::answer;
use crate::routes::{Parameters, router_id};
use crate::{Auth, Principal, Problem};

#[utoipa::path(
    get,
    path = "/api/v1/recording",
    tag = "history",
    params(
        ("token" = Option<String>, Query, description = "A share link's secret")
    ),
    responses((status = 200, description = "OK", body = RecordingView))
)]
pub(crate) async fn get(api: Data<ApiState>, request: HttpRequest) -> Result<HttpResponse, Problem> {
    Parameters::of(&request, &["token"])?;
    let Ok(archive) = api.archive() else { return Ok(answer(RecordingView::off())) };
    if !Visibility::of(&request).sees_details() {
        return Ok(answer(RecordingView::of(&api, archive, None)));
    }
    let chosen = match store_of(&request) {
        Some(auth) => auth.store()?.recording().await?,
        None => RecordingChoice::default(),
    };
    told(&api, archive, &chosen).await
}

/// Who keeps what is chosen; a demonstration keeps nothing.
fn store_of(request: &HttpRequest) -> Option<&Data<Auth>> {
    request.app_data::<Data<Auth>>().filter(|auth| auth.store().is_ok())
}

async fn told(api: &ApiState, archive: &Archive, chosen: &RecordingChoice) -> Result<HttpResponse, Problem> {
    let (history, lines) = (archive.recording().history().clone(), archive.recording().lines(&api.monitor));
    let outlook = archive.ask(move |_| history.outlook(&lines)).await?;
    let details = Details::of(api, archive, chosen, &outlook);
    Ok(answer(RecordingView::of(api, archive, Some(details))))
}

/// What is to change. What is not named stays; routers and lines that are not named stay too.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(as = RecordingChange)]
pub(crate) struct ChangeForm {
    enabled: Option<bool>,
    #[serde(default)]
    routers: std::collections::BTreeMap<String, bool>,
    except_kinds: Option<Vec<String>>,
    #[serde(default)]
    lines: Vec<LineForm>,
    /// The time zone at whose midnight days and months begin; `null` is the configuration's.
    #[serde(default, deserialize_with = "said")]
    #[schema(value_type = Option<String>)]
    zone: Option<Option<String>>,
}

/// A field that is `null` is said; one that is left out is not.
fn said<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Option<String>>, D::Error> {
    Option::<String>::deserialize(from).map(Some)
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = RecordingChangeOfLine)]
struct LineForm {
    router: String,
    interface: String,
    record: bool,
}

#[utoipa::path(
    put,
    path = "/api/v1/recording",
    tag = "history",
    operation_id = "change_recording",
    request_body = ChangeForm,
    responses((status = 200, description = "OK", body = RecordingView))
)]
pub(crate) async fn put(
    api: Data<ApiState>,
    auth: Data<Auth>,
    principal: Principal,
    form: Json<ChangeForm>,
) -> Result<HttpResponse, Problem> {
    let form = form.into_inner();
    let words = words(&form);
    let archive = api.archive().map_err(|_| Problem::recording_off_in_file())?;
    let routers = form.routers.iter().map(|(id, recorded)| Ok((router_id(id)?, *recorded)));
    let lines = form.lines.into_iter().map(|line| Ok((router_id(&line.router)?, line.interface, line.record)));
    if let Some(Some(zone)) = &form.zone {
        Zone::named(zone).map_err(|error| Problem::bad_parameter("zone", error))?;
    }
    let change = RecordingChange {
        zone: form.zone,
        enabled: form.enabled,
        routers: routers.collect::<Result<_, Problem>>()?,
        kinds: form.except_kinds,
        lines: lines.collect::<Result<Vec<(RouterId, String, bool)>, Problem>>()?,
    };
    let turn = archive.changing().await?;
    let changing = auth.store()?.change_recording(change);
    let chosen = auth.audited(&principal, "recording.change", words, changing).await?;
    archive.recording().choose(&RecordingPolicy::from(&chosen));
    let (recording, zone) = (archive.recording().clone(), chosen.zone.clone());
    let zoned = tokio::task::spawn_blocking(move || recording.choose_zone(zone.as_deref())).await;
    drop(turn);
    zoned.map_err(|_| Problem::history_unreadable())?.map_err(|error| Problem::of_history(&error))?;
    told(&api, archive, &chosen).await
}

/// For the audit log: what was asked for, and no more than a line of it.
fn words(form: &ChangeForm) -> String {
    const MOST: usize = 10;
    let state = |on: bool| if on { "on" } else { "off" };
    let all = form.enabled.iter().map(|on| format!("all={}", state(*on)));
    let routers = form.routers.iter().map(|(id, on)| format!("{id}={}", state(*on)));
    let kinds = form.except_kinds.iter().map(|kinds| format!("except-kinds={}", kinds.join(",")));
    let lines = form.lines.iter().map(|line| format!("{}/{}={}", line.router, line.interface, state(line.record)));
    let zone = form.zone.iter().map(|zone| format!("zone={}", zone.as_deref().unwrap_or("-")));
    let mut words: Vec<String> = all.chain(zone).chain(kinds).chain(routers).chain(lines).take(MOST + 1).collect();
    if words.len() > MOST {
        words[MOST] = "...".into();
    }
    words.join(" ").chars().take(1_000).collect()
}
