//! One viewer's subscription to a router: first the recent window, then what happens.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use lalin_stats::{Frame, Identity, Interface, RouterState};
use tokio::sync::broadcast;

use crate::demand::{Pace, Viewer};
use crate::engine::Event;
use crate::shared::Shared;
use crate::{Status, Window};

/// What a subscriber is told.
#[derive(Clone, Debug)]
pub enum Update {
    /// The state, at first and then whenever it changes.
    State(Status),
    /// The recent window: at first, and again when the subscriber was too slow to be told tick by tick, or when the
    /// wall clock was set back, so that earlier samples have other times now.
    Window(Window),
    /// One more sample. The same allocation for every subscriber.
    Tick(Arc<Frame>),
}

/// A router's interfaces at one revision of their list.
#[derive(Clone, Debug)]
pub struct InterfaceList {
    /// Two frames of one revision have the same list.
    pub revision: u64,
    /// The interfaces, in the router's order.
    pub interfaces: Arc<[Arc<Interface>]>,
    /// What tells them apart, in the same order.
    pub identities: Arc<[Identity]>,
}

impl InterfaceList {
    fn of(frame: &Frame) -> Self {
        Self { revision: frame.revision, interfaces: frame.interfaces.clone(), identities: frame.identities.clone() }
    }
}

/// An open subscription. While it lives the router is sampled.
#[derive(Debug)]
pub struct Subscription {
    shared: Arc<Shared>,
    window: Duration,
    first: VecDeque<Update>,
    events: broadcast::Receiver<Event>,
    last_seq: Option<u64>,
    interfaces: Option<InterfaceList>,
    missed: u64,
    /// Keeps what it is told: of what another machine asks it is told nothing.
    keeps: bool,
    _viewer: Viewer,
}

impl Subscription {
    pub(crate) fn new(shared: Arc<Shared>, after: Option<u64>, window: Duration, pace: Pace) -> Self {
        let viewer = shared.demand.enter(pace);
        let (events, _) = shared.engine().join(None, Duration::ZERO);
        let mut this = Self {
            shared,
            window,
            first: VecDeque::new(),
            events,
            last_seq: after,
            interfaces: None,
            missed: 0,
            keeps: pace == Pace::Recording,
            _viewer: viewer,
        };
        this.join(after);
        this
    }

    /// Joins the events where the recent window ends.
    fn join(&mut self, after: Option<u64>) {
        let engine = self.shared.engine();
        let (events, window) = engine.join(after, self.window);
        self.interfaces = engine.frames().newest().map(|frame| InterfaceList::of(frame));
        // The window reaches to the newest tick, however short it is.
        let newest = engine.frames().newest().map(|frame| frame.seq);
        let (mut status, followed) = (engine.status(), engine.is_followed());
        drop(engine);
        if followed && self.keeps {
            status.state = RouterState::Idle;
        }
        self.events = events;
        // What a followed router's machine has is not here yet: whoever comes with a number goes on from it then.
        self.last_seq = newest.or(after.filter(|_| followed));
        self.first.push_back(Update::State(status));
        self.first.push_back(Update::Window(window));
    }

    /// The newest known interfaces and what tells them apart, as of the last update handed out or older.
    pub fn interfaces(&self) -> Option<InterfaceList> {
        self.interfaces.clone()
    }

    /// The number of the newest tick that was handed out.
    pub fn last_seq(&self) -> Option<u64> {
        self.last_seq
    }

    /// How many events this subscriber was too slow for.
    pub fn missed(&self) -> u64 {
        self.missed
    }

    /// The next update; `None` when the router was removed. Dropping the future loses nothing.
    pub async fn next(&mut self) -> Option<Update> {
        loop {
            if let Some(update) = self.first.pop_front() {
                return Some(update);
            }
            match self.events.recv().await {
                Ok(Event::Followed(_) | Event::FollowedState(_) | Event::Filled) if self.keeps => {}
                Ok(Event::Filled) => self.join(self.last_seq),
                Ok(Event::State(status) | Event::FollowedState(status)) => return Some(Update::State(*status)),
                // The clock was set back, so all earlier samples have other times now: all of it is sent anew.
                Ok(Event::Tick(frame) | Event::Followed(frame)) if frame.clock_step_ms < 0 => self.join(None),
                Ok(Event::Tick(frame) | Event::Followed(frame)) => {
                    self.last_seq = Some(frame.seq);
                    self.interfaces = Some(InterfaceList::of(&frame));
                    return Some(Update::Tick(frame));
                }
                Err(broadcast::error::RecvError::Lagged(count)) => {
                    self.missed += count;
                    self.join(self.last_seq);
                }
                Err(broadcast::error::RecvError::Closed) => return None,
            }
        }
    }
}
