//! One alert from its first sign to its end. Its JSON is what `alerts.db` keeps.

use std::collections::BTreeMap;
use std::sync::Arc;

use lalin_stats::RouterId;
use serde::{Deserialize, Serialize};

use crate::rule::{Direction, Kind, Rule, Unit};
use crate::{NoticeKind, Severity};

/// How far an alert is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// It has not lasted long enough to be told.
    Pending,
    /// It stands.
    Firing,
    /// It is well again, and waits to be sure of it.
    Clearing,
    /// It comes and goes.
    Flapping,
    /// It is over.
    Cleared,
}

impl State {
    /// The word in answers.
    pub fn word(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Firing => "firing",
            Self::Clearing => "clearing",
            Self::Flapping => "flapping",
            Self::Cleared => "cleared",
        }
    }
}

/// One alert.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Alert {
    /// What it is found by.
    #[serde(with = "shared_text")]
    pub id: Arc<str>,
    /// The rule's id.
    #[serde(with = "shared_text")]
    pub rule: Arc<str>,
    /// The rule's name then.
    pub rule_name: String,
    /// [`Rule::meaning`](crate::Rule::meaning) then.
    pub meaning: String,
    /// What the rule watches.
    pub kind: Kind,
    /// Which router, if it is about one.
    pub router: Option<String>,
    /// What people call the router.
    pub router_name: Option<String>,
    /// Which line, if it is about one.
    #[serde(with = "shared_text::optional")]
    pub interface: Option<Arc<str>>,
    /// How bad it is.
    pub severity: Severity,
    /// How far it is.
    pub state: State,
    /// Since when what it tells of lasts, ms since 1970.
    pub since_ms: i64,
    /// When it had lasted long enough.
    pub fired_ms: Option<i64>,
    /// When it was well again.
    pub cleared_ms: Option<i64>,
    /// The value that counts: the worst while it stands.
    pub value: Option<f64>,
    /// The rule's bound.
    pub bound: Option<f64>,
    /// What both are counted in.
    pub unit: Option<Unit>,
    /// Which direction counts.
    pub direction: Direction,
    /// More about why: the code of a failure, the name of a period.
    pub detail: Option<String>,
    /// What hangs behind it, by the names that people use.
    pub behind: Vec<String>,
    /// How often it changed while it flapped.
    pub changes: u32,
    /// It began while Lalin was not running.
    pub began_unseen: bool,
    /// It ended while Lalin was not running.
    pub ended_unseen: bool,
    /// Who looks after it.
    pub acknowledged: Option<Acknowledged>,
    /// On which channels its fire was told.
    pub told: BTreeMap<String, ToldOn>,
    /// What is to be told of it and is not yet.
    pub owes: Option<NoticeKind>,
    /// Why that is not told yet.
    pub untold: Option<Untold>,
    /// When it was told last that it still stands.
    pub reminded_ms: Option<i64>,
    /// Why it ended, where it did not just become well.
    pub ended: Option<Ended>,
    /// What holds it: it neither fires nor clears until that is known again. Not kept.
    #[serde(skip)]
    pub held_by: Option<HeldBy>,
    /// When it will be over if it stays well. Not kept.
    #[serde(skip)]
    pub clears_at_ms: Option<i64>,
}

/// Who looks after an alert.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Acknowledged {
    /// Their name.
    pub by: String,
    /// When they said so, ms since 1970.
    pub at: i64,
}

/// How a fire was told on a channel.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ToldOn {
    /// The notice's id.
    pub notice: String,
    /// The key under which the channel keeps its order.
    pub key: String,
    /// When, ms since 1970.
    pub at_ms: i64,
}

/// Why something is not told yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Untold {
    /// Others may follow that belong into the same message.
    Gathering,
    /// The rule has quiet hours now.
    Quiet,
    /// There is maintenance.
    Maintenance,
    /// There is nowhere to tell it.
    NoChannel,
}

/// Why an alert ended, where it did not just become well.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ended {
    /// The rule is gone.
    RuleRemoved,
    /// The rule means something else now.
    RuleChanged,
    /// The rule was switched off.
    RuleDisabled,
    /// The router or the line is gone.
    TargetGone,
    /// The day or the month of a quota is over.
    PeriodOver,
    /// It only happened.
    Happened,
}

/// What holds an alert.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeldBy {
    /// The router whose trouble it is.
    pub router: RouterId,
    /// The code of a failure, or `line-down:` and the line.
    pub reason: String,
}

impl Alert {
    /// What a rule tells of, as it begins; without an id.
    pub fn of(rule: &Rule, router: Option<String>, interface: Option<Arc<str>>, since_ms: i64) -> Self {
        Self {
            id: "".into(),
            rule: rule.id.clone(),
            rule_name: rule.name.clone(),
            meaning: rule.meaning(),
            kind: rule.kind,
            router,
            router_name: None,
            interface,
            severity: rule.severity,
            state: State::Pending,
            since_ms,
            fired_ms: None,
            cleared_ms: None,
            value: None,
            bound: rule.unit.map(|_| rule.bound),
            unit: rule.unit,
            direction: rule.direction,
            detail: None,
            behind: Vec::new(),
            changes: 0,
            began_unseen: false,
            ended_unseen: false,
            acknowledged: None,
            told: BTreeMap::new(),
            owes: None,
            untold: None,
            reminded_ms: None,
            ended: None,
            held_by: None,
            clears_at_ms: None,
        }
    }

    /// Whether it was told, or is to be, and is not over.
    pub fn is_standing(&self) -> bool {
        matches!(self.state, State::Firing | State::Clearing | State::Flapping)
    }

    /// How long it lasted, or lasts at a moment, ms.
    pub fn lasted_ms(&self, now_ms: i64) -> u64 {
        u64::try_from(self.cleared_ms.unwrap_or(now_ms) - self.since_ms).unwrap_or(0)
    }
}

/// Text that is shared, as JSON.
mod shared_text {
    use std::sync::Arc;

    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(text: &Arc<str>, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(text)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Arc<str>, D::Error> {
        Ok(String::deserialize(from)?.into())
    }

    pub(super) mod optional {
        use super::{Arc, Deserialize, Deserializer, Serializer};

        pub(in super::super) fn serialize<S: Serializer>(text: &Option<Arc<str>>, to: S) -> Result<S::Ok, S::Error> {
            match text {
                Some(text) => to.serialize_some(&**text),
                None => to.serialize_none(),
            }
        }

        pub(in super::super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Arc<str>>, D::Error> {
            Ok(Option::<String>::deserialize(from)?.map(Into::into))
        }
    }
}
