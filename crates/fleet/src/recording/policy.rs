//! What is recorded: everything, but for what somebody excepted.

use std::collections::{BTreeSet, HashSet};

use lalin_stats::{Interface, RouterId};
use lalin_store::RecordingChoice;

/// A router, or one of its lines.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Except {
    /// The router.
    pub router: RouterId,
    /// The interface's name; `None` for all of the router's.
    pub interface: Option<String>,
}

/// What is recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordingPolicy {
    /// Whether anything is.
    pub enabled: bool,
    /// What is not.
    pub except: BTreeSet<Except>,
    /// Kinds of interfaces that are not, such as `pppoe-in`.
    pub except_kinds: BTreeSet<String>,
}

impl Default for RecordingPolicy {
    fn default() -> Self {
        Self { enabled: true, except: BTreeSet::new(), except_kinds: BTreeSet::new() }
    }
}

impl From<&RecordingChoice> for RecordingPolicy {
    fn from(chosen: &RecordingChoice) -> Self {
        let routers = chosen.routers.iter().map(|router| Except { router: router.clone(), interface: None });
        let line =
            |(router, name): &(RouterId, String)| Except { router: router.clone(), interface: Some(name.clone()) };
        Self {
            enabled: chosen.enabled,
            except: routers.chain(chosen.lines.iter().map(line)).collect(),
            except_kinds: chosen.kinds.clone(),
        }
    }
}

impl RecordingPolicy {
    /// This policy, and what the other one excepts as well.
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        Self {
            enabled: self.enabled && other.enabled,
            except: self.except.union(&other.except).cloned().collect(),
            except_kinds: self.except_kinds.union(&other.except_kinds).cloned().collect(),
        }
    }

    /// Whether anything of this router is recorded.
    pub fn records(&self, router: &RouterId) -> bool {
        self.of(router).is_some()
    }

    /// What of this router is recorded; `None` if nothing is.
    pub(super) fn of(&self, router: &RouterId) -> Option<RouterPolicy> {
        let mine = || self.except.iter().filter(|except| except.router == *router);
        if !self.enabled || mine().any(|except| except.interface.is_none()) {
            return None;
        }
        Some(RouterPolicy {
            names: mine().filter_map(|except| except.interface.clone()).collect(),
            kinds: self.except_kinds.iter().cloned().collect(),
        })
    }
}

/// What of one router is not recorded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct RouterPolicy {
    names: HashSet<String>,
    kinds: HashSet<String>,
}

impl RouterPolicy {
    /// Whether an interface is recorded, whose line has this name.
    pub(super) fn records(&self, interface: &Interface, line: &str) -> bool {
        !self.kinds.contains(&*interface.kind) && !self.names.contains(&*interface.name) && !self.names.contains(line)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy(except: &[(&str, Option<&str>)]) -> RecordingPolicy {
        let one = |(router, interface): &(&str, Option<&str>)| Except {
            router: router.parse().unwrap(),
            interface: interface.map(Into::into),
        };
        RecordingPolicy {
            except: except.iter().map(one).collect(),
            except_kinds: ["pppoe-in".to_owned()].into(),
            ..RecordingPolicy::default()
        }
    }

    #[test]
    fn a_router_a_line_and_a_kind_can_be_excepted() {
        let policy = policy(&[("a", None), ("b", Some("ether5"))]);
        assert_eq!(policy.of(&"a".parse().unwrap()), None);
        let b = policy.of(&"b".parse().unwrap()).unwrap();
        let records = |kind, name| b.records(&Interface::new("*1", name, kind), name);
        assert!(records("ether", "ether1") && !records("ether", "ether5") && !records("pppoe-in", "<pppoe-x>"));
        assert!(policy.of(&"c".parse().unwrap()).unwrap().records(&Interface::new("*1", "ether5", "ether"), "ether5"));
    }

    #[test]
    fn what_file_or_page_excepts_is_not_recorded() {
        let both = policy(&[("a", None)]).and(&policy(&[("b", None)]));
        assert!(both.of(&"a".parse().unwrap()).is_none() && both.of(&"b".parse().unwrap()).is_none());
        let off = RecordingPolicy { enabled: false, ..RecordingPolicy::default() };
        assert_eq!(both.and(&off).of(&"c".parse().unwrap()), None);
    }
}
