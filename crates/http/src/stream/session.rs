//! One router of an open stream: turns what the monitor tells into bytes for one client.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use actix_web::web::Data;
use bytes::Bytes;
use lalin_alerts::Language;
use lalin_monitor::{Monitor, Subscription, Update, Window};
use lalin_stats::{Identity, Interface, RouterId};
use serde::Serialize;
use tokio::time::{Instant, sleep_until};

use crate::api_state::ApiState;
use crate::auth::Visibility;
use crate::json::WindowView;
use crate::lines::LineWatch;
use crate::routes::InterfaceSelection;

use super::alerts_watch::AlertsWatch;
use super::event_bytes::EventBytes;
use super::event_cache::{Encodings, Selection};
use super::events::{EmptyEvent, WithRouter};
use super::interface_list::ShownList;
use super::sse_event::sse_event;

/// Which of a router's interfaces a stream shows, and how.
#[derive(Clone, Debug)]
pub(super) struct StreamFilter {
    /// What may be seen.
    pub(super) visibility: Visibility,
    /// What was asked for; `None`: everything.
    pub(super) only: Option<InterfaceSelection>,
    /// Whether lists and ticks carry only these too, and not just the window.
    pub(super) narrow: bool,
    /// Whether every event names its router, because the stream carries several.
    pub(super) named: bool,
    /// Whether a changed list is told whole, and not only what changed in it.
    pub(super) whole_lists: bool,
}

impl StreamFilter {
    /// What lists and ticks carry.
    fn selection(&self, router: &RouterId) -> Selection {
        let seen = self.visibility.interfaces_of(router);
        let only = self.only.clone().filter(|_| self.narrow);
        Selection { router: router.clone(), seen, only, named: self.named }
    }
}

/// One router of an open stream.
pub(super) struct StreamSession {
    api: Data<ApiState>,
    subscription: Option<Subscription>,
    router: Option<RouterId>,
    /// What is encoded for this stream and all that show the same.
    encodings: Option<Arc<Encodings>>,
    filter: StreamFilter,
    lines: LineWatch,
    ready: VecDeque<EventBytes>,
    /// The interface list that the client has.
    list: Option<Arc<ShownList>>,
    /// Something else is said of the lines than when the list was made.
    outdated: bool,
    /// With it the session goes on when the router is removed, because the stream carries others; when the router comes
    /// back it begins with so much of the recent window.
    resume_window: Option<Duration>,
    alerts: AlertsWatch,
}

impl StreamSession {
    /// A session for `router` that sends `first` before anything else.
    pub(super) fn new(
        api: Data<ApiState>,
        router: Option<&RouterId>,
        subscription: Option<Subscription>,
        filter: StreamFilter,
        lines: LineWatch,
        first: Option<Bytes>,
    ) -> Self {
        Self {
            encodings: router.map(|router| api.event_cache.of(filter.selection(router))),
            router: router.cloned(),
            api,
            subscription,
            filter,
            lines,
            ready: first.into_iter().map(EventBytes::Own).collect(),
            list: None,
            outdated: false,
            resume_window: None,
            alerts: AlertsWatch::none(),
        }
    }

    /// Makes the session tell of alerts too: one session of a stream does.
    pub(super) fn telling_alerts(mut self, language: Option<Language>) -> Self {
        self.alerts = AlertsWatch::of(&self.api, language);
        self
    }

    /// Makes the session go on when the router is removed; should it come back, with so much of its recent window.
    pub(super) fn surviving_removal(mut self, window: Duration) -> Self {
        self.resume_window = Some(window);
        self
    }

    /// A session of a router that is not there: it begins by saying so, and goes on as [`Self::surviving_removal`].
    pub(super) fn of_removed(
        api: Data<ApiState>,
        router: &RouterId,
        filter: StreamFilter,
        lines: LineWatch,
        window: Duration,
    ) -> Self {
        let mut session = Self::new(api, Some(router), None, filter, lines, None).surviving_removal(window);
        session.removed();
        session
    }

    /// The next bytes to send; `None` ends the stream.
    pub(super) async fn next(&mut self) -> Option<EventBytes> {
        loop {
            if let Some(bytes) = self.ready.pop_front() {
                return Some(bytes);
            }
            let api = &self.api;
            let beat = Instant::now() + api.stream_limits.heartbeat;
            let away = self.router.as_ref().zip(self.resume_window).filter(|_| self.subscription.is_none());
            let update = tokio::select! {
                biased;
                () = api.stop.cancelled() => return None,
                update = next_update(&mut self.subscription) => update,
                subscription = returned(&api.monitor, away) => {
                    self.subscription = Some(subscription);
                    continue;
                }
                () = self.lines.changed() => {
                    // The same interfaces, of which something else is said now.
                    self.outdated = true;
                    self.list();
                    continue;
                }
                seen = self.alerts.changed(&self.filter.visibility) => {
                    let event = self.alerts.event(api, &seen, &self.filter.visibility);
                    self.ready.extend(event.map(EventBytes::Own));
                    continue;
                }
                () = sleep_until(beat) => return Some(Bytes::from_static(BEAT).into()),
            };
            match update {
                Some(update) => self.show(update),
                None if self.resume_window.is_some() => self.removed(),
                None => return None,
            }
        }
    }

    fn removed(&mut self) {
        (self.subscription, self.list) = (None, None);
        let bytes = self.event("removed", None, EmptyEvent {});
        self.ready.push_back(bytes.into());
    }

    fn show(&mut self, update: Update) {
        let bytes = match update {
            Update::State(status) => self.event("state", None, self.filter.visibility.state_view(&status)).into(),
            Update::Tick(frame) => {
                self.list();
                // There is a list wherever there is a tick.
                let (Some(list), Some(encodings)) = (&self.list, &self.encodings) else { return };
                encodings.tick(self.api.epoch_of(frame.seq), &frame, list).into()
            }
            Update::Window(window) => {
                self.list();
                self.window(&window).into()
            }
        };
        self.ready.push_back(bytes);
    }

    fn may_see(&self, interface: &Interface) -> bool {
        self.router.as_ref().is_some_and(|router| self.filter.visibility.sees_interface(router, &interface.name))
    }

    /// The interfaces, or what changed of them, where the client does not have them yet.
    fn list(&mut self) {
        if let Some(router) = &self.router
            && self.lines.take_wan(self.api.wan(router))
        {
            self.outdated = true;
        }
        let newest = self.subscription.as_ref().and_then(Subscription::interfaces);
        let (Some(newest), Some(encodings)) = (newest, &self.encodings) else { return };
        if !self.outdated && self.list.as_ref().is_some_and(|list| list.is_of(&newest, self.lines.view())) {
            return;
        }
        self.outdated = false;
        let list = encodings.list(&newest, self.lines.view());
        let event = match self.list.take().filter(|_| !self.filter.whole_lists) {
            Some(known) => encodings.change(&known, &list),
            None => list.event().clone(),
        };
        self.list = Some(list);
        self.ready.push_back(event.into());
    }

    fn window(&self, window: &Window) -> Bytes {
        // Even an empty window reaches up to the newest tick, so the client may come back with that number.
        let seq = self.subscription.as_ref().and_then(Subscription::last_seq);
        let known = window.interfaces();
        let known = known.iter().map(|(interface, identity)| (&***interface, *identity));
        let only = self.filter.only.as_ref();
        let wanted = only.map(|only| only.among(known.filter(|(one, _)| self.may_see(one))));
        let asked = |one: &Interface, identity: &Identity| {
            wanted.as_ref().is_none_or(|wanted| wanted.has(one, identity)) && self.may_see(one)
        };
        self.event("window", seq, WindowView::of(window, asked, |one| self.may_see(one)))
    }

    fn event(&self, name: &str, seq: Option<u64>, data: impl Serialize) -> Bytes {
        let router = self.router.as_ref().map(RouterId::as_str).filter(|_| self.filter.named);
        // Ticks are numbered for each router, so a stream of several cannot be resumed by a number.
        let id = seq.filter(|_| router.is_none()).map(|seq| (self.api.epoch_of(seq), seq));
        sse_event(name, id, &WithRouter { router, data })
    }
}

/// What is sent where there is nothing to tell.
const BEAT: &[u8] = b": beat\n\n";

/// Waits until a router that was removed is there again.
async fn returned(monitor: &Monitor, away: Option<(&RouterId, Duration)>) -> Subscription {
    match away {
        Some((id, window)) => monitor.added(id).await.subscribe(None, window),
        None => std::future::pending().await,
    }
}

async fn next_update(subscription: &mut Option<Subscription>) -> Option<Update> {
    match subscription {
        Some(subscription) => subscription.next().await,
        None => std::future::pending().await,
    }
}
