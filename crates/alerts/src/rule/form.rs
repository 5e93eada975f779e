//! A rule as JSON: what the store keeps and the API takes. Checked once, here.

use std::fmt;
use std::sync::Arc;

use lalin_stats::RouterId;
use serde::{Deserialize, Serialize};

use super::kind::{Direction, Kind, Period, Scope, Unit};
use super::quiet::{Quiet, written};
use super::rules::{Rule, Target};
use crate::Severity;

/// A rule as JSON. What it leaves out is as usual for its kind.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RuleForm {
    /// What it is found by; said by the path where a rule is changed.
    #[serde(default)]
    pub id: Option<String>,
    /// What people call it.
    #[serde(default)]
    pub name: String,
    /// Whether it is watched.
    #[serde(default = "yes")]
    pub enabled: bool,
    /// Whether it stands in the configuration file; only answered.
    #[serde(default)]
    pub from_file: bool,
    /// What it watches.
    pub kind: Kind,
    /// Of whom.
    #[serde(default)]
    pub target: TargetForm,
    /// Which direction counts.
    #[serde(default)]
    pub direction: Option<Direction>,
    /// From which value on it fires.
    #[serde(default)]
    pub bound: Option<f64>,
    /// What the bound is counted in.
    #[serde(default)]
    pub unit: Option<Unit>,
    /// The value on the way back.
    #[serde(default)]
    pub clear_bound: Option<f64>,
    /// How long a quota lasts.
    #[serde(default)]
    pub period: Option<Period>,
    /// How long it has to last.
    #[serde(default)]
    pub for_seconds: Option<u64>,
    /// How long it has to be well again.
    #[serde(default)]
    pub keep_seconds: Option<u64>,
    /// How bad it is.
    #[serde(default)]
    pub severity: Option<Severity>,
    /// Where it is told; empty: everywhere.
    #[serde(default)]
    pub channels: Vec<String>,
    /// When it is not told.
    #[serde(default)]
    pub quiet: Option<QuietForm>,
    /// After how long it is told again.
    #[serde(default)]
    pub repeat_seconds: Option<u64>,
    /// The routers that hang behind this line.
    #[serde(default)]
    pub behind: Vec<String>,
}

/// Whom a rule watches: `{"all":true}`, `{"wan":true}`, `{"router":"r"}`, `{"router":"r","interface":"i"}`,
/// `{"tag":"t"}`; `{}` is all.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TargetForm {
    /// Everything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub all: Option<bool>,
    /// The ways to the internet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wan: Option<bool>,
    /// One router.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub router: Option<String>,
    /// One of its lines.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interface: Option<String>,
    /// The routers with a tag.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tag: Option<String>,
}

/// Quiet hours, as local times.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QuietForm {
    /// When they begin, such as `22:00`.
    pub from: String,
    /// When they end.
    pub to: String,
}

/// Why a rule cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleError {
    /// Which of its fields.
    pub field: &'static str,
    /// What it has to be.
    pub problem: String,
}

impl fmt::Display for RuleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.field, self.problem)
    }
}

impl std::error::Error for RuleError {}

fn yes() -> bool {
    true
}

/// The longest time that a rule waits, s: a week.
const LONGEST: u64 = 7 * 86_400;
/// The longest name, in characters.
const LONGEST_NAME: usize = 128;
/// The most channels, and the most routers behind a line.
const MOST: usize = 64;

impl RuleForm {
    /// One of which only the kind is said.
    pub fn of(kind: Kind) -> Self {
        Self {
            id: None,
            name: String::new(),
            enabled: true,
            from_file: false,
            kind,
            target: TargetForm::default(),
            direction: None,
            bound: None,
            unit: None,
            clear_bound: None,
            period: None,
            for_seconds: None,
            keep_seconds: None,
            severity: None,
            channels: Vec::new(),
            quiet: None,
            repeat_seconds: None,
            behind: Vec::new(),
        }
    }

    /// From JSON as it is kept.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn read(json: &str) -> Result<Self, String> {
        serde_json::from_str(json).map_err(|error| error.to_string())
    }

    /// As JSON, as it is kept.
    pub fn written(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// The rule, if it can be one.
    ///
    /// # Errors
    /// [`RuleError`] with the first field that cannot be used.
    pub fn rule(&self, id: &str, from_file: bool) -> Result<Rule, RuleError> {
        let kind = self.kind;
        let name = self.name.trim();
        if name.chars().count() > LONGEST_NAME || name.chars().any(char::is_control) {
            return wrong("name", "at most 128 characters, none of them a control character");
        }
        let target = self.target.target()?;
        if kind.scope() == Scope::Router && kind != Kind::NoData && matches!(target, Target::Line(..) | Target::Wan) {
            return wrong("target", "this kind watches routers: leave the interface out");
        }
        if kind == Kind::UsageAbove && self.period.is_none() {
            return wrong("period", "a quota is for a day or a month");
        }
        let (bound, unit) = self.bound()?;
        if let Some(clear) = self.clear_bound {
            let fits = if kind.is_below() { clear >= bound } else { clear <= bound };
            if !fits || !clear.is_finite() || clear < 0.0 {
                return wrong("clearBound", "has to lie on the good side of the bound");
            }
        }
        let seconds = |field, given: Option<u64>, usual| match given.unwrap_or(usual) {
            seconds if seconds <= LONGEST => Ok(seconds * 1_000),
            _ => Err(RuleError { field, problem: format!("0 to {LONGEST} s") }),
        };
        let repeat_ms = match self.repeat_seconds {
            Some(repeat) if repeat < 60 => return wrong("repeatSeconds", "at least a minute"),
            Some(_) => Some(seconds("repeatSeconds", self.repeat_seconds, 0)?),
            None => None,
        };
        let quiet = match &self.quiet {
            Some(QuietForm { from, to }) => Some(Quiet::parse(from, to).ok_or(RuleError {
                field: "quiet",
                problem: "two different times of day such as 22:00 and 06:00".into(),
            })?),
            None => None,
        };
        if self.channels.len() > MOST || self.channels.iter().any(|id| id.is_empty() || id.len() > 128) {
            return wrong("channels", "at most 64 ids of channels");
        }
        if self.behind.len() > 1_000 || (!self.behind.is_empty() && !matches!(target, Target::Line(..))) {
            return wrong("behind", "routers behind one line: name that line as the target");
        }
        let behind = self.behind.iter().map(|id| id.parse()).collect::<Result<Vec<RouterId>, _>>();
        Ok(Rule {
            id: id.into(),
            name: if name.is_empty() { kind.word().to_owned() } else { name.to_owned() },
            enabled: self.enabled,
            from_file,
            kind,
            target,
            direction: self.direction.unwrap_or_default(),
            bound,
            unit,
            clear_bound: self.clear_bound,
            period: self.period.filter(|_| kind == Kind::UsageAbove),
            for_ms: if kind.is_event() { 0 } else { seconds("forSeconds", self.for_seconds, kind.usual_for())? },
            keep_ms: if kind.is_event() { 0 } else { seconds("keepSeconds", self.keep_seconds, kind.usual_keep())? },
            severity: self.severity.unwrap_or_else(|| kind.usual_severity()),
            channels: self.channels.iter().map(|id| Arc::from(id.as_str())).collect(),
            quiet,
            repeat_ms,
            behind: behind.map_err(|_| RuleError { field: "behind", problem: "ids of routers".into() })?,
        })
    }

    fn bound(&self) -> Result<(f64, Option<Unit>), RuleError> {
        let units = self.kind.units();
        let Some(usual) = units.first() else { return Ok((0.0, None)) };
        let unit = self.unit.unwrap_or(*usual);
        if !units.contains(&unit) {
            return wrong("unit", "is not one of this kind's");
        }
        let Some(bound) = self.bound.or(self.kind.usual_bound()) else {
            return wrong("bound", "from which value on is it told?");
        };
        let percent = matches!(unit, Unit::Percent | Unit::PercentOfLink | Unit::PercentOfPackage);
        let most = if percent { 1_000.0 } else { 1e15 };
        if !(bound.is_finite() && bound >= 0.0 && bound <= most) || (bound == 0.0 && !self.kind.is_below()) {
            return wrong("bound", "a number above 0");
        }
        Ok((bound, Some(unit)))
    }
}

impl TargetForm {
    fn target(&self) -> Result<Target, RuleError> {
        let Self { all, wan, router, interface, tag } = self;
        let said = [all == &Some(true), wan == &Some(true), router.is_some(), tag.is_some()];
        if said.iter().filter(|said| **said).count() > 1 || (interface.is_some() && router.is_none()) {
            return wrong("target", "one of all, wan, router (with or without its interface), tag");
        }
        let text = |text: &String| !text.is_empty() && text.len() <= 255 && !text.chars().any(char::is_control);
        if ![interface, tag].into_iter().flatten().all(text) {
            return wrong("target", "1 to 255 bytes, none of them a control character");
        }
        if let Some(router) = router {
            let Ok(id) = router.parse::<RouterId>() else { return wrong("target", "there is no such router id") };
            return Ok(match interface {
                Some(interface) => Target::Line(id, interface.as_str().into()),
                None => Target::Router(id),
            });
        }
        Ok(match tag {
            Some(tag) => Target::Tag(tag.clone()),
            None if wan == &Some(true) => Target::Wan,
            None => Target::All,
        })
    }
}

impl From<&Rule> for RuleForm {
    fn from(rule: &Rule) -> Self {
        let mut target = TargetForm::default();
        match &rule.target {
            Target::All => target.all = Some(true),
            Target::Wan => target.wan = Some(true),
            Target::Router(id) => target.router = Some(id.to_string()),
            Target::Line(id, name) => {
                (target.router, target.interface) = (Some(id.to_string()), Some(name.to_string()));
            }
            Target::Tag(tag) => target.tag = Some(tag.clone()),
        }
        Self {
            id: Some(rule.id.to_string()),
            name: rule.name.clone(),
            enabled: rule.enabled,
            from_file: rule.from_file,
            kind: rule.kind,
            target,
            direction: Some(rule.direction),
            bound: rule.unit.map(|_| rule.bound),
            unit: rule.unit,
            clear_bound: rule.clear_bound,
            period: rule.period,
            for_seconds: Some(rule.for_ms / 1_000),
            keep_seconds: Some(rule.keep_ms / 1_000),
            severity: Some(rule.severity),
            channels: rule.channels.iter().map(|id| id.to_string()).collect(),
            quiet: rule.quiet.map(|quiet| QuietForm { from: written(quiet.from), to: written(quiet.to) }),
            repeat_seconds: rule.repeat_ms.map(|ms| ms / 1_000),
            behind: rule.behind.iter().map(|id| id.to_string()).collect(),
        }
    }
}

fn wrong<T>(field: &'static str, problem: &str) -> Result<T, RuleError> {
    Err(RuleError { field, problem: problem.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(json: &str) -> RuleForm {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn a_rule_is_itself_after_a_way_through_json() {
        let rules = [
            r#"{"name":"Uplink","kind":"line-down","target":{"router":"r","interface":"ether1"},"behind":["pop-2"],
               "quiet":{"from":"22:00","to":"06:30"},"repeatSeconds":1800,"channels":["noc"]}"#,
            r#"{"kind":"traffic-above","target":{"tag":"pop"},"direction":"up","bound":90,"unit":"percent-of-link",
               "clearBound":80,"forSeconds":60}"#,
            r#"{"kind":"usage-above","bound":3e11,"period":"month","target":{"all":true}}"#,
            r#"{"kind":"disk-low"}"#,
        ];
        for json in rules {
            let rule = form(json).rule("7", false).unwrap();
            let back = serde_json::to_string(&RuleForm::from(&rule)).unwrap();
            assert_eq!(form(&back).rule("7", false).unwrap(), rule, "{json}");
        }
    }

    #[test]
    fn what_makes_no_sense_names_its_field() {
        for (json, field) in [
            (r#"{"kind":"traffic-above"}"#, "bound"),
            (r#"{"kind":"traffic-above","bound":-1}"#, "bound"),
            (r#"{"kind":"traffic-above","bound":90,"unit":"seconds"}"#, "unit"),
            (r#"{"kind":"traffic-above","bound":90,"clearBound":95}"#, "clearBound"),
            (r#"{"kind":"traffic-below","bound":90,"clearBound":80}"#, "clearBound"),
            (r#"{"kind":"percentile-near","bound":90,"unit":"percent-of-link"}"#, "unit"),
            (r#"{"kind":"usage-above","bound":90}"#, "period"),
            (r#"{"kind":"router-unreachable","target":{"router":"r","interface":"ether1"}}"#, "target"),
            (r#"{"kind":"line-down","target":{"all":true,"tag":"x"}}"#, "target"),
            (r#"{"kind":"line-down","target":{"interface":"ether1"}}"#, "target"),
            (r#"{"kind":"line-down","behind":["a"]}"#, "behind"),
            (r#"{"kind":"line-down","quiet":{"from":"25:00","to":"06:00"}}"#, "quiet"),
            (r#"{"kind":"line-down","repeatSeconds":5}"#, "repeatSeconds"),
            (r#"{"kind":"line-down","forSeconds":99999999}"#, "forSeconds"),
        ] {
            assert_eq!(form(json).rule("1", false).map_err(|error| error.field), Err(field), "{json}");
        }
    }

    #[test]
    fn another_name_means_the_same_and_another_bound_does_not() {
        let rule = |json| form(json).rule("1", false).unwrap().meaning();
        let meant = rule(r#"{"kind":"traffic-above","bound":90}"#);
        assert_eq!(meant, rule(r#"{"kind":"traffic-above","bound":90,"name":"x","forSeconds":5,"channels":["a"]}"#));
        assert_ne!(meant, rule(r#"{"kind":"traffic-above","bound":91}"#));
        assert_ne!(meant, rule(r#"{"kind":"traffic-above","bound":90,"target":{"wan":true}}"#));
    }
}
