//! From what was recorded to the stretches in which a rule's condition held.

use lalin_alerts::{Direction, Kind, RouterFacts, Rule, Unit};
use lalin_history::Line;

use super::asked::of_line;

/// A stretch in which a rule's condition held.
pub(super) struct Stretch {
    pub(super) from_ms: i64,
    pub(super) to_ms: Option<i64>,
    pub(super) value: Option<f64>,
    pub(super) detail: Option<String>,
}

/// The stretches in which a link was down for long enough; those between which it was up for a moment only are one.
pub(super) fn links(rule: &Rule, changes: &[(i64, bool)], now_ms: i64) -> Vec<Stretch> {
    let (for_ms, keep_ms) = (i64::try_from(rule.for_ms).unwrap_or(0), i64::try_from(rule.keep_ms).unwrap_or(0));
    let mut found: Vec<Stretch> = Vec::new();
    for (at, (from_ms, up)) in changes.iter().enumerate() {
        if *up {
            continue;
        }
        let to_ms = changes[at..].iter().find(|(_, up)| *up).map(|(at, _)| *at);
        if to_ms.unwrap_or(now_ms) - from_ms < for_ms {
            continue;
        }
        match found.last_mut() {
            // Seen going down twice, or up for too short a time to be told.
            Some(last) if last.to_ms.is_none_or(|to| from_ms - to < keep_ms) => last.to_ms = to_ms,
            _ => found.push(Stretch { from_ms: *from_ms, to_ms, value: None, detail: None }),
        }
    }
    found
}

/// The stretches in which a line's rate was past the bound for long enough. What was not measured interrupts.
pub(super) fn traffic(
    rule: &Rule,
    line: &Line,
    routers: &[RouterFacts],
    points: impl Iterator<Item = (i64, Option<(f64, f64)>)>,
    step_ms: i64,
) -> Vec<Stretch> {
    let (facts, side) = of_line(line, routers);
    let below = rule.kind == Kind::TrafficBelow;
    let part = |value: f64, package: Option<u64>| match rule.unit {
        Some(Unit::PercentOfPackage) => package.filter(|bps| *bps > 0).map(|bps| value / bps as f64 * 100.0),
        _ => Some(value),
    };
    // The one that decides: with `both` the better one has to be past the bound too.
    let value = |(rx, tx): (f64, f64)| {
        let (down, up) = side.down_up(rx, tx);
        let (down, up) = (part(down, facts.down_bps), part(up, facts.up_bps));
        let highest = match rule.direction {
            Direction::Down => return down,
            Direction::Up => return up,
            Direction::Either => !below,
            Direction::Both => below,
        };
        let (down, up) = down.zip(up)?;
        Some(if highest { down.max(up) } else { down.min(up) })
    };
    let (for_ms, keep_ms) = (i64::try_from(rule.for_ms).unwrap_or(0), i64::try_from(rule.keep_ms).unwrap_or(0));
    let mut found: Vec<Stretch> = Vec::new();
    let mut begun: Option<(i64, f64)> = None;
    let mut well_since: Option<i64> = None;
    let mut stands = false;
    for (at_ms, rates) in points {
        let end_ms = at_ms + step_ms;
        let Some(value) = rates.and_then(value) else {
            // Not known: what stands goes on, what was waited for begins anew.
            if !stands {
                begun = None;
            }
            continue;
        };
        let hit = if below { value <= rule.bound } else { value >= rule.bound };
        let well = if below { value > rule.clears_at() } else { value < rule.clears_at() };
        match (stands, hit) {
            (false, true) => {
                let (from_ms, worst) = begun.map_or((at_ms, value), |(from, worst)| {
                    (from, if below { worst.min(value) } else { worst.max(value) })
                });
                begun = Some((from_ms, worst));
                if end_ms - from_ms >= for_ms {
                    (stands, well_since) = (true, None);
                    found.push(Stretch { from_ms, to_ms: None, value: Some(worst), detail: None });
                }
            }
            (false, false) => begun = None,
            (true, _) if well => {
                let since = *well_since.get_or_insert(at_ms);
                if end_ms - since >= keep_ms {
                    if let Some(last) = found.last_mut() {
                        last.to_ms = Some(since);
                    }
                    (stands, begun, well_since) = (false, None, None);
                }
            }
            (true, _) => well_since = None,
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use lalin_alerts::RuleForm;

    use super::*;

    fn rule(json: &str) -> Rule {
        RuleForm::read(json).unwrap().rule("1", false).unwrap()
    }

    fn ends(stretches: &[Stretch]) -> Vec<(i64, Option<i64>)> {
        stretches.iter().map(|one| (one.from_ms, one.to_ms)).collect()
    }

    #[test]
    fn a_link_that_was_down_for_long_enough_would_have_been_told() {
        let rule = rule(r#"{"kind":"line-down","forSeconds":10,"keepSeconds":30}"#);
        let second = |at: i64| at * 1_000;
        let changes = [
            (second(100), false),
            (second(105), true),
            (second(200), false),
            (second(260), true),
            (second(270), false),
            (second(300), true),
            (second(500), false),
        ];
        let found = ends(&links(&rule, &changes, second(600)));
        assert_eq!(found, [(second(200), Some(second(300))), (second(500), None)]);
        assert!(links(&rule, &changes[6..], second(505)).is_empty(), "it has not lasted yet");
    }

    #[test]
    fn what_was_not_measured_neither_completes_nor_clears() {
        let rule = rule(r#"{"kind":"traffic-above","bound":90,"clearBound":80,"forSeconds":120,"keepSeconds":60}"#);
        let line = Line {
            id: lalin_history::LineId::from_number(1),
            router: "r".parse().unwrap(),
            name: lalin_history::LineName::interface("wan"),
            shown: "wan".into(),
            first_ms: 0,
            last_ms: 0,
        };
        let of = |rates: &[Option<f64>]| {
            let points = rates.iter().enumerate();
            let points = points.map(|(at, rate)| (at as i64 * 60_000, rate.map(|rate| (rate, 0.0))));
            ends(&traffic(&rule, &line, &[], points, 60_000))
        };
        assert_eq!(of(&[Some(95.0), Some(10.0), Some(95.0)]), []);
        assert_eq!(
            of(&[Some(95.0), None, Some(95.0), Some(95.0), Some(85.0), None, Some(70.0)]),
            [(120_000, Some(360_000))]
        );
    }
}
