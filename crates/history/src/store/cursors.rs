//! How far other histories are taken in.

use std::collections::{HashMap, HashSet};

use crate::meta::Cursor;

/// Up to which tick each router of each of them is here.
#[derive(Debug, Default)]
pub(crate) struct Cursors {
    reached: HashMap<(u64, u32), u64>,
    /// Those that moved since the last seal.
    moved: HashSet<(u64, u32)>,
}

impl Cursors {
    pub(super) fn of(known: Vec<Cursor>) -> Self {
        let reached = known.into_iter().map(|Cursor { source, router, seq }| ((source, router), seq)).collect();
        Self { reached, moved: HashSet::new() }
    }

    pub(super) fn get(&self, source: u64, router: u32) -> u64 {
        self.reached.get(&(source, router)).copied().unwrap_or_default()
    }

    /// Forward only.
    pub(super) fn reach(&mut self, cursor: Cursor) {
        let key = (cursor.source, cursor.router);
        let reached = self.reached.entry(key).or_default();
        if cursor.seq > *reached {
            *reached = cursor.seq;
            self.moved.insert(key);
        }
    }

    pub(super) fn all(&self) -> impl Iterator<Item = Cursor> + '_ {
        self.reached.iter().map(|((source, router), seq)| Cursor { source: *source, router: *router, seq: *seq })
    }

    /// Those that moved since this was asked last.
    pub(super) fn take_moved(&mut self) -> Vec<Cursor> {
        let moved = self.moved.drain();
        moved.filter_map(|key| Some(Cursor { source: key.0, router: key.1, seq: *self.reached.get(&key)? })).collect()
    }
}
