//! When a router's ticks were: one column for all of its lines.
//!
//! Kept as how far each tick is from an even grid, in ms: half a byte a tick. The wall clock is known at the first tick
//! only; from there on the monotonic clock counts, so that a wall clock which is set makes no interval longer or shorter.

use super::codec::Effort;
use super::column;
use super::varint::{Bytes, put_signed, put_varint};
use crate::Error;

/// The ticks of one part of a segment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Times {
    /// The wall clock at the first tick, ms since 1970.
    pub(crate) anchor_ms: i64,
    /// How long the interval before the first tick was; 0 where that is not known.
    pub(crate) lead_ms: u32,
    /// Each tick, ms after the first; never falling.
    pub(crate) offsets: Vec<u32>,
}

impl Times {
    /// The wall clock at a tick.
    pub(crate) fn at(&self, tick: u32) -> i64 {
        self.anchor_ms + i64::from(self.offsets.get(tick as usize).copied().unwrap_or_default())
    }

    /// How long the interval before a tick was.
    pub(crate) fn span(&self, tick: u32) -> u32 {
        match tick as usize {
            0 => self.lead_ms,
            tick => self.offsets.get(tick).zip(self.offsets.get(tick - 1)).map_or(0, |(at, before)| at - before),
        }
    }

    /// From the beginning of the first interval to the last tick. A longer first one is a gap, whatever it says.
    pub(crate) fn range(&self) -> (i64, i64) {
        const LONGEST_MS: u32 = 3_600_000;
        let last = self.offsets.last().copied().unwrap_or_default();
        let lead = if self.lead_ms > LONGEST_MS { 0 } else { self.lead_ms };
        (self.anchor_ms - i64::from(lead), self.anchor_ms + i64::from(last))
    }

    pub(crate) fn write(&self, effort: Effort, out: &mut Vec<u8>) -> Result<(), Error> {
        out.extend(self.anchor_ms.to_le_bytes());
        put_varint(out, u64::from(self.lead_ms));
        put_varint(out, self.offsets.len() as u64);
        let step = self.step();
        put_varint(out, u64::from(step));
        let (Some(&last), false) = (self.offsets.last(), self.offsets.len() < 2) else { return Ok(()) };
        put_signed(out, i64::from(last));
        column::write(&self.off_grid(step), effort, out)
    }

    pub(crate) fn read(bytes: &mut Bytes<'_>) -> Result<Self, Error> {
        const DAMAGED: Error = Error::Damaged("the times do not go forward");
        let anchor_ms = bytes.i64()?;
        let (lead_ms, count, step) = (bytes.small()?, bytes.small()?, bytes.small()?);
        if count > MOST {
            return Err(Error::Damaged("more ticks than a segment has"));
        }
        if count < 2 {
            return Ok(Self { anchor_ms, lead_ms, offsets: vec![0; count as usize] });
        }
        let last = bytes.signed()?;
        let mut before = 0;
        let numbers = column::read(bytes, count as usize)?;
        let offsets = (0i64..).zip(numbers).map(|(place, from_grid)| {
            let offset = from_grid.checked_add(place * i64::from(step)).and_then(|at| u32::try_from(at).ok());
            let offset = offset.filter(|offset| *offset >= before).ok_or(DAMAGED)?;
            before = offset;
            Ok(offset)
        });
        let offsets = offsets.collect::<Result<Vec<u32>, Error>>()?;
        if i64::from(before) != last || offsets.first() != Some(&0) {
            return Err(DAMAGED);
        }
        Ok(Self { anchor_ms, lead_ms, offsets })
    }

    /// The interval that is in the middle of all.
    fn step(&self) -> u32 {
        let mut spans: Vec<u32> = self.offsets.windows(2).map(|pair| pair[1] - pair[0]).collect();
        let middle = spans.len() / 2;
        if spans.is_empty() { 0 } else { *spans.select_nth_unstable(middle).1 }
    }

    fn off_grid(&self, step: u32) -> Vec<i64> {
        (0i64..).zip(&self.offsets).map(|(place, &offset)| i64::from(offset) - place * i64::from(step)).collect()
    }
}

/// A tick each 500 ms for a day and some.
pub(crate) const MOST: u32 = 200_000;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn times_come_back(
            anchor_ms in -1_000i64..2_000_000_000_000, lead_ms: u32, thorough: bool,
            spans in prop::collection::vec(prop_oneof![9_990u32..10_010, 0u32..5_000, 0u32..400_000], 0..400)
        ) {
            let mut offsets = vec![0];
            offsets.extend(spans.iter().scan(0, |at, span| { *at += span; Some(*at) }));
            let times = Times { anchor_ms, lead_ms, offsets };
            let mut bytes = Vec::new();
            times.write(if thorough { Effort::Thorough } else { Effort::Quick }, &mut bytes).unwrap();
            let mut rest = Bytes(&bytes);
            prop_assert_eq!(&Times::read(&mut rest).unwrap(), &times);
            prop_assert!(rest.is_empty());
        }

        #[test]
        fn no_bytes_make_it_panic(bytes: Vec<u8>) {
            let _ = Times::read(&mut Bytes(&bytes));
        }
    }

    #[test]
    fn a_tick_costs_half_a_byte() {
        let mut random = fastrand::Rng::with_seed(1);
        let offsets = (0..8_640u32).map(|tick| if tick == 0 { 0 } else { tick * 10_000 + random.u32(0..10) - 5 });
        let times = Times { anchor_ms: 1_700_000_000_000, lead_ms: 10_000, offsets: offsets.collect() };
        let mut bytes = Vec::new();
        times.write(Effort::Thorough, &mut bytes).unwrap();
        assert!(bytes.len() < 8_640 / 2 + 100, "{}", bytes.len());
    }
}
