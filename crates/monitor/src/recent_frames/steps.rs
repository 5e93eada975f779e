//! How one interface's counters differ from those a tick later, in few bytes.
//!
//! Two bytes say which of them differ, two more which of those are not there if any is; then each difference, seven bits a
//! byte, the sign in the lowest bit.

use lalin_stats::Counters;

/// Set where it is said which counters are not there.
const SOME_ABSENT: u16 = 1 << 15;

/// Adds the step from the counters a tick later back to these.
pub(super) fn put(later: Counters, counters: Counters, to: &mut Vec<u8>) {
    let (later, counters) = (later.in_order(), counters.in_order());
    let (mut differ, mut absent) = (0_u16, 0_u16);
    for (bit, (later, now)) in later.iter().zip(&counters).enumerate() {
        differ |= u16::from(later != now) << bit;
        absent |= u16::from(later != now && now.is_none()) << bit;
    }
    if absent == 0 {
        to.extend(differ.to_le_bytes());
    } else {
        to.extend((differ | SOME_ABSENT).to_le_bytes());
        to.extend(absent.to_le_bytes());
    }
    for (later, now) in later.into_iter().zip(counters) {
        if let Some(now) = now.filter(|_| later != now) {
            put_number(folded(later.unwrap_or_default().wrapping_sub(now)), to);
        }
    }
}

/// Takes the next step, from the counters a tick later.
pub(super) fn take(later: Counters, from: &mut &[u8]) -> Counters {
    let differ = take_word(from);
    let absent = if differ & SOME_ABSENT == 0 { 0 } else { take_word(from) };
    let mut counters = later.in_order();
    for (bit, counter) in counters.iter_mut().enumerate().filter(|(bit, _)| differ & 1 << bit != 0) {
        let there = absent & 1 << bit == 0;
        *counter = there.then(|| counter.unwrap_or_default().wrapping_sub(unfolded(take_number(from))));
    }
    Counters::of_order(counters)
}

/// The sign in the lowest bit: what is little, either way, is a small number.
fn folded(difference: u64) -> u64 {
    difference << 1 ^ if difference >> 63 == 0 { 0 } else { u64::MAX }
}

fn unfolded(folded: u64) -> u64 {
    folded >> 1 ^ if folded & 1 == 0 { 0 } else { u64::MAX }
}

fn put_number(mut number: u64, to: &mut Vec<u8>) {
    while number >= 0x80 {
        to.push(number as u8 | 0x80);
        number >>= 7;
    }
    to.push(number as u8);
}

fn take_number(from: &mut &[u8]) -> u64 {
    let mut number = 0;
    for shift in (0..u64::BITS).step_by(7) {
        let byte = take_byte(from);
        number |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            break;
        }
    }
    number
}

fn take_word(from: &mut &[u8]) -> u16 {
    u16::from_le_bytes([take_byte(from), take_byte(from)])
}

/// What was put here is whole, so that there always is one.
fn take_byte(from: &mut &[u8]) -> u8 {
    let Some((first, rest)) = from.split_first() else { return 0 };
    *from = rest;
    *first
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn any_counters() -> impl Strategy<Value = Counters> {
        let counter = prop_oneof![Just(None), Just(Some(0)), Just(Some(u64::MAX)), any::<Option<u64>>()];
        prop::array::uniform9(counter).prop_map(Counters::of_order)
    }

    proptest! {
        #[test]
        fn any_counters_come_back(pairs in prop::collection::vec((any_counters(), any_counters()), 1..9)) {
            let mut bytes = Vec::new();
            for (later, counters) in &pairs {
                put(*later, *counters, &mut bytes);
            }
            let mut rest = &*bytes;
            for (later, counters) in &pairs {
                prop_assert_eq!(take(*later, &mut rest), *counters);
            }
            prop_assert!(rest.is_empty());
        }
    }

    #[test]
    fn a_tick_of_a_line_takes_few_bytes() {
        let size = |later: Counters, counters: Counters| {
            let mut bytes = Vec::new();
            put(later, counters, &mut bytes);
            bytes.len()
        };
        let before = Counters { rx_packets: Some(7 << 30), rx_drops: Some(0), ..Counters::bytes(9 << 40, 4 << 30) };
        let later =
            Counters { rx_packets: Some((7 << 30) + 50), ..Counters::bytes((9 << 40) + 25_000, (4 << 30) + 900) };
        assert_eq!(size(before, before), 2, "an idle one");
        assert_eq!(size(Counters { rx_drops: Some(0), ..later }, before), 2 + 3 + 2 + 1);
    }
}
