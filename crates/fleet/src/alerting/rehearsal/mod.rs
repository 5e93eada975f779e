//! What a rule would have told in the last days, from the history: for kinds that the history can answer.
//!
//! | file | it holds |
//! | --- | --- |
//! | `asked` | what is asked, and what is known of a line |
//! | `stretches` | links, and rates past a bound |
//! | `amounts` | quotas and percentiles: when they came to the bound |

mod amounts;
mod asked;
mod stretches;

use std::sync::Arc;

use lalin_alerts::{Alert, Kind, State, Unit, describe, time_zone};
use lalin_history::{Cause, HistoryQuery, Line, Reader, Resolution};

pub(super) use self::asked::Asked;
use self::asked::DAY_MS;
use self::stretches::{Stretch, links, traffic};
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
    /// How many lines were looked at.
    pub lines: usize,
    /// How many the rule watches beside these: they were not looked at, so that there is an answer at all.
    pub lines_left_out: usize,
    /// There are more alerts than are answered.
    pub is_cut: bool,
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

/// The answer, or why there is none, in words for whoever asks.
pub(super) fn rehearse(reader: &Reader, asked: &Asked) -> Result<Rehearsal, String> {
    let rule = &asked.rule;
    let no = |indonesian: &str, english: &str| Err(asked.language.pick(indonesian, english).to_owned());
    match rule.kind {
        Kind::TrafficAbove | Kind::TrafficBelow if rule.unit == Some(Unit::PercentOfLink) => {
            return no("riwayat tidak menyimpan kecepatan link", "the history does not keep how fast links were");
        }
        Kind::TrafficAbove | Kind::TrafficBelow | Kind::RouterUnreachable | Kind::LineDown => {}
        Kind::UsageAbove | Kind::PercentileNear => {}
        _ => {
            return no(
                "riwayat tidak dapat menjawab jenis ini: aturan ini baru dinilai sejak dibuat",
                "the history cannot answer this kind: the rule is judged from when it is made",
            );
        }
    }
    let words = |error: lalin_history::Error| error.to_string();
    let mut mine = lines(reader, rule, &asked.routers).map_err(words)?;
    if rule.kind == Kind::RouterUnreachable {
        // One line tells of its router.
        mine.dedup_by(|one, other| one.router == other.router);
    }
    let (from_ms, span) = (asked.now_ms - asked.days * DAY_MS, asked.days * DAY_MS);
    let mut rehearsal = Rehearsal::default();
    let mut measured = 0.0;
    for line in mine.iter().take(MOST_LINES) {
        let query = HistoryQuery {
            line: line.id,
            from_ms,
            to_ms: asked.now_ms,
            resolution: Resolution::StepMs(u64::try_from(60_000 * asked.days.clamp(1, 2)).unwrap_or(60_000)),
        };
        let answer = reader.history(&query).map_err(words)?;
        let step_ms = i64::try_from(answer.step_ms).unwrap_or(60_000);
        measured += answer.points.iter().map(|point| point.coverage * step_ms as f64).sum::<f64>();
        let stretches = match rule.kind {
            Kind::LineDown => links(rule, &reader.links(line.id, from_ms, asked.now_ms).map_err(words)?, asked.now_ms),
            Kind::RouterUnreachable => {
                let gaps = answer.gaps.iter().filter(|gap| gap.cause == Cause::Unreachable);
                let long = gaps.filter(|gap| u64::try_from(gap.to_ms - gap.from_ms).unwrap_or(0) >= rule.for_ms);
                long.map(|gap| Stretch {
                    from_ms: gap.from_ms,
                    to_ms: Some(gap.to_ms).filter(|to| *to < asked.now_ms - step_ms),
                    value: None,
                    detail: gap.detail.clone(),
                })
                .collect()
            }
            Kind::UsageAbove => amounts::quota(reader, asked, line, from_ms).map_err(words)?,
            Kind::PercentileNear => amounts::percentile(reader, asked, line, from_ms).map_err(words)?,
            _ => {
                let points = answer.points.iter().map(|point| {
                    let rates = point.rates.map(|rates| (rates.rx.mean_bps as f64, rates.tx.mean_bps as f64));
                    (point.from_ms, rates)
                });
                traffic(rule, line, &asked.routers, points, step_ms)
            }
        };
        let alerts = stretches.into_iter().map(|one| alert(asked, reader, line, one));
        rehearsal.alerts.extend(alerts);
        rehearsal.lines += 1;
        if rehearsal.alerts.len() >= MOST_ALERTS {
            break;
        }
    }
    rehearsal.lines_left_out = mine.len() - rehearsal.lines;
    rehearsal.is_cut =
        rehearsal.alerts.len() > MOST_ALERTS || (rehearsal.alerts.len() == MOST_ALERTS && rehearsal.lines_left_out > 0);
    rehearsal.alerts.sort_by_key(|alert| alert.from_ms);
    rehearsal.alerts.truncate(MOST_ALERTS);
    let count = rehearsal.lines.max(1) as f64;
    rehearsal.measured_ms = (measured / count).min(span as f64) as u64;
    rehearsal.not_measured_ms = u64::try_from(span).unwrap_or(0).saturating_sub(rehearsal.measured_ms);
    Ok(rehearsal)
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
    use std::collections::HashMap;

    use lalin_alerts::{Language, RouterFacts, RuleForm};
    use lalin_history::{History, LineName, LineReading, Settings, Tick, Zone};
    use lalin_stats::Counters;

    use super::*;

    /// 2026-11-20 00:00 in UTC.
    const BEGIN_MS: i64 = 1_795_132_800_000;
    const MINUTE_MS: i64 = 60_000;

    /// A history of three days in which each of so many lines receives 1 MB/s, and twice as much on the third day.
    fn history(folder: &std::path::Path, lines: usize) -> History {
        let history = History::open(Settings { zone: Zone::utc(), ..Settings::new(folder) }).unwrap();
        let (recorder, mut bytes) = (history.recorder(), 0);
        for minute in 0..=3 * 1_440_i64 {
            let readings = (0..lines).map(|at| {
                let (name, shown) = (LineName::interface(&format!("ether{at}")), format!("ether{at}").into());
                LineReading { name, shown, incarnation: 1, born: false, counters: Counters::bytes(bytes, 0) }
            });
            let tick = Tick {
                router: "r".parse().unwrap(),
                wall_ms: BEGIN_MS + minute * MINUTE_MS,
                mono_ms: u64::try_from(minute * MINUTE_MS).unwrap(),
                interval_ms: 60_000,
                readings: readings.collect(),
            };
            while !recorder.record(tick.clone()) {
                history.flush().unwrap();
            }
            bytes += if minute < 2 * 1_440 { 60_000_000 } else { 120_000_000 };
        }
        history.flush().unwrap();
        history
    }

    fn asked(json: &str) -> Asked {
        let facts = RouterFacts {
            id: "r".parse().unwrap(),
            name: "Pusat".into(),
            tags: Vec::new(),
            wan: Vec::new(),
            lines: Arc::new(HashMap::new()),
        };
        let rule = RuleForm::read(json).unwrap().rule("1", false).unwrap();
        let now_ms = BEGIN_MS + 3 * DAY_MS;
        Asked { rule, routers: vec![facts], days: 3, now_ms, language: Language::En }
    }

    fn near(moment_ms: i64, wanted_ms: i64) -> bool {
        (moment_ms - wanted_ms).abs() <= 2 * MINUTE_MS
    }

    #[test]
    fn a_quota_would_have_been_told_once_a_day_at_the_minute_it_was_used_up() {
        let folder = tempfile::tempdir().unwrap();
        let history = history(folder.path(), 1);
        // Half of what passes in a usual day.
        let rule = r#"{"kind":"usage-above","bound":43.2e9,"period":"day","direction":"either"}"#;
        let found = rehearse(&history.reader(), &asked(rule)).unwrap();
        assert_eq!(found.alerts.len(), 3, "{found:?}");
        for (day, hour) in [(0, 12), (1, 12), (2, 6)] {
            let one = &found.alerts[day];
            assert!(near(one.from_ms, BEGIN_MS + day as i64 * DAY_MS + hour * 3_600_000), "{one:?}");
            // The third day is under way until the moment of asking.
            let end_ms = (day < 2).then(|| BEGIN_MS + (day as i64 + 1) * DAY_MS);
            assert_eq!(one.to_ms, end_ms, "{one:?}");
            assert!(one.text.contains("43.2 GB") && one.text.contains("ether0"), "{one:?}");
        }
        let month = r#"{"kind":"usage-above","bound":1e12,"period":"month","direction":"either"}"#;
        assert!(rehearse(&history.reader(), &asked(month)).unwrap().alerts.is_empty());
        let month = r#"{"kind":"usage-above","bound":100e9,"period":"month","direction":"either"}"#;
        let found = rehearse(&history.reader(), &asked(month)).unwrap();
        assert_eq!(found.alerts.len(), 1, "{found:?}");
        assert!(near(found.alerts[0].from_ms, BEGIN_MS + 100_000 * 1_000), "{found:?}");
    }

    #[test]
    fn a_percentile_would_have_been_told_once_the_month_was_busy_for_long_enough() {
        let folder = tempfile::tempdir().unwrap();
        let history = history(folder.path(), 1);
        let rule = r#"{"kind":"percentile-near","bound":15e6,"direction":"either"}"#;
        let found = rehearse(&history.reader(), &asked(rule)).unwrap();
        // Two quiet days, then a busy one: a twentieth of it all is over after two and a half hours.
        assert_eq!(found.alerts.len(), 1, "{found:?}");
        let wanted_ms = BEGIN_MS + 2 * DAY_MS + 31 * 300_000;
        assert!((found.alerts[0].from_ms - wanted_ms).abs() <= 300_000, "{found:?}");
        assert!(
            found.alerts[0].text.contains("16.0 Mbit/s") || found.alerts[0].text.contains("16 Mbit/s"),
            "{found:?}"
        );
        let over = r#"{"kind":"percentile-near","bound":17e6,"direction":"either"}"#;
        assert!(rehearse(&history.reader(), &asked(over)).unwrap().alerts.is_empty());
    }

    #[test]
    fn lines_that_are_not_looked_at_are_counted() {
        let folder = tempfile::tempdir().unwrap();
        let history = History::open(Settings { zone: Zone::utc(), ..Settings::new(folder.path()) }).unwrap();
        for minute in 0..2_i64 {
            let readings = (0..MOST_LINES + 7).map(|at| LineReading {
                name: LineName::interface(&format!("ether{at}")),
                shown: format!("ether{at}").into(),
                incarnation: 1,
                born: false,
                counters: Counters::bytes(u64::try_from(minute).unwrap() * 1_000, 0),
            });
            let tick = Tick {
                router: "r".parse().unwrap(),
                wall_ms: BEGIN_MS + minute * MINUTE_MS,
                mono_ms: u64::try_from(minute * MINUTE_MS).unwrap(),
                interval_ms: 60_000,
                readings: readings.collect(),
            };
            assert!(history.recorder().record(tick));
        }
        history.flush().unwrap();
        let found = rehearse(&history.reader(), &asked(r#"{"kind":"line-down"}"#)).unwrap();
        assert_eq!((found.lines, found.lines_left_out, found.is_cut), (MOST_LINES, 7, false));
    }
}
