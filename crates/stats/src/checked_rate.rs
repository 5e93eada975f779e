//! A rate checked against the speed of its link: what the link cannot have carried is a jump of the counter, and a
//! 32-bit counter that wrapped did not fall.
//!
//! The link's speed is what the router reports, and it may report a wrong one; true rates must not vanish for ever
//! because of that. So a rate above the link is kept apart from an unknown one: a counter jumps once, and a rate that
//! is above the link twice in a row is true.

use std::borrow::Cow;
use std::time::Duration;

use crate::{BitsPerSecond, Counters, Rate, RateLimits, Row};

/// How much an interface can carry.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LinkBound {
    /// The link's speed in each direction.
    pub carries: BitsPerSecond,
    /// The true rate is at least this part of the computed one, as the time between the samples is not known exactly.
    pub low: f64,
}

impl LinkBound {
    /// Whether this rate, in bit/s, is possible. A tenth more than the link's speed is allowed, because counters
    /// include bytes that the speed does not.
    fn allows(&self, bits: f64) -> bool {
        bits * self.low <= self.carries.get() as f64 * 1.1
    }
}

/// A rate, split into what the link can have carried and what it cannot.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CheckedRate {
    /// What the link can have carried.
    pub rate: Rate,
    /// What is above the link's speed.
    pub above_link: Rate,
}

impl CheckedRate {
    /// As [`Rate::between`], checked against the interface's link where its speed is known.
    pub fn between(before: &Row, after: &Row, elapsed: Duration, limits: RateLimits, link: Option<LinkBound>) -> Self {
        let Some(link) = link else {
            return Self { rate: Rate::between(before, after, elapsed, limits), above_link: Rate::UNKNOWN };
        };
        let after = unwrapped(before, after, elapsed, &link);
        let all = Rate::between(before, &after, elapsed, limits);
        let allowed = |rate: &BitsPerSecond| link.allows(rate.get() as f64);
        Self {
            rate: Rate { rx: all.rx.filter(allowed), tx: all.tx.filter(allowed) },
            above_link: Rate { rx: all.rx.filter(|rate| !allowed(rate)), tx: all.tx.filter(|rate| !allowed(rate)) },
        }
    }

    /// The rate; also one above the link if that of the sample before was above it too.
    pub fn after(self, before: Rate) -> Rate {
        let side = |rate: Option<_>, above_link: Option<_>, before: Option<_>| rate.or(before.and(above_link));
        Rate {
            rx: side(self.rate.rx, self.above_link.rx, before.rx),
            tx: side(self.rate.tx, self.above_link.tx, before.tx),
        }
    }
}

/// Where a 32-bit counter wraps.
const WRAP: u64 = 1 << 32;
/// The most bytes that a driver counts as one packet.
const LONGEST_PACKET: u64 = 65_535;

/// The row, with its 32-bit counters continued where they wrapped since the row before.
fn unwrapped<'a>(before: &Row, after: &'a Row, elapsed: Duration, link: &LinkBound) -> Cow<'a, Row> {
    let (old, new) = (&before.counters, &after.counters);
    let rx = counted_on([old.rx_bytes, new.rx_bytes], [old.rx_packets, new.rx_packets], elapsed, link);
    let tx = counted_on([old.tx_bytes, new.tx_bytes], [old.tx_packets, new.tx_packets], elapsed, link);
    if rx.is_none() && tx.is_none() {
        return Cow::Borrowed(after);
    }
    let counters = Counters { rx_bytes: rx.or(new.rx_bytes), tx_bytes: tx.or(new.tx_bytes), ..*new };
    Cow::Owned(Row::new(after.interface.clone(), counters))
}

/// What a counter that fell would show if it had not wrapped at 32 bits; `None` if it was reset. It counts as wrapped only
/// if the link allows the rise but not another 2^32 bytes, and enough packets were counted meanwhile for those bytes.
fn counted_on(bytes: [Option<u64>; 2], packets: [Option<u64>; 2], elapsed: Duration, link: &LinkBound) -> Option<u64> {
    let ([Some(before), Some(after)], [Some(packets), Some(packets_now)]) = (bytes, packets) else { return None };
    let packets = packets_now.checked_sub(packets)?;
    if after >= before || before >= WRAP || elapsed.is_zero() {
        return None;
    }
    let rise = after + WRAP - before;
    let bits = |bytes: u64| bytes as f64 * 8.0 / elapsed.as_secs_f64();
    let plausible = link.allows(bits(rise)) && !link.allows(bits(rise + WRAP));
    (plausible && rise <= packets.saturating_mul(LONGEST_PACKET)).then_some(after + WRAP)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::Interface;

    const SECOND: Duration = Duration::from_secs(1);
    const GIGABIT: LinkBound = LinkBound { carries: BitsPerSecond::new(1_000_000_000), low: 1.0 };

    fn row(rx: u64, tx: u64) -> Row {
        Row::new(Arc::new(Interface::new("*1", "ether1", "ether")), Counters::bytes(rx, tx))
    }

    fn judged(before: &Row, after: &Row, link: Option<LinkBound>) -> CheckedRate {
        CheckedRate::between(before, after, SECOND, RateLimits::default(), link)
    }

    fn with_packets(rx: u64, packets: u64) -> Row {
        let mut row = row(rx, 0);
        (row.counters.rx_packets, row.counters.tx_packets) = (Some(packets), Some(9));
        row
    }

    #[test]
    fn a_rate_above_the_link_is_a_counters_jump() {
        let judged = |after: &Row| judged(&row(0, 0), after, Some(GIGABIT));
        let jump = judged(&row(WRAP, 1_000));
        assert_eq!(
            jump.rate,
            Rate { rx: None, tx: Some(BitsPerSecond::new(8_000)) },
            "the other direction did not jump"
        );
        assert!(jump.above_link.rx.is_some() && jump.above_link.tx.is_none());
        let full = judged(&row(125_000_000, 0));
        assert_eq!((full.rate.rx, full.above_link), (Some(BitsPerSecond::new(1_000_000_000)), Rate::UNKNOWN));
    }

    #[test]
    fn what_is_above_the_link_only_by_the_doubt_of_its_moment_is_believed() {
        let rate = |low| judged(&row(0, 0), &row(150_000_000, 0), Some(LinkBound { low, ..GIGABIT })).rate.rx;
        assert_eq!((rate(1.0), rate(0.7).is_some()), (None, true));
    }

    #[test]
    fn what_stays_above_the_link_is_the_truth_about_the_link() {
        let judged = judged(&row(0, 0), &row(400_000_000, 5), Some(GIGABIT));
        assert_eq!(judged.after(Rate::UNKNOWN).rx, None);
        assert_eq!(judged.after(judged.above_link), Rate { rx: judged.above_link.rx, tx: judged.rate.tx });
    }

    #[test]
    fn the_end_of_a_32_bit_counter_is_a_rise() {
        let (before, after) = (with_packets(WRAP - 50_000_000, 1_000_000), with_packets(50_000_000, 1_080_000));
        let found = judged(&before, &after, Some(GIGABIT));
        assert_eq!(found.above_link, Rate::UNKNOWN);
        assert_eq!(found.rate, Rate { rx: Some(BitsPerSecond::new(800_000_000)), tx: Some(BitsPerSecond::new(0)) });
    }

    #[test]
    fn a_fall_that_is_no_end_of_a_32_bit_counter_is_a_reset() {
        let before = with_packets(WRAP - 50_000_000, 1_000_000);
        let unknown = |name: &str, before: &Row, after: &Row, link: Option<LinkBound>| {
            assert_eq!(judged(before, after, link), CheckedRate::default(), "{name}");
        };
        let gigabit = Some(GIGABIT);
        let wrapped = with_packets(50_000_000, 1_080_000);
        unknown("all counters fell", &before, &with_packets(50_000_000, 80_000), gigabit);
        unknown("no packets are told", &row(WRAP - 50_000_000, 0), &row(50_000_000, 0), gigabit);
        unknown("too few packets", &before, &with_packets(50_000_000, 1_000_100), gigabit);
        unknown("more than the link carries", &before, &with_packets(WRAP / 2, 9_000_000), gigabit);
        unknown("no link is known", &before, &wrapped, None);
        unknown("a counter of 64 bits", &with_packets(3 * WRAP, 1_000_000), &wrapped, gigabit);
        let fast = LinkBound { carries: BitsPerSecond::new(100_000_000_000), ..GIGABIT };
        unknown("it may have gone round twice", &before, &wrapped, Some(fast));
    }
}
