//! Rates under varying answer times, measured in simulated time: `cargo xtask bench jitter`.
//!
//! Every delay model of the simulator by every kind of traffic, by how large the excess is and how long the interval:
//! what the engine's estimator tells is held against the truth, which is the mean between the two moments at which the
//! counters really were read. Beside it stands what was told before: the middle between question and answer, and nothing
//! where neighbours differ. At the end every bar is judged.

mod bars;
mod cost;
mod models;
mod polls;
mod run;
mod score;
mod traffic;

use std::process::ExitCode;

use score::{Score, row};

/// The intervals, seconds.
const INTERVALS: [f64; 3] = [1.0, 2.0, 5.0];
/// The largest excess, as parts of the interval.
const JITTERS: [f64; 5] = [0.05, 0.1, 0.25, 0.5, 0.8];
/// Jitter of the wire, seconds: each way, one way, or either.
const WIRE: f64 = 0.02;
fn main() -> ExitCode {
    let first_seed = std::env::args().nth(1).and_then(|seed| seed.parse().ok()).unwrap_or(0);
    let mut scores: Vec<Score> = Vec::new();
    println!("{}", score::HEAD);
    for interval in INTERVALS {
        for traffic in traffic::ALL {
            for model in models::ALL {
                for jitter in model.jitters() {
                    let seeds = traffic.seeds();
                    let runs = (0..seeds).map(|seed| run::run(model, *traffic, interval, jitter, first_seed + seed));
                    let score = Score::of(model, *traffic, interval, jitter, &runs.collect::<Vec<_>>());
                    println!("{}", row(&score));
                    scores.push(score);
                }
            }
        }
    }
    let wire = wire(first_seed);
    println!("\n{}", score::SUMMARY);
    score::pooled(&scores).iter().for_each(|line| println!("{line}"));
    let polls = polls::measure(first_seed);
    println!();
    polls.iter().for_each(|poll| println!("{}", poll.row()));
    let costs = cost::measure();
    println!();
    if bars::judge(&scores, &wire, &polls, &costs) { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// A router near by that answers at once, over a wire that jitters.
fn wire(first_seed: u64) -> Vec<Score> {
    let mut scores = Vec::new();
    for interval in [1.0, 2.0] {
        for model in [models::Model::BothSides, models::Model::EitherSide, models::Model::Before, models::Model::After]
        {
            let (traffic, jitter) = (traffic::Traffic::Constant, WIRE / interval);
            let runs = (0..traffic.seeds()).map(|seed| run::run(model, traffic, interval, jitter, first_seed + seed));
            let score = Score::of(model, traffic, interval, jitter, &runs.collect::<Vec<_>>());
            println!("{}", row(&score));
            scores.push(score);
        }
    }
    scores
}
