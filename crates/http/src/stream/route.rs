//! `GET /api/v1/stream`: server-sent events; an open stream is a viewer.

use std::convert::Infallible;
use std::net::{IpAddr, Ipv4Addr};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use actix_web::http::header::{CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE};
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use bytes::Bytes;
use futures_util::stream::{self, SelectAll, Stream};
use lalin_monitor::Router;
use serde::Serialize;

use super::access_end::while_allowed;
use super::event_cache::event;
use super::session::{Shown, Viewer};
use crate::api::StreamSlot;
use crate::auth::ClientAddress;
use crate::auth::Visibility;
use crate::json::millis;
use crate::routes::Parameters;
use crate::routes::{InterfaceSelection, Value, parts};
use crate::{Api, Problem};

/// So many routers one stream may carry.
const MOST_ROUTERS: usize = 16;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Hello<'a> {
    epoch: &'a str,
    version: &'a str,
    router: Option<RouterView>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    routers: Vec<RouterView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    interval_ms: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    recent_ms: Option<u64>,
}

#[derive(Serialize)]
struct RouterView {
    id: String,
    name: String,
    #[serde(flatten)]
    details: Option<RouterDetails>,
}

/// For whoever may see everything.
#[derive(Serialize)]
struct RouterDetails {
    address: String,
}

impl RouterView {
    fn of(router: &Router, visibility: &Visibility) -> Self {
        let label = router.label();
        let details = visibility.details().then(|| RouterDetails { address: label.address.to_string() });
        Self { id: router.id().to_string(), name: label.name.to_string(), details }
    }
}

pub(crate) async fn get(api: Data<Api>, request: HttpRequest) -> Result<HttpResponse, Problem> {
    let known = ["interface", "only", "router", "token", "watch", "window"];
    let parameters = Parameters::of(&request, &known)?;
    let visibility = Visibility::of(&request);
    match parameters.text("watch") {
        Some(_) => several(&api, &request, &parameters, &visibility),
        None => one(&api, &request, &parameters, visibility),
    }
}

/// The events of one router.
fn one(
    api: &Api,
    request: &HttpRequest,
    parameters: &Parameters,
    visibility: Visibility,
) -> Result<HttpResponse, Problem> {
    let router = match visibility.router(api, request, parameters) {
        Ok(router) => Some(router),
        // No router yet is a state of the page, not a failure of the stream.
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
    let place = api.stream_slot(address(request))?;
    let inner = api.inner();
    let hello = Hello {
        epoch: &inner.epoch,
        version: env!("CARGO_PKG_VERSION"),
        router: router.as_deref().map(|router| RouterView::of(router, &visibility)),
        routers: Vec::new(),
        interval_ms: router.as_ref().map(|router| millis(router.settings().interval)),
        recent_ms: router.as_ref().map(|router| millis(router.recent())),
    };
    let hello = event("hello", None, &hello);
    let after = last_event(request, &inner.epoch);
    let subscription = router.as_ref().map(|router| router.subscribe(after, window));
    let shown = Shown { visibility, only, narrow, named: false };
    let viewer = Viewer::new(api.clone(), router.as_deref(), subscription, shown, Some(hello));
    Ok(answer(place, while_allowed(request, events(viewer))))
}

/// The events of chosen interfaces of several routers, each with its router's name.
fn several(
    api: &Api,
    request: &HttpRequest,
    parameters: &Parameters,
    visibility: &Visibility,
) -> Result<HttpResponse, Problem> {
    if parameters.text("router").is_some() || parameters.text("interface").is_some() {
        return Err(Problem::bad_parameter("watch", "names routers and interfaces: leave out router and interface"));
    }
    let mut chosen: Vec<(Arc<Router>, InterfaceSelection)> = Vec::new();
    let repeated = parameters.values("watch").nth(1).is_some();
    for value in parameters.values("watch") {
        for (router, interface) in watched(api, visibility, value, repeated)? {
            if let Some((_, selection)) = chosen.iter_mut().find(|(known, _)| known.id() == router.id()) {
                selection.push(interface);
            } else if chosen.len() < MOST_ROUTERS {
                let mut selection = InterfaceSelection::default();
                selection.push(interface);
                chosen.push((router, selection));
            } else {
                return Err(Problem::bad_parameter("watch", format!("at most {MOST_ROUTERS} routers at once")));
            }
        }
    }
    let longest = chosen.iter().map(|(router, _)| router.settings().window).min().unwrap_or_default();
    let window = parameters.seconds("window", longest)?;
    let place = api.stream_slot(address(request))?;
    let inner = api.inner();
    let hello = Hello {
        epoch: &inner.epoch,
        version: env!("CARGO_PKG_VERSION"),
        router: None,
        routers: chosen.iter().map(|(router, _)| RouterView::of(router, visibility)).collect(),
        interval_ms: chosen.iter().map(|(router, _)| millis(router.settings().interval)).max(),
        recent_ms: chosen.iter().map(|(router, _)| millis(router.recent())).min(),
    };
    let mut hello = Some(event("hello", None, &hello));
    let mut all = SelectAll::new();
    for (router, selection) in chosen {
        let shown = Shown { visibility: visibility.clone(), only: Some(selection), narrow: true, named: true };
        let subscription = Some(router.subscribe(None, window));
        let viewer = Viewer::new(api.clone(), Some(&router), subscription, shown, hello.take());
        all.push(events(viewer.lasting(window)));
    }
    Ok(answer(place, while_allowed(request, all)))
}

/// What one value of `watch` means: `ROUTER/INTERFACE`, or several of them with commas between. A single value that is a
/// name as it stands is that name, and so is one of several values that is no such list.
fn watched(
    api: &Api,
    visibility: &Visibility,
    value: &str,
    repeated: bool,
) -> Result<Vec<(Arc<Router>, Value)>, Problem> {
    let router = |id: &str| {
        let found = id.parse().ok().filter(|id| visibility.some_of(id)).and_then(|id| api.inner().monitor.get(&id));
        found.ok_or_else(|| Problem::unknown_router(id))
    };
    let malformed = |text: &str| {
        let detail = format!("expected ROUTER/INTERFACE, got {text:?}; for a name with a comma repeat watch=");
        Problem::bad_parameter("watch", detail)
    };
    let (id, whole) = value.split_once('/').ok_or_else(|| malformed(value))?;
    if whole.contains(',') {
        let first = router(id)?;
        let is_one = match repeated {
            true => !parts(value).all(|part| part.contains('/')),
            false => is_name(&first, visibility, whole),
        };
        if is_one {
            return Ok(vec![(first, Value::Name(whole.to_owned()))]);
        }
    }
    let one = |part: &str| {
        let (id, interface) = part.split_once('/').ok_or_else(|| malformed(part))?;
        Ok((router(id)?, Value::Any(interface.to_owned())))
    };
    parts(value).map(one).collect()
}

/// Whether an interface that may be seen is called so now.
fn is_name(router: &Router, visibility: &Visibility, text: &str) -> bool {
    let seen = |name: &str| name == text && visibility.interface(router.id(), name);
    router.newest().is_some_and(|frame| frame.interfaces.iter().any(|interface| seen(&interface.name)))
}

type Events = Pin<Box<dyn Stream<Item = Result<Bytes, Infallible>>>>;

fn events(viewer: Viewer) -> Events {
    Box::pin(stream::unfold(viewer, |mut viewer| async move {
        let bytes = viewer.next().await?;
        Some((Ok(bytes), viewer))
    }))
}

fn answer(place: StreamSlot, events: impl Stream<Item = Result<Bytes, Infallible>> + 'static) -> HttpResponse {
    // The place is taken for as long as the stream lives.
    let events = futures_util::StreamExt::map(events, move |event| {
        let _ = &place;
        event
    });
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "text/event-stream"))
        .insert_header((CACHE_CONTROL, "no-store, no-transform"))
        // The shared bytes are sent as they are: compressing them once a viewer would undo the sharing.
        .insert_header((CONTENT_ENCODING, "identity"))
        // nginx would otherwise hold events back until its buffer is full.
        .insert_header(("X-Accel-Buffering", "no"))
        .streaming(events)
}

/// From where, as far as it is known; and whether that may be everybody: a proxy on this machine that does not say for whom
/// it asks.
fn address(request: &HttpRequest) -> (IpAddr, bool) {
    let peer = || request.peer_addr().map(|address| address.ip());
    let client = ClientAddress::found(request);
    let told = client.as_ref().is_some_and(|client| client.by_trusted_proxy);
    let address = client.map(|client| client.address).or_else(peer).unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST));
    (address, address.is_loopback() && !told)
}

/// The tick that a client who comes back saw last, if it was one of this life of the server.
fn last_event(request: &HttpRequest, epoch: &str) -> Option<u64> {
    let id = request.headers().get("Last-Event-ID")?.to_str().ok()?;
    let (seen, seq) = id.split_once('-')?;
    (seen == epoch).then(|| seq.parse().ok())?
}
