//! A rule that was checked. Only [`RuleForm::rule`](super::RuleForm::rule) makes one.

use std::sync::Arc;

use data_encoding::HEXLOWER;
use lalin_stats::RouterId;

use super::kind::{Direction, Kind, Period, Scope, Unit};
use super::quiet::Quiet;
use crate::Severity;

/// A rule.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    /// What it is found by, for as long as it is there.
    pub id: Arc<str>,
    /// What people call it.
    pub name: String,
    /// Whether it is watched.
    pub enabled: bool,
    /// Whether it stands in the configuration file, where alone it is changed.
    pub from_file: bool,
    /// What it watches.
    pub kind: Kind,
    /// Of whom.
    pub target: Target,
    /// Which direction counts.
    pub direction: Direction,
    /// From which value on it fires; 0 for kinds without one.
    pub bound: f64,
    /// What the bound is counted in.
    pub unit: Option<Unit>,
    /// Which value it has to pass on the way back; `None`: the bound.
    pub clear_bound: Option<f64>,
    /// How long a quota lasts.
    pub period: Option<Period>,
    /// How long it has to last, ms.
    pub for_ms: u64,
    /// How long it has to be well again, ms.
    pub keep_ms: u64,
    /// How bad it is.
    pub severity: Severity,
    /// Where it is told; empty: everywhere.
    pub channels: Vec<Arc<str>>,
    /// When it is not told.
    pub quiet: Option<Quiet>,
    /// After how long it is told again while nobody has acknowledged it, ms.
    pub repeat_ms: Option<u64>,
    /// The routers that hang behind this line, and are out of reach without it.
    pub behind: Vec<RouterId>,
}

/// Whom a rule watches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// Every router, and every line that an operator made.
    All,
    /// Every line that leads to the internet.
    Wan,
    /// One router, and every line of it that an operator made.
    Router(RouterId),
    /// One line, by name or key.
    Line(RouterId, Arc<str>),
    /// The routers with this tag, and every line of theirs that an operator made.
    Tag(String),
}

impl Rule {
    /// What its alerts are about.
    pub fn scope(&self) -> Scope {
        match (self.kind, &self.target) {
            (Kind::NoData, Target::Line(..) | Target::Wan) => Scope::Line,
            (kind, _) => kind.scope(),
        }
    }

    /// Whether it watches anything of a router with these tags.
    pub fn watches(&self, router: &RouterId, tags: &[String]) -> bool {
        match &self.target {
            Target::All | Target::Wan => true,
            Target::Router(id) | Target::Line(id, _) => id == router,
            Target::Tag(tag) => tags.contains(tag),
        }
    }

    /// The value on the way back at which it is well.
    pub fn clears_at(&self) -> f64 {
        self.clear_bound.unwrap_or(self.bound)
    }

    /// What counts of a quota or a percentile: download and upload as the rule takes them. `packages`: what was ordered of
    /// each, bit/s.
    pub fn usage_value(
        &self,
        (down, up): (f64, f64),
        packages: (Option<u64>, Option<u64>),
        link: Option<u64>,
    ) -> Option<f64> {
        let full = |package: Option<u64>| match self.unit {
            Some(Unit::PercentOfLink) => link.map(|bps| bps as f64 / 100.0),
            Some(Unit::PercentOfPackage) => package.map(|bps| bps as f64 / 100.0),
            _ => Some(1.0),
        };
        let one = |value: f64, package| full(package).filter(|full| *full > 0.0).map(|full| value / full);
        let (down, up) = (one(down, packages.0), one(up, packages.1));
        let of_both = |pick: fn(f64, f64) -> f64| match (down, up) {
            (Some(down), Some(up)) => Some(pick(down, up)),
            (down, up) => down.or(up),
        };
        match self.direction {
            Direction::Down => down,
            Direction::Up => up,
            Direction::Either => of_both(f64::max),
            Direction::Both if self.kind == Kind::UsageAbove => down.zip(up).map(|(down, up)| down + up),
            Direction::Both => of_both(f64::min),
        }
    }

    /// Another text where the rule means something else: an alert of before is none of it. Its name, whom it tells and
    /// how long it waits may change.
    pub fn meaning(&self) -> String {
        let said = format!(
            "{:?} {:?} {:?} {} {:?} {:?} {:?}",
            self.kind, self.target, self.direction, self.bound, self.unit, self.clear_bound, self.period
        );
        let hash = ring::digest::digest(&ring::digest::SHA256, said.as_bytes());
        HEXLOWER.encode(&hash.as_ref()[..8])
    }
}
