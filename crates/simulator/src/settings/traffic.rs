//! Traffic whose rate and sum are known at every moment, so that a test can demand the right rate. Counters that start
//! at some value or jump are up to `router::interface`.

use std::f64::consts::TAU;
use std::time::Duration;

/// How one direction of an interface's traffic flows. Rates are in bit/s; a negative one counts as 0.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Traffic {
    /// Nothing flows.
    #[default]
    Idle,
    /// A constant rate.
    Constant {
        /// The rate, bit/s.
        bps: f64,
    },
    /// A wave that starts at its mean, rising.
    Sine {
        /// The mean, bit/s.
        mean_bps: f64,
        /// From the mean to the crest, bit/s; at most the mean, because nothing flows backwards.
        amplitude_bps: f64,
        /// From crest to crest; 0 makes the rate constant.
        period: Duration,
    },
    /// A high and a low rate in turn, the high one first.
    Burst {
        /// The rate while on, bit/s.
        high_bps: f64,
        /// The rate while off, bit/s.
        low_bps: f64,
        /// How long it is on.
        on: Duration,
        /// How long it is off.
        off: Duration,
    },
}

impl Traffic {
    /// The exact rate `t` after the start, bit/s.
    pub fn rate_at(&self, t: Duration) -> f64 {
        match *self {
            Self::Idle => 0.0,
            Self::Constant { bps } => rate(bps),
            Self::Sine { mean_bps, amplitude_bps, period } => {
                let (mean, amplitude) = wave(mean_bps, amplitude_bps);
                let Some((_, phase)) = turns(t, period) else { return mean };
                mean + amplitude * (TAU * phase / period.as_secs_f64()).sin()
            }
            Self::Burst { high_bps, low_bps, on, off } => match turns(t, on.saturating_add(off)) {
                Some((_, phase)) if phase >= on.as_secs_f64() => rate(low_bps),
                _ => rate(high_bps),
            },
        }
    }

    /// What flows from 0 to `t`: the exact integral of [`Traffic::rate_at`], in whole bytes.
    pub fn bytes_until(&self, t: Duration) -> u64 {
        let seconds = t.as_secs_f64();
        let bits = match *self {
            Self::Idle => 0.0,
            Self::Constant { bps } => rate(bps) * seconds,
            Self::Sine { mean_bps, amplitude_bps, period } => {
                let (mean, amplitude) = wave(mean_bps, amplitude_bps);
                let swing = turns(t, period).map_or(0.0, |(_, phase)| {
                    let radian = period.as_secs_f64() / TAU;
                    amplitude * radian * (1.0 - (phase / radian).cos())
                });
                mean * seconds + swing
            }
            Self::Burst { high_bps, low_bps, on, off } => {
                let (high, low) = (rate(high_bps), rate(low_bps));
                let (on_seconds, off_seconds) = (on.as_secs_f64(), off.as_secs_f64());
                turns(t, on.saturating_add(off)).map_or(high * seconds, |(whole, phase)| {
                    whole * (high * on_seconds + low * off_seconds)
                        + high * phase.min(on_seconds)
                        + low * (phase - on_seconds).max(0.0)
                })
            }
        };
        // The cast saturates: a counter never wraps by it.
        (bits / 8.0) as u64
    }
}

/// A usable rate: neither negative nor NaN or infinite.
fn rate(bps: f64) -> f64 {
    if bps.is_finite() { bps.max(0.0) } else { 0.0 }
}

fn wave(mean: f64, amplitude: f64) -> (f64, f64) {
    let mean = rate(mean);
    (mean, rate(amplitude.abs()).min(mean))
}

/// How many whole periods have passed, and the seconds since the last one. Computed in whole nanoseconds, because a
/// remainder of floating-point seconds would lose the phase after a few weeks.
fn turns(t: Duration, period: Duration) -> Option<(f64, f64)> {
    let (t, period) = (t.as_nanos(), period.as_nanos());
    (period > 0).then(|| ((t / period) as f64, (t % period) as f64 / 1e9))
}

#[cfg(test)]
mod tests {
    use super::*;

    const MODELS: [Traffic; 4] = [
        Traffic::Constant { bps: 1e8 },
        Traffic::Sine { mean_bps: 3e8, amplitude_bps: 1.2e8, period: Duration::from_millis(7_300) },
        Traffic::Sine { mean_bps: 1e6, amplitude_bps: 9e9, period: Duration::from_secs(3) },
        Traffic::Burst {
            high_bps: 2e7,
            low_bps: 1e5,
            on: Duration::from_millis(1_700),
            off: Duration::from_millis(2_300),
        },
    ];

    #[test]
    fn the_sum_is_the_integral_of_the_rate() {
        // The middle of steps of 1 ms: the bursts' edges fall between two steps.
        let step = Duration::from_millis(1);
        for model in MODELS {
            let mut bits = 0.0;
            for at in 0..20_000 {
                bits += model.rate_at(step * at + step / 2) * step.as_secs_f64();
                let exact = model.bytes_until(step * (at + 1)) as f64;
                assert!((bits / 8.0 - exact).abs() < 2.0 + exact * 1e-6, "{model:?} at {at} ms: {bits} {exact}");
            }
        }
    }

    #[test]
    fn the_sum_never_falls_not_even_after_a_year() {
        let step = Duration::from_micros(137);
        for model in MODELS {
            let mut last = 0;
            for at in 0..50_000 {
                let sum = model.bytes_until(Duration::from_secs(31_536_000) + step * at);
                assert!(sum >= last, "{model:?}");
                last = sum;
            }
        }
    }

    #[test]
    fn a_steady_rate_gives_its_bytes_to_the_byte() {
        let model = Traffic::Constant { bps: 1e8 };
        assert_eq!(model.bytes_until(Duration::from_secs(2)), 25_000_000);
        assert_eq!(Traffic::Idle.bytes_until(Duration::from_secs(2)), 0);
    }

    #[test]
    fn a_burst_is_high_first_and_low_from_its_edge_on() {
        let (on, off) = (Duration::from_secs(2), Duration::from_secs(3));
        let model = Traffic::Burst { high_bps: 80.0, low_bps: 8.0, on, off };
        assert_eq!(model.rate_at(on - Duration::from_nanos(1)), 80.0);
        assert_eq!(model.rate_at(on), 8.0);
        assert_eq!(model.rate_at(on + off), 80.0);
        assert_eq!(model.bytes_until((on + off) * 10), 10 * (2 * 10 + 3));
    }

    #[test]
    fn nonsense_flows_forwards_or_not_at_all() {
        let t = Duration::from_millis(2_250);
        for bps in [-5.0, f64::NAN, f64::INFINITY] {
            assert_eq!(Traffic::Constant { bps }.bytes_until(t), 0);
        }
        let flat = Traffic::Sine { mean_bps: 80.0, amplitude_bps: 8.0, period: Duration::ZERO };
        assert_eq!((flat.rate_at(t), flat.bytes_until(t)), (80.0, 22));
        let never = Traffic::Burst { high_bps: 80.0, low_bps: 8.0, on: Duration::ZERO, off: Duration::ZERO };
        assert_eq!((never.rate_at(t), never.bytes_until(t)), (80.0, 22));
    }
}
