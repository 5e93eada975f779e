//! The numbers of ticks. Where machines take turns at a router, each begins above all that were told before: the number
//! says whose turn it is, and which tick of that turn.
//!
//! So a viewer who comes back, to whichever machine, says one number and goes on after it. It stays below 2^53, which a
//! page can hold: 2 million turns, and a tick a second for 136 years in each.

/// The bits of a tick within its turn.
const BITS: u32 = 32;
/// The highest turn that a page can hold.
const MOST: u64 = (1 << (53 - BITS)) - 1;

/// Whose turn a tick's number is of; 0 without a cluster.
pub fn epoch_of(seq: u64) -> u64 {
    seq >> BITS
}

/// The number of a tick within a turn; the first one is 1.
pub fn number_of(epoch: u64, tick: u32) -> u64 {
    epoch.min(MOST) << BITS | u64::from(tick)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_later_turn_is_above_all_ticks_of_an_earlier_one_and_a_page_can_hold_it() {
        assert_eq!((number_of(0, 7), epoch_of(7)), (7, 0));
        assert!(number_of(4, 1) > number_of(3, u32::MAX));
        assert_eq!(epoch_of(number_of(9, 12)), 9);
        assert!(number_of(u64::MAX, u32::MAX) < 1 << 53);
    }
}
