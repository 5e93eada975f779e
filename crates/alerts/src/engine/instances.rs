//! What rules watch and of which there is something to remember, found by router: what a router's sample touches is that
//! router's, however many others have alerts.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use lalin_stats::RouterId;

use super::course::Course;
use crate::state::Alert;

/// What an alert is found by while it is not over. A router's keys stand together, and a rule's among them.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Key {
    pub(super) router: Option<RouterId>,
    pub(super) rule: Arc<str>,
    pub(super) line: Option<Arc<str>>,
}

/// One thing that a rule watches, and of which there is something to remember.
#[derive(Debug, Default)]
pub(super) struct Instance {
    pub(super) course: Course,
    /// What is shown of it; `None` while it is well.
    pub(super) alert: Option<Alert>,
    /// When what it owes is due, on the monotonic clock.
    pub(super) due_ms: u64,
}

/// All of them.
#[derive(Debug, Default)]
pub(super) struct Instances {
    of: HashMap<Option<RouterId>, BTreeMap<Key, Instance>>,
    count: usize,
}

impl Instances {
    pub(super) fn len(&self) -> usize {
        self.count
    }

    pub(super) fn contains(&self, key: &Key) -> bool {
        self.get(key).is_some()
    }

    pub(super) fn get(&self, key: &Key) -> Option<&Instance> {
        self.of.get(&key.router)?.get(key)
    }

    pub(super) fn get_mut(&mut self, key: &Key) -> Option<&mut Instance> {
        self.of.get_mut(&key.router)?.get_mut(key)
    }

    /// The one of a key; a new one where there is none.
    pub(super) fn bring(&mut self, key: &Key) -> &mut Instance {
        let mine = self.of.entry(key.router.clone()).or_default();
        let count = &mut self.count;
        mine.entry(key.clone()).or_insert_with(|| {
            *count += 1;
            Instance::default()
        })
    }

    pub(super) fn insert(&mut self, key: Key, instance: Instance) {
        if self.of.entry(key.router.clone()).or_default().insert(key, instance).is_none() {
            self.count += 1;
        }
    }

    pub(super) fn remove(&mut self, key: &Key) -> Option<Instance> {
        let mine = self.of.get_mut(&key.router)?;
        let removed = mine.remove(key)?;
        self.count -= 1;
        if mine.is_empty() {
            self.of.remove(&key.router);
        }
        Some(removed)
    }

    /// Those of a router.
    pub(super) fn of_router(&self, router: &RouterId) -> Option<&BTreeMap<Key, Instance>> {
        self.of.get(&Some(router.clone()))
    }

    /// Takes all that there is of a router.
    pub(super) fn take_router(&mut self, router: &RouterId) -> BTreeMap<Key, Instance> {
        let taken = self.of.remove(&Some(router.clone())).unwrap_or_default();
        self.count -= taken.len();
        taken
    }

    /// Those of a rule among those of a router.
    pub(super) fn of_rule<'a>(
        &'a self,
        router: &RouterId,
        rule: &'a Arc<str>,
    ) -> impl Iterator<Item = (&'a Key, &'a Instance)> {
        let first = Key { router: Some(router.clone()), rule: rule.clone(), line: None };
        let mine = self.of_router(router).into_iter().flat_map(move |mine| mine.range(first.clone()..));
        mine.take_while(move |(key, _)| key.rule == *rule)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&Key, &Instance)> {
        self.of.values().flatten()
    }

    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = (&Key, &mut Instance)> {
        self.of.values_mut().flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(router: &str, rule: &str, line: Option<&str>) -> Key {
        Key { router: Some(router.parse().unwrap()), rule: rule.into(), line: line.map(Arc::from) }
    }

    #[test]
    fn a_router_and_a_rule_of_it_find_their_own_only() {
        let mut instances = Instances::default();
        let keys = [
            key("a", "1", None),
            key("a", "1", Some("ether1")),
            key("a", "10", Some("ether1")),
            key("b", "1", Some("ether1")),
            Key { router: None, rule: "1".into(), line: None },
        ];
        for key in &keys {
            instances.bring(key);
        }
        instances.bring(&keys[0]);
        assert_eq!((instances.len(), instances.iter().count()), (5, 5));
        let of = |router: &str, rule: &str| instances.of_rule(&router.parse().unwrap(), &rule.into()).count();
        assert_eq!([of("a", "1"), of("a", "10"), of("b", "1"), of("b", "10"), of("c", "1")], [2, 1, 1, 0, 0]);
        assert!(instances.remove(&keys[3]).is_some() && instances.remove(&keys[3]).is_none());
        assert!(instances.of_router(&"b".parse().unwrap()).is_none());
        assert_eq!(instances.take_router(&"a".parse().unwrap()).len(), 3);
        assert_eq!(instances.len(), 1);
    }
}
