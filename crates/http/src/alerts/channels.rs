//! `/api/v1/alert-channels`: where alerts are told. Secrets go in and never come out.

use std::collections::BTreeMap;

use actix_web::web::{Data, Json, Path};
use actix_web::{HttpRequest, HttpResponse};
use lalin_alerts::Language;
use lalin_alerts::channel::{ChannelForm, Secrets};
use lalin_alerts::outbox::ChannelState;
use lalin_fleet::{AlertChannel, Alerting, Channels};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use zeroize::Zeroizing;

use crate::api_state::ApiState;
use crate::json::{answer, created, millis, no_content};
use crate::routes::Parameters;
use crate::{Auth, Principal, Problem};

/// A channel.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = AlertChannel)]
struct ChannelView {
    id: String,
    name: String,
    enabled: bool,
    /// `id`, `en`, or `null` for the server's.
    language: Option<&'static str>,
    from_file: bool,
    /// Its `kind` and what that needs.
    settings: Value,
    /// The names of the secrets that are set.
    secrets: Vec<String>,
    state: Option<StateView>,
    sent: u64,
    failed: u64,
    lost: u64,
    waiting: u64,
}

/// How a channel is.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = AlertChannelState)]
struct StateView {
    /// `working`, `waiting` or `stopped`.
    state: &'static str,
    why: Option<String>,
    until_ms: Option<i64>,
}

/// All channels.
#[derive(Serialize, ToSchema)]
#[schema(as = AlertChannels)]
struct ChannelsView {
    channels: Vec<ChannelView>,
}

/// What the receiver of a test answered.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = AlertChannelTest)]
struct TestView {
    ok: bool,
    status: Option<u16>,
    answer: String,
    took_ms: u64,
}

/// A channel as it is made or changed.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = AlertChannelForm)]
pub(crate) struct Form {
    name: String,
    #[serde(default = "yes")]
    enabled: bool,
    #[serde(default)]
    language: Option<String>,
    settings: Value,
    /// One that is left out stays; an empty one is forgotten.
    #[serde(default)]
    secrets: BTreeMap<String, String>,
}

fn yes() -> bool {
    true
}

impl From<AlertChannel> for ChannelView {
    fn from(one: AlertChannel) -> Self {
        let counters = one.counters;
        let count = |of: fn(&lalin_alerts::outbox::ChannelCounters) -> u64| counters.as_ref().map_or(0, of);
        Self {
            sent: count(|one| one.sent),
            failed: count(|one| one.failed),
            lost: count(|one| one.lost),
            waiting: count(|one| one.waiting),
            state: counters.map(|counters| match counters.state {
                ChannelState::Working => StateView { state: "working", why: None, until_ms: None },
                ChannelState::Waiting { until_ms, why } => {
                    StateView { state: "waiting", why: Some(why), until_ms: Some(until_ms).filter(|at| *at > 0) }
                }
                ChannelState::Stopped { why } => StateView { state: "stopped", why: Some(why), until_ms: None },
            }),
            id: one.id,
            name: one.form.name,
            enabled: one.form.enabled,
            language: one.form.language.map(|language| language.pick("id", "en")),
            from_file: one.from_file,
            settings: one.form.settings,
            secrets: one.secrets,
        }
    }
}

/// Every channel, and how it goes.
#[utoipa::path(
    get,
    path = "/api/v1/alert-channels",
    tag = "alerts",
    params(("token" = Option<String>, Query, description = "A token")),
    responses((status = 200, description = "OK", body = ChannelsView))
)]
pub(crate) async fn list(api: Data<ApiState>, request: HttpRequest) -> Result<HttpResponse, Problem> {
    Parameters::of(&request, &["token"])?;
    let channels = api.alerting().and_then(|alerting| alerting.channels());
    let all = channels.map(|channels| channels.all()).unwrap_or_default();
    Ok(answer(ChannelsView { channels: all.into_iter().map(Into::into).collect() }))
}

/// Makes a channel.
#[utoipa::path(
    post,
    path = "/api/v1/alert-channels",
    tag = "alerts",
    request_body = Form,
    responses((status = 201, description = "Made", body = ChannelView))
)]
pub(crate) async fn add(
    api: Data<ApiState>,
    auth: Data<Auth>,
    principal: Principal,
    form: Json<Form>,
) -> Result<HttpResponse, Problem> {
    let (alerting, channels) = told(&api)?;
    let (form, secrets) = checked(channels, None, form.into_inner())?;
    let adding = auth.store()?.add_alert_channel(form.written(), secrets);
    let made = |id: &_| format!("{id} {}", form.name);
    let id = auth.audited_as(&principal, "alert-channel.add", form.name.to_string(), adding, made).await?;
    alerting.reload_channels().await?;
    Ok(created(one(channels, &id.to_string())?))
}

/// Changes a channel.
#[utoipa::path(
    put,
    path = "/api/v1/alert-channels/{id}",
    tag = "alerts",
    params(("id" = String, Path)),
    request_body = Form,
    responses((status = 200, description = "OK", body = ChannelView))
)]
pub(crate) async fn change(
    api: Data<ApiState>,
    auth: Data<Auth>,
    principal: Principal,
    id: Path<String>,
    form: Json<Form>,
) -> Result<HttpResponse, Problem> {
    let (alerting, channels) = told(&api)?;
    let number = stored(channels, &id)?;
    let (form, secrets) = checked(channels, Some(&id), form.into_inner())?;
    let changing = auth.store()?.change_alert_channel(number, form.written(), secrets);
    auth.audited(&principal, "alert-channel.change", format!("{id} {}", form.name), changing).await?;
    alerting.reload_channels().await?;
    Ok(answer(one(channels, &id)?))
}

/// Removes a channel and its secrets.
#[utoipa::path(
    delete,
    path = "/api/v1/alert-channels/{id}",
    tag = "alerts",
    params(("id" = String, Path)),
    responses((status = 204, description = "Done"))
)]
pub(crate) async fn remove(
    api: Data<ApiState>,
    auth: Data<Auth>,
    principal: Principal,
    id: Path<String>,
) -> Result<HttpResponse, Problem> {
    let (alerting, channels) = told(&api)?;
    let removing = auth.store()?.remove_alert_channel(stored(channels, &id)?);
    auth.audited(&principal, "alert-channel.remove", id.as_str(), removing).await?;
    alerting.reload_channels().await?;
    Ok(no_content())
}

/// Sends a test by a channel, and answers what the receiver said.
#[utoipa::path(
    post,
    path = "/api/v1/alert-channels/{id}/test",
    tag = "alerts",
    params(("id" = String, Path)),
    responses((status = 200, description = "OK", body = TestView))
)]
pub(crate) async fn test(
    api: Data<ApiState>,
    auth: Data<Auth>,
    principal: Principal,
    id: Path<String>,
) -> Result<HttpResponse, Problem> {
    let (_, channels) = told(&api)?;
    let outcome = channels.test(&id).await.map_err(super::list::unreadable)?.ok_or_else(unknown)?;
    auth.record(&principal, "alert-channel.test", id.into_inner()).await;
    let took_ms = millis(outcome.took);
    Ok(answer(TestView { ok: outcome.ok, status: outcome.status, answer: outcome.answer, took_ms }))
}

/// Where alerts are told; a demonstration tells nobody.
fn told(api: &ApiState) -> Result<(&Alerting, &Channels), Problem> {
    let alerting = api.alerts()?;
    let channels = alerting.channels().ok_or_else(|| Problem::from(lalin_fleet::Error::NothingKept))?;
    Ok((alerting, channels))
}

/// What can be a channel, and the secrets to be kept.
fn checked(
    channels: &Channels,
    id: Option<&str>,
    form: Form,
) -> Result<(ChannelForm, BTreeMap<String, Zeroizing<String>>), Problem> {
    let name = form.name.trim();
    if name.is_empty() || name.chars().count() > 128 || name.chars().any(char::is_control) {
        return Err(Problem::bad_parameter("name", "1 to 128 characters, none of them a control character"));
    }
    let language = match form.language.as_deref() {
        None | Some("") => None,
        Some("id") => Some(Language::Id),
        Some("en") => Some(Language::En),
        Some(_) => return Err(Problem::bad_parameter("language", "id or en")),
    };
    let secrets: BTreeMap<String, Zeroizing<String>> =
        form.secrets.into_iter().map(|(name, secret)| (name, Zeroizing::new(secret))).collect();
    let form = ChannelForm { name: name.to_owned(), enabled: form.enabled, language, settings: form.settings };
    let wrong = |error: lalin_alerts::Error| Problem::bad_parameter("settings", error);
    let known = form.secret_names().map_err(wrong)?;
    if let Some(other) = secrets.keys().find(|name| !known.contains(&name.as_str())) {
        return Err(Problem::bad_parameter("secrets", format!("{other} is none of {}", known.join(", "))));
    }
    let mut new = Secrets::new();
    secrets.iter().for_each(|(name, secret)| new.set(name.clone(), secret.as_str()));
    channels.check(id, &form, &new).map_err(wrong)?;
    Ok((form, secrets))
}

fn one(channels: &Channels, id: &str) -> Result<ChannelView, Problem> {
    channels.all().into_iter().find(|one| one.id == id).map(Into::into).ok_or_else(unknown)
}

/// The number of a channel of the page; one of the file cannot be changed here.
fn stored(channels: &Channels, id: &str) -> Result<i64, Problem> {
    match channels.all().into_iter().find(|one| one.id == id) {
        Some(one) if one.from_file => {
            Err(Problem::in_file("this channel is in the configuration file: change it there"))
        }
        Some(_) => id.parse().map_err(|_| unknown()),
        None => Err(unknown()),
    }
}

fn unknown() -> Problem {
    lalin_store::Error::Unknown { what: "alert channel" }.into()
}
