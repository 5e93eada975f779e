//! Pages that divide the counters of `/api/interface-stats` themselves: whether a later sample has come, and what they draw.

use std::time::Duration;

use lalin_monitor::CountersDelay;
use tokio::time::Instant;

use crate::models::{self, Model};
use crate::run::{Tick, run};
use crate::score::percentile;
use crate::traffic::Traffic;
use crate::{INTERVALS, JITTERS};

/// A page that asks every interval, on a constant line.
pub(crate) struct Polls {
    pub(crate) model: Model,
    pub(crate) interval: f64,
    pub(crate) jitter: f64,
    /// Polls, those that found no later sample, and those with the fixed delay of before.
    pub(crate) asked: usize,
    pub(crate) starved: usize,
    pub(crate) starved_before: usize,
    /// How far off the page's points are, in order.
    pub(crate) errors: Vec<f64>,
}

impl Polls {
    pub(crate) fn row(&self) -> String {
        format!(
            "polls: {:>2} s, {:<16} {:<4} | starved {:>6.3} % (before {:>5.2} %), p95 {:>5.2} %, p99.9 {:>6.2} %",
            self.interval,
            self.model.name(),
            self.jitter,
            100.0 * self.starved as f64 / self.asked.max(1) as f64,
            100.0 * self.starved_before as f64 / self.asked.max(1) as f64,
            100.0 * percentile(&self.errors, 95.0),
            100.0 * percentile(&self.errors, 99.9),
        )
    }
}

pub(crate) fn measure(first_seed: u64) -> Vec<Polls> {
    let mut all = Vec::new();
    for interval in INTERVALS {
        for model in models::ALL {
            for jitter in model.jitters().into_iter().filter(|jitter| *jitter == 0.0 || *jitter >= JITTERS[2]) {
                let mut polls =
                    Polls { model, interval, jitter, asked: 0, starved: 0, starved_before: 0, errors: Vec::new() };
                for seed in 0..4_u32 {
                    let run = run(model, Traffic::Constant, interval, jitter, first_seed + u64::from(seed));
                    polls.add(&run.ticks, interval * (0.13 + 0.22 * f64::from(seed)));
                }
                polls.errors.sort_by(f64::total_cmp);
                all.push(polls);
            }
        }
    }
    all
}

impl Polls {
    fn add(&mut self, ticks: &[Tick], phase: f64) {
        let origin = Instant::now();
        let mut delay = CountersDelay::new(Duration::from_secs_f64(self.interval));
        let (mut known, mut last) = (0, None);
        let begin = ticks.get(10).map_or(0.0, |tick| tick.answered) + phase;
        let end = ticks.last().map_or(0.0, |tick| tick.answered);
        for poll in 0_u32.. {
            let asked = begin + f64::from(poll) * self.interval;
            if asked >= end {
                break;
            }
            while let Some(tick) = ticks.get(known).filter(|tick| tick.answered <= asked) {
                delay.answered(Duration::from_secs_f64(tick.took));
                known += 1;
            }
            let moment = asked - delay.at(origin + Duration::from_secs_f64(asked)).as_secs_f64();
            let (value, starved) = value(&ticks[..known], moment);
            self.asked += 1;
            self.starved += usize::from(starved);
            self.starved_before += usize::from(self::value(&ticks[..known], asked - 1.5 * self.interval).1);
            if let Some(last) = last.replace(value) {
                self.errors.push(((value - last) / self.interval - 1.0_f64).abs());
            }
        }
    }
}

/// The counter at a moment, in seconds of the constant line's traffic, and whether no later sample was known.
fn value(known: &[Tick], moment: f64) -> (f64, bool) {
    let later = known.partition_point(|tick| tick.at <= moment);
    let before = known.get(later.wrapping_sub(1));
    match (before, known.get(later)) {
        (Some(before), Some(after)) => {
            let part = (moment - before.at) / (after.at - before.at);
            (before.read + part * (after.read - before.read), false)
        }
        (Some(before), None) => (before.read, true),
        (None, after) => (after.map_or(moment, |after| after.read - (after.at - moment)), false),
    }
}
