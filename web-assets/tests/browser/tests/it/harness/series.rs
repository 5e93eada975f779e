//! A curve as the page holds it, and what may be demanded of it.

use serde_json::Value;

/// By how much of the truth a rate may be off: the server lets a machine's delays bend one by 4 % at most before it says
/// that it does not know, and these tests share the machine with others.
pub const DOUBT: f64 = 0.05;

/// The points of one interface. A point without rates is a gap.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Series {
    pub points: Vec<Point>,
}

/// One moment of a curve.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// ms since 1970.
    pub t: f64,
    /// bit/s.
    pub rx: Option<f64>,
    pub tx: Option<f64>,
}

impl Series {
    /// From `{t, rx, tx}`; an interface that the page does not know has no points.
    pub fn of(value: &Value) -> Self {
        let Some(times) = value["t"].as_array() else { return Self::default() };
        let (rx, tx) = (&value["rx"], &value["tx"]);
        assert_eq!(rx.as_array().map(Vec::len), Some(times.len()), "{value}");
        assert_eq!(tx.as_array().map(Vec::len), Some(times.len()), "{value}");
        let point = |(index, t): (usize, &Value)| {
            let t = t.as_f64().unwrap_or_else(|| panic!("a point without a time: {value}"));
            Point { t, rx: rx[index].as_f64(), tx: tx[index].as_f64() }
        };
        let points: Vec<Point> = times.iter().enumerate().map(point).collect();
        assert!(points.windows(2).all(|pair| pair[0].t < pair[1].t), "time goes on: {value}");
        Self { points }
    }

    /// The points that have rates.
    pub fn known(&self) -> Vec<Point> {
        self.points.iter().copied().filter(|point| point.rx.is_some() && point.tx.is_some()).collect()
    }

    /// The time of the newest point that has rates, ms since 1970.
    pub fn end(&self) -> f64 {
        self.known().last().map_or(0.0, |point| point.t)
    }

    /// Every point is the truth: none is 0, none is above.
    pub fn is_true(&self, rx_bps: f64, tx_bps: f64) {
        self.is_within(DOUBT, rx_bps, tx_bps);
    }

    /// There is no spike and no fall. Of a second a busy machine's delays are a larger part than of two.
    pub fn is_steady(&self, rx_bps: f64, tx_bps: f64) {
        self.is_within(0.1, rx_bps, tx_bps);
    }

    fn is_within(&self, part: f64, rx_bps: f64, tx_bps: f64) {
        for point in &self.points {
            for (seen, truth) in [(point.rx, rx_bps), (point.tx, tx_bps)] {
                let Some(seen) = seen else { continue };
                assert!(
                    (seen - truth).abs() <= truth * part,
                    "{seen} instead of {truth} bit/s at {}: {self:?}",
                    point.t
                );
            }
        }
    }

    /// Between the two moments (ms since 1970) the curve is interrupted.
    pub fn has_gap_between(&self, before: f64, after: f64) {
        let left = self.known().iter().any(|point| point.t <= before);
        let right = self.known().iter().any(|point| point.t >= after);
        assert!(left && right, "the curve has both sides of {before}..{after}: {self:?}");
        let gap = self.points.iter().any(|p| p.t > before && p.t < after && (p.rx.is_none() || p.tx.is_none()));
        assert!(gap, "no gap in {before}..{after}: {self:?}");
    }
}
