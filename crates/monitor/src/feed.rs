//! The frames of a router that another machine asks, on their way into this process.
//!
//! How they travel is not known here. Whoever feeds a router says what came, and is told what is missing.

use std::sync::Arc;

use lalin_stats::{Frame, RouterState, Timing};
use tokio::sync::watch;
use tokio::time::Instant;

use crate::Past;
use crate::shared::Shared;

/// Feeds one router with what another machine sampled. It has no effect any more once this process asks the router itself,
/// or feeds it anew.
#[derive(Debug)]
pub struct Feed {
    shared: Arc<Shared>,
    turn: u64,
    wanted: watch::Receiver<bool>,
}

/// What became of a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    /// Every viewer is told.
    Told,
    /// It is known already, or of a machine whose turn is over.
    Known,
    /// Frames before it did not come: the past is needed, see [`Feed::past`].
    Missing,
    /// This feed feeds nothing any more.
    Ended,
}

impl Feed {
    pub(crate) fn new(shared: Arc<Shared>, turn: u64) -> (Self, watch::Sender<bool>) {
        let (sender, wanted) = watch::channel(false);
        (Self { shared, turn, wanted }, sender)
    }

    /// Whether somebody watches the router. Closed once the feed feeds nothing any more.
    pub fn wanted(&self) -> watch::Receiver<bool> {
        self.wanted.clone()
    }

    /// The newest frame.
    pub fn newest(&self) -> Option<Arc<Frame>> {
        self.shared.engine().frames().newest().cloned()
    }

    /// How far back the recent window should reach.
    pub fn window(&self) -> std::time::Duration {
        self.shared.settings().window
    }

    /// One more sample. Its moment (`at`) is told on this process's clock; of its times only the time between samples
    /// counts, all others are made here. `wall_ms` is the wall clock now, ms since 1970-01-01 UTC.
    pub fn frame(&self, frame: Frame, wall_ms: u64) -> Taken {
        let mut engine = self.shared.engine();
        if engine.is_turn(self.turn) { engine.take_frame(frame, Instant::now(), wall_ms) } else { Taken::Ended }
    }

    /// What the machine that asks has of the last minutes. What is known already is passed over. False where the feed feeds
    /// nothing any more.
    pub fn past(&self, past: &Past, wall_ms: u64) -> bool {
        let mut engine = self.shared.engine();
        let is_turn = engine.is_turn(self.turn);
        if is_turn {
            engine.take_past(past, Instant::now(), wall_ms);
        }
        is_turn
    }

    /// How the reads of the machine that asks go. False where the feed feeds nothing any more.
    pub fn state(&self, state: RouterState, timing: Timing) -> bool {
        let mut engine = self.shared.engine();
        let is_turn = engine.is_turn(self.turn);
        if is_turn {
            engine.take_state(state, timing);
        }
        is_turn
    }
}

/// Tells whether somebody watches, for as long as the task lives.
pub(crate) async fn run(shared: Arc<Shared>, turn: u64, wanted: watch::Sender<bool>) {
    loop {
        shared.demand.watched().await;
        shared.engine().begin();
        wanted.send_replace(true);
        shared.demand.unwatched().await;
        wanted.send_replace(false);
        let mut engine = shared.engine();
        if !engine.is_turn(turn) {
            return;
        }
        engine.end();
    }
}
