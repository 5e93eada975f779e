//! An answer that depends on a router's newest sample, on the moment, and on what whoever asks may see of it.

use std::sync::Arc;
use std::thread;

use actix_web::http::header::{CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG, HeaderValue, IF_NONE_MATCH, VARY};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder};
use lalin_monitor::{Moment, Router, Status};
use lalin_stats::RouterState;
use tokio::runtime::Handle;
use tokio::sync::watch;

use crate::Problem;
use crate::api_state::ApiState;
use crate::auth::Visibility;
use crate::json::{StateView, state_headers};
use crate::lines::LineView;

use super::ahead::{Next, Turn, make_ahead};
use super::bodies::{Found, Kind, Place, View, When};
use super::compression::SMALL;
use super::encoding::{Accepted, Encoding};
use super::made::Made;
use super::repeatable::Repeatable;

/// A body of more interfaces is made on a thread of its own.
pub(crate) const MANY: usize = 256;

/// Who asks for what, and of which moment.
pub(crate) struct Sampled<'a> {
    pub(crate) kind: Kind,
    pub(crate) router: &'a Arc<Router>,
    /// From before the router was looked for.
    pub(crate) routers: watch::Receiver<u64>,
    pub(crate) status: &'a Status,
    pub(crate) state: &'a StateView,
    pub(crate) moment: &'a Moment,
    pub(crate) visibility: &'a Visibility,
    pub(crate) lines: &'a LineView,
    /// Those that change the answer.
    pub(crate) parameters: Vec<(String, String)>,
    /// Whether the answer is another one at each moment, and not only its ages.
    pub(crate) by_moment: bool,
    /// Whether to write it takes so long that it is made on a thread of its own.
    pub(crate) large: bool,
}

impl Sampled<'_> {
    /// The answer: its headers by `head`, and its body, which `make` makes of the moment where nobody has done that yet, and
    /// of the moments to come while many ask. It is right as long as the router's state is the same.
    ///
    /// # Errors
    /// [`Problem`] where the client accepts no encoding that there is.
    pub(crate) async fn answer(
        self,
        api: &ApiState,
        request: &HttpRequest,
        head: impl FnOnce(&mut HttpResponseBuilder),
        make: impl Fn(&Moment) -> Vec<u8> + Send + Sync + 'static,
    ) -> Result<HttpResponse, Problem> {
        let Self { router, moment, status, .. } = self;
        let when = When { frame: moment.frame.clone(), moment: moment.number, status: status.clone() };
        let Found { made, view, often } = api.bodies.of(self.kind, router.id(), self.view(), when);
        made.asked().once_more();
        let make = Arc::new(make);
        let accepted = Accepted::of(request.headers());
        accepted.choose(false).ok_or_else(Problem::not_acceptable)?;
        let tag = self.tag(&api.epoch, view);
        let known = tag.as_ref().is_some_and(|tag| is_known(request, tag));
        let (mut answer, body, encoding) = if known {
            (HttpResponse::NotModified(), None, Encoding::Identity)
        } else {
            let (make, of) = (make.clone(), moment.clone());
            let plain = made.plain(self.large, move || make(&of)).await;
            let encoding = accepted.choose(plain.len() < SMALL).unwrap_or(Encoding::Identity);
            (HttpResponse::Ok(), Some(made.in_encoding(&plain, encoding, false).await), encoding)
        };
        if often && self.by_moment {
            self.make_ahead(api, view, made.clone(), make);
        }
        state_headers(&mut answer, self.state);
        head(&mut answer);
        answer.insert_header((CACHE_CONTROL, HeaderValue::from_static("no-store")));
        answer.insert_header((VARY, HeaderValue::from_static("Accept-Encoding")));
        if let Some(tag) = tag {
            answer.insert_header((ETAG, tag));
        }
        if encoding != Encoding::Identity {
            answer.insert_header((CONTENT_ENCODING, HeaderValue::from_static(encoding.name())));
        }
        let body = body.unwrap_or_default();
        if !known {
            answer.insert_header((CONTENT_TYPE, HeaderValue::from_static("application/json")));
        }
        let mut answer = if known { answer.finish() } else { answer.body(body.clone()) };
        let mut statuses = router.statuses();
        if *statuses.borrow_and_update() == *status {
            let (sampled, until) = (moment.frame.at, moment.until);
            let asked = made.asked().clone();
            let repeatable = Repeatable { body, asked, sampled, until, statuses, routers: self.routers, access: None };
            answer.extensions_mut().insert(repeatable);
        }
        Ok(answer)
    }

    /// Has the bodies of the next moments made before they are asked for, unless somebody does already.
    fn make_ahead(
        &self,
        api: &ApiState,
        view: u64,
        made: Arc<Made>,
        make: Arc<impl Fn(&Moment) -> Vec<u8> + Send + Sync + 'static>,
    ) {
        let (router, state, until) = (self.router.clone(), self.status.state.clone(), self.moment.until);
        let place = Place { bodies: api.bodies.clone(), kind: self.kind, router: router.id().clone(), view };
        let Some(turn) = Turn::take(place) else { return };
        let next = move |asked| {
            let (status, make) = (router.status(), make.clone());
            let moment = router.moment(asked).filter(|_| status.state == state)?;
            let when = When { frame: moment.frame.clone(), moment: moment.number, status };
            Some(Next { when, until: moment.until, write: Box::new(move || make(&moment)) })
        };
        let runtime = Handle::current();
        // It ends by itself a moment after nobody asks any more. Not one of the runtime's threads: it waits most of its time.
        let ahead = thread::Builder::new().name("answers ahead".into());
        let begun = ahead.spawn(move || make_ahead(turn, &runtime, made, until, next));
        if let Err(error) = begun {
            tracing::debug!(%error, "no thread to make answers ahead");
        }
    }

    fn view(&self) -> View {
        View {
            access: self.visibility.access().clone(),
            details: self.visibility.sees_details(),
            lines: self.lines.clone(),
            parameters: self.parameters.clone(),
        }
    }

    /// What tells this answer from the ones before it. A weak tag: the ages in it are not told apart, nor the encodings. While
    /// there is no new sample to tell of, what is not there changes with time, and there is no tag.
    fn tag(&self, epoch: &str, view: u64) -> Option<HeaderValue> {
        if self.status.state != RouterState::Live {
            return None;
        }
        let number = if self.by_moment { self.moment.number } else { 0 };
        HeaderValue::try_from(format!("W/\"{epoch}-{view:x}-{:x}-{number:x}\"", self.moment.frame.seq)).ok()
    }
}

/// Whether the client has the answer of this tag already.
fn is_known(request: &HttpRequest, tag: &HeaderValue) -> bool {
    let opaque = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
    let tag = opaque(tag.to_str().unwrap_or_default());
    let lines = request.headers().get_all(IF_NONE_MATCH);
    lines.filter_map(|line| line.to_str().ok()).flat_map(|line| line.split(',')).any(|one| {
        let one = opaque(one);
        one == "*" || one == tag
    })
}
