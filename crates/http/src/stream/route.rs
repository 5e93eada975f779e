//! `GET /api/v1/stream`: server-sent events. An open stream is a viewer, for whom the router is sampled.

use std::net::{IpAddr, Ipv4Addr};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use actix_web::http::header::{CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, VARY};
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use futures_util::stream::{self, SelectAll, Stream, StreamExt};
use lalin_monitor::Router;
use utoipa::OpenApi;

use crate::api_state::ApiState;
use crate::auth::{ClientAddress, Visibility};
use crate::json::millis;
use crate::lines::LineWatch;
use crate::routes::{Parameters, requested_router};
use crate::server::EventStream;
use crate::{Auth, Problem};

use super::ended::while_allowed;
use super::event_bytes::EventBytes;
use super::events::{HelloEvent, StreamedRouter};
use super::packing::{packed, takes_gzip};
use super::session::{StreamFilter, StreamSession};
use super::sse_event::sse_event;
use super::stream_limits::StreamSlot;
use super::watch_list::watch_list;

/// What this route is, for the API's description.
#[derive(OpenApi)]
#[openapi(paths(get, alerts))]
pub(crate) struct Described;

#[utoipa::path(
    get,
    path = "/api/v1/stream",
    tag = "live",
    params(
        ("router" = Option<String>, Query, description = "A router's id; without it the first router"),
        ("interface" = Option<String>, Query, description = "Names with commas between, or repeated"),
        ("lists" = Option<String>, Query, description = "`changes` (default) or `whole`: how a changed list is told"),
        ("only" = Option<bool>, Query, description = "Nothing but these interfaces"),
        ("watch" = Option<String>, Query, description = "Several routers in one stream"),
        ("window" = Option<u64>, Query, description = "Seconds of the past at the start"),
        ("token" = Option<String>, Query, description = "A share link's secret")
    ),
    responses((status = 200, description = "OK", body = String, content_type = "text/event-stream"))
)]
pub(crate) async fn get(api: Data<ApiState>, request: HttpRequest) -> Result<HttpResponse, Problem> {
    let known = ["interface", "lists", "only", "router", "token", "watch", "window"];
    let parameters = Parameters::of(&request, &known)?;
    let visibility = Visibility::of(&request);
    match parameters.text("watch") {
        Some(_) => several(&api, &request, &parameters, &visibility),
        None => one(&api, &request, &parameters, visibility),
    }
}

/// The alerts that stand, at the beginning and whenever they change; no router is sampled for it.
#[utoipa::path(
    get,
    path = "/api/v1/alerts/stream",
    tag = "alerts",
    params(
        ("lang" = Option<String>, Query, description = "The language of `text`: `id` or `en`"),
        ("token" = Option<String>, Query, description = "A share link's secret")
    ),
    responses((status = 200, description = "OK", body = String, content_type = "text/event-stream"))
)]
pub(crate) async fn alerts(api: Data<ApiState>, request: HttpRequest) -> Result<HttpResponse, Problem> {
    let parameters = Parameters::of(&request, &["lang", "token"])?;
    let language = parameters.language("lang")?;
    api.alerts()?;
    let visibility = Visibility::of(&request);
    let slot = take_slot(&api, &request)?;
    let filter = StreamFilter { visibility, only: None, narrow: false, named: false, whole_lists: false };
    let session = StreamSession::new(api, None, None, filter, LineWatch::default(), None).telling_alerts(language);
    Ok(answer(&request, slot, events(session)))
}

/// The events of one router.
fn one(
    api: &Data<ApiState>,
    request: &HttpRequest,
    parameters: &Parameters,
    visibility: Visibility,
) -> Result<HttpResponse, Problem> {
    let router = match requested_router(api, &visibility, request, parameters) {
        Ok(router) => Some(router),
        // That there is no router yet is a state which the page shows, not a failure of the stream.
        Err(_) if parameters.text("router").is_none() && request.match_info().get("id").is_none() => None,
        Err(problem) => return Err(problem),
    };
    let longest = router.as_ref().map_or(Duration::from_secs(600), |router| router.settings().window);
    let window = parameters.seconds("window", longest)?;
    let narrow = parameters.flag("only")?;
    let only = parameters.selection("interface");
    if narrow && only.is_none() {
        return Err(Problem::bad_parameter("only", "name the interfaces with interface="));
    }
    let whole_lists = whole_lists(parameters)?;
    let slot = take_slot(api, request)?;
    let hello = HelloEvent {
        epoch: &api.epoch,
        version: env!("CARGO_PKG_VERSION"),
        router: router.as_deref().map(|router| StreamedRouter::of(router, &visibility, &api.wan(router.id()))),
        routers: Vec::new(),
        interval_ms: router.as_ref().map(|router| millis(router.settings().interval)),
        recent_ms: router.as_ref().map(|router| millis(router.window_reach())),
    };
    let hello = sse_event("hello", None, &hello);
    let after = last_event(request, api);
    let subscription = router.as_ref().map(|router| router.subscribe(after, window));
    let filter = StreamFilter { visibility, only, narrow, named: false, whole_lists };
    let lines = router.as_ref().map(|router| Auth::line_watch(request, router.id())).unwrap_or_default();
    let id = router.as_deref().map(Router::id);
    let session = StreamSession::new(api.clone(), id, subscription, filter, lines, Some(hello)).telling_alerts(None);
    Ok(answer(request, slot, events(session)))
}

/// The events of chosen interfaces of several routers, each event with the name of its router.
fn several(
    api: &Data<ApiState>,
    request: &HttpRequest,
    parameters: &Parameters,
    visibility: &Visibility,
) -> Result<HttpResponse, Problem> {
    if parameters.text("router").is_some() || parameters.text("interface").is_some() {
        return Err(Problem::bad_parameter("watch", "names routers and interfaces: leave out router and interface"));
    }
    let chosen = watch_list(api, visibility, parameters)?;
    // One that was removed is told as on a stream that was open already, and the others are shown. Where none is there,
    // the address is more likely to be wrong than the page to be old.
    let routers: Vec<Arc<Router>> = chosen.iter().filter_map(|(id, _)| api.monitor.get(id)).collect();
    if let (true, Some((id, _))) = (routers.is_empty(), chosen.first()) {
        return Err(Problem::unknown_router(id.as_str()));
    }
    let longest = routers.iter().map(|router| router.settings().window).min().unwrap_or_default();
    let window = parameters.seconds("window", longest)?;
    let whole_lists = whole_lists(parameters)?;
    let slot = take_slot(api, request)?;
    let hello = HelloEvent {
        epoch: &api.epoch,
        version: env!("CARGO_PKG_VERSION"),
        router: None,
        routers: routers.iter().map(|router| StreamedRouter::of(router, visibility, &api.wan(router.id()))).collect(),
        interval_ms: routers.iter().map(|router| millis(router.settings().interval)).max(),
        recent_ms: routers.iter().map(|router| millis(router.window_reach())).min(),
    };
    let hello = stream::iter([EventBytes::Own(sse_event("hello", None, &hello))]);
    let mut all = SelectAll::new();
    for (id, selection) in chosen {
        let (visibility, only) = (visibility.clone(), Some(selection));
        let filter = StreamFilter { visibility, only, narrow: true, named: true, whole_lists };
        let lines = Auth::line_watch(request, &id);
        let session = match routers.iter().find(|router| *router.id() == id) {
            Some(router) => {
                let subscription = Some(router.subscribe(None, window));
                StreamSession::new(api.clone(), Some(&id), subscription, filter, lines, None).surviving_removal(window)
            }
            None => StreamSession::of_removed(api.clone(), &id, filter, lines, window),
        };
        let session = if all.is_empty() { session.telling_alerts(None) } else { session };
        all.push(events(session));
    }
    Ok(answer(request, slot, hello.chain(all)))
}

/// Whether a changed list is told whole, as it was before there were changes: `lists=whole`.
fn whole_lists(parameters: &Parameters) -> Result<bool, Problem> {
    match parameters.text("lists") {
        None | Some("changes") => Ok(false),
        Some("whole") => Ok(true),
        Some(other) => Err(Problem::bad_parameter("lists", format!("expected changes or whole, got {other:?}"))),
    }
}

type Events = Pin<Box<dyn Stream<Item = EventBytes>>>;

fn events(session: StreamSession) -> Events {
    Box::pin(stream::unfold(session, |mut session| async move {
        let bytes = session.next().await?;
        Some((bytes, session))
    }))
}

fn answer(request: &HttpRequest, slot: StreamSlot, events: impl Stream<Item = EventBytes> + 'static) -> HttpResponse {
    let gzip = takes_gzip(request);
    // The slot is taken for as long as the stream lives.
    let events = packed(while_allowed(request, events), gzip).map(move |event| {
        let _ = &slot;
        event
    });
    let mut answer = HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "text/event-stream"))
        .insert_header((CACHE_CONTROL, "no-store, no-transform"))
        // Said in either case, so that nobody compresses for each stream what all of them share.
        .insert_header((CONTENT_ENCODING, if gzip { "gzip" } else { "identity" }))
        .insert_header((VARY, "Accept-Encoding"))
        // nginx would otherwise hold events back until its buffer is full.
        .insert_header(("X-Accel-Buffering", "no"))
        .streaming(events);
    answer.extensions_mut().insert(EventStream);
    answer
}

/// A slot for the address that the request comes from. This machine's own address is exempt, because it may be a proxy that
/// does not tell whose requests it passes on.
fn take_slot(api: &ApiState, request: &HttpRequest) -> Result<StreamSlot, Problem> {
    let peer = || request.peer_addr().map(|address| address.ip());
    let client = ClientAddress::found(request);
    let told = client.as_ref().is_some_and(|client| client.by_trusted_proxy);
    let address = client.map(|client| client.address).or_else(peer).unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST));
    api.stream_slots.take(address, address.is_loopback() && !told)
}

/// The number of the last tick that a client saw before it came back; `None` where the server was restarted since.
fn last_event(request: &HttpRequest, api: &ApiState) -> Option<u64> {
    let id = request.headers().get("Last-Event-ID")?.to_str().ok()?;
    let (seen, seq) = id.split_once('-')?;
    let seq = seq.parse().ok()?;
    (seen == api.epoch_of(seq)).then_some(seq)
}
