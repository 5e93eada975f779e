//! How far a rate may be off, as the API shows it.

use lalin_stats::Uncertainty;
use serde::Serialize;
use utoipa::ToSchema;

/// How far all rates of one tick may be off: the true rate is between `low` times and `high` times the one shown. Absent
/// where no rate is known.
#[derive(Clone, Copy, Debug, Default, Serialize, ToSchema)]
pub(crate) struct RateBounds {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) low: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) high: Option<f64>,
}

impl RateBounds {
    /// Rounded outwards to four decimal places.
    pub(crate) fn of(uncertainty: Option<Uncertainty>) -> Self {
        // The error of binary fractions must not cause one more step outwards.
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
    fn bounds_are_rounded_outwards_to_four_digits() {
        let shown = |low, high| {
            let bounds = RateBounds::of(Some(Uncertainty { low, high }));
            (bounds.low.unwrap(), bounds.high.unwrap())
        };
        assert_eq!(shown(1.0, 1.0), (1.0, 1.0));
        assert_eq!(shown(f64::from(0.98_f32), f64::from(1.03_f32)), (0.98, 1.03));
        assert_eq!(shown(0.980_06, 1.030_01), (0.98, 1.0301));
        assert_eq!(shown(0.123_49, f64::INFINITY), (0.1234, 1.0));
        assert!(RateBounds::of(None).low.is_none());
    }
}
