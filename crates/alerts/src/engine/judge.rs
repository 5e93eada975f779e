//! What one sample says of one rule: pure.
//!
//! A rate that cannot be known is not zero. One that is uncertain has to pass the bound with the edge that is on the good
//! side.

use std::sync::Arc;

use lalin_stats::{Frame, Identity, Interface, Rate};

use super::course::Verdict;
use super::facts::{DiskFacts, SystemFacts};
use super::router_watch::RouterWatch;
use crate::rule::{Direction, Kind, Rule, Target, Unit};

/// What a sample says of a line that is there.
pub(super) fn of_line(rule: &Rule, watch: &RouterWatch, frame: &Frame, at: usize, stands: bool) -> Verdict {
    let (Some(interface), Some(identity)) = (frame.interfaces.get(at), frame.identities.get(at)) else {
        return Verdict::Unknown;
    };
    match rule.kind {
        Kind::LineDown => link(rule, watch, interface, identity, stands),
        Kind::Flapping => flapping(rule, watch, identity, stands),
        Kind::TrafficAbove | Kind::TrafficBelow => {
            let rate = frame.rates.get(at).copied().unwrap_or(Rate::UNKNOWN);
            traffic(rule, watch, frame, (interface, identity), rate)
        }
        Kind::ErrorsAbove | Kind::DropsAbove => {
            let Some(seconds) = frame.elapsed.map(|elapsed| elapsed.as_secs_f64()).filter(|seconds| *seconds > 0.0)
            else {
                return Verdict::Unknown;
            };
            // Only lines that had any are listed.
            let counts = frame.error_counts.iter().find(|counts| counts.place == at);
            let count =
                counts.map_or(0, |counts| if rule.kind == Kind::ErrorsAbove { counts.errors } else { counts.drops });
            bounded(rule, Some(count as f64 / seconds))
        }
        Kind::NoData => match frame.rates.get(at) {
            _ if interface.disabled => Verdict::Clear,
            Some(rate) if *rate != Rate::UNKNOWN => Verdict::Clear,
            _ => Verdict::Hit(None),
        },
        _ => Verdict::Unknown,
    }
}

/// What it says of a line that is named and not there.
pub(super) fn of_missing(rule: &Rule, watch: &RouterWatch, name: &Arc<str>, stands: bool) -> Verdict {
    match rule.kind {
        Kind::LineDown | Kind::NoData => Verdict::Hit(None),
        Kind::Flapping => match watch.lines.get(name) {
            Some(_) => flapping(rule, watch, &Identity { line: 0, key: name.clone() }, stands),
            None => Verdict::Unknown,
        },
        _ => Verdict::Unknown,
    }
}

fn link(rule: &Rule, watch: &RouterWatch, interface: &Interface, identity: &Identity, stands: bool) -> Verdict {
    if interface.running || interface.disabled {
        return Verdict::Clear;
    }
    // Of all ports only those that were up once: the empty ones of a switch are no news.
    let is_meant = matches!(rule.target, Target::Line(..) | Target::Wan);
    let was_up = || watch.lines.get(&identity.key).is_some_and(|line| line.was_up);
    if is_meant || stands || was_up() { Verdict::Hit(None) } else { Verdict::Unknown }
}

fn flapping(rule: &Rule, watch: &RouterWatch, identity: &Identity, stands: bool) -> Verdict {
    let Some(line) = watch.lines.get(&identity.key) else { return Verdict::Unknown };
    let count = line.flaps.clone().count(watch.watched_ms);
    match count as f64 {
        count if count >= rule.bound => Verdict::Hit(Some(count)),
        // It ends when nothing changed for ten minutes.
        0.0 => Verdict::Clear,
        _ if stands => Verdict::Between,
        _ => Verdict::Clear,
    }
}

fn traffic(
    rule: &Rule,
    watch: &RouterWatch,
    frame: &Frame,
    (interface, identity): (&Interface, &Identity),
    rate: Rate,
) -> Verdict {
    let bps = |rate: Option<lalin_stats::BitsPerSecond>| rate.map(|rate| rate.get() as f64);
    let (down, up) = watch.point_of_view(interface, identity).down_up(bps(rate.rx), bps(rate.tx));
    let facts = watch.line_facts(interface, identity);
    let full = |package: Option<u64>| match rule.unit {
        Some(Unit::PercentOfLink) => interface.link_bps.map(|bps| bps as f64 / 100.0),
        Some(Unit::PercentOfPackage) => package.map(|bps| bps as f64 / 100.0),
        _ => Some(1.0),
    };
    let one = |rate: Option<f64>, package: Option<u64>| {
        let value = rate.zip(full(package).filter(|full| *full > 0.0)).map(|(rate, full)| rate / full);
        let Some(value) = value else { return Verdict::Unknown };
        let edge = if rule.kind.is_below() { frame.uncertainty.high } else { frame.uncertainty.low };
        match bounded(rule, Some(value * edge)) {
            Verdict::Hit(_) => Verdict::Hit(Some(value)),
            // Well only if the value itself is.
            Verdict::Clear => match bounded(rule, Some(value)) {
                Verdict::Clear => Verdict::Clear,
                _ => Verdict::Between,
            },
            other => other,
        }
    };
    let (down, up) = (one(down, facts.down_bps), one(up, facts.up_bps));
    match rule.direction {
        Direction::Down => down,
        Direction::Up => up,
        Direction::Either => either(down, up, rule.kind.is_below()),
        Direction::Both => both(down, up, rule.kind.is_below()),
    }
}

fn either(one: Verdict, other: Verdict, below: bool) -> Verdict {
    match (one, other) {
        (Verdict::Hit(one), Verdict::Hit(other)) => Verdict::Hit(worse(one, other, below)),
        (hit @ Verdict::Hit(_), _) | (_, hit @ Verdict::Hit(_)) => hit,
        (Verdict::Unknown, _) | (_, Verdict::Unknown) => Verdict::Unknown,
        (Verdict::Clear, Verdict::Clear) => Verdict::Clear,
        _ => Verdict::Between,
    }
}

fn both(one: Verdict, other: Verdict, below: bool) -> Verdict {
    match (one, other) {
        (Verdict::Hit(one), Verdict::Hit(other)) => Verdict::Hit(worse(one, other, below)),
        (Verdict::Clear, _) | (_, Verdict::Clear) => Verdict::Clear,
        (Verdict::Unknown, _) | (_, Verdict::Unknown) => Verdict::Unknown,
        _ => Verdict::Between,
    }
}

/// The worse of two values.
pub(super) fn worse(one: Option<f64>, other: Option<f64>, below: bool) -> Option<f64> {
    match (one, other) {
        (Some(one), Some(other)) => Some(if below { one.min(other) } else { one.max(other) }),
        (one, other) => one.or(other),
    }
}

/// A value against the rule's bounds.
fn bounded(rule: &Rule, value: Option<f64>) -> Verdict {
    let Some(value) = value else { return Verdict::Unknown };
    let (bound, clear) = (rule.bound, rule.clears_at());
    let (hit, is_clear) =
        if rule.kind.is_below() { (value <= bound, value > clear) } else { (value >= bound, value < clear) };
    match (hit, is_clear) {
        (true, _) => Verdict::Hit(Some(value)),
        (_, true) => Verdict::Clear,
        _ => Verdict::Between,
    }
}

/// What a router tells of itself.
pub(super) fn of_system(rule: &Rule, facts: &SystemFacts) -> Verdict {
    match rule.kind {
        Kind::CpuAbove => bounded(rule, facts.cpu_percent),
        Kind::MemoryAbove => bounded(rule, facts.memory_percent),
        Kind::ClockOff => bounded(rule, facts.clock_off_s),
        _ => Verdict::Unknown,
    }
}

/// What is left of the disk.
pub(super) fn of_disk(rule: &Rule, facts: DiskFacts) -> Verdict {
    let value = match rule.unit {
        Some(Unit::Bytes) => facts.free as f64,
        _ if facts.total == 0 => return Verdict::Unknown,
        _ => facts.free as f64 / facts.total as f64 * 100.0,
    };
    bounded(rule, Some(value))
}
