//! How fast a channel may be used: a bucket of tokens, and beside it so many within a time.

use std::collections::VecDeque;
use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

use tokio::time::Instant;

use crate::channel::Rate;

/// What a channel has left.
#[derive(Debug)]
pub(super) struct Bucket {
    rate: Rate,
    /// When it would be full again; each token taken moves it on.
    full_at: Instant,
    /// When the last were taken, as many as the window holds.
    taken: VecDeque<Instant>,
}

impl Bucket {
    pub(super) fn new(rate: Rate, now: Instant) -> Self {
        Self { rate, full_at: now, taken: VecDeque::new() }
    }

    pub(super) fn rate(&self) -> Rate {
        self.rate
    }

    /// When the next token is there; not later than now if it is.
    pub(super) fn ready_at(&self, now: Instant) -> Instant {
        let spare = self.rate.every * self.rate.burst.saturating_sub(1);
        let token = self.full_at.checked_sub(spare).unwrap_or(now);
        let window = self.rate.window.and_then(|(most, within)| {
            let oldest = self.taken.len().checked_sub(most as usize)?;
            Some(*self.taken.get(oldest)? + within)
        });
        window.map_or(token, |window| window.max(token))
    }

    pub(super) fn take(&mut self, now: Instant) {
        self.full_at = self.full_at.max(now) + self.rate.every;
        if let Some((most, _)) = self.rate.window {
            self.taken.push_back(now);
            while self.taken.len() > most as usize {
                self.taken.pop_front();
            }
        }
    }
}

/// How long to wait after so many failures: doubling from one to the other, a quarter more or less by chance.
pub(super) fn back_off(failures: u32, least: Duration, most: Duration) -> Duration {
    let doubled = least.saturating_mul(1 << failures.saturating_sub(1).min(16)).min(most);
    let chance = RandomState::new().hash_one(failures) % 512;
    doubled.mul_f64(0.75 + chance as f64 / 1_024.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn seconds(n: u64) -> Duration {
        Duration::from_secs(n)
    }

    /// Takes as fast as it may for a while; when each was taken.
    fn taken(rate: Rate, count: usize) -> Vec<u64> {
        let start = Instant::now();
        let mut bucket = Bucket::new(rate, start);
        let mut now = start;
        let mut taken = Vec::new();
        for _ in 0..count {
            now = now.max(bucket.ready_at(now));
            bucket.take(now);
            taken.push((now - start).as_secs());
        }
        taken
    }

    #[test]
    fn a_burst_and_then_one_each() {
        assert_eq!(taken(Rate::new(3, seconds(15)), 6), [0, 0, 0, 15, 30, 45]);
        assert_eq!(taken(Rate::new(1, seconds(1)), 3), [0, 1, 2]);
    }

    #[test]
    fn a_group_gets_twenty_a_minute() {
        let rate = Rate { window: Some((20, seconds(60))), ..Rate::new(1, seconds(1)) };
        let taken = taken(rate, 41);
        assert_eq!((taken[19], taken[20], taken[39], taken[40]), (19, 60, 79, 120));
    }

    #[test]
    fn waiting_doubles_to_its_most() {
        for (failures, about) in [(1, 1.0), (2, 2.0), (5, 16.0), (9, 256.0), (10, 300.0), (4_000_000_000, 300.0)] {
            let waited = back_off(failures, seconds(1), seconds(300)).as_secs_f64();
            assert!((0.75 * about..=1.25 * about).contains(&waited), "{failures}: {waited}");
        }
    }
}
