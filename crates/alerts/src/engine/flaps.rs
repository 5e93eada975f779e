//! How often something changed in the last ten minutes of time that was watched.

use std::collections::VecDeque;

/// What lies longer ago does not count, ms.
pub(super) const WINDOW_MS: u64 = 600_000;
/// So many changes are flapping.
pub(super) const MANY: usize = 5;
/// No more are kept.
const MOST: usize = 64;

/// The changes of one thing. Time is that in which it was watched: it stops while nothing is known.
#[derive(Clone, Debug, Default)]
pub(super) struct Flaps(VecDeque<u64>);

impl Flaps {
    /// Notes changes at a moment.
    pub(super) fn note(&mut self, changes: u32, watched_ms: u64) {
        for _ in 0..changes.min(MOST as u32) {
            if self.0.len() == MOST {
                self.0.pop_front();
            }
            self.0.push_back(watched_ms);
        }
    }

    /// How many count at a moment.
    pub(super) fn count(&mut self, watched_ms: u64) -> usize {
        while self.0.front().is_some_and(|at| at + WINDOW_MS < watched_ms) {
            self.0.pop_front();
        }
        self.0.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn forget(&mut self) {
        self.0.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_last_ten_minutes_count() {
        let mut flaps = Flaps::default();
        flaps.note(3, 1_000);
        flaps.note(2, 300_000);
        assert_eq!(flaps.count(601_000), 5);
        assert_eq!(flaps.count(601_001), 2);
        assert_eq!(flaps.count(2_000_000), 0);
        flaps.note(1_000, 2_000_000);
        assert_eq!(flaps.count(2_000_000), MOST);
    }
}
