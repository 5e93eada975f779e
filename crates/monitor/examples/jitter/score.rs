//! What runs came to, in numbers.

use crate::models::Model;
use crate::run::Run;
use crate::traffic::Traffic;

/// All seeds of one model, traffic, interval and excess.
pub(crate) struct Score {
    pub(crate) model: Model,
    pub(crate) traffic: Traffic,
    pub(crate) interval: f64,
    pub(crate) jitter: f64,
    pub(crate) points: usize,
    pub(crate) nulls: usize,
    /// How far off each rate is, as a part of the truth, in order; and those of the middle without nulls.
    pub(crate) errors: Vec<f64>,
    pub(crate) middles: Vec<f64>,
    pub(crate) covered: usize,
    pub(crate) half_width: f64,
    /// The times told and true of all seeds, seconds: their ratio is what the mean over all of the time is off by.
    times: (f64, f64),
    pub(crate) steps: [usize; 3],
    /// Points over the truth by more than a quarter, and those of them whose band does not hold it.
    pub(crate) spikes: usize,
    pub(crate) spikes_outside: usize,
    pub(crate) outside_hard: usize,
    pub(crate) was_null: usize,
    /// How far off those were that were told before.
    pub(crate) before: Vec<f64>,
}

impl Score {
    pub(crate) fn of(model: Model, traffic: Traffic, interval: f64, jitter: f64, runs: &[Run]) -> Self {
        let mut score = Self {
            model,
            traffic,
            interval,
            jitter,
            points: 0,
            nulls: 0,
            errors: Vec::new(),
            middles: Vec::new(),
            covered: 0,
            half_width: 0.0,
            times: (0.0, 0.0),
            steps: [0; 3],
            spikes: 0,
            spikes_outside: 0,
            outside_hard: 0,
            was_null: 0,
            before: Vec::new(),
        };
        for run in runs {
            score.add(run);
        }
        score.half_width /= score.points.max(1) as f64;
        for errors in [&mut score.errors, &mut score.middles, &mut score.before] {
            errors.sort_by(f64::total_cmp);
        }
        score
    }

    fn add(&mut self, run: &Run) {
        for tick in &run.ticks {
            self.points += 1;
            self.outside_hard += usize::from(!tick.within_hard);
            let off = |told: f64| if tick.silent { 0.0 } else { (tick.truth / told - 1.0).abs() };
            self.middles.push(off(tick.middles));
            if tick.was_null {
                self.was_null += 1;
            } else {
                self.before.push(off(tick.middles));
            }
            let Some(told) = tick.told else {
                self.nulls += 1;
                continue;
            };
            self.times = (self.times.0 + told, self.times.1 + tick.truth);
            self.errors.push(off(told));
            // The true rate lies between the told one's two factors.
            let held = tick.silent || (tick.low - 1e-6..=tick.high + 1e-6).contains(&(told / tick.truth));
            self.covered += usize::from(held);
            self.half_width += (tick.high - tick.low) / 2.0;
            let spike = !tick.silent && tick.truth / told > 1.25;
            self.spikes += usize::from(spike);
            self.spikes_outside += usize::from(spike && !held);
        }
        for (sum, count) in self.steps.iter_mut().zip(run.steps) {
            *sum += count;
        }
    }

    pub(crate) fn excess(&self) -> f64 {
        self.model.excess(self.interval, self.jitter)
    }

    /// How far the mean rate over all of the time is off.
    pub(crate) fn mean_error(&self) -> f64 {
        let (told, truth) = self.times;
        if told > 0.0 { (truth / told - 1.0).abs() } else { 0.0 }
    }

    pub(crate) fn coverage(&self) -> f64 {
        self.covered as f64 / (self.points - self.nulls).max(1) as f64
    }

    /// `model, traffic, T, J`.
    pub(crate) fn name(&self) -> String {
        format!("{}, {}, {} s, J {}", self.model.name(), self.traffic.name(), self.interval, self.jitter)
    }
}

/// Of sorted values; 0 of none.
pub(crate) fn percentile(sorted: &[f64], percent: f64) -> f64 {
    let at = (sorted.len() as f64 * percent / 100.0).ceil() as usize;
    sorted.get(at.clamp(1, sorted.len().max(1)) - 1).copied().unwrap_or_default()
}

pub(crate) const HEAD: &str = "\
errors in % of the truth, from the tenth sample on; J is the largest excess as a part of the interval (0: the model's own);
'before' is the middle of question and answer, and null where neighbours differed by more than 4 %

 T s  traffic       model            J     | null   p95  p99.9    max  covered  half width   mean  | 2nd    3rd  | spikes  outside | before: null    p95 | middle: p95";

pub(crate) fn row(score: &Score) -> String {
    let of = |part: usize, whole: usize| 100.0 * part as f64 / whole.max(1) as f64;
    let [all, second, third] = score.steps;
    let steps = if all == 0 { " -      -  ".into() } else { format!("{:5.1} {:5.1}", of(second, all), of(third, all)) };
    format!(
        "{:>4}  {:<13} {:<16} {:<5} | {:>4} {:>5.2} {:>6.2} {:>6.1}  {:>6.2}  {:>9.2}  {:>6.3} | {steps} | {:>5.2} {:>7.2}  | {:>11.1} {:>7.2} | {:>10.2}",
        score.interval,
        score.traffic.name(),
        score.model.name(),
        score.jitter,
        score.nulls,
        100.0 * percentile(&score.errors, 95.0),
        100.0 * percentile(&score.errors, 99.9),
        100.0 * percentile(&score.errors, 100.0),
        100.0 * score.coverage(),
        100.0 * score.half_width,
        100.0 * score.mean_error(),
        of(score.spikes, score.points),
        of(score.spikes_outside, score.points),
        of(score.was_null, score.points),
        100.0 * percentile(&score.before, 95.0),
        100.0 * percentile(&score.middles, 95.0),
    )
}

pub(crate) const SUMMARY: &str = "\
the models that take an excess pooled, by traffic; in brackets the worst model
 T s  traffic       J     |   p95 (worst)         p99.9  least covered  half width | before: null  | middle: p95 (worst)";

/// A line for each interval, traffic and excess.
pub(crate) fn pooled(scores: &[Score]) -> Vec<String> {
    let mut lines = Vec::new();
    let mut rest = scores.iter().filter(|score| score.jitter > 0.0).collect::<Vec<_>>();
    while let Some(first) = rest.first().copied() {
        let same = |score: &&Score| {
            (score.interval, score.jitter, score.traffic) == (first.interval, first.jitter, first.traffic)
        };
        let (group, others): (Vec<_>, Vec<_>) = rest.iter().copied().partition(same);
        rest = others;
        lines.push(pool(&group));
    }
    lines
}

fn pool(group: &[&Score]) -> String {
    let first = group[0];
    let all = |of: fn(&Score) -> &Vec<f64>| {
        let mut errors: Vec<f64> = group.iter().flat_map(|score| of(score)).copied().collect();
        errors.sort_by(f64::total_cmp);
        let p95 = |score: &&Score| 100.0 * percentile(of(score), 95.0);
        let worst = group.iter().max_by(|a, b| p95(a).total_cmp(&p95(b))).copied().unwrap_or(first);
        (errors, p95(&worst), worst.model.name())
    };
    let (errors, worst, model) = all(|score| &score.errors);
    let (middles, worst_middle, _) = all(|score| &score.middles);
    let count = group.len() as f64;
    let points: usize = group.iter().map(|score| score.points).sum();
    format!(
        "{:>4}  {:<13} {:<5} | {:>5.2} ({worst:.1} {model:<13}) {:>7.2}  {:>13.2}  {:>10.2} | {:>12.1}  | {:>11.2} ({worst_middle:.1})",
        first.interval,
        first.traffic.name(),
        first.jitter,
        100.0 * percentile(&errors, 95.0),
        100.0 * percentile(&errors, 99.9),
        100.0 * group.iter().map(|score| score.coverage()).fold(1.0, f64::min),
        100.0 * group.iter().map(|score| score.half_width).sum::<f64>() / count,
        100.0 * group.iter().map(|score| score.was_null).sum::<usize>() as f64 / points as f64,
        100.0 * percentile(&middles, 95.0),
    )
}
