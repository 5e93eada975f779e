//! How much the interfaces of one sample can carry, as far as the speeds of the router's links tell.

use lalin_stats::{BitsPerSecond, Interface, Row};

/// Upper bounds for the rates of one sample.
#[derive(Debug)]
pub(crate) struct LinkRates {
    /// How much an interface without a link of its own can carry; `None` where the speed of any link is unknown.
    inside: Option<u64>,
}

impl LinkRates {
    /// The bounds for these rows.
    pub(crate) fn of(rows: &[Row]) -> Self {
        let ports = || rows.iter().map(|row| &*row.interface).filter(|one| one.running && is_port(one));
        let all = ports().try_fold(0_u64, |sum, port| Some(sum.saturating_add(port.link_bps?)));
        // A packet may pass a bridge or a tunnel twice, in through one of its lines and out through another.
        Self { inside: all.filter(|sum| *sum > 0).map(|sum| sum.saturating_mul(2)) }
    }

    /// How much `new` can have carried since it was `old`. Where the link's speed changed meanwhile, the faster one
    /// counts.
    pub(crate) fn carries(&self, old: &Interface, new: &Interface) -> Option<BitsPerSecond> {
        let own = old.link_bps.max(new.link_bps);
        let bound = if is_port(new) { new.link_bps.and(own) } else { own.or(self.inside) };
        bound.map(BitsPerSecond::new)
    }
}

/// Whether traffic enters and leaves the router through it.
fn is_port(interface: &Interface) -> bool {
    ["ether", "sfp", "wlan", "wifi", "cap", "lte", "w60g"].iter().any(|kind| interface.kind.starts_with(kind))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use lalin_stats::Counters;

    use super::*;

    fn row(name: &str, kind: &str, link_bps: Option<u64>) -> Row {
        Row::new(Arc::new(Interface { link_bps, ..Interface::new("*1", name, kind) }), Counters::default())
    }

    fn carries(rows: &[Row], at: usize) -> Option<u64> {
        LinkRates::of(rows).carries(&rows[at].interface, &rows[at].interface).map(BitsPerSecond::get)
    }

    const MEGABIT: u64 = 1_000_000;

    #[test]
    fn a_port_carries_what_its_link_does_and_a_line_no_more_than_all_ports() {
        let rows = [
            row("ether1", "ether", Some(100 * MEGABIT)),
            row("ether2", "ether", Some(1_000 * MEGABIT)),
            row("<pppoe-budi>", "pppoe-in", None),
            row("bridge1", "bridge", None),
        ];
        assert_eq!(carries(&rows, 0), Some(100 * MEGABIT));
        assert_eq!(carries(&rows, 2), Some(2_200 * MEGABIT));
        assert_eq!(carries(&rows, 3), Some(2_200 * MEGABIT));
    }

    #[test]
    fn a_port_whose_link_is_not_known_bounds_nothing() {
        let rows =
            [row("ether1", "ether", Some(100 * MEGABIT)), row("wlan1", "wlan", None), row("l2tp", "l2tp-in", None)];
        assert_eq!((carries(&rows, 1), carries(&rows, 2)), (None, None));
        assert_eq!(carries(&[row("l2tp", "l2tp-in", None)], 0), None, "no port is in sight");
    }

    #[test]
    fn a_link_that_changed_carried_at_most_what_the_faster_one_does() {
        let [slow, fast] = [100, 1_000].map(|rate| row("ether1", "ether", Some(rate * MEGABIT)));
        let unknown = row("ether1", "ether", None);
        let links = LinkRates::of(std::slice::from_ref(&fast));
        let between = |old: &Row, new: &Row| links.carries(&old.interface, &new.interface).map(BitsPerSecond::get);
        assert_eq!(between(&slow, &fast), Some(1_000 * MEGABIT));
        assert_eq!(between(&fast, &slow), Some(1_000 * MEGABIT));
        assert_eq!(between(&slow, &unknown), None, "it came back, and nobody knows how fast");
        assert_eq!(between(&unknown, &slow), Some(100 * MEGABIT));
    }
}
