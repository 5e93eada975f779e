//! How long the router takes to answer a read, learned from its answers: what is normal for a small router with a
//! thousand lines is no fault, and the limit follows it, within bounds.
//!
//! A fixed limit was the alternative, and is what operators find out about last: a router that needs 4 s never gave any
//! data with one of 3 s, and each vain read was one more load on it.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use lalin_stats::Timing;

/// How many of the newest answers count.
const RECENT: usize = 32;
/// The limit is this many times what was needed, so that a busy moment is not a time-out.
const ROOM: u32 = 2;

/// What the router has shown that it needs.
#[derive(Debug)]
pub(crate) struct AnswerTimes {
    /// The limit that was configured: it never falls below.
    configured: Duration,
    /// Nor rises above.
    longest: Duration,
    learned: Mutex<Learned>,
}

#[derive(Debug, Default)]
struct Learned {
    /// The newest answers.
    recent: VecDeque<Answer>,
    /// The longest silence that was given up since the last answer.
    given_up: Duration,
    /// The limit that the log knows of.
    logged: Option<Duration>,
}

#[derive(Clone, Copy, Debug)]
struct Answer {
    took: Duration,
    silence: Duration,
}

impl AnswerTimes {
    pub(crate) fn new(configured: Duration, longest: Duration) -> Self {
        Self { configured, longest: longest.max(configured), learned: Mutex::default() }
    }

    /// How long the router may be silent during a read.
    pub(crate) fn limit(&self) -> Duration {
        self.limit_of(&self.learned())
    }

    /// How long an answer that keeps arriving may take in all.
    pub(crate) fn longest(&self) -> Duration {
        self.longest
    }

    /// The router answered a read: all of it `took` so long, and the longest silence on the way was this.
    pub(crate) fn answered(&self, took: Duration, silence: Duration) {
        let mut learned = self.learned();
        learned.given_up = Duration::ZERO;
        if learned.recent.len() >= RECENT {
            learned.recent.pop_front();
        }
        learned.recent.push_back(Answer { took, silence });
        self.log(&mut learned);
    }

    /// A read was given up after so long a silence: it needs more than that. One that went on arriving up to the bound
    /// says nothing of it.
    pub(crate) fn given_up(&self, silence: Duration) {
        if silence >= self.longest {
            return;
        }
        let mut learned = self.learned();
        learned.given_up = learned.given_up.max(silence);
        self.log(&mut learned);
    }

    /// As a source tells it; `open` says whether there is a session, without which nothing is under way.
    pub(crate) fn timing(&self, open: bool) -> Timing {
        let learned = self.learned();
        Timing {
            needed: learned.recent.iter().map(|answer| answer.took).max(),
            limit: Some(self.limit_of(&learned)),
            // Its own end comes first.
            longest: open.then(|| self.longest + self.longest / 30),
        }
    }

    fn limit_of(&self, learned: &Learned) -> Duration {
        let slowest = learned.recent.iter().map(|answer| answer.silence).max().unwrap_or_default();
        (slowest.max(learned.given_up) * ROOM).clamp(self.configured, self.longest)
    }

    /// Says it where the limit became another one.
    fn log(&self, learned: &mut Learned) {
        let limit = self.limit_of(learned);
        let before = learned.logged.replace(limit).unwrap_or(self.configured);
        let (read_limit_ms, limit_ms) = (millis(self.configured), millis(limit));
        if limit > before {
            tracing::warn!(read_limit_ms, limit_ms, "the router needs longer than read-limit: it is given more time");
        } else if limit < before && limit == self.configured {
            tracing::info!(read_limit_ms, "the router answers within read-limit again");
        }
    }

    fn learned(&self) -> MutexGuard<'_, Learned> {
        self.learned.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn times() -> AnswerTimes {
        AnswerTimes::new(3 * SECOND, 30 * SECOND)
    }

    #[test]
    fn a_quick_router_keeps_the_configured_limit() {
        let times = times();
        times.answered(SECOND, SECOND);
        assert_eq!(times.limit(), 3 * SECOND);
        assert_eq!(times.timing(false), Timing { needed: Some(SECOND), limit: Some(3 * SECOND), longest: None });
    }

    #[test]
    fn a_read_given_up_doubles_the_limit_up_to_its_bound_and_an_answer_says_what_is_needed() {
        let times = times();
        let limits: Vec<u64> = (0..5)
            .map(|_| {
                times.given_up(times.limit());
                times.limit().as_secs()
            })
            .collect();
        assert_eq!(limits, [6, 12, 24, 30, 30]);
        times.answered(4 * SECOND, 4 * SECOND);
        assert_eq!(times.limit(), 8 * SECOND);
    }

    #[test]
    fn a_long_answer_that_keeps_arriving_needs_no_longer_silence() {
        let times = times();
        times.answered(20 * SECOND, SECOND / 10);
        assert_eq!((times.limit(), times.timing(true).needed), (3 * SECOND, Some(20 * SECOND)));
    }

    #[test]
    fn what_was_slow_long_ago_is_forgotten() {
        let times = times();
        times.answered(4 * SECOND, 4 * SECOND);
        (0..RECENT).for_each(|_| times.answered(SECOND, SECOND));
        assert_eq!(times.limit(), 3 * SECOND);
    }
}
