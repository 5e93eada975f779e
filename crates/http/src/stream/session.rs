//! One router of an open stream: what a viewer is told of it, as bytes.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use lalin_monitor::{Monitor, Router, Subscription, Update, Window};
use lalin_stats::{Frame, Identity, Interface, RouterId};
use serde::Serialize;
use tokio::time::{Instant, sleep_until};

use super::event_cache::{List, Tick, event};
use crate::Api;
use crate::auth::Visibility;
use crate::routes::InterfaceSelection;
use crate::routes::window::WindowView;

/// Which of a router's interfaces a viewer is shown.
#[derive(Clone, Debug)]
pub(crate) struct Shown {
    /// What may be seen.
    pub(crate) visibility: Visibility,
    /// What was asked for; `None`: everything.
    pub(crate) only: Option<InterfaceSelection>,
    /// Whether lists and ticks too carry only these, and not only the window.
    pub(crate) narrow: bool,
    /// Whether every event names its router: the stream carries several.
    pub(crate) named: bool,
}

/// One router of an open stream.
pub(crate) struct Viewer {
    api: Api,
    subscription: Option<Subscription>,
    router: Option<RouterId>,
    shown: Shown,
    ready: VecDeque<Bytes>,
    /// The interface list the client has, and where its own stand in the router's.
    revision: Option<(u64, Vec<usize>)>,
    /// A router that is removed does not end the stream, which carries others: should it come back, so much of its past
    /// is told.
    again: Option<Duration>,
}

/// An event's data, with its router where there are several.
#[derive(Serialize)]
struct Named<'a, T: Serialize> {
    #[serde(skip_serializing_if = "Option::is_none")]
    router: Option<&'a str>,
    #[serde(flatten)]
    data: T,
}

/// An event that says all by its name.
#[derive(Serialize)]
struct Nothing {}

impl Viewer {
    /// A viewer of `router`, who is told `first` at first.
    pub(crate) fn new(
        api: Api,
        router: Option<&Router>,
        subscription: Option<Subscription>,
        mut shown: Shown,
        first: Option<Bytes>,
    ) -> Self {
        shown.narrow |= router.is_some_and(|router| !shown.visibility.all_of(router.id()));
        let router = router.map(|router| router.id().clone());
        Self { api, subscription, router, shown, ready: first.into_iter().collect(), revision: None, again: None }
    }

    /// Goes on when the router is removed, and tells of it again, with so much of its past, should it come back.
    pub(crate) fn lasting(mut self, window: Duration) -> Self {
        self.again = Some(window);
        self
    }

    /// The next bytes to send; `None` ends the stream.
    pub(crate) async fn next(&mut self) -> Option<Bytes> {
        loop {
            if let Some(bytes) = self.ready.pop_front() {
                return Some(bytes);
            }
            let inner = self.api.inner();
            let beat = Instant::now() + inner.limits.heartbeat;
            let away = self.router.as_ref().zip(self.again).filter(|_| self.subscription.is_none());
            let update = tokio::select! {
                biased;
                () = inner.stop.cancelled() => return None,
                update = next_update(&mut self.subscription) => update,
                subscription = returned(&inner.monitor, away) => {
                    self.subscription = Some(subscription);
                    continue;
                }
                () = sleep_until(beat) => return Some(Bytes::from_static(b": beat\n\n")),
            };
            match update {
                Some(update) => self.show(update),
                None if self.again.is_some() => self.removed(),
                None => return None,
            }
        }
    }

    fn removed(&mut self) {
        (self.subscription, self.revision) = (None, None);
        let bytes = self.event("removed", None, Nothing {});
        self.ready.push_back(bytes);
    }

    fn show(&mut self, update: Update) {
        let bytes = match update {
            Update::State(status) => self.event("state", None, self.shown.visibility.state(&status)),
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
        self.router.as_ref().is_some_and(|router| self.shown.visibility.interface(router, &interface.name))
    }

    /// The interfaces, where the client does not have them yet.
    fn list(&mut self) {
        let known = self.subscription.as_ref().and_then(Subscription::interfaces);
        let has = self.revision.as_ref().map(|(revision, _)| *revision);
        let Some((revision, interfaces, identities)) = known.filter(|(revision, ..)| Some(*revision) != has) else {
            return;
        };
        let bytes = if self.shown.narrow {
            let places = self.places(&interfaces, &identities);
            let bytes = self.event("interfaces", None, List::of(revision, (&interfaces, &identities), Some(&places)));
            self.revision = Some((revision, places));
            bytes
        } else {
            self.revision = Some((revision, Vec::new()));
            self.api.inner().encoded.list(revision, &interfaces, &identities)
        };
        self.ready.push_back(bytes);
    }

    /// Where those that are asked for and may be seen stand.
    fn places(&self, interfaces: &[Arc<Interface>], identities: &[Identity]) -> Vec<usize> {
        let all = interfaces.iter().map(|interface| &**interface).zip(identities);
        let wanted = self.shown.only.as_ref().map(|only| only.among(all.clone().filter(|(one, _)| self.may_see(one))));
        let asked = |one, identity| wanted.as_ref().is_none_or(|wanted| wanted.has(one, identity));
        let shown = all.enumerate().filter(|(_, (one, identity))| asked(one, identity) && self.may_see(one));
        shown.map(|(place, _)| place).collect()
    }

    fn tick(&self, frame: &Arc<Frame>) -> Bytes {
        let inner = self.api.inner();
        if !self.shown.narrow {
            return inner.encoded.tick(&inner.epoch, frame);
        }
        let places = self.revision.as_ref().map_or(&[][..], |(_, places)| places);
        self.event("tick", Some(frame.seq), Tick::of(frame, Some(places)))
    }

    fn window(&self, window: &Window) -> Bytes {
        // Even an empty window reaches to the newest tick: the client may come back with its number.
        let seq = self.subscription.as_ref().and_then(Subscription::last_seq);
        let known = window.interfaces();
        let known = known.iter().map(|(interface, identity)| (&***interface, *identity));
        let only = self.shown.only.as_ref();
        let wanted = only.map(|only| only.among(known.filter(|(one, _)| self.may_see(one))));
        let asked = |one: &Interface, identity: &Identity| {
            wanted.as_ref().is_none_or(|wanted| wanted.has(one, identity)) && self.may_see(one)
        };
        self.event("window", seq, WindowView::of(window, asked, |one| self.may_see(one)))
    }

    fn event(&self, name: &str, seq: Option<u64>, data: impl Serialize) -> Bytes {
        let router = self.router.as_ref().map(RouterId::as_str).filter(|_| self.shown.named);
        // A number is one router's: a stream of several cannot be resumed by it.
        let id = seq.filter(|_| router.is_none()).map(|seq| (self.api.inner().epoch.as_str(), seq));
        event(name, id, &Named { router, data })
    }
}

/// A router that was away is there again.
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
