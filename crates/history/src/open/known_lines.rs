//! The lines of a router as they were seen last, found by name.
//!
//! A router tells its lines in the same order at each tick, so a line is looked for first where it was at the tick
//! before: hashing 100,000 names five times would be most of what a tick costs.

use std::collections::HashMap;
use std::sync::Arc;

use super::entry::Session;
use crate::LineName;

/// A line as it was seen last.
#[derive(Clone, Debug)]
pub(crate) struct LineState {
    pub(crate) id: u32,
    pub(crate) shown: Arc<str>,
    /// The tick at which it was there last.
    pub(crate) seen_seq: u64,
    pub(crate) sessions: Vec<Session>,
    /// The journal that knows the line's name and counters.
    pub(crate) in_journal: u64,
}

/// Where a line's state is, until lines are taken away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Slot(usize);

/// The lines of a router.
#[derive(Clone, Debug, Default)]
pub(crate) struct KnownLines {
    slots: HashMap<LineName, usize>,
    states: Vec<(LineName, LineState)>,
    /// The slots of the last tick's readings, in their order.
    order: Vec<usize>,
}

impl KnownLines {
    /// The line of this name, which was perhaps the one at this place of the last tick.
    pub(crate) fn slot(&self, place: usize, name: &LineName) -> Option<Slot> {
        let there =
            self.order.get(place).filter(|slot| self.states.get(**slot).is_some_and(|(known, _)| known == name));
        there.or_else(|| self.slots.get(name)).copied().map(Slot)
    }

    pub(crate) fn at(&self, slot: Slot) -> Option<&LineState> {
        self.states.get(slot.0).map(|(_, state)| state)
    }

    pub(crate) fn at_mut(&mut self, slot: Slot) -> Option<&mut LineState> {
        self.states.get_mut(slot.0).map(|(_, state)| state)
    }

    pub(crate) fn get(&self, name: &LineName) -> Option<&LineState> {
        self.at(Slot(*self.slots.get(name)?))
    }

    pub(crate) fn get_mut(&mut self, name: &LineName) -> Option<&mut LineState> {
        self.at_mut(Slot(*self.slots.get(name)?))
    }

    /// Takes in a line, or puts another state into the place of what is known of it.
    pub(crate) fn insert(&mut self, name: LineName, state: LineState) -> Slot {
        match self.slots.get(&name) {
            Some(slot) => {
                self.states[*slot].1 = state;
                Slot(*slot)
            }
            None => {
                let slot = self.states.len();
                self.slots.insert(name.clone(), slot);
                self.states.push((name, state));
                Slot(slot)
            }
        }
    }

    /// Remembers in which order the lines came.
    pub(crate) fn came_in(&mut self, order: impl Iterator<Item = Option<Slot>>) {
        self.order.clear();
        // Where there is none, no line is at that place.
        self.order.extend(order.map(|slot| slot.map_or(usize::MAX, |slot| slot.0)));
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&LineName, &LineState)> {
        self.states.iter().map(|(name, state)| (name, state))
    }

    pub(crate) fn states_mut(&mut self) -> impl Iterator<Item = &mut LineState> {
        self.states.iter_mut().map(|(_, state)| state)
    }

    /// Takes away the lines of which `keep` says so. No slot from before counts any more.
    pub(crate) fn retain(&mut self, keep: impl Fn(&LineState) -> bool) {
        if self.states.iter().all(|(_, state)| keep(state)) {
            return;
        }
        self.states.retain(|(_, state)| keep(state));
        self.states.shrink_to_fit();
        self.order.clear();
        self.slots = self.states.iter().enumerate().map(|(slot, (name, _))| (name.clone(), slot)).collect();
    }

    pub(crate) fn clear(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state(id: u32) -> LineState {
        LineState { id, shown: "x".into(), seen_seq: u64::from(id), sessions: Vec::new(), in_journal: 0 }
    }

    fn id(lines: &KnownLines, place: usize, name: &str) -> Option<u32> {
        Some(lines.at(lines.slot(place, &LineName::interface(name))?)?.id)
    }

    #[test]
    fn a_line_is_found_by_its_name_wherever_it_was_at_the_tick_before() {
        let mut lines = KnownLines::default();
        let slots: Vec<Slot> =
            [("a", 1), ("b", 2), ("c", 3)].map(|(name, id)| lines.insert(LineName::interface(name), state(id))).into();
        lines.came_in(slots.into_iter().map(Some));
        for (place, name, found) in
            [(0, "a", Some(1)), (0, "c", Some(3)), (2, "b", Some(2)), (9, "a", Some(1)), (1, "d", None)]
        {
            assert_eq!(id(&lines, place, name), found, "{place} {name}");
        }
        lines.insert(LineName::interface("b"), state(7));
        assert_eq!((id(&lines, 1, "b"), lines.iter().count()), (Some(7), 3));
    }

    #[test]
    fn what_is_taken_away_leaves_the_others_findable() {
        let mut lines = KnownLines::default();
        let slots: Vec<Slot> =
            (0..100).map(|number| lines.insert(LineName::interface(&number.to_string()), state(number))).collect();
        lines.came_in(slots.into_iter().map(Some));
        lines.retain(|state| state.id % 3 == 0);
        for number in 0..100 {
            let found = id(&lines, number as usize, &number.to_string());
            assert_eq!(found, (number % 3 == 0).then_some(number));
        }
        assert!(lines.states.capacity() < 100);
    }
}
