//! One router's rates at one tick: what consumers of the monitor are given.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use crate::{Counters, ErrorCounts, FrameCounters, GapPart, Identity, Interface, Rate, RouterId, Uncertainty};

/// One router's rates at one tick. Immutable; every consumer sees the same one.
///
/// A frame exists only for a real sample: a cached or repeated reading never becomes one.
#[derive(Clone, Debug)]
pub struct Frame {
    /// Whose rates these are.
    pub router: RouterId,
    /// The tick's number: one more than that of this router's last frame.
    pub seq: u64,
    /// When the router read its counters, on the monotonic clock.
    pub at: Instant,
    /// The same on the wall clock, ms since 1970-01-01 UTC. Within one time base it rises, with the samples' real
    /// spacing.
    pub unix_ms: u64,
    /// The number of the time base. A new one begins when the wall clock has moved against the monotonic clock, because
    /// it was set or the machine slept. Times of different bases have no known distance, and after the clock was set
    /// back they may even be in the wrong order.
    pub time_base: u64,
    /// In the first frame of a time base, by how much the wall clock was moved, ms; otherwise 0. Below 0 it was set
    /// back, and all earlier times are moved back by as much.
    pub clock_step_ms: i64,
    /// The time since the sample before, which the rates are divided by; `None` for the first of a run: the first of
    /// all, the first after a gap in which nothing was asked, and the first of a time base.
    pub elapsed: Option<Duration>,
    /// The number of changes of `interfaces`: two frames of one revision have the same list.
    pub revision: u64,
    /// The interfaces, in the router's order; the same allocation from frame to frame while nothing changes.
    pub interfaces: Arc<[Arc<Interface>]>,
    /// What tells them apart, in the order of `interfaces`.
    pub identities: Arc<[Identity]>,
    /// The counters, in the order of `interfaces`.
    pub counters: FrameCounters,
    /// The rates, in the order of `interfaces`.
    pub rates: Box<[Rate]>,
    /// How far all rates may be off, because the moments of the readings are not known exactly.
    pub uncertainty: Uncertainty,
    /// Errors and drops since the sample before, only of the interfaces that had any; in the order of `interfaces`.
    pub error_counts: Box<[ErrorCounts]>,
    /// Where this frame ends a time without samples of which the reason is known: its parts, oldest first.
    pub gap: Option<Arc<[GapPart]>>,
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
