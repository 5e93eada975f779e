//! How far back the interpolated counters lie that a page gets which computes rates itself.
//!
//! They lie between two samples, so the later one must have arrived, and its answer may take as long as the slowest
//! recent one. The delay follows that slowly: while it changes, a page sees the traffic of slightly more or less time
//! than it divides by, and a sudden change would look like a step in the traffic.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::time::Instant;

/// This many recent answers are considered.
const ANSWERS: usize = 100;
/// How fast the delay may grow, in seconds a second. Rates computed meanwhile are too low by as much.
const UP: f64 = 0.02;
/// How fast it may shrink.
const DOWN: f64 = 0.002;
/// The longest delay, in intervals. Where a router is even slower, its last sample is repeated until the next one.
const LONGEST: u32 = 10;

/// The delay of one router's counters.
#[derive(Clone, Debug)]
pub struct CountersDelay {
    interval: Duration,
    took: VecDeque<Duration>,
    /// When the newest request came, and the delay it was given.
    last: Option<(Instant, Duration)>,
}

impl CountersDelay {
    /// For a router that is read once an interval.
    pub fn new(interval: Duration) -> Self {
        Self { interval, took: VecDeque::new(), last: None }
    }

    /// The router is read at another interval from now on; the delay follows slowly.
    pub fn set_interval(&mut self, interval: Duration) {
        self.interval = interval;
    }

    /// An answer took this long.
    pub fn answered(&mut self, took: Duration) {
        if self.took.len() == ANSWERS {
            self.took.pop_front();
        }
        self.took.push_back(took);
    }

    /// The delay to aim for: long enough that there are samples on both sides even if the next answer is as slow as the
    /// slowest, or half an interval late.
    pub fn wanted(&self) -> Duration {
        let slowest = self.took.iter().copied().max().unwrap_or_default();
        // The next read waits until a slow one is over.
        let between = self.interval.max(slowest);
        let least = self.interval + self.interval / 2;
        (between + slowest + self.interval / 20).max(least).min(self.interval * LONGEST)
    }

    /// The delay for a request that came at `asked`.
    pub fn at(&mut self, asked: Instant) -> Duration {
        let wanted = self.wanted();
        let (newest, delay) = match self.last {
            None => (asked, wanted),
            Some((before, delay)) => {
                let passed = asked.saturating_duration_since(before);
                let slewed =
                    wanted.clamp(delay.saturating_sub(passed.mul_f64(DOWN)), delay.saturating_add(passed.mul_f64(UP)));
                (before.max(asked), slewed)
            }
        };
        self.last = Some((newest, delay));
        delay
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const T: Duration = Duration::from_secs(2);
    const MILLI: Duration = Duration::from_millis(1);

    #[test]
    fn quick_answers_want_an_interval_and_a_half() {
        let mut delay = CountersDelay::new(T);
        assert_eq!(delay.at(Instant::now()), 3 * T / 2);
        delay.answered(900 * MILLI);
        assert_eq!(delay.wanted(), 3 * T / 2);
        delay.answered(1_600 * MILLI);
        assert_eq!(delay.wanted(), 3_700 * MILLI);
        (0..100).for_each(|_| delay.answered(5 * MILLI));
        assert_eq!(delay.wanted(), 3 * T / 2, "forgotten after a hundred others");
        delay.answered(5_000 * MILLI);
        assert_eq!(delay.wanted(), 10_100 * MILLI, "the next question waits for it, too");
        delay.answered(60_000 * MILLI);
        assert_eq!(delay.wanted(), 20_000 * MILLI);
    }

    #[test]
    fn it_grows_and_shrinks_slowly_however_many_ask() {
        let begun = Instant::now();
        for pages in [1_u32, 50] {
            let mut delay = CountersDelay::new(T);
            let mut last = delay.at(begun);
            let mut ask = |delay: &mut CountersDelay, second: u32, most: Duration| {
                let before = last;
                for page in 0..pages {
                    last = delay.at(begun + Duration::from_secs(second.into()) + Duration::from_secs(1) * page / pages);
                }
                assert!(last.abs_diff(before) <= most, "{pages} pages, second {second}");
                last
            };
            delay.answered(1_800 * MILLI);
            let grown = (1..100).map(|second| ask(&mut delay, second, 41 * MILLI)).last();
            assert_eq!(grown, Some(3_900 * MILLI));
            (0..100).for_each(|_| delay.answered(5 * MILLI));
            let shrunk = (100..200).map(|second| ask(&mut delay, second, 5 * MILLI)).last().unwrap();
            assert!((3_690 * MILLI..=3_710 * MILLI).contains(&shrunk), "{shrunk:?}");
        }
    }
}
