//! One viewer's view of a router: first the recent past, then what happens.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use lalin_stats::{Frame, Identity, Interface};
use tokio::sync::broadcast;

use crate::Window;
use crate::demand::Viewer;
use crate::engine::Event;
use crate::router::{Shared, Status};

/// What a subscriber is told.
#[derive(Clone, Debug)]
pub enum Update {
    /// The state, at first and then whenever it changes.
    State(Status),
    /// The recent past: at first, and again when the subscriber was too slow to be told tick by tick, or when the wall clock
    /// was set back and the past is told at other times.
    Window(Window),
    /// One more sample. The same allocation for every subscriber.
    Tick(Arc<Frame>),
}

/// A frame's revision, its interfaces, and what tells them apart.
pub type Listed = (u64, Arc<[Arc<Interface>]>, Arc<[Identity]>);

fn listed(frame: &Frame) -> Listed {
    (frame.revision, frame.interfaces.clone(), frame.identities.clone())
}

/// An open subscription. While it lives the router is sampled.
#[derive(Debug)]
pub struct Subscription {
    shared: Arc<Shared>,
    window: Duration,
    first: VecDeque<Update>,
    events: broadcast::Receiver<Event>,
    last_seq: Option<u64>,
    interfaces: Option<Listed>,
    missed: u64,
    _viewer: Viewer,
}

impl Subscription {
    pub(crate) fn new(shared: Arc<Shared>, after: Option<u64>, window: Duration) -> Self {
        let viewer = shared.demand.enter();
        let (events, _) = shared.engine().join(None, Duration::ZERO);
        let mut this = Self {
            shared,
            window,
            first: VecDeque::new(),
            events,
            last_seq: after,
            interfaces: None,
            missed: 0,
            _viewer: viewer,
        };
        this.join(after);
        this
    }

    /// Joins the events where the past ends.
    fn join(&mut self, after: Option<u64>) {
        let engine = self.shared.engine();
        let (events, window) = engine.join(after, self.window);
        self.interfaces = engine.frames().back().map(|frame| listed(frame));
        // The window reaches to the newest tick, however short it is.
        let newest = engine.frames().back().map(|frame| frame.seq);
        let status = engine.statuses().borrow().clone();
        drop(engine);
        self.events = events;
        self.last_seq = newest;
        self.first.push_back(Update::State(status));
        self.first.push_back(Update::Window(window));
    }

    /// The newest known interfaces and what tells them apart, as of the last update handed out or older.
    pub fn interfaces(&self) -> Option<Listed> {
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
                Ok(Event::State(status)) => return Some(Update::State(status)),
                // The clock was set back: what was told before is now told earlier, so all of it is told anew.
                Ok(Event::Tick(frame)) if frame.clock_step_ms < 0 => self.join(None),
                Ok(Event::Tick(frame)) => {
                    self.last_seq = Some(frame.seq);
                    self.interfaces = Some(listed(&frame));
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
