//! At which of its router's ticks a line was there, and how each stretch began.
//!
//! A stretch begins where the line appears and wherever the interval before a sample is not what the others are: after a
//! gap, at a reset. So presence, gaps and resets are one short list instead of a mark at every sample.

use super::varint::{Bytes, put_varint};
use crate::Error;

/// What the interval before a stretch's first sample is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Start {
    /// An interval like any other: the line was there at the tick before, in an earlier chunk.
    Follows,
    /// The counters began at zero since the tick before: the line is new, was reset, or came back. What they show now
    /// is what passed.
    Zero,
    /// Time that was not measured. The counters went on, so what passed is known, but not when.
    Gap,
    /// Time that was not measured, in which the counters began at zero.
    GapZero,
    /// Nothing is known of before: the first sample of all.
    First,
}

impl Start {
    const ALL: [Self; 5] = [Self::Follows, Self::Zero, Self::Gap, Self::GapZero, Self::First];

    /// Whether the interval before the first sample was measured.
    pub fn is_measured(self) -> bool {
        matches!(self, Self::Follows | Self::Zero)
    }

    /// Whether the counters began at zero.
    pub fn is_reset(self) -> bool {
        matches!(self, Self::Zero | Self::GapZero)
    }

    pub(crate) fn number(self) -> u8 {
        self as u8
    }

    pub(crate) fn from_number(number: u8) -> Result<Self, Error> {
        Self::ALL.get(usize::from(number)).copied().ok_or(Error::Damaged("a stretch begins in an unknown way"))
    }
}

/// Samples at one tick after the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Run {
    /// The tick of the first sample, counted from the first of the part.
    pub(crate) tick: u32,
    pub(crate) length: u32,
    pub(crate) start: Start,
}

/// Runs, one behind the other.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Runs(pub(crate) Vec<Run>);

impl Runs {
    /// Adds a sample at `tick`, which is behind all others; `start` where a stretch begins with it.
    pub(crate) fn push(&mut self, tick: u32, start: Option<Start>) {
        match (self.0.last_mut(), start) {
            (Some(last), None) if last.tick + last.length == tick => last.length += 1,
            (_, start) => self.0.push(Run { tick, length: 1, start: start.unwrap_or(Start::Zero) }),
        }
    }

    /// How many samples they have.
    pub(crate) fn samples(&self) -> usize {
        self.0.iter().map(|run| run.length as usize).sum()
    }

    /// Each sample's tick, and how its stretch begins where it is the first one.
    pub(crate) fn ticks(&self) -> impl Iterator<Item = (u32, Option<Start>)> + '_ {
        self.0.iter().flat_map(|run| (0..run.length).map(|place| (run.tick + place, (place == 0).then_some(run.start))))
    }

    pub(super) fn write(&self, out: &mut Vec<u8>) {
        put_varint(out, self.0.len() as u64);
        let mut end = 0;
        for run in &self.0 {
            put_varint(out, u64::from(run.tick - end));
            put_varint(out, u64::from(run.length) << 3 | u64::from(run.start.number()));
            end = run.tick + run.length;
        }
    }

    /// Runs within `ticks` ticks.
    pub(super) fn read(bytes: &mut Bytes<'_>, ticks: u32) -> Result<Self, Error> {
        const BEYOND: Error = Error::Damaged("a stretch ends behind the last tick");
        let count = bytes.small()?;
        if count > ticks {
            return Err(BEYOND);
        }
        let mut runs = Vec::with_capacity(count as usize);
        let mut end = 0u32;
        for _ in 0..count {
            let tick = end.checked_add(bytes.small()?).ok_or(BEYOND)?;
            let word = bytes.varint()?;
            let length = u32::try_from(word >> 3).map_err(|_| BEYOND)?;
            end = tick.checked_add(length).filter(|end| *end <= ticks && length > 0).ok_or(BEYOND)?;
            runs.push(Run { tick, length, start: Start::from_number((word & 7) as u8)? });
        }
        Ok(Self(runs))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn runs_come_back(stretches in prop::collection::vec((0u32..5, 1u32..9, 0u8..5), 0..20)) {
            let mut runs = Runs::default();
            let mut tick = 0;
            for (pause, length, start) in stretches {
                tick += pause;
                for place in 0..length {
                    runs.push(tick, (place == 0).then(|| Start::from_number(start).unwrap()));
                    tick += 1;
                }
            }
            let mut bytes = Vec::new();
            runs.write(&mut bytes);
            prop_assert_eq!(&Runs::read(&mut Bytes(&bytes), tick).unwrap(), &runs);
            prop_assert_eq!(runs.ticks().count(), runs.samples());
            if tick > 0 {
                prop_assert!(Runs::read(&mut Bytes(&bytes), tick - 1).is_err());
            }
        }
    }

    #[test]
    fn a_sample_after_an_absence_begins_a_stretch_by_itself() {
        let mut runs = Runs::default();
        runs.push(0, Some(Start::First));
        runs.push(1, None);
        runs.push(4, None);
        assert_eq!(runs.0[1], Run { tick: 4, length: 1, start: Start::Zero });
    }
}
