//! One router of an open stream: turns what the monitor tells into bytes for one client.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use actix_web::web::Data;
use bytes::Bytes;
use lalin_monitor::{InterfaceList, Monitor, Router, Subscription, Update, Window};
use lalin_stats::{Frame, Identity, Interface, RouterId};
use serde::Serialize;
use tokio::time::{Instant, sleep_until};

use crate::api_state::ApiState;
use crate::auth::Visibility;
use crate::json::WindowView;
use crate::lines::LineWatch;
use crate::routes::InterfaceSelection;

use super::events::{EmptyEvent, InterfacesEvent, TickEvent, WithRouter};
use super::sse_event::sse_event;

/// Which of a router's interfaces a stream shows.
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
}

/// One router of an open stream.
pub(super) struct StreamSession {
    api: Data<ApiState>,
    subscription: Option<Subscription>,
    router: Option<RouterId>,
    filter: StreamFilter,
    lines: LineWatch,
    ready: VecDeque<Bytes>,
    /// The interface list that the client has, and the positions of its interfaces in the router's list.
    revision: Option<(u64, Vec<usize>)>,
    /// With it the session goes on when the router is removed, because the stream carries others; when the router comes
    /// back it begins with so much of the recent window.
    resume_window: Option<Duration>,
}

impl StreamSession {
    /// A session for `router` that sends `first` before anything else.
    pub(super) fn new(
        api: Data<ApiState>,
        router: Option<&Router>,
        subscription: Option<Subscription>,
        mut filter: StreamFilter,
        lines: LineWatch,
        first: Option<Bytes>,
    ) -> Self {
        filter.narrow |= router.is_some_and(|router| !filter.visibility.sees_whole_router(router.id()));
        let router = router.map(|router| router.id().clone());
        Self {
            api,
            subscription,
            router,
            filter,
            lines,
            ready: first.into_iter().collect(),
            revision: None,
            resume_window: None,
        }
    }

    /// Makes the session go on when the router is removed; should it come back, with so much of its recent window.
    pub(super) fn surviving_removal(mut self, window: Duration) -> Self {
        self.resume_window = Some(window);
        self
    }

    /// A session of a router that is not there: it begins by saying so, and goes on as [`Self::surviving_removal`].
    pub(super) fn of_removed(
        api: Data<ApiState>,
        router: RouterId,
        filter: StreamFilter,
        lines: LineWatch,
        window: Duration,
    ) -> Self {
        let mut session = Self::new(api, None, None, filter, lines, None).surviving_removal(window);
        session.router = Some(router);
        session.removed();
        session
    }

    /// The next bytes to send; `None` ends the stream.
    pub(super) async fn next(&mut self) -> Option<Bytes> {
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
                    self.revision = None;
                    self.list();
                    continue;
                }
                () = sleep_until(beat) => return Some(Bytes::from_static(b": beat\n\n")),
            };
            match update {
                Some(update) => self.show(update),
                None if self.resume_window.is_some() => self.removed(),
                None => return None,
            }
        }
    }

    fn removed(&mut self) {
        (self.subscription, self.revision) = (None, None);
        let bytes = self.event("removed", None, EmptyEvent {});
        self.ready.push_back(bytes);
    }

    fn show(&mut self, update: Update) {
        let bytes = match update {
            Update::State(status) => self.event("state", None, self.filter.visibility.state_view(&status)),
            Update::Tick(frame) => {
                self.list();
                self.tick(&frame)
            }
            Update::Window(window) => {
                self.list();
                self.window(&window)
            }
        };
        self.ready.push_back(bytes);
    }

    fn may_see(&self, interface: &Interface) -> bool {
        self.router.as_ref().is_some_and(|router| self.filter.visibility.sees_interface(router, &interface.name))
    }

    /// The interfaces, where the client does not have them yet.
    fn list(&mut self) {
        if let Some(router) = &self.router
            && self.lines.take_wan(self.api.wan(router))
        {
            self.revision = None;
        }
        let known = self.subscription.as_ref().and_then(Subscription::interfaces);
        let has = self.revision.as_ref().map(|(revision, _)| *revision);
        let Some(InterfaceList { revision, interfaces, identities }) = known.filter(|list| Some(list.revision) != has)
        else {
            return;
        };
        let bytes = if self.filter.narrow {
            let positions = self.positions(&interfaces, &identities);
            let bytes = self.event(
                "interfaces",
                None,
                InterfacesEvent::of(revision, (&interfaces, &identities), Some(&positions), self.lines.view()),
            );
            self.revision = Some((revision, positions));
            bytes
        } else {
            self.revision = Some((revision, Vec::new()));
            let lines = self.lines.view();
            if lines.is_everyones() {
                self.api.event_cache.list(revision, &interfaces, &identities, lines)
            } else {
                self.event("interfaces", None, InterfacesEvent::of(revision, (&interfaces, &identities), None, lines))
            }
        };
        self.ready.push_back(bytes);
    }

    /// The positions of the interfaces that are asked for and may be seen.
    fn positions(&self, interfaces: &[Arc<Interface>], identities: &[Identity]) -> Vec<usize> {
        let all = interfaces.iter().map(|interface| &**interface).zip(identities);
        let wanted = self.filter.only.as_ref().map(|only| only.among(all.clone().filter(|(one, _)| self.may_see(one))));
        let asked = |one, identity| wanted.as_ref().is_none_or(|wanted| wanted.has(one, identity));
        let shown = all.enumerate().filter(|(_, (one, identity))| asked(one, identity) && self.may_see(one));
        shown.map(|(position, _)| position).collect()
    }

    fn tick(&self, frame: &Arc<Frame>) -> Bytes {
        if !self.filter.narrow {
            return self.api.event_cache.tick(&self.api.epoch, frame);
        }
        let positions = self.revision.as_ref().map_or(&[][..], |(_, positions)| positions);
        self.event("tick", Some(frame.seq), TickEvent::of(frame, Some(positions)))
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
        let id = seq.filter(|_| router.is_none()).map(|seq| (self.api.epoch.as_str(), seq));
        sse_event(name, id, &WithRouter { router, data })
    }
}

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
