//! When within the interval a router is read: with many routers, not all of them are read at once.

use std::time::Duration;

/// This many routers are read as soon as somebody watches; each further one has its own turn within the interval.
const AT_ONCE: usize = 8;
/// This many turns an interval has.
const TURNS: u32 = 64;

/// One router's turn within the interval.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stagger(u32);

impl Stagger {
    /// For the router that was added in this place, counted from 0.
    pub(crate) fn of(place: usize) -> Self {
        // The remainder is below the number of turns.
        Self(place.checked_sub(AT_ONCE).map_or(0, |late| u32::try_from(late % TURNS as usize).unwrap_or(0)))
    }

    /// How long after the interval's beginning the turn is.
    pub(crate) fn within(self, interval: Duration) -> Duration {
        interval / TURNS * self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_few_routers_are_read_at_once_and_many_one_after_the_other() {
        let interval = Duration::from_secs(2);
        assert!((0..AT_ONCE).all(|place| Stagger::of(place).within(interval).is_zero()));
        let turns: std::collections::HashSet<_> = (8..1_000).map(|place| Stagger::of(place).within(interval)).collect();
        assert_eq!(turns.len(), 64);
        assert!(turns.iter().all(|turn| *turn < interval));
    }
}
