//! One run: a router that is asked every interval, what is told of it, and the truth.

use std::collections::VecDeque;
use std::time::Duration;

use lalin_monitor::ReadTimes;
use tokio::time::Instant;

use crate::models::Model;
use crate::traffic::{Line, Traffic};

/// How many samples are scored, and how many come before them.
const SAMPLES: usize = 240;
const LEARNING: usize = 10;

/// One tick. Times are in seconds.
pub(crate) struct Tick {
    /// How long the answer took, when it came, and the moment told and true.
    pub(crate) took: f64,
    pub(crate) answered: f64,
    pub(crate) at: f64,
    pub(crate) read: f64,
    /// The time told between the readings, none where no rate is told, and the true one.
    pub(crate) told: Option<f64>,
    pub(crate) truth: f64,
    pub(crate) low: f64,
    pub(crate) high: f64,
    /// No moment allowed by question and answer is told outside of it.
    pub(crate) within_hard: bool,
    /// Nothing flowed: nought is right whatever the time.
    pub(crate) silent: bool,
    /// The time between the middles of question and answer, and whether it was told before.
    pub(crate) middles: f64,
    pub(crate) was_null: bool,
}

/// What a run came to, from the tenth sample on.
pub(crate) struct Run {
    pub(crate) ticks: Vec<Tick>,
    /// How many steps there were, and were half seen by their second and third interval.
    pub(crate) steps: [usize; 3],
}

pub(crate) fn run(model: Model, traffic: Traffic, interval: f64, jitter: f64, seed: u64) -> Run {
    let mut random = fastrand::Rng::with_seed(seed.wrapping_mul(7_919) + 11);
    let length = (SAMPLES + LEARNING + 5) as f64 * interval * (2.0 + jitter) + 100.0;
    let lines = traffic.make(interval, length, &mut random);
    let most = Duration::from_secs_f64(jitter * interval);
    let mut answers = model.answer_times(most).with_seed(seed + 1).begin();
    let origin = Instant::now();
    let at = |seconds: f64| origin + Duration::from_secs_f64(seconds);
    let mut read_times = ReadTimes::new(Duration::from_secs_f64(interval));
    let (mut recent, mut doubts) = (VecDeque::new(), VecDeque::new());
    let mut last: Option<(f64, f64, f64, Vec<u64>)> = None;
    let mut ticks = Vec::new();
    for sample in 0..=SAMPLES + LEARNING {
        let asked = last.as_ref().map_or(0.0, |(asked, answered, ..)| (asked + interval).max(*answered));
        let time = answers.next(Duration::from_secs_f64(asked));
        let read = asked + time.before.as_secs_f64();
        let answered = read + time.after.as_secs_f64();
        let counters: Vec<u64> = lines.iter().map(|line| line.bytes(read)).collect();
        let old = last.iter().flat_map(|(.., old)| old);
        let rises: Vec<Option<u64>> = counters.iter().zip(old).map(|(new, old)| new.checked_sub(*old)).collect();
        let told = read_times.next(at(asked), at(answered), &rises);
        keep(&mut recent, answered - asked, 300);
        let before = last.replace((asked, answered, read, counters));
        let (Some((asked_before, answered_before, read_before, _)), true) = (before, sample >= LEARNING) else {
            keep(&mut doubts, (answered - asked) / 2.0, 6);
            continue;
        };
        let quickest = recent.iter().copied().fold(f64::MAX, f64::min);
        let mean = recent.iter().sum::<f64>() / recent.len() as f64;
        let slack = 12.0 * (mean - quickest) / recent.len() as f64 + 1e-3;
        let t = asked - asked_before;
        let shortest = (t - (answered_before - asked_before - quickest).max(0.0) - slack).max(quickest / 2.0);
        let longest = t + answered - asked - quickest + slack;
        let elapsed = told.elapsed.map(|elapsed| elapsed.as_secs_f64());
        let (low, high) = (told.uncertainty.low, told.uncertainty.high);
        let hard = |elapsed: f64| elapsed / high >= shortest - 1e-6 && elapsed / low <= longest + 1e-6;
        // What was told before: the middle, and nothing where the doubt of both passed 4 %.
        let middles = (asked + answered - asked_before - answered_before) / 2.0;
        let (doubt, doubt_before) = ((answered - asked) / 2.0, (answered_before - asked_before) / 2.0);
        let least = doubts.iter().copied().fold(doubt, f64::min);
        keep(&mut doubts, doubt, 6);
        ticks.push(Tick {
            took: answered - asked,
            answered,
            at: (told.at - origin).as_secs_f64(),
            read,
            told: elapsed,
            truth: read - read_before,
            low,
            high,
            within_hard: elapsed.is_none_or(hard),
            silent: rises.iter().all(|rise| *rise == Some(0)),
            middles,
            was_null: (doubt - least + doubt_before - least) * 25.0 > middles || middles > 3.0 * interval,
        });
    }
    let steps = if matches!(traffic, Traffic::Step(_)) { steps(&lines[0], &ticks) } else { [0; 3] };
    Run { ticks, steps }
}

fn keep(recent: &mut VecDeque<f64>, newest: f64, most: usize) {
    recent.push_back(newest);
    if recent.len() > most {
        recent.pop_front();
    }
}

/// How many steps there were, and were half seen by their second and third interval; the one they fall into is the first.
fn steps(line: &Line, ticks: &[Tick]) -> [usize; 3] {
    let mut counts = [0; 3];
    for (at, from, to) in line.changes() {
        let Some(first) = ticks.iter().position(|tick| tick.read > at) else { break };
        let Some(seen) = ticks.get(first..first + 3).filter(|_| first > 0) else { continue };
        let half = |tick: &Tick| {
            let bytes = line.bytes(tick.read) - line.bytes(tick.read - tick.truth);
            tick.told.is_some_and(|told| (bytes as f64 / told - from) / (to - from) >= 0.5)
        };
        counts[0] += 1;
        counts[1] += usize::from(seen[..2].iter().any(half));
        counts[2] += usize::from(seen.iter().any(half));
    }
    counts
}
