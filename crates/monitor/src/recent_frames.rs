//! The newest frames, whole: as many as interpolation may need.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use lalin_stats::Frame;

/// At least this many are kept, and at most this many where answers are slow.
const LEAST: usize = 4;
const MOST: usize = 16;

/// One router's newest frames, oldest first.
#[derive(Debug, Default)]
pub(crate) struct RecentFrames(VecDeque<Arc<Frame>>);

impl RecentFrames {
    /// Adds the newest one. Frames are kept as long as the moment of a question, at most `needed` before the newest,
    /// can lie between two of them.
    pub(crate) fn push(&mut self, frame: Arc<Frame>, needed: Duration) {
        let newest = frame.at;
        self.0.push_back(frame);
        let is_needed = |frame: &Arc<Frame>| newest.saturating_duration_since(frame.at) <= needed;
        while self.0.len() > MOST || self.0.len() > LEAST && self.0.get(1).is_some_and(|second| !is_needed(second)) {
            self.0.pop_front();
        }
    }

    pub(crate) fn newest(&self) -> Option<&Arc<Frame>> {
        self.0.back()
    }

    pub(crate) fn all(&self) -> &VecDeque<Arc<Frame>> {
        &self.0
    }
}
