//! Quotas and percentiles, from the history: asked at most once a minute, on a thread that may wait.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use lalin_alerts::{Kind, Period, RouterFacts, Rule, Target, UsageFacts, period, time_zone};
use lalin_history::{By, Error, Line, LineId, Lines, Month, PercentileQuery, Reader, UsageQuery};
use lalin_stats::{Interface, PointOfView, RouterId};

/// The kind of line that an interface is.
const INTERFACE: &str = "interface";
/// No rule asks about more lines.
const MOST_LINES: usize = 5_000;
/// So many of a router are asked about one by one.
const FEW_LINES: usize = 16;
const PAGE: u32 = 10_000;

/// What the lines of these rules used. A rule that cannot be asked about is left out, and the log says why.
pub(super) fn used(reader: &Reader, rules: &[Arc<Rule>], routers: &[RouterFacts], now_ms: i64) -> Vec<UsageFacts> {
    let mut all = Vec::new();
    for rule in rules.iter().filter(|rule| rule.enabled) {
        let of_rule = match rule.kind {
            Kind::UsageAbove => quota(reader, rule, routers, now_ms),
            Kind::PercentileNear => percentile(reader, rule, routers, now_ms),
            _ => continue,
        };
        match of_rule {
            Ok(facts) => all.extend(facts),
            Err(error) => tracing::warn!(%error, rule = &*rule.id, "a quota cannot be read from the history"),
        }
    }
    all
}

/// The lines that a rule watches, as the history knows them.
pub(super) fn lines(reader: &Reader, rule: &Rule, routers: &[RouterFacts]) -> Result<Vec<Line>, Error> {
    let mut found = Vec::new();
    for router in routers.iter().filter(|router| rule.watches(&router.id, &router.tags)) {
        let is_meant = |line: &Line| match &rule.target {
            Target::Line(_, name) => *line.shown == **name || *line.name.name == **name,
            Target::Wan => router.wan.iter().any(|name| **name == *line.shown),
            Target::All | Target::Router(_) | Target::Tag(_) => true,
        };
        let mine = reader.lines(Some(&router.id))?;
        found.extend(mine.into_iter().filter(|line| &*line.name.kind == INTERFACE && is_meant(line)));
        if found.len() >= MOST_LINES {
            tracing::warn!(rule = &*rule.id, "a rule is about more lines than are asked about; the rest is left out");
            found.truncate(MOST_LINES);
            break;
        }
    }
    Ok(found)
}

fn quota(reader: &Reader, rule: &Rule, routers: &[RouterFacts], now_ms: i64) -> Result<Vec<UsageFacts>, Error> {
    let zone = time_zone(reader.zone().name());
    let span = period(&zone, rule.period.unwrap_or(Period::Month), now_ms);
    let mut by_router: BTreeMap<RouterId, Vec<Line>> = BTreeMap::new();
    for line in lines(reader, rule, routers)? {
        by_router.entry(line.router.clone()).or_default().push(line);
    }
    let mut facts = Vec::new();
    for (router, mine) in by_router {
        // Many lines of a router are one question: where the history is in a store, each is a way to it and back.
        let asked: Vec<Lines> = match mine.len() {
            ..=FEW_LINES => mine.iter().map(|line| Lines::One(line.id)).collect(),
            _ => vec![Lines::Router(router)],
        };
        let mut used: HashMap<LineId, (u64, u64)> = HashMap::new();
        for lines in asked {
            let (from_ms, to_ms) = (span.from_ms, now_ms.max(span.from_ms + 1));
            for offset in (0..).step_by(PAGE as usize) {
                let query = UsageQuery { lines: lines.clone(), by: By::Range, from_ms, to_ms, offset, limit: PAGE };
                let usage = reader.usage(&query)?;
                for line in &usage.lines {
                    let totals = line.periods.iter().map(|period| period.totals);
                    let sum = totals.fold((0, 0), |(rx, tx), one| (rx + one.rx_bytes, tx + one.tx_bytes));
                    used.insert(line.line, sum);
                }
                if !usage.more || matches!(lines, Lines::One(_)) {
                    break;
                }
            }
        }
        facts.extend(mine.into_iter().map(|line| {
            let (rx, tx) = used.get(&line.id).copied().unwrap_or_default();
            fact(rule, line, (rx as f64, tx as f64), &span.name)
        }));
    }
    Ok(facts)
}

fn percentile(reader: &Reader, rule: &Rule, routers: &[RouterFacts], now_ms: i64) -> Result<Vec<UsageFacts>, Error> {
    let zone = time_zone(reader.zone().name());
    let span = period(&zone, Period::Month, now_ms);
    let number = |text: Option<&str>| text.and_then(|text| text.parse::<i16>().ok()).unwrap_or_default();
    let mut parts = span.name.split('-');
    let (year, month) = (number(parts.next()), number(parts.next()));
    let month = Month { year, month: u8::try_from(month).unwrap_or(1) };
    let mut facts = Vec::new();
    for line in lines(reader, rule, routers)? {
        let query = PercentileQuery { line: line.id, month, p: 95.0, rule: lalin_history::Rule::Separate };
        let found = reader.percentile(&query)?;
        // A day of averages is the least that says anything of a month.
        if found.used >= 288 {
            facts.push(fact(rule, line, (found.rx_bps as f64, found.tx_bps as f64), &span.name));
        }
    }
    Ok(facts)
}

fn fact(rule: &Rule, line: Line, (rx, tx): (f64, f64), period: &str) -> UsageFacts {
    // The history knows the name alone; customers' sessions are called by their kind.
    let kind = if line.shown.starts_with("<pppoe-") { "pppoe-in" } else { "ether" };
    let side = PointOfView::of(&Interface::new("", &line.shown, kind));
    UsageFacts {
        rule: rule.id.clone(),
        router: line.router,
        interface: line.shown,
        rx,
        tx,
        side,
        link_bps: None,
        period: period.to_owned(),
    }
}
