//! When a quota would have been used up, and a percentile would have come to its bound: once a period, as they are told.

use lalin_alerts::{Period, Rule, period, time_zone};
use lalin_history::{By, Error, HistoryQuery, Line, Lines, Reader, Resolution, UsageQuery};

use super::asked::{Asked, DAY_MS, of_line};
use super::stretches::Stretch;

/// The length of the averages of a percentile, ms.
const FIVE_MINUTES_MS: i64 = 300_000;
/// A day of averages is the least that says anything of a month.
const LEAST: usize = 288;
const MINUTE_MS: i64 = 60_000;

/// Bytes received and sent.
type Passed = (u64, u64);
/// What passed until a moment, since the part before it ended.
type Part = (i64, Passed);

/// The periods that have a part in the last days: from when to when, and what each is called.
fn periods(asked: &Asked, zone: &str, kind: Period, from_ms: i64) -> Vec<(i64, i64, String)> {
    let zone = time_zone(zone);
    let mut found = Vec::new();
    let mut to_ms = asked.now_ms;
    while to_ms > from_ms {
        let one = period(&zone, kind, to_ms - 1);
        found.push((one.from_ms, to_ms, one.name));
        // A period without a length would be asked for without end.
        to_ms = one.from_ms.min(to_ms - 1);
    }
    found.reverse();
    found
}

/// The moments at which a line used up its quota, each with the end of its period.
pub(super) fn quota(reader: &Reader, asked: &Asked, line: &Line, from_ms: i64) -> Result<Vec<Stretch>, Error> {
    let rule = &asked.rule;
    let (facts, side) = of_line(line, &asked.routers);
    let value =
        |(rx, tx): Passed| rule.usage_value(side.down_up(rx as f64, tx as f64), (facts.down_bps, facts.up_bps), None);
    let passed = |begin_ms: i64, to_ms: i64, by: By| -> Result<Vec<Part>, Error> {
        let query = UsageQuery { lines: Lines::One(line.id), by, from_ms: begin_ms, to_ms, offset: 0, limit: 1 };
        let usage = reader.usage(&query)?;
        let periods = usage.lines.into_iter().flat_map(|line| line.periods);
        Ok(periods.map(|one| (one.to_ms, (one.totals.rx_bytes, one.totals.tx_bytes))).collect())
    };
    let mut found = Vec::new();
    for (begin_ms, end_ms, name) in periods(asked, reader.zone().name(), rule.period.unwrap_or(Period::Month), from_ms)
    {
        // Day by day, then hour by hour, then minute by minute: what was used only grows.
        let (mut known, mut low_ms, mut high_ms) = ((0, 0), begin_ms, end_ms);
        for by in [By::Day, By::Hour] {
            let Some((known_then, from_ms, to_ms)) = step(&passed(low_ms, high_ms, by)?, known, low_ms, |used| {
                value(used).is_some_and(|value| value >= rule.bound)
            }) else {
                high_ms = low_ms;
                break;
            };
            (known, low_ms, high_ms) = (known_then, from_ms, to_ms);
        }
        if high_ms <= low_ms {
            continue;
        }
        let used_until = |to_ms: i64| -> Result<Passed, Error> {
            let more = passed(low_ms, to_ms, By::Range)?;
            Ok(more.into_iter().fold(known, |all, (_, one)| add(all, one)))
        };
        let (mut under_ms, mut over_ms) = (low_ms, high_ms);
        while over_ms - under_ms > MINUTE_MS {
            let middle_ms = under_ms + (over_ms - under_ms) / 2;
            if value(used_until(middle_ms)?).is_some_and(|value| value >= rule.bound) {
                over_ms = middle_ms;
            } else {
                under_ms = middle_ms;
            }
        }
        if over_ms >= from_ms {
            let value = value(used_until(over_ms)?);
            found.push(Stretch { from_ms: over_ms, to_ms: ended(end_ms, asked), value, detail: Some(name) });
        }
    }
    Ok(found)
}

/// The first part in which what was used came to the bound: what was used before it, from when to when it was.
fn step(
    parts: &[Part],
    mut known: Passed,
    begin_ms: i64,
    reached: impl Fn(Passed) -> bool,
) -> Option<(Passed, i64, i64)> {
    let mut from_ms = begin_ms;
    for (to_ms, used) in parts {
        let all = add(known, *used);
        if reached(all) {
            return Some((known, from_ms, *to_ms));
        }
        (known, from_ms) = (all, *to_ms);
    }
    None
}

fn add(one: Passed, other: Passed) -> Passed {
    (one.0.saturating_add(other.0), one.1.saturating_add(other.1))
}

/// The end of a period that is over.
fn ended(end_ms: i64, asked: &Asked) -> Option<i64> {
    (end_ms < asked.now_ms).then_some(end_ms)
}

/// The moments at which the 95th percentile of the month so far came to the bound.
pub(super) fn percentile(reader: &Reader, asked: &Asked, line: &Line, from_ms: i64) -> Result<Vec<Stretch>, Error> {
    let rule = &asked.rule;
    let (facts, side) = of_line(line, &asked.routers);
    let value =
        |rx: u64, tx: u64| rule.usage_value(side.down_up(rx as f64, tx as f64), (facts.down_bps, facts.up_bps), None);
    let mut found = Vec::new();
    for (begin_ms, end_ms, name) in periods(asked, reader.zone().name(), Period::Month, from_ms) {
        let mut averages = Vec::new();
        let mut at_ms = begin_ms;
        while at_ms < end_ms {
            let to_ms = (at_ms + DAY_MS).min(end_ms);
            let resolution = Resolution::StepMs(FIVE_MINUTES_MS.unsigned_abs());
            let answer = reader.history(&HistoryQuery { line: line.id, from_ms: at_ms, to_ms, resolution })?;
            let counted = answer.points.iter().filter(|point| point.coverage >= 0.5 && point.from_ms >= at_ms);
            averages.extend(counted.filter_map(|point| {
                let rates = point.rates?;
                Some((point.from_ms + FIVE_MINUTES_MS, rates.rx.mean_bps, rates.tx.mean_bps))
            }));
            at_ms = to_ms;
        }
        if let Some((reached_ms, value)) = reached(rule, &averages, value)
            && reached_ms >= from_ms
        {
            let detail = Some(name);
            found.push(Stretch { from_ms: reached_ms, to_ms: ended(end_ms, asked), value: Some(value), detail });
        }
    }
    Ok(found)
}

/// When the percentile of what there was until then came to the bound, and where it was. `averages`: when each ended, what
/// was received and sent.
fn reached(rule: &Rule, averages: &[(i64, u64, u64)], value: impl Fn(u64, u64) -> Option<f64>) -> Option<(i64, f64)> {
    let (mut received, mut sent) = (Vec::with_capacity(averages.len()), Vec::with_capacity(averages.len()));
    let insert = |all: &mut Vec<u64>, one: u64| all.insert(all.partition_point(|other| *other < one), one);
    for (at_ms, rx, tx) in averages {
        insert(&mut received, *rx);
        insert(&mut sent, *tx);
        if received.len() < LEAST {
            continue;
        }
        let place = (0.95 * received.len() as f64 - 1e-9).ceil().max(1.0) as usize - 1;
        let now = received.get(place).zip(sent.get(place)).and_then(|(rx, tx)| value(*rx, *tx));
        if let Some(value) = now.filter(|value| *value >= rule.bound) {
            return Some((*at_ms, value));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use lalin_alerts::RuleForm;

    use super::*;

    fn rule(json: &str) -> Rule {
        RuleForm::read(json).unwrap().rule("1", false).unwrap()
    }

    #[test]
    fn a_percentile_comes_to_its_bound_when_more_than_a_twentieth_is_above_it() {
        let rule = rule(r#"{"kind":"percentile-near","bound":100,"direction":"down"}"#);
        // Two days, of which the last hours are busy.
        let busy_from = 500;
        let averages: Vec<_> = (0..576).map(|at| (at, if at < busy_from { 10 } else { 200 }, 0)).collect();
        let found = reached(&rule, &averages, |rx, _| Some(rx as f64));
        // With n quiet ones and b busy ones, the rank of 95 in 100 is a busy one once b > n / 19.
        let (at, value) = found.unwrap();
        assert_eq!((at, value), (busy_from + 26, 200.0));
        assert_eq!(reached(&rule, &averages[..287], |rx, _| Some(rx as f64 * 100.0)), None, "less than a day");
        assert_eq!(reached(&rule, &averages[..520], |rx, _| Some(rx as f64)), None);
    }

    #[test]
    fn the_part_in_which_a_quota_was_used_up_is_found_with_what_was_used_before_it() {
        let parts = [(10, (5, 0)), (20, (5, 1)), (30, (5, 0))];
        let least = |bound: u64| move |used: (u64, u64)| used.0 >= bound;
        assert_eq!(step(&parts, (0, 0), 0, least(5)), Some(((0, 0), 0, 10)));
        assert_eq!(step(&parts, (0, 0), 0, least(11)), Some(((10, 1), 20, 30)));
        assert_eq!(step(&parts, (2, 0), 0, least(16)), Some(((12, 1), 20, 30)));
        assert_eq!(step(&parts, (0, 0), 0, least(16)), None);
    }
}
