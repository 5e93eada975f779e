//! How a router's reads went since the start: how many, how many failed and why, and how long they took.

use std::time::Duration;

use lalin_stats::Failure;

/// The upper bounds of the classes that [`ReadCounts::took`] counts, ms.
pub const TOOK_UP_TO_MS: [u64; 11] = [5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000];

/// The upper bounds of the classes that [`ReadCounts::lag`] counts, ms.
pub const LAG_UP_TO_MS: [u64; 9] = [1, 5, 10, 25, 50, 100, 250, 500, 1_000];

/// Most reasons that are told apart; there are fewer.
const REASONS: usize = 32;

/// How a router's reads went since the start.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReadCounts {
    /// Reads that brought a sample.
    pub samples: u64,
    /// Reads that failed, by the stable code of the reason.
    pub failures: Vec<(&'static str, u64)>,
    /// Samples by how long the answer took: those up to each of [`TOOK_UP_TO_MS`], and the longer ones.
    pub took: [u64; TOOK_UP_TO_MS.len() + 1],
    /// How long all of them took together.
    pub took_sum: Duration,
    /// Reads by how much later than they should have they began: up to each of [`LAG_UP_TO_MS`], and later.
    pub lag: [u64; LAG_UP_TO_MS.len() + 1],
    /// How much later all of them began together.
    pub lag_sum: Duration,
}

impl ReadCounts {
    pub(crate) fn sampled(&mut self, took: Duration) {
        let class = TOOK_UP_TO_MS.partition_point(|most| Duration::from_millis(*most) < took);
        self.samples += 1;
        self.took[class] += 1;
        self.took_sum += took;
    }

    pub(crate) fn began(&mut self, late: Duration) {
        let class = LAG_UP_TO_MS.partition_point(|most| Duration::from_millis(*most) < late);
        self.lag[class] += 1;
        self.lag_sum += late;
    }

    pub(crate) fn failed(&mut self, failure: &Failure) {
        let (code, known) = (failure.reason.code(), self.failures.len());
        match self.failures.iter_mut().find(|(known, _)| *known == code) {
            Some((_, count)) => *count += 1,
            None if known < REASONS => self.failures.push((code, 1)),
            None => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use lalin_stats::SourceError;

    use super::*;

    #[test]
    fn reads_are_counted_by_how_long_they_took_and_by_why_they_failed() {
        let mut counts = ReadCounts::default();
        for ms in [1, 5, 6, 20_000] {
            counts.sampled(Duration::from_millis(ms));
        }
        assert_eq!((counts.samples, counts.took[0], counts.took[1], counts.took[11]), (4, 2, 1, 1));
        assert_eq!(counts.took_sum, Duration::from_millis(20_012));
        for ms in [0, 1, 2, 5_000] {
            counts.began(Duration::from_millis(ms));
        }
        assert_eq!((counts.lag[0], counts.lag[1], counts.lag[9]), (2, 1, 1));
        assert_eq!(counts.lag_sum, Duration::from_millis(5_003));
        let closed: Failure = SourceError::Closed { detail: "cut".into() }.into();
        counts.failed(&closed);
        counts.failed(&closed);
        assert_eq!(counts.failures, [(closed.reason.code(), 2)]);
    }
}
