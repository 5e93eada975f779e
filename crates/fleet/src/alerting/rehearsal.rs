//! What a rule would have told in the last days, from the history: for kinds that the history can answer.

use std::sync::Arc;

use lalin_alerts::{Alert, Direction, Kind, Language, RouterFacts, Rule, State, Unit, describe, time_zone};
use lalin_history::{Cause, HistoryQuery, Line, Reader, Resolution};
use lalin_stats::{Interface, PointOfView};

use super::usage::lines;

/// What a rule would have told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rehearsal {
    /// The alerts, the earliest first.
    pub alerts: Vec<RehearsedAlert>,
    /// For how long there are samples, on average over the lines that are meant, ms.
    pub measured_ms: u64,
    /// For how long there are none.
    pub not_measured_ms: u64,
}

/// One alert that would have been.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RehearsedAlert {
    /// Since when, ms since 1970.
    pub from_ms: i64,
    /// Until when; `None` where it still stands.
    pub to_ms: Option<i64>,
    /// Which router.
    pub router: String,
    /// Which line, if it is about one.
    pub interface: Option<String>,
    /// What would have been said.
    pub text: String,
}

/// The most alerts that are answered, and the most lines that are looked at.
const MOST_ALERTS: usize = 1_000;
const MOST_LINES: usize = 300;
const DAY_MS: i64 = 86_400_000;

/// A stretch in which a rule's condition held.
struct Stretch {
    from_ms: i64,
    to_ms: Option<i64>,
    value: Option<f64>,
    detail: Option<String>,
}

pub(super) struct Asked {
    pub(super) rule: Rule,
    pub(super) routers: Vec<RouterFacts>,
    pub(super) days: i64,
    pub(super) now_ms: i64,
    pub(super) language: Language,
}

/// The answer, or why there is none, in words for whoever asks.
pub(super) fn rehearse(reader: &Reader, asked: &Asked) -> Result<Rehearsal, String> {
    let rule = &asked.rule;
    let no = |indonesian: &str, english: &str| Err(asked.language.pick(indonesian, english).to_owned());
    match rule.kind {
        Kind::TrafficAbove | Kind::TrafficBelow if rule.unit == Some(Unit::PercentOfLink) => {
            return no("riwayat tidak menyimpan kecepatan link", "the history does not keep how fast links were");
        }
        Kind::TrafficAbove | Kind::TrafficBelow | Kind::RouterUnreachable | Kind::LineDown => {}
        _ => {
            return no(
                "riwayat tidak dapat menjawab jenis ini: aturan ini baru dinilai sejak dibuat",
                "the history cannot answer this kind: the rule is judged from when it is made",
            );
        }
    }
    let mut mine = lines(reader, rule, &asked.routers).map_err(|error| error.to_string())?;
    if rule.kind == Kind::RouterUnreachable {
        // One line tells of its router.
        mine.dedup_by(|one, other| one.router == other.router);
    }
    mine.truncate(MOST_LINES);
    let (from_ms, span) = (asked.now_ms - asked.days * DAY_MS, asked.days * DAY_MS);
    let mut rehearsal = Rehearsal::default();
    let mut measured = 0.0;
    for line in &mine {
        let query = HistoryQuery {
            line: line.id,
            from_ms,
            to_ms: asked.now_ms,
            resolution: Resolution::StepMs(u64::try_from(60_000 * asked.days.clamp(1, 2)).unwrap_or(60_000)),
        };
        let answer = reader.history(&query).map_err(|error| error.to_string())?;
        let step_ms = i64::try_from(answer.step_ms).unwrap_or(60_000);
        measured += answer.points.iter().map(|point| point.coverage * step_ms as f64).sum::<f64>();
        let stretches = if rule.kind == Kind::LineDown {
            links(rule, &reader.links(line.id, from_ms, asked.now_ms).map_err(|error| error.to_string())?, asked.now_ms)
        } else if rule.kind == Kind::RouterUnreachable {
            let gaps = answer.gaps.iter().filter(|gap| gap.cause == Cause::Unreachable);
            let long = gaps.filter(|gap| u64::try_from(gap.to_ms - gap.from_ms).unwrap_or(0) >= rule.for_ms);
            long.map(|gap| Stretch {
                from_ms: gap.from_ms,
                to_ms: Some(gap.to_ms).filter(|to| *to < asked.now_ms - step_ms),
                value: None,
                detail: gap.detail.clone(),
            })
            .collect()
        } else {
            let points = answer.points.iter().map(|point| {
                let rates = point.rates.map(|rates| (rates.rx.mean_bps as f64, rates.tx.mean_bps as f64));
                (point.from_ms, rates)
            });
            traffic(rule, line, &asked.routers, points, step_ms)
        };
        let alerts = stretches.into_iter().map(|one| alert(asked, reader, line, one));
        rehearsal.alerts.extend(alerts);
        if rehearsal.alerts.len() >= MOST_ALERTS {
            break;
        }
    }
    rehearsal.alerts.sort_by_key(|alert| alert.from_ms);
    rehearsal.alerts.truncate(MOST_ALERTS);
    let count = mine.len().max(1) as f64;
    rehearsal.measured_ms = (measured / count).min(span as f64) as u64;
    rehearsal.not_measured_ms = u64::try_from(span).unwrap_or(0).saturating_sub(rehearsal.measured_ms);
    Ok(rehearsal)
}

/// The stretches in which a link was down for long enough; those between which it was up for a moment only are one.
fn links(rule: &Rule, changes: &[(i64, bool)], now_ms: i64) -> Vec<Stretch> {
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
fn traffic(
    rule: &Rule,
    line: &Line,
    routers: &[RouterFacts],
    points: impl Iterator<Item = (i64, Option<(f64, f64)>)>,
    step_ms: i64,
) -> Vec<Stretch> {
    let facts = routers.iter().find(|router| router.id == line.router);
    let facts = facts.and_then(|router| router.lines.get(&*line.shown)).copied().unwrap_or_default();
    let kind = if line.shown.starts_with("<pppoe-") { "pppoe-in" } else { "ether" };
    let side = facts.point_of_view.unwrap_or_else(|| PointOfView::of(&Interface::new("", &line.shown, kind)));
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

fn alert(asked: &Asked, reader: &Reader, line: &Line, stretch: Stretch) -> RehearsedAlert {
    let of_line = asked.rule.kind != Kind::RouterUnreachable;
    let interface: Option<Arc<str>> = of_line.then(|| line.shown.clone());
    let mut alert = Alert::of(&asked.rule, Some(line.router.to_string()), interface, stretch.from_ms);
    let router = asked.routers.iter().find(|router| router.id == line.router);
    alert.router_name = router.map(|router| router.name.clone());
    (alert.state, alert.value, alert.detail) = (State::Firing, stretch.value, stretch.detail);
    let zone = time_zone(reader.zone().name());
    RehearsedAlert {
        from_ms: stretch.from_ms,
        to_ms: stretch.to_ms,
        router: line.router.to_string(),
        interface: of_line.then(|| line.shown.to_string()),
        text: describe(&alert, asked.language, &zone, asked.now_ms),
    }
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
