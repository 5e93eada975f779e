//! The nodes as one of them sees them: who lives, and whose lease has ended.
//!
//! A node lives for one lease after its last renewal was seen here, by this machine's clock. That alone ends nothing:
//! it only says whose key may be asked about.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::buckets::LEASE_AGE;
use crate::connection::Entry;
use crate::lease::{BootTime, NodeRecord};

/// What is known of one node.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Seen {
    pub(crate) record: NodeRecord,
    pub(crate) revision: u64,
    /// When its last renewal was seen.
    pub(crate) seen: BootTime,
}

impl Seen {
    pub(crate) fn lives(&self, now: BootTime) -> bool {
        !self.record.gone && now - self.seen < LEASE_AGE
    }
}

/// All nodes, and the leases that have ended.
#[derive(Clone, Debug, Default)]
pub(crate) struct Nodes {
    by_key: BTreeMap<String, Seen>,
    /// Leases of which it is certain that they ended.
    ended: HashSet<String>,
    /// Leases that a hold names and no node has, and since when that is known.
    missing: HashMap<String, BootTime>,
}

/// What may be done about a lease.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// It is renewed, or may be.
    Lives,
    /// It was not renewed for its whole length: it can be declared ended, by a write that only succeeds if that is so.
    Silent {
        /// The last renewal's revision, or 0 if none was seen.
        revision: u64,
    },
    /// It has ended.
    Ended,
}

impl Nodes {
    /// A renewal, or a lease's end, was seen. True if that changes who takes part, or how.
    pub(crate) fn apply(&mut self, entry: &Entry, now: BootTime) -> bool {
        let Some(record) = NodeRecord::parse(&entry.value) else { return false };
        let old = self.by_key.get(&entry.key);
        if old.is_some_and(|old| old.revision >= entry.revision) {
            return false;
        }
        let changed = old.is_none_or(|old| {
            let same = old.record.incarnation == record.incarnation
                && old.record.gone == record.gone
                && old.record.draining == record.draining
                && old.record.roles == record.roles
                && old.record.weight.total_cmp(&record.weight).is_eq();
            !same || !old.lives(now)
        });
        // A new lease under the same name begins only when the one before has ended.
        if let Some(old) = old
            && old.record.incarnation != record.incarnation
        {
            self.ended.insert(old.record.incarnation.clone());
        }
        if record.gone {
            self.ended.insert(record.incarnation.clone());
        }
        self.missing.remove(&record.incarnation);
        self.by_key.insert(entry.key.clone(), Seen { record, revision: entry.revision, seen: now });
        changed
    }

    /// It is certain that this lease ended.
    pub(crate) fn has_ended(&mut self, incarnation: &str) {
        self.ended.insert(incarnation.to_owned());
        for seen in self.by_key.values_mut().filter(|seen| seen.record.incarnation == incarnation) {
            seen.record.gone = true;
        }
    }

    /// A renewal that was not told here was found in the bucket.
    pub(crate) fn lives_after_all(&mut self, incarnation: &str, now: BootTime) {
        if let Some(since) = self.missing.get_mut(incarnation) {
            *since = now;
        }
        for seen in self.by_key.values_mut().filter(|seen| seen.record.incarnation == incarnation) {
            seen.seen = now;
        }
    }

    /// How a lease stands that a hold names.
    pub(crate) fn standing(&mut self, key: &str, incarnation: &str, now: BootTime) -> Standing {
        if self.ended.contains(incarnation) {
            return Standing::Ended;
        }
        match self.by_key.get(key) {
            Some(seen) if seen.record.incarnation == incarnation => {
                if now - seen.seen < LEASE_AGE {
                    Standing::Lives
                } else {
                    Standing::Silent { revision: seen.revision }
                }
            }
            // Never seen here: whoever starts waits one lease, as it does not know how long it was silent before.
            _ => {
                let since = *self.missing.entry(incarnation.to_owned()).or_insert(now);
                if now - since < LEASE_AGE { Standing::Lives } else { Standing::Silent { revision: 0 } }
            }
        }
    }

    /// The nodes that live, by key.
    pub(crate) fn living(&self, now: BootTime) -> impl Iterator<Item = (&str, &Seen)> + Clone {
        self.by_key.iter().filter(move |(_, seen)| seen.lives(now)).map(|(key, seen)| (key.as_str(), seen))
    }

    /// Those of them that ask routers at this site.
    pub(crate) fn collectors<'a>(
        &'a self,
        site: Option<&'a str>,
        now: BootTime,
    ) -> impl Iterator<Item = &'a NodeRecord> + Clone {
        self.living(now)
            .map(|(_, seen)| &seen.record)
            .filter(move |record| record.roles.collect && record.site.as_deref() == site)
    }

    /// Every node that is known, by site and name.
    pub(crate) fn all(&self) -> impl Iterator<Item = &Seen> {
        self.by_key.values()
    }

    pub(crate) fn ended(&self) -> impl Iterator<Item = &str> {
        self.ended.iter().map(String::as_str)
    }

    /// Forgets leases that no hold names any more, and nodes that ended long ago.
    pub(crate) fn forget(&mut self, named: &HashSet<String>, now: BootTime) {
        self.ended.retain(|incarnation| named.contains(incarnation));
        self.missing.retain(|incarnation, _| named.contains(incarnation));
        self.by_key.retain(|_, seen| now - seen.seen < KEPT || named.contains(&seen.record.incarnation));
    }
}

/// A node that is gone stays to be seen for so long.
const KEPT: std::time::Duration = std::time::Duration::from_secs(3600);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lease::Roles;

    fn entry(node: &str, incarnation: &str, revision: u64) -> Entry {
        let record = NodeRecord {
            gone: false,
            roles: Roles { web: false, collect: true },
            ..NodeRecord::gone(node, None, incarnation)
        };
        Entry { key: format!("=.{node}"), value: record.bytes().into(), revision }
    }

    fn gone(node: &str, incarnation: &str, revision: u64) -> Entry {
        let record = NodeRecord::gone(node, None, incarnation);
        Entry { key: format!("=.{node}"), value: record.bytes().into(), revision }
    }

    #[test]
    fn a_node_lives_for_one_lease_after_its_last_renewal() {
        let mut nodes = Nodes::default();
        assert!(nodes.apply(&entry("a", "x", 1), BootTime::at(100.0)));
        assert!(!nodes.apply(&entry("a", "x", 2), BootTime::at(101.0)), "a renewal changes nothing");
        assert!(!nodes.apply(&entry("a", "x", 1), BootTime::at(105.0)), "an old one neither");
        assert_eq!(nodes.standing("=.a", "x", BootTime::at(110.9)), Standing::Lives);
        assert_eq!(nodes.standing("=.a", "x", BootTime::at(111.0)), Standing::Silent { revision: 2 });
        assert_eq!(nodes.collectors(None, BootTime::at(110.9)).count(), 1);
        assert_eq!(nodes.collectors(None, BootTime::at(111.0)).count(), 0);
        assert_eq!(nodes.collectors(Some("s"), BootTime::at(110.9)).count(), 0);
        // It comes back late: that is a change for the others.
        assert!(nodes.apply(&entry("a", "x", 3), BootTime::at(120.0)));
        assert_eq!(nodes.standing("=.a", "x", BootTime::at(120.0)), Standing::Lives);
    }

    #[test]
    fn a_lease_ends_by_its_node_by_another_or_by_the_next_one_of_its_name() {
        let mut nodes = Nodes::default();
        nodes.apply(&entry("a", "x", 1), BootTime::at(100.0));
        assert!(nodes.apply(&gone("a", "x", 2), BootTime::at(101.0)));
        assert_eq!(nodes.standing("=.a", "x", BootTime::at(101.0)), Standing::Ended);
        nodes.apply(&entry("a", "y", 3), BootTime::at(102.0));
        assert_eq!(nodes.standing("=.a", "y", BootTime::at(102.0)), Standing::Lives);
        nodes.apply(&entry("a", "z", 4), BootTime::at(103.0));
        assert_eq!(nodes.standing("=.a", "y", BootTime::at(103.0)), Standing::Ended);
        nodes.has_ended("z");
        assert_eq!(nodes.living(BootTime::at(103.0)).count(), 0);
    }

    #[test]
    fn whoever_starts_waits_one_lease_for_a_holder_it_never_saw() {
        let mut nodes = Nodes::default();
        assert_eq!(nodes.standing("=.a", "x", BootTime::at(5.0)), Standing::Lives);
        assert_eq!(nodes.standing("=.a", "x", BootTime::at(14.9)), Standing::Lives);
        assert_eq!(nodes.standing("=.a", "x", BootTime::at(15.0)), Standing::Silent { revision: 0 });
        nodes.lives_after_all("x", BootTime::at(15.0));
        assert_eq!(nodes.standing("=.a", "x", BootTime::at(24.9)), Standing::Lives);
        nodes.forget(&HashSet::new(), BootTime::at(25.0));
        assert_eq!(nodes.standing("=.a", "x", BootTime::at(25.0)), Standing::Lives, "counted anew");
    }
}
