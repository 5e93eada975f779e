//! The bodies that depend on a router's sample: for each way of seeing it the one of the newest moment that was asked for,
//! and the one of the moment beside it where that is being made or was asked for.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use lalin_monitor::Status;
use lalin_stats::{Frame, RouterId};
use lalin_store::Access;

use crate::lines::LineView;

use super::demand::Turns;
use super::made::Made;

/// The most bodies that are kept.
const MOST: usize = 1_024;
/// The most bytes they may take together before the ones that were not asked for the longest are dropped.
const MOST_BYTES: usize = 32 << 20;

/// The most bodies of a view.
const NEIGHBOURS: usize = 2;

/// Which answer it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Kind {
    InterfaceStats,
    Interfaces,
    Window,
}

/// A way of seeing a router: all that an answer depends on beside the sample and the time.
#[derive(Clone, Debug)]
pub(crate) struct View {
    pub(super) access: Access,
    pub(super) details: bool,
    pub(super) lines: LineView,
    /// Those that change the answer.
    pub(super) parameters: Vec<(String, String)>,
}

/// The sample and the time.
#[derive(Clone, Debug)]
pub(crate) struct When {
    pub(super) frame: Arc<Frame>,
    pub(super) moment: u64,
    pub(super) status: Status,
}

/// All bodies that are kept.
#[derive(Clone, Debug, Default)]
pub(crate) struct Bodies {
    table: Arc<Mutex<Table>>,
    bytes: Arc<AtomicUsize>,
    pub(super) turns: Turns,
}

/// A way of seeing a router among the bodies.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub(super) bodies: Bodies,
    pub(super) kind: Kind,
    pub(super) router: RouterId,
    /// The view's number.
    pub(super) view: u64,
}

/// What is kept for a view and time.
pub(super) struct Found {
    /// The body, which may still have to be made.
    pub(super) made: Arc<Made>,
    /// The view's number.
    pub(super) view: u64,
    /// Whether the body of the moment before was asked for often.
    pub(super) often: bool,
}

#[derive(Debug, Default)]
struct Table {
    slots: HashMap<(Kind, RouterId), Vec<Slot>>,
    count: usize,
    /// Numbers slots, and the times when they were used.
    clock: u64,
}

#[derive(Debug)]
struct Slot {
    view: View,
    /// Of one moment and its neighbour, or of one sample and the next.
    made: Vec<(When, Arc<Made>)>,
    number: u64,
    used: u64,
    /// Whether somebody makes the next one ahead.
    is_taken: bool,
}

impl Bodies {
    /// The body of this view and time. What was kept of the view's earlier times is dropped.
    pub(super) fn of(&self, kind: Kind, router: &RouterId, view: View, when: When) -> Found {
        let mut table = self.table.lock().unwrap_or_else(PoisonError::into_inner);
        let Table { slots, count, clock } = &mut *table;
        *clock += 1;
        let of_router = slots.entry((kind, router.clone())).or_default();
        if let Some(slot) = of_router.iter_mut().find(|slot| slot.view.is_same(&view)) {
            slot.used = *clock;
            let before = |(then, made): &(When, Arc<Made>)| then.moment + 1 == when.moment && made.asked().is_often();
            let often = slot.made.iter().any(before);
            return Found { made: slot.of(when, &self.bytes), view: slot.number, often };
        }
        let made = Arc::new(Made::new(self.bytes.clone()));
        let (number, kept) = (*clock, vec![(when, made.clone())]);
        of_router.push(Slot { view, made: kept, number, used: number, is_taken: false });
        *count += 1;
        while table.count > MOST || (table.count > 1 && self.bytes.load(Ordering::Relaxed) > MOST_BYTES) {
            table.drop_oldest();
        }
        Found { made, view: number, often: false }
    }
}

impl Place {
    /// The body of a time that nobody has asked for yet; `None` where the view is no longer kept.
    pub(super) fn reserve(&self, when: When) -> Option<Arc<Made>> {
        self.slot(|slot| slot.of(when, &self.bodies.bytes))
    }

    /// Says whether somebody makes this view's bodies ahead; false where that was said already, or the view is no longer
    /// kept.
    pub(super) fn is_taken(&self, now: bool) -> bool {
        self.slot(|slot| std::mem::replace(&mut slot.is_taken, now) != now).unwrap_or(false)
    }

    fn slot<T>(&self, with: impl FnOnce(&mut Slot) -> T) -> Option<T> {
        let mut table = self.bodies.table.lock().unwrap_or_else(PoisonError::into_inner);
        let slots = table.slots.get_mut(&(self.kind, self.router.clone()))?;
        slots.iter_mut().find(|slot| slot.number == self.view).map(with)
    }
}

impl Slot {
    fn of(&mut self, when: When, bytes: &Arc<AtomicUsize>) -> Arc<Made> {
        if let Some((_, made)) = self.made.iter().find(|(then, _)| then.is_same(&when)) {
            return made.clone();
        }
        // A request of the moment before may still be on its way when the first of the next is there.
        self.made.retain(|(then, _)| then.moment.abs_diff(when.moment) <= 1);
        if self.made.len() == NEIGHBOURS {
            self.made.remove(0);
        }
        let made = Arc::new(Made::new(bytes.clone()));
        self.made.push((when, made.clone()));
        made
    }
}

impl Table {
    fn drop_oldest(&mut self) {
        let oldest = |slots: &[Slot]| slots.iter().map(|slot| slot.used).min();
        let places = self.slots.iter().filter_map(|(place, slots)| Some((oldest(slots)?, place)));
        let Some((used, place)) = places.min_by_key(|(used, _)| *used).map(|(used, place)| (used, place.clone()))
        else {
            self.count = 0;
            return;
        };
        if let Some(slots) = self.slots.get_mut(&place) {
            slots.retain(|slot| slot.used != used);
            if slots.is_empty() {
                self.slots.remove(&place);
            }
        }
        self.count -= 1;
    }
}

impl View {
    fn is_same(&self, other: &Self) -> bool {
        let Self { access, details, lines, parameters } = self;
        *details == other.details
            && *access == other.access
            && *parameters == other.parameters
            && lines.is_same(&other.lines)
    }
}

impl When {
    fn is_same(&self, other: &Self) -> bool {
        self.moment == other.moment && Arc::ptr_eq(&self.frame, &other.frame) && self.status == other.status
    }
}
