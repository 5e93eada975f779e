//! What was measured as a table, and the bars.

use anyhow::{Result, bail};

use super::peers::{Contestant, Side, Task};

/// In memory, rows a second on one core, each attribute looked at.
const MEMORY: f64 = 2_000_000.0;
/// Of the bare loop's rows a second, end to end.
const OF_THE_LIMIT: f64 = 0.5;
/// Of the best rival's.
const OF_THE_BEST_RIVAL: f64 = 10.0;
/// Allocations a row of 28 attributes: fewer than one for each, by far.
const ALLOCATIONS: f64 = 1.0;

/// What a contestant did in its second.
#[derive(Clone, Copy)]
pub(crate) struct Sample {
    /// Rows or commands a second.
    rate: f64,
    /// CPU seconds, user and system, for a million of them.
    cpu: f64,
    /// Allocations for each, where they were counted.
    allocations: Option<f64>,
}

impl Sample {
    /// Of a line: things done, seconds, CPU seconds and, of ours, allocations.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let numbers = text.split_whitespace().map(|word| word.parse().ok()).collect::<Option<Vec<f64>>>()?;
        let [done, wall, cpu, ref more @ ..] = numbers[..] else { return None };
        (done > 0.0 && wall > 0.0).then(|| Self {
            rate: done / wall,
            cpu: cpu / done * 1e6,
            allocations: more.first().map(|count| count / done),
        })
    }
}

/// Every contestant by task, the fastest of a group first.
pub(crate) fn print(contestants: &[Contestant], samples: &[Vec<Option<Sample>>]) {
    let groups = [
        (Task::Memory, "in memory (rows; of encode, commands)"),
        (Task::Print, "a print over loopback (rows)"),
        (Task::Trips(1), "commands over loopback, 1 in flight"),
        (Task::Trips(64), "commands over loopback, 64 in flight"),
    ];
    for (task, title) in groups {
        println!("\n{title:<40}  {:>12} {:>12} {:>12} {:>12}", "median a s", "best a s", "CPU s a mio", "allocations");
        let group = contestants.iter().zip(samples).filter(|(contestant, _)| contestant.task == task);
        let mut group: Vec<_> = group.map(|(contestant, samples)| (contestant, measured(samples))).collect();
        group.sort_by(|(_, a), (_, b)| middle(a, |s| s.rate).total_cmp(&middle(b, |s| s.rate)).reverse());
        for (contestant, samples) in group {
            let mark = match contestant.side {
                Side::Limit => '-',
                Side::Ours => '*',
                Side::Rival => ' ',
            };
            let best = samples.iter().map(|sample| sample.rate).fold(0.0, f64::max);
            let allocations = samples.first().and_then(|sample| sample.allocations);
            println!(
                "{mark} {:<38}  {:>12.0} {best:>12.0} {:>12.2} {:>12}",
                contestant.name,
                middle(&samples, |sample| sample.rate),
                middle(&samples, |sample| sample.cpu),
                allocations.map(|count| format!("{count:.3}")).unwrap_or_default()
            );
        }
    }
    println!(
        "\n* ours, - a loop without a client; allocations a row or command are counted in ours on one thread alone"
    );
}

/// Prints each bar with what was reached, and fails if one was not.
pub(crate) fn judge(contestants: &[Contestant], samples: &[Vec<Option<Sample>>]) -> Result<()> {
    let of = |name: &str| {
        let found = contestants.iter().position(|contestant| contestant.name == name);
        found.map(|at| samples[at].as_slice()).unwrap_or_default()
    };
    let rates = |samples: &[Option<Sample>]| -> Vec<Option<f64>> {
        samples.iter().map(|sample| sample.map(|sample| sample.rate)).collect()
    };
    let ours = rates(of("run, one thread"));
    let limit = rates(of("bare loop"));
    // The rival that is best in most rounds may differ from round to round: each round has its own.
    let rivals = contestants.iter().zip(samples).filter(|(c, _)| c.side == Side::Rival && c.task == Task::Print);
    let mut best: Vec<Option<f64>> = vec![None; ours.len()];
    for (_, samples) in rivals {
        for (best, rate) in best.iter_mut().zip(rates(samples)) {
            *best = (*best).into_iter().chain(rate).reduce(f64::max);
        }
    }
    let ratios = |a: &[Option<f64>], b: &[Option<f64>]| -> Vec<f64> {
        a.iter().zip(b).filter_map(|(a, b)| Some((*a)? / (*b)?)).collect()
    };
    let allocations: Vec<f64> = ["decode, walk", "run, one thread", "stream, one thread"]
        .into_iter()
        .flat_map(of)
        .filter_map(|sample| sample.as_ref()?.allocations)
        .collect();
    let most = allocations.iter().copied().reduce(f64::max);
    println!();
    let bars = [
        bar("in memory, rows a second", &rates(of("decode, walk")).into_iter().flatten().collect::<Vec<_>>(), MEMORY),
        bar("end to end, of the bare loop", &ratios(&ours, &limit), OF_THE_LIMIT),
        bar("end to end, of the best rival", &ratios(&ours, &best), OF_THE_BEST_RIVAL),
        most.is_some_and(|most| {
            println!("allocations a row: {most:.3} at most, under {ALLOCATIONS}: {}", word(most < ALLOCATIONS));
            most < ALLOCATIONS
        }),
    ];
    if bars.contains(&false) {
        bail!("under the bar");
    }
    Ok(())
}

/// Whether the median reaches the bar.
fn bar(name: &str, values: &[f64], bar: f64) -> bool {
    let (middle, best) = (median(values.to_vec()), values.iter().copied().fold(0.0, f64::max));
    let reached = middle >= bar;
    println!("{name}: median {middle:.2}, best {best:.2}, at least {bar}: {}", word(reached));
    reached
}

fn word(reached: bool) -> &'static str {
    if reached { "reached" } else { "MISSED" }
}

fn measured(samples: &[Option<Sample>]) -> Vec<Sample> {
    samples.iter().copied().flatten().collect()
}

fn middle(samples: &[Sample], of: impl Fn(&Sample) -> f64) -> f64 {
    median(samples.iter().map(of).collect())
}

/// The middle one, the lower of two; nought of none.
fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len().saturating_sub(1) / 2).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_a_rate_and_what_it_cost() {
        let sample = Sample::read("2000 0.5 0.25 20\n").unwrap();
        assert_eq!((sample.rate, sample.cpu, sample.allocations), (4_000.0, 125.0, Some(0.01)));
        assert!(Sample::read("2000 0.5 0.25").unwrap().allocations.is_none());
        for no in ["", "2000", "0 0.5 0.2", "a b c"] {
            assert!(Sample::read(no).is_none(), "{no}");
        }
    }

    #[test]
    fn the_middle_of_two_is_the_lower() {
        assert_eq!(median(vec![3.0, 1.0, 2.0]), 2.0);
        assert_eq!(median(vec![3.0, 1.0]), 1.0);
        assert_eq!(median(Vec::new()), 0.0);
    }
}
