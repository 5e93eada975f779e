//! What one node knows of a site's holds, and what follows from it. No I/O and no clock of its own.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::time::Duration;

use lalin_stats::RouterId;

use super::nodes::{Nodes, Standing};
use super::record::HoldRecord;
use super::rendezvous::{rank, score};
use crate::buckets::node_key;
use crate::lease::BootTime;

/// A hold as it was last seen in the bucket.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Known {
    pub(crate) record: HoldRecord,
    pub(crate) revision: u64,
}

/// A router that this node may claim, since when, and whether its last holder died.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Claimable {
    since: BootTime,
    orphan: bool,
}

/// A claim to be made: what to write over which revision.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Claim {
    pub(crate) router: RouterId,
    pub(crate) record: HoldRecord,
    pub(crate) revision: u64,
}

/// A lease that was silent for its whole length.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Silent {
    pub(crate) key: String,
    pub(crate) node: String,
    pub(crate) incarnation: String,
    pub(crate) revision: u64,
}

/// A site's holds as one node sees them.
#[derive(Clone, Debug)]
pub(crate) struct Table {
    pub(crate) node: String,
    pub(crate) site: Option<String>,
    pub(crate) nodes: Nodes,
    pub(crate) holds: HashMap<RouterId, Known>,
    pub(crate) routers: HashSet<RouterId>,
    claimable: BTreeMap<RouterId, Claimable>,
}

impl Table {
    pub(crate) fn new(node: &str, site: Option<&str>) -> Self {
        Self {
            node: node.to_owned(),
            site: site.map(str::to_owned),
            nodes: Nodes::default(),
            holds: HashMap::new(),
            routers: HashSet::new(),
            claimable: BTreeMap::new(),
        }
    }

    /// Looks at every router: which may be claimed, and which leases are in the way of that.
    pub(crate) fn review(&mut self, incarnation: &str, now: BootTime) -> Vec<Silent> {
        let mut silent: BTreeMap<String, Silent> = BTreeMap::new();
        let mut claimable = BTreeMap::new();
        let mut standings: HashMap<String, Standing> = HashMap::new();
        for router in &self.routers {
            let orphan = match self.holds.get(router).map(|known| &known.record) {
                Some(HoldRecord { node: Some(node), incarnation: Some(theirs), .. }) => {
                    if theirs == incarnation {
                        continue;
                    }
                    let key = node_key(self.site.as_deref(), node);
                    let standing =
                        standings.entry(theirs.clone()).or_insert_with(|| self.nodes.standing(&key, theirs, now));
                    match standing {
                        Standing::Lives => continue,
                        Standing::Silent { revision } => {
                            let (node, incarnation) = (node.clone(), theirs.clone());
                            silent.insert(theirs.clone(), Silent { key, node, incarnation, revision: *revision });
                            continue;
                        }
                        // What this node held under an earlier lease is no dead neighbour's.
                        Standing::Ended => *node != self.node,
                    }
                }
                _ => false,
            };
            let since = self.claimable.get(router).map_or(now, |old| old.since);
            claimable.insert(router.clone(), Claimable { since, orphan });
        }
        self.claimable = claimable;
        silent.into_values().collect()
    }

    /// Whether anything waits to be claimed.
    pub(crate) fn has_claimable(&self) -> bool {
        !self.claimable.is_empty()
    }

    /// The claims whose time has come, at most so many. While this node has promised a holder to take nothing
    /// of it over, its routers are left alone.
    pub(crate) fn claims(
        &self,
        incarnation: &str,
        promised: &dyn Fn(&str) -> bool,
        now: BootTime,
        busy: &HashSet<RouterId>,
        most: usize,
    ) -> Vec<Claim> {
        let collectors = self.collectors(now);
        let due = self.claimable.iter().filter(|(router, claimable)| {
            let theirs = || self.holds.get(*router).and_then(|known| known.record.incarnation.as_deref());
            if busy.contains(*router) || (claimable.orphan && theirs().is_some_and(promised)) {
                return false;
            }
            now - claimable.since >= self.patience(router, &collectors)
        });
        let claims = due.map(|(router, _)| {
            let known = self.holds.get(router).cloned().unwrap_or_default();
            let record = known.record.claimed(&self.node, incarnation);
            Claim { router: router.clone(), record, revision: known.revision }
        });
        claims.take(most).collect()
    }

    /// How long this node waits with a router that may be claimed: it is the first choice, the second, or another.
    fn patience(&self, router: &RouterId, collectors: &[(&str, f64)]) -> Duration {
        let next = self.holds.get(router).and_then(|known| known.record.next.as_deref());
        if next == Some(self.node.as_str()) {
            return Duration::ZERO;
        }
        if next.is_some_and(|next| collectors.iter().any(|(name, _)| *name == next)) {
            return OTHERS;
        }
        match rank(&self.node, collectors.iter().copied(), router.as_str()) {
            0 => Duration::ZERO,
            1 => SECOND,
            _ => OTHERS,
        }
    }

    /// The collectors that take routers now.
    fn collectors(&self, now: BootTime) -> Vec<(&str, f64)> {
        let collectors = self.nodes.collectors(self.site.as_deref(), now);
        collectors.filter(|record| !record.draining).map(|record| (record.node.as_str(), record.weight)).collect()
    }

    /// Who of the others is a router's first choice.
    pub(crate) fn first_other(&self, router: &RouterId, now: BootTime) -> Option<String> {
        let collectors = self.collectors(now);
        let others = collectors.into_iter().filter(|(name, _)| *name != self.node);
        let best = others.max_by(|one, other| {
            let score = |(name, weight): &(&str, f64)| score(name, *weight, router.as_str());
            score(one).total_cmp(&score(other)).then_with(|| other.0.cmp(one.0))
        });
        best.map(|(name, _)| name.to_owned())
    }

    /// The router that this node should hand over next, and to whom: only from much too many to clearly too few.
    pub(crate) fn move_to_make(&self, held: &[RouterId], now: BootTime) -> Option<(RouterId, String)> {
        let collectors = self.collectors(now);
        let whole: f64 = collectors.iter().map(|(_, weight)| *weight).sum();
        let own = collectors.iter().find(|(name, _)| *name == self.node)?.1;
        if whole <= 0.0 {
            return None;
        }
        let count = |number: usize| f64::from(u32::try_from(number).unwrap_or(u32::MAX));
        let routers = count(self.routers.len());
        let (mine, fair) = (count(held.len()), routers * own / whole);
        if mine <= fair * TOO_MANY || mine < fair + 1.0 {
            return None;
        }
        let mut holds: HashMap<&str, usize> = HashMap::new();
        for node in self.holds.iter().filter(|(router, _)| self.routers.contains(*router)) {
            if let Some(node) = node.1.record.node.as_deref() {
                *holds.entry(node).or_default() += 1;
            }
        }
        // What is on its way to a node counts as its own.
        for next in self.holds.values().filter_map(|known| known.record.next.as_deref()) {
            *holds.entry(next).or_default() += 1;
        }
        let room = |(name, weight): &(&str, f64)| {
            routers * *weight / whole - count(holds.get(name).copied().unwrap_or_default())
        };
        // One that has just come may not have read yet what it is to take, and the router would be dark meanwhile.
        let living = self.nodes.collectors(self.site.as_deref(), now);
        let settled: HashSet<&str> =
            living.filter(|record| record.renewal >= SETTLED).map(|record| record.node.as_str()).collect();
        let (target, weight) = collectors
            .iter()
            .filter(|(name, _)| *name != self.node && settled.contains(name))
            .max_by(|one, other| room(one).total_cmp(&room(other)).then_with(|| other.0.cmp(one.0)))?;
        if room(&(target, *weight)) < 1.0 {
            return None;
        }
        let best = held.iter().max_by(|one, other| {
            let gain = |router: &RouterId| score(target, *weight, router.as_str());
            gain(one).total_cmp(&gain(other)).then_with(|| other.cmp(one))
        });
        best.map(|router| (router.clone(), (*target).to_owned()))
    }
}

const SECOND: Duration = Duration::from_secs(1);
const OTHERS: Duration = Duration::from_secs(2);
/// More than so much of its fair share makes a node hand over.
const TOO_MANY: f64 = 1.1;
/// Whoever has renewed its lease so often, once a second, has read who holds what.
const SETTLED: u64 = 5;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connection::Entry;
    use crate::lease::{NodeRecord, Roles};

    fn renew(table: &mut Table, node: &str, incarnation: &str, revision: u64, now: f64) {
        let roles = Roles { web: false, collect: true };
        let gone = NodeRecord::gone(node, None, incarnation);
        let record = NodeRecord { gone: false, roles, renewal: SETTLED, ..gone };
        let entry = Entry { key: node_key(None, node), value: record.bytes().into(), revision };
        table.nodes.apply(&entry, BootTime::at(now));
    }

    fn router(number: usize) -> RouterId {
        format!("r{number}").parse().unwrap()
    }

    fn hold(table: &mut Table, number: usize, node: &str, incarnation: &str) {
        let record = HoldRecord::default().claimed(node, incarnation);
        table.holds.insert(router(number), Known { record, revision: 7 });
    }

    fn table(node: &str, routers: usize) -> Table {
        let mut table = Table::new(node, None);
        table.routers = (0..routers).map(router).collect();
        table
    }

    fn claims(table: &Table, now: f64) -> Vec<Claim> {
        table.claims("x", &|_| false, BootTime::at(now), &HashSet::new(), 1000)
    }

    #[test]
    fn the_first_choice_claims_at_once_the_second_after_a_second_the_others_after_two() {
        let mut counts = Vec::new();
        for moment in [100.0, 100.9, 101.0, 101.9, 102.0] {
            let mut table = table("a", 90);
            for node in ["a", "b", "c"] {
                renew(&mut table, node, node, 1, 100.0);
            }
            assert!(table.review("x", BootTime::at(100.0)).is_empty());
            table.review("x", BootTime::at(100.0));
            counts.push(claims(&table, moment).len());
        }
        assert_eq!(counts[0], counts[1]);
        assert_eq!(counts[2], counts[3]);
        assert!(counts[0] > 15 && counts[0] < counts[2] && counts[2] < counts[4] && counts[4] == 90, "{counts:?}");
    }

    #[test]
    fn nobody_takes_from_a_living_holder_and_a_silent_one_is_declared_ended_first() {
        let mut table = table("a", 2);
        renew(&mut table, "a", "x", 1, 100.0);
        renew(&mut table, "b", "y", 2, 100.0);
        hold(&mut table, 0, "b", "y");
        hold(&mut table, 1, "b", "y");
        assert!(table.review("x", BootTime::at(109.0)).is_empty() && claims(&table, 109.0).is_empty());
        renew(&mut table, "a", "x", 3, 109.0);
        let silent = table.review("x", BootTime::at(110.0));
        let expected = Silent { key: "=.b".into(), node: "b".into(), incarnation: "y".into(), revision: 2 };
        assert_eq!(silent, [expected]);
        assert!(claims(&table, 110.0).is_empty(), "not before it is certain");
        table.nodes.has_ended("y");
        assert!(table.review("x", BootTime::at(110.1)).is_empty());
        let claims = claims(&table, 110.1);
        assert_eq!(claims.len(), 2);
        assert!(claims.iter().all(|claim| claim.record.epoch == 2 && claim.revision == 7));
        let promised = |to: &str| table.claims("x", &|one| one == to, BootTime::at(110.1), &HashSet::new(), 1000);
        assert!(promised("y").is_empty(), "a promise binds");
        assert_eq!(promised("z").len(), 2, "one to somebody else does not");
        let busy = HashSet::from([router(0)]);
        assert_eq!(table.claims("x", &|_| false, BootTime::at(110.1), &busy, 1000).len(), 1);
    }

    #[test]
    fn what_was_handed_over_is_for_the_named_node_first() {
        let mut table = table("a", 1);
        for node in ["a", "b"] {
            renew(&mut table, node, node, 1, 100.0);
        }
        let freed = HoldRecord::default().claimed("b", "b");
        table.holds.insert(router(0), Known { record: freed.released(Some("a")), revision: 3 });
        table.review("a", BootTime::at(100.0));
        assert_eq!(claims(&table, 100.0).len(), 1);
        table.holds.insert(router(0), Known { record: freed.released(Some("b")), revision: 4 });
        assert!(claims(&table, 101.9).is_empty());
        assert_eq!(claims(&table, 102.0).len(), 1, "but not for ever");
    }

    #[test]
    fn a_node_with_much_too_many_hands_over_until_it_has_its_share() {
        let mut table = table("a", 100);
        for node in ["a", "b"] {
            renew(&mut table, node, node, 1, 100.0);
        }
        let mut held: Vec<RouterId> = (0..100).map(router).collect();
        for number in 0..100 {
            hold(&mut table, number, "a", "a");
        }
        let mut moves = 0;
        while let Some((router, to)) = table.move_to_make(&held, BootTime::at(100.0)) {
            assert_eq!(to, "b");
            let record = HoldRecord::default().claimed("b", "b");
            table.holds.insert(router.clone(), Known { record, revision: 9 });
            held.retain(|one| *one != router);
            moves += 1;
            assert!(moves <= 100);
        }
        assert_eq!(moves, 45, "down to 1.1 of its share");
    }

    #[test]
    fn nothing_is_moved_to_a_node_that_has_just_come() {
        let mut table = table("a", 10);
        renew(&mut table, "a", "a", 1, 100.0);
        (0..10).for_each(|number| hold(&mut table, number, "a", "a"));
        let held: Vec<RouterId> = (0..10).map(router).collect();
        for renewal in 1..=SETTLED {
            let roles = Roles { web: false, collect: true };
            let record = NodeRecord { gone: false, roles, renewal, ..NodeRecord::gone("b", None, "b") };
            let entry = Entry { key: node_key(None, "b"), value: record.bytes().into(), revision: 1 + renewal };
            table.nodes.apply(&entry, BootTime::at(100.0));
            let moved = table.move_to_make(&held, BootTime::at(100.0));
            assert_eq!(moved.is_some(), renewal == SETTLED, "{renewal}");
        }
    }

    #[test]
    fn few_routers_do_not_wander_between_nodes() {
        // One too many for an even share: nothing would be won.
        for (routers, held) in [(1, 1), (3, 2), (2, 1)] {
            let mut table = table("a", routers);
            for node in ["a", "b"] {
                renew(&mut table, node, node, 1, 100.0);
            }
            for number in 0..routers {
                let (node, incarnation) = if number < held { ("a", "a") } else { ("b", "b") };
                hold(&mut table, number, node, incarnation);
            }
            let held: Vec<RouterId> = (0..held).map(router).collect();
            assert_eq!(table.move_to_make(&held, BootTime::at(100.0)), None, "{routers}");
        }
        // Alone there is nobody to give to.
        let mut alone = table("a", 5);
        renew(&mut alone, "a", "a", 1, 100.0);
        let held: Vec<RouterId> = (0..5).map(router).collect();
        assert_eq!(alone.move_to_make(&held, BootTime::at(100.0)), None);
        assert_eq!(alone.first_other(&router(0), BootTime::at(100.0)), None);
    }
}
