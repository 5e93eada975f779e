//! Traffic whose exact rate and sum are known at every instant.

use std::f64::consts::TAU;
use std::time::Duration;

/// How one direction of an interface's traffic flows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Traffic {
    /// None.
    Idle,
    /// Steady.
    Constant {
        /// bit/s.
        bps: f64,
    },
    /// A wave.
    Sine {
        /// The mean, bit/s.
        mean_bps: f64,
        /// From the mean to the crest, bit/s; at most the mean.
        amplitude_bps: f64,
        /// From crest to crest.
        period: Duration,
    },
    /// High and low by turns.
    Burst {
        /// bit/s while on.
        high_bps: f64,
        /// bit/s while off.
        low_bps: f64,
        /// How long it is on.
        on: Duration,
        /// How long it is off.
        off: Duration,
    },
}

impl Traffic {
    /// The exact rate at `t` since it began, bit/s.
    pub fn rate_at(&self, t: Duration) -> f64 {
        match *self {
            Self::Idle => 0.0,
            Self::Constant { bps } => bps,
            Self::Sine { mean_bps, amplitude_bps, period } => {
                mean_bps + amplitude_bps * (TAU * t.as_secs_f64() / period.as_secs_f64()).sin()
            }
            Self::Burst { high_bps, low_bps, on, off } => {
                let phase = t.as_secs_f64() % (on + off).as_secs_f64();
                if phase < on.as_secs_f64() { high_bps } else { low_bps }
            }
        }
    }

    /// The exact sum from 0 to `t`, bytes.
    pub fn bytes_until(&self, t: Duration) -> u64 {
        let seconds = t.as_secs_f64();
        let bits = match *self {
            Self::Idle => 0.0,
            Self::Constant { bps } => bps * seconds,
            Self::Sine { mean_bps, amplitude_bps, period } => {
                let turn = period.as_secs_f64() / TAU;
                mean_bps * seconds + amplitude_bps * turn * (1.0 - (seconds / turn).cos())
            }
            Self::Burst { high_bps, low_bps, on, off } => {
                let (on, whole) = (on.as_secs_f64(), (on + off).as_secs_f64());
                let (turns, phase) = ((seconds / whole).floor(), seconds % whole);
                turns * (high_bps * on + low_bps * (whole - on))
                    + high_bps * phase.min(on)
                    + low_bps * (phase - on).max(0.0)
            }
        };
        (bits / 8.0) as u64
    }
}
