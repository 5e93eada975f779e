//! What leaves the engine: a frame a tick, and the router's state whenever it changes.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use crate::{Counters, Failure, Faults, Identity, Interface, Rate, RouterId, Uncertainty};

/// One router's rates at one tick. Immutable; every consumer sees the same one.
///
/// A frame exists only for a real sample: a cached or repeated reading never becomes one.
#[derive(Clone, Debug)]
pub struct Frame {
    /// Whose.
    pub router: RouterId,
    /// The tick's number; each frame's is one more than the last one's of this router.
    pub seq: u64,
    /// The sample's own moment, on the monotonic clock.
    pub at: Instant,
    /// The same on the wall clock, ms since 1970-01-01 UTC. Within one time base it rises, with the samples' real spacing.
    pub unix_ms: u64,
    /// Counts how often the wall clock was found elsewhere than the monotonic clock says: it was set, or the machine slept.
    /// Times of different bases have no known distance, and across a set-back they may even stand in the wrong order.
    pub time_base: u64,
    /// In the first frame of a new time base, by how much the wall clock was moved, ms; below 0 it was set back, so that
    /// what was before is now told by as much earlier. Otherwise 0.
    pub clock_step_ms: i64,
    /// The time since the sample before, which the rates are divided by; `None` for the first of a run: the first of all,
    /// the first after a gap in which nothing was asked, and the first of a time base.
    pub elapsed: Option<Duration>,
    /// Counts the changes of `interfaces`: two frames of one revision have the same list.
    pub revision: u64,
    /// The interfaces, in the router's order; the same allocation from frame to frame while nothing changes.
    pub interfaces: Arc<[Arc<Interface>]>,
    /// What tells them apart, in the order of `interfaces`.
    pub identities: Arc<[Identity]>,
    /// The counters, in the order of `interfaces`.
    pub counters: Box<[Counters]>,
    /// The rates, in the order of `interfaces`.
    pub rates: Box<[Rate]>,
    /// How far all of them may be off, as the moments of the readings are not known exactly.
    pub uncertainty: Uncertainty,
    /// What went wrong since the sample before, where anything did; in the order of `interfaces`.
    pub faults: Box<[Faults]>,
}

impl Frame {
    /// Every interface with its counters and rate.
    pub fn rows(&self) -> impl ExactSizeIterator<Item = (&Arc<Interface>, &Counters, Rate)> {
        self.interfaces.iter().zip(&self.counters).zip(&self.rates).map(|((i, c), r)| (i, c, *r))
    }

    /// The uncertainty, where any rate is known at all.
    pub fn band(&self) -> Option<Uncertainty> {
        self.rates.iter().any(|rate| *rate != Rate::UNKNOWN).then_some(self.uncertainty)
    }
}

/// How it stands with a router.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RouterState {
    /// Nobody watches, so nothing is asked.
    Idle,
    /// The first sample is being waited for.
    Connecting,
    /// The newest read succeeded.
    Live,
    /// The newest read failed; the last sample is still recent.
    Stale(Failure),
    /// Reads fail, and the last sample is old or there never was one.
    Unreachable(Failure),
}

impl RouterState {
    /// A stable word for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Idle => "idle",
            Self::Connecting => "connecting",
            Self::Live => "live",
            Self::Stale(_) => "stale",
            Self::Unreachable(_) => "unreachable",
        }
    }

    /// Why reads fail, where they do.
    pub fn failure(&self) -> Option<&Failure> {
        match self {
            Self::Stale(failure) | Self::Unreachable(failure) => Some(failure),
            Self::Idle | Self::Connecting | Self::Live => None,
        }
    }
}
