//! Decides whether a router still answers, from the commands that it did and did not answer. No I/O.

use tokio::time::Instant;

use super::policy::ReconnectPolicy;

/// What an unanswered command says of its connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Nothing: it goes on.
    Alive,
    /// It may have been forgotten on the way: what the router says to the command's cancelling decides.
    Doubtful,
    /// It is to be given up.
    Dead,
}

/// What is known of one connection.
#[derive(Debug)]
pub(super) struct Health {
    opened: Instant,
    answered: Option<Instant>,
    /// When the newest unanswered command was given up.
    struck: Option<Instant>,
    strikes: u32,
    /// Commands under way.
    pub(super) waiting: usize,
}

impl Health {
    pub(super) fn new(now: Instant) -> Self {
        Self { opened: now, answered: None, struck: None, strikes: 0, waiting: 0 }
    }

    /// Whether the router ever answered a command.
    pub(super) fn has_answered(&self) -> bool {
        self.answered.is_some()
    }

    /// When the connection was opened.
    pub(super) fn opened(&self) -> Instant {
        self.opened
    }

    /// When the router last showed that it is there, or was last found not to.
    pub(super) fn last_sign(&self) -> Instant {
        self.heard().max(self.struck.unwrap_or(self.opened))
    }

    /// A command was answered.
    pub(super) fn answer(&mut self, now: Instant) {
        (self.answered, self.struck, self.strikes) = (Some(now), None, 0);
    }

    /// The router said something, if not to the command.
    pub(super) fn alive(&mut self) {
        (self.struck, self.strikes) = (None, 0);
    }

    /// A command that began at `began` was not answered.
    pub(super) fn strike(&mut self, began: Instant, now: Instant, policy: &ReconnectPolicy) -> Verdict {
        let already = |at: Option<Instant>| at.is_some_and(|at| began < at);
        // Commands that waited together are one sign of silence, and none where another one was answered meanwhile.
        if already(self.struck) || already(self.answered) {
            return Verdict::Alive;
        }
        self.struck = Some(now);
        self.strikes += 1;
        // What was idle for long may have been forgotten by a firewall on the way; a router that is busy with
        // something else may just be slow.
        let trusted = self.waiting > 0 || now.duration_since(self.heard()) <= policy.trusted_for;
        match (self.strikes >= policy.strikes, trusted) {
            (true, _) => Verdict::Dead,
            (false, true) => Verdict::Alive,
            (false, false) => Verdict::Doubtful,
        }
    }

    fn heard(&self) -> Instant {
        self.answered.unwrap_or(self.opened)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    /// What a connection is told, each at so many seconds after it was opened; whether that puts an end to it.
    fn given_up(waiting: usize, told: &[(&str, u64, u64)]) -> Vec<bool> {
        let opened = Instant::now();
        let at = |seconds| opened + Duration::from_secs(seconds);
        let mut health = Health { waiting, ..Health::new(opened) };
        let policy = ReconnectPolicy::default();
        let mut outcome = Vec::new();
        for (what, began, now) in told {
            match *what {
                "answer" => health.answer(at(*now)),
                _ => outcome.push(health.strike(at(*began), at(*now), &policy) != Verdict::Alive),
            }
        }
        outcome
    }

    #[test]
    fn two_unanswered_commands_in_a_row_are_enough() {
        assert_eq!(given_up(0, &[("strike", 0, 3), ("strike", 3, 6)]), [false, true]);
    }

    #[test]
    fn an_answer_between_them_makes_the_count_begin_anew() {
        assert_eq!(given_up(0, &[("strike", 0, 3), ("answer", 3, 4), ("strike", 4, 7)]), [false, false]);
    }

    #[test]
    fn commands_that_waited_together_are_one_sign() {
        assert_eq!(given_up(0, &[("strike", 0, 3), ("strike", 1, 4), ("strike", 2, 5)]), [false; 3]);
    }

    #[test]
    fn a_command_unanswered_while_another_one_was_answered_is_no_sign() {
        assert_eq!(given_up(0, &[("answer", 1, 2), ("strike", 1, 60), ("strike", 1, 61)]), [false; 2]);
    }

    #[test]
    fn after_a_long_silence_one_is_enough_unless_something_else_is_under_way() {
        assert_eq!(given_up(0, &[("strike", 60, 63)]), [true]);
        assert_eq!(given_up(1, &[("strike", 60, 63), ("strike", 63, 66)]), [false, true]);
    }
}
