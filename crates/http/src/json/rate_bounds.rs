//! How far a rate may be off, as the API shows it.

use lalin_stats::Uncertainty;
use serde::Serialize;

/// How far all rates of one tick may be off: the truth lies from `low` times to `high` times what is told. Absent where no
/// rate is known.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub(crate) struct RateBounds {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) low: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) high: Option<f64>,
}

impl RateBounds {
    /// To four digits after the point, outwards.
    pub(crate) fn of(uncertainty: Option<Uncertainty>) -> Self {
        // What a computation of binary fractions adds or leaves off is no reason for one more step outwards.
        let steps = |factor: f64| if factor.is_finite() { factor * 1e4 } else { 1e4 };
        Self {
            low: uncertainty.map(|factors| (steps(factors.low) + 1e-3).floor() / 1e4),
            high: uncertainty.map(|factors| (steps(factors.high) - 1e-3).ceil() / 1e4),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_band_is_rounded_outwards_to_four_digits() {
        let told = |low, high| {
            let band = RateBounds::of(Some(Uncertainty { low, high }));
            (band.low.unwrap(), band.high.unwrap())
        };
        assert_eq!(told(1.0, 1.0), (1.0, 1.0));
        assert_eq!(told(f64::from(0.98_f32), f64::from(1.03_f32)), (0.98, 1.03));
        assert_eq!(told(0.980_06, 1.030_01), (0.98, 1.0301));
        assert_eq!(told(0.123_49, f64::INFINITY), (0.1234, 1.0));
        assert!(RateBounds::of(None).low.is_none());
    }
}
