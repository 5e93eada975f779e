//! Counters at a moment between two samples, for pages that compute rates themselves.
//!
//! A page that polls every 2 s and divides by 2 s draws a saw-tooth if it is given samples that were taken at other
//! times. So it gets the counters at the moment of its request less a nearly constant delay, interpolated linearly
//! between the samples around that moment. They fall only where the router's own counters did.

use std::sync::Arc;
use std::time::Duration;

use lalin_stats::{Counters, Frame, FrameCounters, Interface, Rate, RateLimits, Row};
use tokio::time::Instant;

use crate::interface_index::InterfaceIndex;
use crate::recent_frames::RecentFrames;

/// All interfaces' counters at one moment.
#[derive(Clone, Debug)]
pub struct CountersAt {
    /// The newest sample: which interfaces there are, and their rates.
    pub frame: Arc<Frame>,
    /// The counters at the moment, in the order of `frame.interfaces`.
    pub counters: FrameCounters,
    /// How long before the request that moment is, before it is rounded.
    pub delay: Duration,
}

/// The counters of the newest frame's interfaces at `moment`.
pub(crate) fn counters_at(frames: &RecentFrames, moment: Instant, delay: Duration) -> Option<CountersAt> {
    let frame = frames.newest()?.clone();
    let later = frames.until(moment);
    let before = later.checked_sub(1).and_then(|index| frames.get(index));
    let after = frames.get(later);
    let counters = match (&before, &after) {
        // The next sample is late: nothing newer is known.
        (_, None) => frame.counters.clone(),
        (Some(before), Some(after)) if after.elapsed.is_some() => {
            let elapsed = after.at - before.at;
            let part = (moment - before.at).as_secs_f64() / elapsed.as_secs_f64();
            let (old, new) = (InterfaceIndex::new(before), InterfaceIndex::new(after));
            each(&frame, |row, place| between(old.find(row, place), new.find(row, place), elapsed, part))
        }
        // In a gap, or before the first sample: extrapolated back from the two samples after it, but not below what was
        // counted before it.
        (before, Some(after)) => {
            let second = frames.get(later + 1).filter(|second| second.elapsed.is_some());
            let elapsed = second.as_ref().map_or(Duration::ZERO, |second| second.at - after.at);
            let part = (after.at - moment).as_secs_f64() / elapsed.as_secs_f64().max(f64::MIN_POSITIVE);
            let floor = before.as_ref().map(|before| InterfaceIndex::new(before));
            let first = InterfaceIndex::new(after);
            let second = second.as_ref().map(|second| InterfaceIndex::new(second));
            each(&frame, |row, place| {
                let next = second.as_ref().and_then(|second| second.find(row, place));
                let counters = back_from(first.find(row, place), next, elapsed, part)?;
                let floor = floor.as_ref().and_then(|floor| floor.find(row, place));
                Some(floor.map_or(counters, |floor| combine(&counters, &floor.counters, u64::max)))
            })
        }
    };
    Some(CountersAt { frame, counters, delay })
}

fn each(frame: &Frame, at: impl Fn(&Interface, usize) -> Option<Counters>) -> FrameCounters {
    let rows = frame.rows().enumerate();
    rows.map(|(place, (interface, counters, _))| at(interface, place).unwrap_or(*counters)).collect()
}

/// Interpolates: `part` of the way from `old` to `new`. Across a reset the counters stay at `old`.
fn between(old: Option<Row>, new: Option<Row>, elapsed: Duration, part: f64) -> Option<Counters> {
    let new = new?;
    let Some(old) = old else { return Some(new.counters) };
    if !rose(&old, &new, elapsed) {
        return Some(old.counters);
    }
    Some(combine(&old.counters, &new.counters, |old, new| {
        old.saturating_add((new.saturating_sub(old) as f64 * part).round() as u64)
    }))
}

/// Extrapolates: as far before `first` as `part` of the distance from `first` to `second`.
fn back_from(first: Option<Row>, second: Option<Row>, elapsed: Duration, part: f64) -> Option<Counters> {
    let first = first?;
    let Some(second) = second.filter(|second| rose(&first, second, elapsed)) else { return Some(first.counters) };
    Some(combine(&first.counters, &second.counters, |first, second| {
        first.saturating_sub((second.saturating_sub(first) as f64 * part).round() as u64)
    }))
}

/// Whether both samples are of the same interface without a reset between them.
fn rose(old: &Row, new: &Row, elapsed: Duration) -> bool {
    let any_gap = RateLimits { longest: Duration::MAX, ..RateLimits::default() };
    Rate::between(old, new, elapsed, any_gap) != Rate::UNKNOWN
}

fn combine(a: &Counters, b: &Counters, with: impl Fn(u64, u64) -> u64) -> Counters {
    let one = |a: Option<u64>, b: Option<u64>| match (a, b) {
        (Some(a), Some(b)) => Some(with(a, b)),
        (a, b) => a.or(b),
    };
    Counters {
        rx_bytes: one(a.rx_bytes, b.rx_bytes),
        tx_bytes: one(a.tx_bytes, b.tx_bytes),
        rx_packets: one(a.rx_packets, b.rx_packets),
        tx_packets: one(a.tx_packets, b.tx_packets),
        rx_drops: one(a.rx_drops, b.rx_drops),
        tx_drops: one(a.tx_drops, b.tx_drops),
        tx_queue_drops: one(a.tx_queue_drops, b.tx_queue_drops),
        rx_errors: one(a.rx_errors, b.rx_errors),
        tx_errors: one(a.tx_errors, b.tx_errors),
    }
}
