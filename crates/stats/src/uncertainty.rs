//! How far a tick's rates may be from the truth, because the moment of the reading is not known exactly.
//!
//! A router reads all its counters at one moment between the question and the end of its answer. As long as that moment
//! is not known, neither is the time between two readings, and all rates of the tick are off by the same factor. So two
//! numbers a tick are enough for all interfaces.

/// Two factors: the true mean rate between the two readings lies from `rate * low` to `rate * high`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Uncertainty {
    /// At most 1.
    pub low: f64,
    /// At least 1.
    pub high: f64,
}

impl Uncertainty {
    /// The moments of both readings are known, so the rates are exact.
    pub const NONE: Self = Self { low: 1.0, high: 1.0 };

    /// For rates that were divided by `elapsed` where the true time is between `shortest` and `longest`, all in
    /// seconds.
    ///
    /// Arguments that are not a number, or not in that order, widen nothing: a factor is never on the wrong side of 1.
    pub fn of_elapsed(elapsed: f64, shortest: f64, longest: f64) -> Self {
        let factor = |time: f64| if time > 0.0 && elapsed > 0.0 { elapsed / time } else { 1.0 };
        Self { low: factor(longest).min(1.0), high: factor(shortest).max(1.0) }
    }
}

impl Default for Uncertainty {
    fn default() -> Self {
        Self::NONE
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_longer_time_than_was_divided_by_lowers_the_rate() {
        assert_eq!(Uncertainty::of_elapsed(2.0, 1.6, 2.5), Uncertainty { low: 0.8, high: 1.25 });
        assert_eq!(Uncertainty::of_elapsed(2.0, 2.0, 2.0), Uncertainty::NONE);
    }

    #[test]
    fn nonsense_is_no_uncertainty() {
        for (shortest, longest) in [(0.0, 0.0), (f64::NAN, f64::NAN), (-1.0, -1.0)] {
            assert_eq!(Uncertainty::of_elapsed(2.0, shortest, longest), Uncertainty::NONE);
        }
        assert_eq!(Uncertainty::of_elapsed(0.0, 1.0, 2.0), Uncertainty::NONE);
    }
}
