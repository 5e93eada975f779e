//! One channel in the sending task: whether it may be used now, and what its last answers mean for the next message.

use std::collections::{HashSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::time::Instant;

use super::bucket::{Bucket, back_off};
use super::state::{ChannelState, OutboxChannel, TestOutcome};
use crate::channel::{Channel, SendError};

/// Between tries of what fails.
const LEAST: Duration = Duration::from_secs(1);
const MOST: Duration = Duration::from_secs(300);
/// A device that is not connected is asked again after this, then less often.
const PAUSE: Duration = Duration::from_secs(30);
/// A channel that wants other settings is asked again all the same, for a receiver that only said so by mistake.
const STOPPED: Duration = Duration::from_secs(3_600);
/// How many tests wait for their turn.
const MOST_TESTS: usize = 3;

pub(super) type TestAnswer = oneshot::Sender<TestOutcome>;

pub(super) struct Lane {
    pub(super) settings: OutboxChannel,
    pub(super) bucket: Bucket,
    /// A message is under way.
    pub(super) busy: bool,
    /// Nothing to send before then, as far as is known.
    pub(super) idle_until: Option<Instant>,
    /// Not to be used before then.
    hold_until: Option<Instant>,
    /// A test may go in spite of the hold: it was our own decision to wait, not the receiver's.
    test_may: bool,
    failures: u32,
    pub(super) state: ChannelState,
    pub(super) tests: VecDeque<TestAnswer>,
    /// Rows that must not share a message: one that they shared was refused.
    pub(super) alone: HashSet<i64>,
}

/// What a failed message leads to.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// Back into the queue for so long. `counts`: it was an attempt.
    Queue { wait: Duration, doubtful: bool, counts: bool },
    /// Given up.
    Fail,
}

impl Lane {
    pub(super) fn new(settings: OutboxChannel, now: Instant) -> Self {
        let bucket = Bucket::new(settings.channel.rate(), now);
        Self {
            settings,
            bucket,
            busy: false,
            idle_until: None,
            hold_until: None,
            test_may: true,
            failures: 0,
            state: ChannelState::Working,
            tests: VecDeque::new(),
            alone: HashSet::new(),
        }
    }

    /// With other settings: tried at once. What it has used up of its rate stays used up.
    pub(super) fn change(&mut self, settings: OutboxChannel, now: Instant) {
        if settings.channel.rate() != self.bucket.rate() {
            self.bucket = Bucket::new(settings.channel.rate(), now);
        }
        if !Arc::ptr_eq(&settings.channel, &self.settings.channel) {
            self.hold_until = None;
            self.failures = 0;
            self.state = ChannelState::Working;
        }
        self.idle_until = None;
        self.settings = settings;
    }

    pub(super) fn channel(&self) -> &Arc<dyn Channel> {
        &self.settings.channel
    }

    /// When something can be done with it; `None` while a message is under way.
    pub(super) fn ready_at(&self, account_hold: Option<Instant>, now: Instant) -> Option<Instant> {
        if self.busy {
            return None;
        }
        let testing = !self.tests.is_empty();
        let hold = self.hold_until.filter(|_| !(testing && self.test_may));
        let idle = self.idle_until.filter(|_| !testing);
        let held = [hold, idle, account_hold].into_iter().flatten().max().unwrap_or(now);
        Some(held.max(self.bucket.ready_at(now)))
    }

    /// Takes a test, or gives it back where too many wait.
    pub(super) fn add_test(&mut self, answer: TestAnswer) -> Option<TestAnswer> {
        if self.tests.len() >= MOST_TESTS {
            return Some(answer);
        }
        self.tests.push_back(answer);
        None
    }

    pub(super) fn succeeded(&mut self, hold: Option<Duration>, now: Instant) {
        self.failures = 0;
        self.test_may = true;
        self.hold_until = hold.map(|hold| now + hold);
        self.state = ChannelState::Working;
        self.idle_until = None;
    }

    /// What to do about a failure. `now_ms`: for the state that is shown.
    pub(super) fn failed(&mut self, error: &SendError, attempts: u32, now: Instant, now_ms: i64) -> Next {
        self.idle_until = None;
        let why = error.to_string();
        let until = |wait: Duration| now_ms.saturating_add(i64::try_from(wait.as_millis()).unwrap_or(i64::MAX));
        match error {
            SendError::Again { after, unreachable, doubtful, .. } => {
                let mut wait = after.unwrap_or_else(|| back_off(attempts, LEAST, MOST));
                if *unreachable {
                    self.failures = self.failures.saturating_add(1);
                    wait = wait.max(back_off(self.failures, LEAST, MOST));
                }
                if after.is_some() || *unreachable {
                    self.test_may = after.is_none();
                    self.hold_until = Some(now + wait);
                    self.state = ChannelState::Waiting { until_ms: until(wait), why };
                }
                Next::Queue { wait, doubtful: *doubtful, counts: true }
            }
            SendError::ChannelPaused { .. } => {
                self.failures = self.failures.saturating_add(1);
                let wait = back_off(self.failures, PAUSE, MOST);
                self.test_may = true;
                self.hold_until = Some(now + wait);
                self.state = ChannelState::Waiting { until_ms: until(wait), why };
                Next::Queue { wait, doubtful: false, counts: false }
            }
            SendError::ChannelFinal { .. } => {
                self.test_may = true;
                self.hold_until = Some(now + STOPPED);
                self.state = ChannelState::Stopped { why };
                Next::Queue { wait: Duration::ZERO, doubtful: false, counts: false }
            }
            SendError::MessageFinal { .. } => Next::Fail,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Language;
    use crate::channel::{MockChannel, Rate};

    fn lane(now: Instant) -> Lane {
        let mut channel = MockChannel::new();
        channel.expect_rate().return_const(Rate::new(1, Duration::from_secs(15)));
        let channel = Arc::new(channel);
        Lane::new(OutboxChannel { id: "c".into(), name: "C".into(), language: Language::Id, channel }, now)
    }

    fn again(after: Option<u64>, unreachable: bool) -> SendError {
        let after = after.map(Duration::from_secs);
        SendError::Again { status: None, after, unreachable, doubtful: false, why: "x".into() }
    }

    fn held(lane: &Lane, now: Instant) -> u64 {
        (lane.ready_at(None, now).unwrap() - now).as_secs()
    }

    #[test]
    fn what_the_receiver_says_wins_and_holds_a_test_too() {
        let now = Instant::now();
        let mut lane = lane(now);
        let next = lane.failed(&again(Some(90), false), 1, now, 0);
        assert_eq!(next, Next::Queue { wait: Duration::from_secs(90), doubtful: false, counts: true });
        assert_eq!(held(&lane, now), 90);
        assert!(lane.add_test(oneshot::channel().0).is_none());
        assert_eq!(held(&lane, now), 90);
    }

    #[test]
    fn one_message_that_fails_holds_no_other() {
        let now = Instant::now();
        let mut lane = lane(now);
        lane.failed(&again(None, false), 5, now, 0);
        assert_eq!((held(&lane, now), &lane.state), (0, &ChannelState::Working));
        lane.failed(&again(None, true), 1, now, 0);
        assert!(matches!(lane.state, ChannelState::Waiting { .. }));
    }

    #[test]
    fn a_stopped_channel_takes_a_test_at_its_rate() {
        let now = Instant::now();
        let mut lane = lane(now);
        lane.bucket.take(now);
        let error = SendError::ChannelFinal { status: Some(401), why: "token".into() };
        assert_eq!(
            lane.failed(&error, 1, now, 0),
            Next::Queue { wait: Duration::ZERO, doubtful: false, counts: false }
        );
        assert_eq!(held(&lane, now), 3_600);
        for _ in 0..MOST_TESTS {
            assert!(lane.add_test(oneshot::channel().0).is_none());
        }
        assert!(lane.add_test(oneshot::channel().0).is_some());
        assert_eq!(held(&lane, now), 15);
        lane.succeeded(None, now);
        lane.tests.clear();
        assert_eq!(lane.state, ChannelState::Working);
    }
}
