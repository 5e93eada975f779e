//! What was to be reached, and whether it is.

use crate::models::Model;
use crate::polls::Polls;
use crate::score::{Score, percentile};
use crate::traffic::Traffic;

/// The bars of one run of the benchmark.
struct Bars(bool);

impl Bars {
    /// The worst of some values, each with what it is of, against the most it may be.
    fn most<'a>(&mut self, name: &str, bar: f64, values: impl Iterator<Item = (f64, &'a Score)>) {
        let worst = values.max_by(|a, b| a.0.total_cmp(&b.0));
        let (worst, of) = worst.map_or((0.0, "nothing".into()), |(worst, score)| (worst, score.name()));
        self.say(name, worst <= bar, &format!("{worst:.3}, at most {bar} ({of})"));
    }

    fn least<'a>(&mut self, name: &str, bar: f64, values: impl Iterator<Item = (f64, &'a Score)>) {
        let worst = values.min_by(|a, b| a.0.total_cmp(&b.0));
        let (worst, of) = worst.map_or((100.0, "nothing".into()), |(worst, score)| (worst, score.name()));
        self.say(name, worst >= bar, &format!("{worst:.3}, at least {bar} ({of})"));
    }

    fn say(&mut self, name: &str, reached: bool, what: &str) {
        println!("{}: {name}: {what}", if reached { "reached" } else { "MISSED " });
        self.0 &= reached;
    }
}

/// Prints every bar; whether all are reached.
pub(crate) fn judge(scores: &[Score], wire: &[Score], polls: &[Polls], costs: &[(usize, f64)]) -> bool {
    let mut bars = Bars(true);
    let percent = |part: usize, whole: usize| 100.0 * part as f64 / whole.max(1) as f64;
    let all = || scores.iter();
    // Pauses longer than an interval have bars of their own.
    let apart = |score: &&Score| score.model == Model::Mobile;
    let quarter = || all().filter(|score| !apart(score) && score.excess() <= 0.25);
    let above = || all().filter(|score| !apart(score) && score.excess() > 0.25);
    let constant = |score: &&Score| score.traffic == Traffic::Constant;
    let steps = |score: &&Score| score.steps[0] > 0;

    for (interval, bar) in [(1.0, 0.5), (2.0, 0.2)] {
        let of = wire.iter().filter(|score| score.interval == interval);
        let mean = |score: &Score| 100.0 * score.errors.iter().sum::<f64>() / score.errors.len().max(1) as f64;
        let name = format!("20 ms of jitter on the wire, {interval} s, mean error, %");
        bars.most(&name, bar, of.map(|score| (mean(score), score)));
    }
    bars.most("ticks without a rate", 0.0, all().map(|score| (score.nulls as f64, score)));
    let mean = |score: &'_ Score| 100.0 * score.mean_error();
    bars.most("time-weighted mean, excess to T/4, %", 0.1, quarter().map(|score| (mean(score), score)));
    let to_most = || above().filter(|score| score.excess() <= 0.8);
    bars.most("time-weighted mean, excess to 0.8 T, %", 0.3, to_most().map(|score| (mean(score), score)));
    let of_worst =
        |percent: f64| quarter().filter(constant).map(move |score| (100.0 * percentile(&score.errors, percent), score));
    bars.most("constant line, excess to T/4, p95, % (each model)", 3.0, of_worst(95.0));
    let mut errors: Vec<f64> = quarter().filter(constant).flat_map(|score| &score.errors).copied().collect();
    errors.sort_by(f64::total_cmp);
    let pooled = 100.0 * percentile(&errors, 99.9);
    bars.say(
        "constant line, excess to T/4, p99.9, % (models pooled)",
        pooled <= 12.0,
        &format!("{pooled:.3}, at most 12"),
    );
    bars.most("constant line, excess to T/4, p99.9, % (each model)", 12.0, of_worst(99.9));
    let most = |score: &Score| percentile(&score.errors, 100.0) / (score.excess() + 0.002);
    let jittery = quarter().filter(constant).filter(|score| score.jitter > 0.0);
    bars.most("constant line, excess to T/4, largest error by J/T", 1.0, jittery.map(|score| (most(score), score)));
    let covered = |score: &Score| 100.0 * score.coverage();
    bars.least(
        "constant line, excess to T/4, every point within its band, %",
        100.0,
        quarter().filter(constant).map(|score| (covered(score), score)),
    );
    bars.least("truth within the band, % (each model, traffic)", 95.0, all().map(|score| (covered(score), score)));
    bars.most(
        "bands wider than the answers' times explain",
        0.0,
        all().map(|score| (score.outside_hard as f64, score)),
    );
    steps_by(&mut bars, "steps half seen by the second interval, excess to T/4, %", 95.0, 1, quarter().filter(steps));
    steps_by(&mut bars, "steps half seen by the third interval, excess to T/4, %", 100.0, 2, quarter().filter(steps));
    steps_by(&mut bars, "steps half seen by the third interval, above T/4, %", 97.0, 2, above().filter(steps));
    let flat = |score: &&Score| score.traffic.is_constant();
    let spikes = |score: &'_ Score| percent(score.spikes, score.points);
    bars.most(
        "constant lines, excess to T/4, points over the truth by a quarter, %",
        0.0,
        quarter().filter(flat).map(|score| (spikes(score), score)),
    );
    bars.most(
        "constant lines, any excess, points over the truth by a quarter, %",
        0.0,
        all().filter(flat).map(|score| (spikes(score), score)),
    );
    let outside = |score: &'_ Score| percent(score.spikes_outside, score.points);
    bars.most(
        "points over the truth by a quarter and outside of their band, %",
        0.0,
        all().map(|score| (outside(score), score)),
    );
    wild(&mut bars, scores);
    let mobile = || all().filter(apart).filter(constant);
    bars.most(
        "mobile pauses, constant line, p95, %",
        5.0,
        mobile().map(|score| (100.0 * percentile(&score.errors, 95.0), score)),
    );
    bars.least(
        "mobile pauses, constant line, within the band, %",
        100.0,
        mobile().map(|score| (covered(score), score)),
    );
    let (starved, asked) = polls.iter().fold((0, 0), |sum, one| (sum.0 + one.starved, sum.1 + one.asked));
    bars.say(
        "polls without a later sample, %",
        percent(starved, asked) <= 0.1,
        &format!("{:.3}, at most 0.1", percent(starved, asked)),
    );
    if let Some(worst) = polls.iter().max_by(|a, b| percent(a.starved, a.asked).total_cmp(&percent(b.starved, b.asked)))
    {
        let worst_part = percent(worst.starved, worst.asked);
        bars.say(
            "polls without a later sample, worst model, %",
            worst_part <= 0.1,
            &format!("{worst_part:.3}, at most 0.1 ({})", worst.row()),
        );
    }
    for (counters, micros) in costs {
        bars.say(&format!("a tick of {counters} counters, us"), *micros < 100.0, &format!("{micros:.2}, under 100"));
    }
    bars.0
}

/// Over the kinds of step and the intervals of one model and excess: a run has too few to judge alone.
fn steps_by<'a>(bars: &mut Bars, name: &str, bar: f64, by: usize, scores: impl Iterator<Item = &'a Score>) {
    let mut groups: Vec<(&Score, [usize; 3])> = Vec::new();
    for score in scores {
        match groups.iter_mut().find(|(of, _)| (of.model, of.jitter) == (score.model, score.jitter)) {
            Some((_, sums)) => sums.iter_mut().zip(score.steps).for_each(|(sum, count)| *sum += count),
            None => groups.push((score, score.steps)),
        }
    }
    let part = |steps: [usize; 3]| 100.0 * steps[by] as f64 / steps[0].max(1) as f64;
    let worst = groups.into_iter().min_by(|a, b| part(a.1).total_cmp(&part(b.1)));
    let Some((score, steps)) = worst else { return };
    let of =
        format!("{:.2}, at least {bar} ({}, J {}; {} steps)", part(steps), score.model.name(), score.jitter, steps[0]);
    bars.say(name, part(steps) >= bar, &of);
}

/// Where neither place nor odometer is right the middle is the floor.
fn wild(bars: &mut Bars, scores: &[Score]) {
    let mut worst: Option<(f64, String)> = None;
    let cells = scores.iter().filter(|score| score.jitter > 0.0);
    let mut seen = Vec::new();
    for cell in cells {
        let key = (cell.interval, cell.jitter, cell.traffic);
        if seen.contains(&key) {
            continue;
        }
        seen.push(key);
        let group = || scores.iter().filter(|score| (score.interval, score.jitter, score.traffic) == key);
        let p95 = |of: fn(&Score) -> &Vec<f64>| {
            let mut errors: Vec<f64> = group().flat_map(of).copied().collect();
            errors.sort_by(f64::total_cmp);
            percentile(&errors, 95.0)
        };
        let ratio = p95(|score| &score.errors) / p95(|score| &score.middles).max(1e-9);
        if worst.as_ref().is_none_or(|(most, _)| ratio > *most) {
            worst = Some((ratio, format!("{}, {} s, J {}", cell.traffic.name(), cell.interval, cell.jitter)));
        }
    }
    let (ratio, of) = worst.unwrap_or_default();
    bars.say(
        "p95 beside the middle's, models pooled, any traffic",
        ratio <= 1.0,
        &format!("{ratio:.3}, at most 1 ({of})"),
    );
}
