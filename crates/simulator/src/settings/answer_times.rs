//! How long the answer to a print takes, and when in that time the counters are read: a busy router, a queue on the
//! way, a radio link. For tests of programs that divide counters by time.
//!
//! Every delay consists of a minimum that all answers have and of an excess over it. The excess is before the counters
//! are read (the question waits) or after (the answer waits). The same seed always gives the same sequence.

use std::time::Duration;

/// How long answers to prints take.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct AnswerTimes {
    /// The minimum that every answer takes, half of it before the counters are read.
    pub least: Duration,
    /// What is added to it.
    pub excess: Excess,
    /// The seed of the random sequence.
    pub seed: u64,
}

/// What an answer takes beyond the minimum; at most `most`, if there is such a bound.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[non_exhaustive]
pub enum Excess {
    /// Nothing.
    #[default]
    None,
    /// Up to half of `most` before the reading and up to half after it, independently.
    BothSides {
        /// The most.
        most: Duration,
    },
    /// All of it before the reading or all of it after, at random.
    EitherSide {
        /// The most.
        most: Duration,
    },
    /// All of it before the reading: the question waits.
    Before {
        /// The most.
        most: Duration,
    },
    /// All of it after the reading: the answer waits.
    After {
        /// The most.
        most: Duration,
    },
    /// A router whose load rises and falls: seven tenths before the reading, and similar to the last answer.
    Load {
        /// The most.
        most: Duration,
    },
    /// A queue on the way to the router that grows for 10 s and drains in 3 s.
    QueueBefore {
        /// The most.
        most: Duration,
    },
    /// The same queue on the way back.
    QueueAfter {
        /// The most.
        most: Duration,
    },
    /// Every third answer is late by `most`, after the reading.
    EveryThirdAfter {
        /// How late it is.
        most: Duration,
    },
    /// The same, before or after the reading at random.
    EveryThirdEither {
        /// How late it is.
        most: Duration,
    },
    /// A radio link: three in a hundred are late by 50 to 300 ms, on either side.
    Seldom,
    /// A mobile network that pauses for 2 s, 20 s apart on average. What is sent in a pause, questions in some and
    /// answers in others, arrives at its end.
    Pauses,
}

/// The times of one answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AnswerTime {
    /// From the question to the reading.
    pub before: Duration,
    /// From the reading to the answer.
    pub after: Duration,
}

impl AnswerTimes {
    /// Answers that take `least` and an excess.
    pub fn new(least: Duration, excess: Excess) -> Self {
        Self { least, excess, seed: 0 }
    }

    /// A cable: 0.5 to 3 ms.
    pub fn lan() -> Self {
        Self::new(Duration::from_micros(500), Excess::BothSides { most: Duration::from_micros(2_500) })
    }

    /// A radio link: mostly 4 ms.
    pub fn wifi() -> Self {
        Self::new(Duration::from_millis(4), Excess::Seldom)
    }

    /// A mobile network: mostly 60 ms.
    pub fn mobile() -> Self {
        Self::new(Duration::from_millis(60), Excess::Pauses)
    }

    /// The same with another random sequence.
    #[must_use]
    pub fn with_seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Starts the sequence of answers.
    pub fn begin(&self) -> AnswerSequence {
        let random = fastrand::Rng::with_seed(self.seed);
        AnswerSequence { of: self.clone(), random, answers: 0, load: 0.5, pause: Pause::default() }
    }
}

/// The times of answers, one after the other.
#[derive(Clone, Debug)]
pub struct AnswerSequence {
    of: AnswerTimes,
    random: fastrand::Rng,
    answers: u64,
    load: f64,
    pause: Pause,
}

/// The present or next pause of a network, seconds.
#[derive(Clone, Copy, Debug, Default)]
struct Pause {
    from: f64,
    to: f64,
    holds_questions: bool,
}

impl AnswerSequence {
    /// The times of the answer to a question asked this long after the start. Questions come in the order of time.
    pub fn next(&mut self, asked: Duration) -> AnswerTime {
        let half = self.of.least.as_secs_f64() / 2.0;
        let (before, after) = self.excess(asked.as_secs_f64(), half);
        self.answers += 1;
        let whole = |seconds: f64| Duration::from_secs_f64((half + seconds).clamp(0.0, 3_600.0));
        AnswerTime { before: whole(before), after: whole(after) }
    }

    fn excess(&mut self, asked: f64, half: f64) -> (f64, f64) {
        let part = |random: &mut fastrand::Rng, most: Duration| random.f64() * most.as_secs_f64();
        let third = self.answers % 3 == 2;
        match self.of.excess {
            Excess::None => (0.0, 0.0),
            Excess::BothSides { most } => (part(&mut self.random, most) / 2.0, part(&mut self.random, most) / 2.0),
            Excess::EitherSide { most } => {
                let excess = part(&mut self.random, most);
                self.by_coin(excess)
            }
            Excess::Before { most } => (part(&mut self.random, most), 0.0),
            Excess::After { most } => (0.0, part(&mut self.random, most)),
            Excess::Load { most } => {
                self.load = reflected(self.load + 0.6 * self.random.f64() - 0.3);
                let excess = self.load * most.as_secs_f64();
                (0.7 * excess, 0.3 * excess)
            }
            Excess::QueueBefore { most } => (queue(asked) * most.as_secs_f64(), 0.0),
            Excess::QueueAfter { most } => (0.0, queue(asked) * most.as_secs_f64()),
            Excess::EveryThirdAfter { most } if third => (0.0, most.as_secs_f64()),
            Excess::EveryThirdEither { most } if third => self.by_coin(most.as_secs_f64()),
            Excess::EveryThirdAfter { .. } | Excess::EveryThirdEither { .. } => (0.0, 0.0),
            Excess::Seldom if self.random.f64() < 0.03 => {
                let excess = 0.05 + 0.25 * self.random.f64();
                self.by_coin(excess)
            }
            Excess::Seldom => (0.0, 0.0),
            Excess::Pauses => self.paused(asked, half),
        }
    }

    fn by_coin(&mut self, excess: f64) -> (f64, f64) {
        if self.random.bool() { (excess, 0.0) } else { (0.0, excess) }
    }

    fn paused(&mut self, asked: f64, half: f64) -> (f64, f64) {
        let mut waits = |sent: f64, question: bool| {
            while sent >= self.pause.to {
                let from = self.pause.to - 20.0 * (1.0 - self.random.f64()).ln();
                self.pause = Pause { from, to: from + 2.0, holds_questions: self.random.bool() };
            }
            let Pause { from, to, holds_questions } = self.pause;
            if sent >= from && question == holds_questions { to - sent } else { 0.0 }
        };
        let before = waits(asked, true);
        (before, waits(asked + before + half, false))
    }
}

/// How full the queue is, from 0 to 1.
fn queue(asked: f64) -> f64 {
    let at = asked % 13.0;
    if at < 10.0 { at / 10.0 } else { (13.0 - at) / 3.0 }
}

/// Within 0 and 1, as a ball between two walls.
fn reflected(load: f64) -> f64 {
    let load = load.abs();
    if load > 1.0 { 2.0 - load } else { load }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LEAST: Duration = Duration::from_millis(10);
    const MOST: Duration = Duration::from_millis(500);

    /// The excesses before and after the reading of a thousand answers two seconds apart.
    fn excesses(excess: Excess) -> Vec<(f64, f64)> {
        let mut answers = AnswerTimes::new(LEAST, excess).begin();
        let one = |k| {
            let AnswerTime { before, after } = answers.next(Duration::from_secs(2 * k));
            let excess = |time: Duration| (time - LEAST / 2).as_secs_f64();
            (excess(before), excess(after))
        };
        (0..1_000_u64).map(one).collect()
    }

    #[test]
    fn an_excess_lies_where_it_is_said_to_and_reaches_its_bound() {
        let most = MOST.as_secs_f64();
        let sums = |excess| {
            let all = excesses(excess);
            assert!(all.iter().all(|(before, after)| before + after <= most + 1e-6), "{excess:?}");
            let largest = all.iter().map(|(before, after)| before + after).fold(0.0, f64::max);
            assert!(largest > 0.9 * most, "{excess:?}: {largest}");
            all.iter().fold((0.0, 0.0), |sum, one| (sum.0 + one.0, sum.1 + one.1))
        };
        for excess in [Excess::Before { most: MOST }, Excess::QueueBefore { most: MOST }] {
            assert_eq!(sums(excess).1, 0.0);
        }
        for excess in
            [Excess::After { most: MOST }, Excess::QueueAfter { most: MOST }, Excess::EveryThirdAfter { most: MOST }]
        {
            assert_eq!(sums(excess).0, 0.0);
        }
        for excess in [
            Excess::BothSides { most: MOST },
            Excess::EitherSide { most: MOST },
            Excess::EveryThirdEither { most: MOST },
        ] {
            let (before, after) = sums(excess);
            assert!((before / after).ln().abs() < 0.2, "{excess:?}: {before} {after}");
        }
        let (before, after) = sums(Excess::Load { most: MOST });
        assert!((before / after - 7.0 / 3.0).abs() < 1e-3);
    }

    #[test]
    fn pauses_are_twenty_seconds_apart_and_end_together() {
        let mut answers = AnswerTimes::mobile().begin();
        let (mut late, mut asked) = (0, 0.0);
        while asked < 100_000.0 {
            let AnswerTime { before, after } = answers.next(Duration::from_secs_f64(asked));
            let took = (before + after).as_secs_f64();
            assert!(took < 2.07);
            late += usize::from(took > 0.1);
            asked += took.max(1.0);
        }
        // Some are over before anybody asks again.
        assert!((3_000..=4_600).contains(&late), "{late}");
    }

    #[test]
    fn a_seed_is_a_sequence() {
        let first = |seed| AnswerTimes::wifi().with_seed(seed).begin().next(Duration::ZERO);
        assert_eq!(first(1), first(1));
        let all = excesses(Excess::Seldom);
        let late = all.iter().filter(|(before, after)| before + after > 0.0).count();
        assert!((15..=50).contains(&late), "{late} of a thousand");
    }
}
