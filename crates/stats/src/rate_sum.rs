//! Sums of rates of which some may be unknown: the sum of the known ones, and how many are missing from it.

use crate::BitsPerSecond;

/// How much several lines carry together.
///
/// An unknown rate does not make the sum unknown, and does not count as zero: the sum of the rest is a lower bound, and
/// is marked as one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RateSum {
    /// The sum of the known rates; `None` if there is none.
    pub known: Option<BitsPerSecond>,
    /// How many rates are unknown.
    pub unknown: usize,
}

impl RateSum {
    /// Whether the sum is a lower bound only.
    pub fn is_partial(&self) -> bool {
        self.known.is_some() && self.unknown > 0
    }
}

impl FromIterator<Option<BitsPerSecond>> for RateSum {
    fn from_iter<I: IntoIterator<Item = Option<BitsPerSecond>>>(rates: I) -> Self {
        rates.into_iter().fold(Self::default(), |sum, rate| match rate {
            Some(rate) => {
                let known = sum.known.map_or(0, BitsPerSecond::get).saturating_add(rate.get());
                Self { known: Some(BitsPerSecond::new(known)), ..sum }
            }
            None => Self { unknown: sum.unknown + 1, ..sum },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sum(rates: &[Option<u64>]) -> (Option<u64>, usize) {
        let sum: RateSum = rates.iter().map(|rate| rate.map(BitsPerSecond::new)).collect();
        (sum.known.map(BitsPerSecond::get), sum.unknown)
    }

    #[test]
    fn an_unknown_part_takes_nothing_from_the_known_wherever_it_stands() {
        for at in 0..4 {
            let mut rates = vec![Some(8_000_000), Some(8_000_000), Some(1_000_000)];
            rates.insert(at, None);
            assert_eq!(sum(&rates), (Some(17_000_000), 1), "unknown at {at}");
        }
    }

    #[test]
    fn nothing_known_is_unknown_and_silence_is_zero() {
        assert_eq!(sum(&[]), (None, 0));
        assert_eq!(sum(&[None, None]), (None, 2));
        assert_eq!(sum(&[Some(0), Some(0)]), (Some(0), 0));
        let partial = |rates: &[Option<u64>]| {
            rates.iter().map(|rate| rate.map(BitsPerSecond::new)).collect::<RateSum>().is_partial()
        };
        assert!(partial(&[None, Some(1)]) && !partial(&[None]) && !partial(&[Some(1)]));
    }
}
