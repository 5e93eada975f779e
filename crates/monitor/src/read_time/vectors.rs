//! The estimator on twelve small worlds whose numbers are known: what is told from the tenth sample on.
//!
//! A question every interval, or when the last answer came. The constant delay is 5 ms on either side; the excess is a
//! fixed sequence, and lies before the reading, after it, or on either side by a fixed coin. One line carries 100 Mbit/s,
//! and from 40.5 intervals on a multiple of it.

use std::time::Duration;

use lalin_stats::Uncertainty;
use tokio::time::Instant;

use super::ReadTimes;

/// Bytes a second: 100 Mbit/s, so that told rates are percents.
const BYTES: f64 = 12.5e6;
const SAMPLES: usize = 60;

#[derive(Clone, Copy)]
enum Side {
    After,
    Before,
    Either,
}

struct World {
    interval: f64,
    excess: Box<dyn Fn(usize) -> f64>,
    before: Box<dyn Fn(usize) -> bool>,
    /// What each line is multiplied by at the step.
    steps: Vec<f64>,
}

/// What is told of one sample: each line's rate and the truth, in percent, and how far off it may be.
struct Told {
    rates: Vec<f64>,
    truths: Vec<f64>,
    uncertainty: Uncertainty,
}

impl Told {
    fn is_in_its_band(&self) -> bool {
        let Uncertainty { low, high } = self.uncertainty;
        let mut both = self.rates.iter().zip(&self.truths);
        both.all(|(rate, truth)| (rate * low - 1e-3..=rate * high + 1e-3).contains(truth))
    }

    fn half_width(&self) -> f64 {
        (self.uncertainty.high - self.uncertainty.low) / 2.0
    }
}

fn fraction(of: f64) -> f64 {
    of - of.floor()
}

impl World {
    fn new(interval: f64, most: f64, side: Side, step: f64) -> Self {
        let before = move |k: usize| match side {
            Side::After => false,
            Side::Before => true,
            Side::Either => fraction(0.754_877_7 * k as f64) < 0.5,
        };
        let excess = move |k: usize| most * fraction(0.618_034 * k as f64);
        Self { interval, excess: Box::new(excess), before: Box::new(before), steps: vec![step] }
    }

    /// What is told of each sample but the first.
    fn told(&self) -> Vec<Told> {
        let origin = Instant::now();
        let moment = |seconds: f64| origin + Duration::from_secs_f64(seconds);
        let counter = |m: f64, step: f64| BYTES * (m + (step - 1.0) * (m - 40.5 * self.interval).max(0.0));
        let mut read_times = ReadTimes::new(Duration::from_secs_f64(self.interval));
        let mut last: Option<(f64, Vec<f64>)> = None;
        let (mut s, mut r) = (0.0, 0.0_f64);
        let mut told = Vec::new();
        for k in 0..SAMPLES {
            if k > 0 {
                s = r.max(s + self.interval);
            }
            let x = (self.excess)(k);
            let m = s + 0.005 + if (self.before)(k) { x } else { 0.0 };
            r = s + 0.01 + x;
            let counters: Vec<f64> = self.steps.iter().map(|step| counter(m, *step)).collect();
            let rises: Vec<f64> =
                counters.iter().zip(last.iter().flat_map(|(_, old)| old)).map(|(new, old)| new - old).collect();
            let whole: Vec<_> = rises.iter().map(|rise| Some(rise.round() as u64)).collect();
            let read = read_times.next(moment(s), moment(r), &whole);
            if let (Some(elapsed), Some((before, _))) = (read.elapsed, &last) {
                let percent = |time: f64| rises.iter().map(|rise| rise / time / BYTES * 100.0).collect();
                let (rates, truths) = (percent(elapsed.as_secs_f64()), percent(m - before));
                told.push(Told { rates, truths, uncertainty: read.uncertainty });
            }
            last = Some((m, counters));
        }
        told
    }

    /// From the tenth sample on.
    fn learned(&self) -> Vec<Told> {
        self.told().split_off(9)
    }
}

/// How far the first line is off the truth at most, in percent of it.
fn worst(told: &[Told]) -> f64 {
    told.iter().map(|told| (told.rates[0] / told.truths[0] - 1.0).abs() * 100.0).fold(0.0, f64::max)
}

/// What is told of these samples, of one line.
fn samples(world: &World, line: usize, from: usize, to: usize) -> Vec<f64> {
    world.told()[from - 1..to].iter().map(|told| told.rates[line]).collect()
}

#[track_caller]
fn assert_near(told: &[f64], expected: &[f64], by: f64) {
    let near = told.iter().zip(expected).all(|(told, expected)| (told - expected).abs() <= by);
    assert!(near && told.len() == expected.len(), "{told:.1?} and not {expected:?}");
}

#[test]
fn a_delay_on_one_side_is_no_error_once_it_is_known() {
    for side in [Side::After, Side::Before] {
        assert!(worst(&World::new(2.0, 0.5, side, 1.0).learned()) <= 0.2);
    }
}

#[test]
fn a_delay_on_either_side_is_told_apart_by_steady_traffic() {
    for (interval, most) in [(2.0, 0.5), (5.0, 1.25)] {
        let told = World::new(interval, most, Side::Either, 1.0).learned();
        assert!(worst(&told) <= 2.0, "{interval} s: {}", worst(&told));
    }
}

#[test]
fn an_excess_of_most_of_the_interval_stays_in_its_band() {
    let told = World::new(1.0, 0.8, Side::Either, 1.0).learned();
    assert!(worst(&told) <= 35.0, "{}", worst(&told));
    assert!(told.iter().all(Told::is_in_its_band));
}

#[test]
fn every_third_answer_late_is_no_error() {
    let late =
        World { excess: Box::new(|k| if k % 3 == 1 { 0.5 } else { 0.0 }), ..World::new(2.0, 0.5, Side::After, 1.0) };
    assert!(worst(&late.learned()) <= 0.1, "{}", worst(&late.learned()));
}

#[test]
fn a_constant_delay_is_no_doubt() {
    let slow = World { excess: Box::new(|_| 0.3), ..World::new(2.0, 0.3, Side::After, 1.0) };
    let told = slow.learned();
    assert!(worst(&told) < 1e-6);
    assert!(told.iter().all(|told| told.half_width() < 0.01));
}

#[test]
fn a_step_is_the_truth_where_the_delay_is_on_one_side() {
    let world = World::new(2.0, 0.5, Side::After, 2.0);
    assert_near(&samples(&world, 0, 40, 44), &[100.0, 150.0, 200.0, 200.0, 200.0], 0.5);
}

#[test]
fn a_step_is_seen_by_the_second_interval_where_the_delay_is_on_either_side() {
    let world = World::new(2.0, 0.5, Side::Either, 2.0);
    let told = samples(&world, 0, 40, 44);
    assert_near(&told, &[100.0, 146.0, 173.0, 253.0, 211.0], 5.0);
    assert!(told[1] >= 130.0 && told[2..].iter().all(|rate| (160.0..=267.0).contains(rate)), "{told:?}");
    assert!(world.learned().iter().all(Told::is_in_its_band));
}

#[test]
fn a_step_under_an_excess_of_most_of_the_interval_stays_in_its_band() {
    let world = World::new(2.0, 1.6, Side::Either, 3.0);
    let told = samples(&world, 0, 40, 44);
    assert_near(&told, &[111.0, 183.0, 201.0, 631.0, 386.0], 12.0);
    assert!(told[1] > 150.0 && told.iter().all(|rate| *rate < 700.0), "{told:?}");
    assert!(world.learned().iter().all(Told::is_in_its_band));
}

#[test]
fn a_steady_line_beside_one_that_steps_stays_steady() {
    let world = World { steps: vec![1.0, 10.0], ..World::new(2.0, 0.5, Side::Either, 1.0) };
    assert!(worst(&world.learned()) <= 2.0, "{}", worst(&world.learned()));
    assert_near(&samples(&world, 1, 41, 43), &[652.0, 1_000.0, 1_000.0], 10.0);
}

#[test]
fn a_pause_bends_its_own_points_alone() {
    let world = World {
        excess: Box::new(|k| if k % 10 == 6 { 1.9 } else { 0.0 }),
        before: Box::new(|k| (k / 10).is_multiple_of(2)),
        ..World::new(2.0, 1.9, Side::Either, 1.0)
    };
    for (k, told) in (10..).zip(world.learned()) {
        let rate = told.rates[0];
        let range = if matches!(k % 10, 6 | 7) { 50.0..=105.0 } else { 99.9..=100.1 };
        assert!(range.contains(&rate) && told.is_in_its_band(), "{k}: {rate}");
    }
}

/// By hand: answers within 10, 510 and 10 ms, two seconds apart. 25 MB in each are 80 to 100 Mbit/s, then 100 to 133.
#[test]
fn the_hard_band_is_what_questions_and_answers_leave() {
    let origin = Instant::now();
    let at = |seconds: f64| origin + Duration::from_secs_f64(seconds);
    let mut read_times = ReadTimes::new(Duration::from_secs(2));
    // The quickest answer is known for sure, and nothing else is.
    for k in 0..400 {
        read_times.next(at(f64::from(k) * 2.0), at(f64::from(k) * 2.0 + 0.01), &[]);
    }
    let mut band = |asked: f64, answered: f64| {
        let asked = 798.0 + asked;
        let read = read_times.next(at(asked), at(798.0 + answered), &[Some(25_000_000)]);
        let rate = 200.0 / read.elapsed.unwrap().as_secs_f64();
        (rate * read.uncertainty.low, rate * read.uncertainty.high)
    };
    // Within what the clocks and the slack add.
    let near = |(low, high): (f64, f64), of: (f64, f64)| {
        assert!(low >= of.0 * 0.993 && high <= of.1 * 1.007, "{low} to {high} and not {of:?}");
    };
    near(band(2.0, 2.51), (80.0, 100.0));
    near(band(4.0, 4.01), (100.0, 400.0 / 3.0));
}
