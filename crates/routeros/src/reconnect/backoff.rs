//! How long to wait before the next attempt to connect. No clock here: the connection task has it.

use std::time::Duration;

use super::policy::ReconnectPolicy;

/// What went wrong in a row.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Backoff {
    /// Attempts without a connection that answered.
    failures: u32,
    /// Connections that answered, but not for long. Counted apart, so that one answer after an outage is enough to be
    /// patient again, while a connection that keeps breaking does not fill the router's log with logins.
    short_lives: u32,
}

impl Backoff {
    /// Attempts that failed in a row.
    pub(super) fn failures(self) -> u32 {
        self.failures
    }

    /// An attempt failed.
    pub(super) fn failed(&mut self) {
        self.failures = self.failures.saturating_add(1);
    }

    /// A connection ended that was open for `lived`; `answered` tells whether it ever answered a command.
    pub(super) fn ended(&mut self, answered: bool, lived: Duration, policy: &ReconnectPolicy) {
        if !answered {
            self.failed();
            return;
        }
        self.failures = 0;
        self.short_lives = if lived >= policy.settled_after { 1 } else { self.short_lives.saturating_add(1) };
    }

    /// The pause before the next attempt; `random` is between 0 and 1.
    pub(super) fn pause(self, policy: &ReconnectPolicy, random: f64) -> Duration {
        let doublings = self.failures.max(self.short_lives).saturating_sub(1).min(20);
        let pause = policy.first_pause.saturating_mul(1 << doublings).min(policy.longest_pause);
        // Routers behind one failed switch should not all be tried in the same instant.
        stretch(pause, 0.75 + 0.25 * random.clamp(0.0, 1.0))
    }

    /// The pause after a refusal; `random` is between 0 and 1.
    pub(super) fn refused_pause(policy: &ReconnectPolicy, random: f64) -> Duration {
        stretch(policy.refused_pause, 1.0 + 0.1 * random.clamp(0.0, 1.0))
    }
}

/// A number between 0 and 1, another one each time. It need not be hard to guess.
pub(super) fn random() -> f64 {
    fastrand::f64()
}

fn stretch(pause: Duration, factor: f64) -> Duration {
    // A pause may be "never": what a clock cannot hold is not multiplied further.
    Duration::try_from_secs_f64(pause.as_secs_f64() * factor).unwrap_or(pause)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy() -> ReconnectPolicy {
        ReconnectPolicy::default()
    }

    fn pauses(backoff: Backoff) -> (u128, u128) {
        (backoff.pause(&policy(), 0.0).as_millis(), backoff.pause(&policy(), 1.0).as_millis())
    }

    #[test]
    fn the_pause_doubles_from_half_a_second_to_thirty_seconds() {
        let mut backoff = Backoff::default();
        let mut longest = Vec::new();
        for _ in 0..9 {
            backoff.failed();
            let (least, most) = pauses(backoff);
            assert_eq!(least, most * 3 / 4);
            longest.push(most);
        }
        assert_eq!(longest, [500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000]);
        assert_eq!(backoff.failures(), 9);
        backoff.failures = u32::MAX;
        backoff.failed();
        assert_eq!(pauses(backoff).1, 30_000);
    }

    #[test]
    fn a_connection_that_answered_ends_the_count_of_failures() {
        let mut backoff = Backoff { failures: 7, short_lives: 0 };
        backoff.ended(true, Duration::from_secs(1), &policy());
        assert_eq!((backoff.failures(), pauses(backoff).1), (0, 500));
    }

    #[test]
    fn a_connection_that_never_answered_counts_as_a_failure() {
        let mut backoff = Backoff { failures: 3, short_lives: 0 };
        backoff.ended(false, Duration::from_secs(600), &policy());
        assert_eq!((backoff.failures(), pauses(backoff).1), (4, 4_000));
    }

    #[test]
    fn connections_that_keep_breaking_are_opened_ever_more_seldom_until_one_lasts() {
        let mut backoff = Backoff::default();
        let mut longest = Vec::new();
        for lived in [5, 5, 5, 5, 60, 5] {
            backoff.ended(true, Duration::from_secs(lived), &policy());
            longest.push(pauses(backoff).1);
        }
        assert_eq!(longest, [500, 1_000, 2_000, 4_000, 500, 1_000]);
    }

    #[test]
    fn a_refused_login_is_never_repeated_within_the_minute() {
        assert!(Backoff::refused_pause(&policy(), 0.0) >= Duration::from_secs(60));
        assert!(Backoff::refused_pause(&policy(), 1.0) <= Duration::from_secs(66));
    }

    #[test]
    fn a_pause_without_end_is_one() {
        let policy = policy().with_pauses(Duration::MAX, Duration::MAX).with_refused_pause(Duration::MAX);
        assert!(Backoff::default().pause(&policy, 1.0) > Duration::from_secs(1 << 40));
        assert!(Backoff::refused_pause(&policy, 1.0) > Duration::from_secs(1 << 40));
    }

    #[test]
    fn chance_is_spread_over_the_whole_range_and_does_not_repeat_itself() {
        let drawn: Vec<f64> = (0..1_000).map(|_| random()).collect();
        assert!(drawn.iter().all(|random| (0.0..=1.0).contains(random)));
        let mean = drawn.iter().sum::<f64>() / 1_000.0;
        assert!((0.4..0.6).contains(&mean), "{mean}");
        assert!(drawn.windows(2).all(|pair| pair[0] != pair[1]));
    }
}
