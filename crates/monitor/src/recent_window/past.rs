//! The recent window on its way to another machine: points by line, and the newest frames whole.

use std::sync::Arc;

use lalin_stats::{Frame, GapPart, Identity, Interface};

/// What one machine has of a router's last minutes, as another one is given it.
#[derive(Clone, Debug, Default)]
pub struct Past {
    /// The lines that the points have.
    pub lines: Vec<PastLine>,
    /// The ticks, oldest first; all before `frames`.
    pub points: Vec<PastPoint>,
    /// The newest ticks, whole, oldest first.
    pub frames: Vec<Arc<Frame>>,
}

/// A line of the past.
#[derive(Clone, Debug, PartialEq)]
pub struct PastLine {
    /// The first tick that had it.
    pub first: u64,
    /// The last tick that had it, where it is there no more.
    pub gone: Option<u64>,
    /// How it was called, the oldest first.
    pub versions: Vec<LineVersion>,
}

/// A line as it was from a tick on.
#[derive(Clone, Debug, PartialEq)]
pub struct LineVersion {
    /// The tick.
    pub since: u64,
    /// The interface.
    pub interface: Arc<Interface>,
    /// What tells it apart.
    pub identity: Identity,
}

/// A tick of the past.
#[derive(Clone, Debug)]
pub struct PastPoint {
    /// Its number.
    pub seq: u64,
    /// Its time by the clock of the machine that sampled, ms since 1970-01-01 UTC.
    pub unix_ms: u64,
    /// Received and sent of each line, bit/s; not a number where it is not known.
    pub rates: Box<[[f32; 2]]>,
    /// The factors of the uncertainty, low and high; not a number where no rate is known.
    pub band: [f32; 2],
    /// The time without samples that it ends.
    pub gap: Option<Arc<[GapPart]>>,
}

impl PastLine {
    /// The ticks at which a list that has the line becomes another one.
    pub(crate) fn changes(&self) -> impl Iterator<Item = u64> {
        let versions = self.versions.iter().map(|version| version.since);
        [self.first].into_iter().chain(versions).chain(self.gone.map(|gone| gone.saturating_add(1)))
    }

    /// How it was at a tick, if it was there.
    pub(crate) fn at(&self, seq: u64) -> Option<&LineVersion> {
        if seq < self.first || self.gone.is_some_and(|gone| gone < seq) {
            return None;
        }
        let newer = self.versions.partition_point(|version| version.since <= seq);
        self.versions.get(newer.saturating_sub(1))
    }
}
