//! Moments of another machine on this one's clock.
//!
//! No wall clock is asked. Each message says when it was sent and when the router read its counters, both by the sender's
//! monotonic clock; what the two clocks are apart is the smallest difference between arrival and sending of the last
//! messages, for a message may be late and never early. So samples keep their exact spacing, however late a message is.
//!
//! The error that remains: samples seem younger than they are by the shortest way between the machines (below a
//! millisecond in one building, half a round trip to a distant site), and while two clocks drift apart, by what they
//! drift within [`MESSAGES`] messages: at 50 millionths and a message each 2 s that is 6 ms.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::time::Instant;

/// So many messages are considered.
const MESSAGES: usize = 64;
/// Where so many messages in a row come this much later than expected, the sender was asleep: its clock stood still.
const ASLEEP: (usize, i64) = (3, 2_000_000);

/// Another machine's monotonic clock, as far as its messages tell.
#[derive(Debug)]
pub(super) struct RemoteClock {
    /// The beginning of this process's clock.
    origin: Instant,
    /// Arrival less sending, us.
    apart: VecDeque<i64>,
    late: usize,
}

/// From one moment to another, us; below zero where the second is the earlier.
pub(super) fn since(origin: Instant, at: Instant) -> i64 {
    let us = |duration: Duration| i64::try_from(duration.as_micros()).unwrap_or(i64::MAX);
    if at >= origin { us(at - origin) } else { -us(origin - at) }
}

impl RemoteClock {
    pub(super) fn new(origin: Instant) -> Self {
        Self { origin, apart: VecDeque::with_capacity(MESSAGES), late: 0 }
    }

    /// A message that was sent at `sent` us by the other clock arrived.
    pub(super) fn heard(&mut self, sent: i64, now: Instant) {
        let apart = since(self.origin, now).saturating_sub(sent);
        let is_late = self.least().is_some_and(|least| apart.saturating_sub(least) > ASLEEP.1);
        self.late = if is_late { self.late + 1 } else { 0 };
        if self.late >= ASLEEP.0 {
            self.apart.clear();
            self.late = 0;
        }
        if self.apart.len() == MESSAGES {
            self.apart.pop_front();
        }
        self.apart.push_back(apart);
    }

    /// A moment of the other clock on this one.
    pub(super) fn local(&self, at: i64) -> Instant {
        let us = at.saturating_add(self.least().unwrap_or_default());
        let distance = Duration::from_micros(us.unsigned_abs());
        let local = if us >= 0 { self.origin.checked_add(distance) } else { self.origin.checked_sub(distance) };
        // Beyond all time, as only nonsense is.
        local.unwrap_or(self.origin)
    }

    fn least(&self) -> Option<i64> {
        self.apart.iter().copied().min()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const S: i64 = 1_000_000;

    #[test]
    fn a_late_message_moves_no_sample() {
        let begun = Instant::now();
        let mut clock = RemoteClock::new(begun);
        // The other machine started 1,000 s earlier; the way takes 1 ms, and sometimes much longer.
        for (tick, way) in [1, 1, 40, 1, 900, 1].into_iter().enumerate() {
            let sent = Duration::from_secs(2 * tick as u64);
            clock.heard(since(begun, begun + sent) + 1_000 * S, begun + sent + Duration::from_millis(way));
            let at = clock.local(since(begun, begun + sent) + 1_000 * S);
            assert_eq!(at, begun + sent + Duration::from_millis(1));
        }
    }

    #[test]
    fn a_machine_that_slept_is_heard_anew() {
        let begun = Instant::now();
        let mut clock = RemoteClock::new(begun);
        clock.heard(0, begun);
        for tick in 1..=3_u64 {
            let now = begun + Duration::from_secs(2 * tick + 600);
            clock.heard(2 * S * tick as i64, now);
        }
        assert_eq!(clock.local(6 * S), begun + Duration::from_secs(606));
    }
}
