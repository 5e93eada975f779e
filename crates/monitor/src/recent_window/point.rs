//! One tick, kept small.
//!
//! A frame with all its counters is 180 bytes an interface; ten minutes of a router with 2,000 customers would be
//! over 100 MB. A point keeps only both rates, eight bytes; which line they are of is kept once for all points.

use std::sync::Arc;

use lalin_stats::{BitsPerSecond, Frame, GapPart, Identity, Interface, Rate};

/// The rates of one tick, in the order of the router's list. Speeds are f32, seven digits: enough for a pixel. An unknown
/// rate is NaN in here only.
#[derive(Clone, Debug)]
pub(crate) struct Point {
    pub(crate) seq: u64,
    pub(super) unix_ms: u64,
    /// The time base, and in its first point by how much the clock was moved, ms.
    pub(super) base: u64,
    pub(super) step_ms: i64,
    pub(super) interfaces: Arc<[Arc<Interface>]>,
    pub(super) identities: Arc<[Identity]>,
    pub(super) rates: Box<[[f32; 2]]>,
    /// The factors of the tick's uncertainty, low and high; NaN where no rate is known.
    pub(super) band: [f32; 2],
    /// The time without samples that it ends.
    pub(super) gap: Option<Arc<[GapPart]>>,
}

impl Point {
    pub(crate) fn of(frame: &Frame) -> Self {
        let small = |rate: Option<BitsPerSecond>| rate.map_or(f32::NAN, |rate| rate.get() as f32);
        let rates = frame.rates.iter().map(|Rate { rx, tx }| [small(*rx), small(*tx)]).collect();
        let band = frame.band().map_or([f32::NAN; 2], |band| [band.low as f32, band.high as f32]);
        Self {
            seq: frame.seq,
            unix_ms: frame.unix_ms,
            base: frame.time_base,
            step_ms: frame.clock_step_ms,
            interfaces: frame.interfaces.clone(),
            identities: frame.identities.clone(),
            rates,
            band,
            gap: frame.gap.clone(),
        }
    }

    /// One that another machine has, with the time by this one's clock.
    pub(crate) fn of_past(
        seq: u64,
        unix_ms: u64,
        base: u64,
        (interfaces, identities): (Arc<[Arc<Interface>]>, Arc<[Identity]>),
        rates: Box<[[f32; 2]]>,
        band: [f32; 2],
        gap: Option<Arc<[GapPart]>>,
    ) -> Self {
        Self { seq, unix_ms, base, step_ms: 0, interfaces, identities, rates, band, gap }
    }
}

/// The same as it is kept: by columns, which the window knows.
#[derive(Clone, Debug)]
pub(crate) struct Kept {
    pub(crate) seq: u64,
    pub(super) unix_ms: u64,
    pub(super) base: u64,
    pub(super) step_ms: i64,
    /// Of each column's line; a line that came later has none.
    pub(super) rates: Box<[[f32; 2]]>,
    pub(super) band: [f32; 2],
    pub(super) gap: Option<Arc<[GapPart]>>,
}

impl Kept {
    /// The bytes that a point of so many columns takes.
    pub(crate) const fn bytes(columns: usize) -> usize {
        size_of::<Self>() + 32 + 8 * columns
    }
}
