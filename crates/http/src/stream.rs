//! `GET /api/v1/stream`: server-sent events; an open stream is a viewer.

use std::collections::VecDeque;
use std::time::Duration;

use actix_web::http::header::{CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE};
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use bytes::Bytes;
use futures_util::stream;
use lalin_monitor::{Subscription, Update, Window};
use lalin_stats::BitsPerSecond;
use serde::Serialize;
use tokio::time::{Instant, sleep_until};

use crate::api::StreamPlace;
use crate::encoded::event;
use crate::query::Parameters;
use crate::wire::{State, millis};
use crate::{Api, Problem};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Hello<'a> {
    epoch: &'a str,
    version: &'a str,
    router: Option<RouterView<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    interval_ms: Option<u64>,
}

#[derive(Serialize)]
struct RouterView<'a> {
    id: &'a str,
    name: &'a str,
    address: &'a str,
}

#[derive(Serialize)]
struct WindowView {
    resumed: bool,
    t: Vec<u64>,
    series: Vec<SeriesView>,
}

#[derive(Serialize)]
struct SeriesView {
    name: String,
    rx: Vec<Option<u64>>,
    tx: Vec<Option<u64>>,
}

pub(crate) async fn get(api: Data<Api>, request: HttpRequest) -> Result<HttpResponse, Problem> {
    let parameters = Parameters::of(&request, &["interface", "router", "window"])?;
    let router = match api.router(parameters.text("router")) {
        Ok(router) => Some(router),
        // No router yet is a state of the page, not a failure of the stream.
        Err(_) if parameters.text("router").is_none() => None,
        Err(problem) => return Err(problem),
    };
    let longest = router.as_ref().map_or(Duration::from_secs(600), |router| router.settings().window);
    let window = parameters.seconds("window", longest)?;
    let only = parameters.text("interface").map(|names| names.split(',').map(str::to_owned).collect());
    let place = api.stream_place()?;
    let inner = api.inner();
    let hello = event(
        "hello",
        None,
        &Hello {
            epoch: &inner.epoch,
            version: env!("CARGO_PKG_VERSION"),
            router: router.as_ref().map(|router| RouterView {
                id: router.id().as_str(),
                name: &router.label().name,
                address: &router.label().address,
            }),
            interval_ms: router.as_ref().map(|router| millis(router.settings().interval)),
        },
    );
    let after = last_event(&request, &inner.epoch);
    let viewer = Viewer {
        subscription: router.map(|router| router.subscribe(after, window)),
        ready: VecDeque::from([hello]),
        only,
        revision: None,
        api: Api::clone(&api),
        _place: place,
    };
    let events = stream::unfold(viewer, |mut viewer| async move {
        let bytes = viewer.next().await?;
        Some((Ok::<_, std::convert::Infallible>(bytes), viewer))
    });
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "text/event-stream"))
        .insert_header((CACHE_CONTROL, "no-store, no-transform"))
        // The shared bytes are sent as they are: compressing them once a viewer would undo the sharing.
        .insert_header((CONTENT_ENCODING, "identity"))
        // nginx would otherwise hold events back until its buffer is full.
        .insert_header(("X-Accel-Buffering", "no"))
        .streaming(events))
}

/// The tick that a client who comes back saw last, if it was one of this life of the server.
fn last_event(request: &HttpRequest, epoch: &str) -> Option<u64> {
    let id = request.headers().get("Last-Event-ID")?.to_str().ok()?;
    let (seen, seq) = id.split_once('-')?;
    (seen == epoch).then(|| seq.parse().ok())?
}

/// One open stream.
struct Viewer {
    subscription: Option<Subscription>,
    ready: VecDeque<Bytes>,
    only: Option<Vec<String>>,
    /// The interface list the client has.
    revision: Option<u64>,
    api: Api,
    _place: StreamPlace,
}

impl Viewer {
    /// The next bytes to send; `None` ends the stream.
    async fn next(&mut self) -> Option<Bytes> {
        loop {
            if let Some(bytes) = self.ready.pop_front() {
                return Some(bytes);
            }
            let inner = self.api.inner();
            let beat = Instant::now() + inner.limits.heartbeat;
            let update = tokio::select! {
                biased;
                () = inner.stop.cancelled() => return None,
                update = next_update(&mut self.subscription) => update?,
                () = sleep_until(beat) => return Some(Bytes::from_static(b": beat\n\n")),
            };
            self.show(update);
        }
    }

    fn show(&mut self, update: Update) {
        match update {
            Update::State(status) => self.ready.push_back(event("state", None, &State::of(&status))),
            Update::Tick(frame) => {
                self.list();
                self.ready.push_back(self.api.inner().encoded.tick(&self.api.inner().epoch, &frame));
            }
            Update::Window(window) => {
                self.list();
                self.ready.push_back(self.window(&window));
            }
        }
    }

    /// The interfaces, where the client does not have them yet.
    fn list(&mut self) {
        let known = self.subscription.as_ref().and_then(Subscription::interfaces);
        let Some((revision, interfaces)) = known.filter(|(revision, _)| Some(*revision) != self.revision) else {
            return;
        };
        self.revision = Some(revision);
        self.ready.push_back(self.api.inner().encoded.list(revision, &interfaces));
    }

    fn window(&self, window: &Window) -> Bytes {
        let wanted = |name: &str| self.only.as_ref().is_none_or(|only| only.iter().any(|wanted| wanted == name));
        let bits =
            |rates: Vec<Option<BitsPerSecond>>| rates.into_iter().map(|rate| rate.map(BitsPerSecond::get)).collect();
        let series = window.series(wanted).into_iter();
        let view = WindowView {
            resumed: window.resumed,
            t: window.times().collect(),
            series: series
                .map(|one| SeriesView { name: one.name.to_string(), rx: bits(one.rx), tx: bits(one.tx) })
                .collect(),
        };
        // Even an empty window reaches to the newest tick: the client may come back with its number.
        let seq = self.subscription.as_ref().and_then(Subscription::last_seq);
        event("window", seq.map(|seq| (self.api.inner().epoch.as_str(), seq)), &view)
    }
}

async fn next_update(subscription: &mut Option<Subscription>) -> Option<Update> {
    match subscription {
        Some(subscription) => subscription.next().await,
        None => std::future::pending().await,
    }
}
