//! Rates for the screen, and small curves of a row: as signs where the terminal has them, else in plain ASCII.

use super::table::Point;
use crate::figures::rate;

/// A rate; a dash where it is not known, which is not zero.
pub(super) fn of_rate(bps: Option<u64>) -> String {
    bps.map_or_else(|| "-".to_owned(), |bps| rate(bps as f64))
}

const SIGNS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
const PLAIN: [char; 8] = ['_', '.', ',', '-', '=', '+', '*', '#'];

/// Both directions together over the last points, as many as fit; a blank is a gap.
pub(super) fn spark(points: &[Point], width: usize, plain: bool) -> String {
    let signs = if plain { PLAIN } else { SIGNS };
    let newest = &points[points.len().saturating_sub(width)..];
    let sums: Vec<Option<u64>> = newest.iter().map(|(down, up)| sum(*down, *up)).collect();
    let most = sums.iter().flatten().max().copied().unwrap_or_default();
    let sign = |sum: &Option<u64>| match sum {
        None => ' ',
        Some(_) if most == 0 => signs[0],
        Some(sum) => signs[(u128::from(*sum) * 7).div_ceil(u128::from(most)) as usize],
    };
    let curve: String = sums.iter().map(sign).collect();
    format!("{curve:>width$}")
}

fn sum(down: Option<u64>, up: Option<u64>) -> Option<u64> {
    match (down, up) {
        (None, None) => None,
        (down, up) => Some(down.unwrap_or_default().saturating_add(up.unwrap_or_default())),
    }
}

/// A round number that is no smaller: 1, 2 or 5 and zeros.
pub(super) fn round_up(value: u64) -> f64 {
    let mut step = 1.0;
    loop {
        for factor in [1.0, 2.0, 5.0] {
            if step * factor >= value as f64 {
                return step * factor;
            }
        }
        step *= 10.0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_small_curve_is_as_wide_as_asked_with_gaps_and_against_its_own_peak() {
        let points = [(Some(0), Some(0)), (None, None), (Some(4), Some(3)), (Some(3), Some(4)), (Some(1), Some(0))];
        assert_eq!(spark(&points, 7, false), "  ▁ ██▂");
        assert_eq!(spark(&points, 3, true), "##.");
        assert_eq!(spark(&[], 3, false), "   ");
    }

    #[test]
    fn the_top_of_a_chart_is_round() {
        let tops: Vec<f64> = [0, 1, 3, 10, 11, 80_000_000, 101_000_000].map(round_up).to_vec();
        assert_eq!(tops, [1.0, 1.0, 5.0, 10.0, 20.0, 1e8, 2e8]);
        assert_eq!(of_rate(None), "-");
    }
}
