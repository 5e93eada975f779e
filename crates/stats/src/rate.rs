//! Rates: two samples of one interface and the time between them.
//!
//! The one place where a rate is computed. What cannot be known is `None`, never zero and never a guess: where a
//! counter fell or is missing, an interface was removed and made again, there is no time or too much time between the
//! samples, or a counter jumped by more than any link can carry.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::Row;

/// A speed in bit/s (decimal: 1 Mbit/s is 1,000,000 bit/s).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BitsPerSecond(u64);

impl BitsPerSecond {
    /// This many bit/s.
    pub const fn new(bits: u64) -> Self {
        Self(bits)
    }

    /// The number of bit/s.
    pub const fn get(self) -> u64 {
        self.0
    }

    fn of(bytes: u64, elapsed: Duration) -> Self {
        let bits = u128::from(bytes) * 8 * 1_000_000_000;
        let nanos = elapsed.as_nanos().max(1);
        Self(u64::try_from((bits + nanos / 2) / nanos).unwrap_or(u64::MAX))
    }

    /// Rounded to what the recent window keeps, an `f32`, so that every consumer sees the same number. Seven digits are
    /// more than the accuracy of a sample's time justifies.
    fn to_seven_digits(self) -> Self {
        Self(self.0 as f32 as u64)
    }
}

impl fmt::Display for BitsPerSecond {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bit/s", self.0)
    }
}

/// Beyond these limits two samples give no rate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RateLimits {
    /// The longest time between two samples; a longer one is a gap.
    pub longest: Duration,
    /// A rate above this is a jump of the counter and not traffic. The fastest port of any router today has 400 Gbit/s.
    pub fastest: BitsPerSecond,
}

impl Default for RateLimits {
    fn default() -> Self {
        Self { longest: Duration::from_secs(6), fastest: BitsPerSecond::new(1_000_000_000_000) }
    }
}

/// How fast an interface received and sent between two samples.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rate {
    /// Received by the router; `None` where it cannot be known.
    pub rx: Option<BitsPerSecond>,
    /// Sent by the router; `None` where it cannot be known.
    pub tx: Option<BitsPerSecond>,
}

impl Rate {
    /// Neither direction is known.
    pub const UNKNOWN: Self = Self { rx: None, tx: None };

    /// The rate between two samples of what should be one interface, taken `elapsed` apart.
    pub fn between(before: &Row, after: &Row, elapsed: Duration, limits: RateLimits) -> Self {
        if elapsed.is_zero() || elapsed > limits.longest || !same_life(before, after) {
            return Self::UNKNOWN;
        }
        let (old, new) = (&before.counters, &after.counters);
        let rx = rise(old.rx_bytes, new.rx_bytes);
        let tx = rise(old.tx_bytes, new.tx_bytes);
        // One direction fell: the counters were reset, so the other one's rise is not a rise either.
        if matches!(rx, Rise::Fell) || matches!(tx, Rise::Fell) {
            return Self::UNKNOWN;
        }
        let speed = |rise| match rise {
            Rise::By(bytes) => Some(BitsPerSecond::of(bytes, elapsed))
                .filter(|rate| *rate <= limits.fastest)
                .map(BitsPerSecond::to_seven_digits),
            Rise::Fell | Rise::Unknown => None,
        };
        Self { rx: speed(rx), tx: speed(tx) }
    }
}

impl Rate {
    /// How many bytes were received and sent between two samples of what should be one interface; `None` where that
    /// cannot be known, as after a reset.
    pub fn rises(before: &Row, after: &Row) -> [Option<u64>; 2] {
        if !same_life(before, after) {
            return [None; 2];
        }
        let (old, new) = (&before.counters, &after.counters);
        match (rise(old.rx_bytes, new.rx_bytes), rise(old.tx_bytes, new.tx_bytes)) {
            (Rise::Fell, _) | (_, Rise::Fell) => [None; 2],
            (rx, tx) => [rx, tx].map(|rise| if let Rise::By(bytes) = rise { Some(bytes) } else { None }),
        }
    }
}

/// Whether the counters of both rows belong to one life of one interface.
fn same_life(before: &Row, after: &Row) -> bool {
    let (old, new) = (&before.interface, &after.interface);
    Arc::ptr_eq(old, new) || old.is_same(new) && old.last_link_up == new.last_link_up
}

enum Rise {
    By(u64),
    Fell,
    Unknown,
}

fn rise(before: Option<u64>, after: Option<u64>) -> Rise {
    match (before, after) {
        (Some(before), Some(after)) => after.checked_sub(before).map_or(Rise::Fell, Rise::By),
        _ => Rise::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Counters, Interface};

    const SECOND: Duration = Duration::from_secs(1);

    fn row(rx: u64, tx: u64) -> Row {
        Row::new(Arc::new(Interface::new("*1", "ether1", "ether")), Counters::bytes(rx, tx))
    }

    fn between(before: &Row, after: &Row) -> Rate {
        Rate::between(before, after, SECOND, RateLimits::default())
    }

    #[test]
    fn bytes_a_second_become_bits_a_second() {
        let rate = between(&row(1_000, 5), &row(126_000, 5));
        assert_eq!(rate, Rate { rx: Some(BitsPerSecond::new(1_000_000)), tx: Some(BitsPerSecond::new(0)) });
    }

    #[test]
    fn rises_are_known_where_rates_are() {
        assert_eq!(Rate::rises(&row(1_000, 5), &row(126_000, 5)), [Some(125_000), Some(0)]);
        assert_eq!(Rate::rises(&row(1_000, 5), &row(999, 6)), [None, None], "a reset of both");
        let mut hidden = row(2_000, 5);
        hidden.counters.tx_bytes = None;
        assert_eq!(Rate::rises(&row(1_000, 5), &hidden), [Some(1_000), None]);
        let mut other = row(2_000, 6);
        other.interface = Arc::new(Interface::new("*2", "ether1", "ether"));
        assert_eq!(Rate::rises(&row(1_000, 5), &other), [None, None], "another life");
    }

    #[test]
    fn counters_past_2_to_the_53_lose_nothing() {
        let base = 228_405_285_520_454_u64 + (1 << 60);
        assert_eq!(between(&row(base, 0), &row(base + 1, 0)).rx, Some(BitsPerSecond::new(8)));
    }

    #[test]
    fn a_counter_that_fell_gives_no_rate_in_either_direction() {
        for after in [row(0, 600), row(999, 600)] {
            assert_eq!(between(&row(1_000, 500), &after), Rate::UNKNOWN);
        }
    }

    #[test]
    fn a_missing_counter_silences_only_its_own_direction() {
        let mut after = row(2_000, 500);
        after.counters.tx_bytes = None;
        assert_eq!(between(&row(1_000, 500), &after), Rate { rx: Some(BitsPerSecond::new(8_000)), tx: None });
    }

    #[test]
    fn a_jump_that_no_link_could_carry_gives_no_rate() {
        assert_eq!(between(&row(0, 0), &row(u64::MAX, 1_000)).rx, None);
        assert_eq!(between(&row(0, 0), &row(125_000_000_001, 0)).rx, None);
        assert!(between(&row(0, 0), &row(125_000_000_000, 0)).rx.is_some());
    }

    #[test]
    fn no_time_or_too_much_time_gives_no_rate() {
        for elapsed in [Duration::ZERO, Duration::from_millis(6_001), Duration::from_secs(30)] {
            assert_eq!(Rate::between(&row(0, 0), &row(1, 1), elapsed, RateLimits::default()), Rate::UNKNOWN);
        }
    }

    #[test]
    fn another_id_or_link_up_time_is_another_life() {
        let before = row(0, 0);
        let other = |change: fn(&mut Interface)| {
            let mut interface = Interface::clone(&before.interface);
            change(&mut interface);
            Row::new(Arc::new(interface), Counters::bytes(1_000, 1_000))
        };
        let lives: [fn(&mut Interface); 4] = [
            |i| i.id = "*2".into(),
            |i| i.last_link_up = Some("now".into()),
            |i| (i.name, i.kind) = ("vlan1".into(), "vlan".into()),
            |i| (i.name, i.dynamic) = ("<pppoe-budi>".into(), true),
        ];
        for change in lives {
            assert_eq!(between(&before, &other(change)), Rate::UNKNOWN);
        }
        let same: [fn(&mut Interface); 2] = [|i| i.comment = Some("new".into()), |i| i.name = "WAN".into()];
        for change in same {
            assert_ne!(between(&before, &other(change)), Rate::UNKNOWN, "a comment, a rename");
        }
    }

    #[test]
    fn an_id_that_passes_from_one_customer_to_the_next_joins_no_lives() {
        let line = |name: &str, bytes| {
            let interface = Interface { dynamic: true, ..Interface::new("*F00000", name, "pppoe-in") };
            Row::new(Arc::new(interface), Counters::bytes(bytes, bytes))
        };
        assert_eq!(between(&line("<pppoe-budi>", 5), &line("<pppoe-wati>", 500)), Rate::UNKNOWN);
        assert_ne!(between(&line("<pppoe-budi>", 5), &line("<pppoe-budi>", 500)), Rate::UNKNOWN);
    }
}
