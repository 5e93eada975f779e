//! How long to wait before the next attempt to connect. Pure: the moments are the keeper's.

use std::time::Duration;

use crate::Settings;

/// What went wrong in a row.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Backoff {
    /// Attempts without a session that answered.
    failures: u32,
    /// Sessions that answered, but not for long. Counted apart, so that one answer after an outage is enough to be
    /// patient again, while a session that keeps breaking does not fill the router's log with logins.
    short_sessions: u32,
}

impl Backoff {
    /// Attempts that failed in a row.
    pub(crate) fn failures(self) -> u32 {
        self.failures
    }

    /// An attempt failed.
    pub(crate) fn failed(&mut self) {
        self.failures = self.failures.saturating_add(1);
    }

    /// A session ended that was open for `lived`; `answered` tells whether it ever answered a read.
    pub(crate) fn ended(&mut self, answered: bool, lived: Duration, settings: &Settings) {
        if !answered {
            self.failed();
            return;
        }
        self.failures = 0;
        self.short_sessions = if lived >= settings.settled_after { 1 } else { self.short_sessions.saturating_add(1) };
    }

    /// The pause before the next attempt; `random` is between 0 and 1.
    pub(crate) fn pause(self, settings: &Settings, random: f64) -> Duration {
        let doublings = self.failures.max(self.short_sessions).saturating_sub(1).min(20);
        let pause = settings.first_pause.saturating_mul(1 << doublings).min(settings.longest_pause);
        // Routers behind one failed switch should not all be tried in the same instant.
        pause.mul_f64(0.75 + 0.25 * random.clamp(0.0, 1.0))
    }

    /// The pause after a refused login; `random` is between 0 and 1.
    pub(crate) fn login_pause(settings: &Settings, random: f64) -> Duration {
        settings.login_pause.mul_f64(1.0 + 0.1 * random.clamp(0.0, 1.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings() -> Settings {
        Settings::new("router", 8728, "user", "password")
    }

    fn pauses(backoff: Backoff) -> (u128, u128) {
        let settings = settings();
        (backoff.pause(&settings, 0.0).as_millis(), backoff.pause(&settings, 1.0).as_millis())
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
    fn a_session_that_answered_ends_the_count_of_failures() {
        let mut backoff = Backoff { failures: 7, short_sessions: 0 };
        backoff.ended(true, Duration::from_secs(1), &settings());
        assert_eq!((backoff.failures(), pauses(backoff).1), (0, 500));
    }

    #[test]
    fn a_session_that_never_answered_counts_as_a_failure() {
        let mut backoff = Backoff { failures: 3, short_sessions: 0 };
        backoff.ended(false, Duration::from_secs(600), &settings());
        assert_eq!((backoff.failures(), pauses(backoff).1), (4, 4_000));
    }

    #[test]
    fn sessions_that_keep_breaking_are_opened_ever_more_seldom_until_one_lasts() {
        let mut backoff = Backoff::default();
        let mut longest = Vec::new();
        for lived in [5, 5, 5, 5, 60, 5] {
            backoff.ended(true, Duration::from_secs(lived), &settings());
            longest.push(pauses(backoff).1);
        }
        assert_eq!(longest, [500, 1_000, 2_000, 4_000, 500, 1_000]);
    }

    #[test]
    fn a_refused_login_is_never_repeated_within_the_minute() {
        assert!(Backoff::login_pause(&settings(), 0.0) >= Duration::from_secs(60));
        assert!(Backoff::login_pause(&settings(), 1.0) <= Duration::from_secs(66));
    }
}
