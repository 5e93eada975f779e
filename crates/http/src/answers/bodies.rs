//! The bodies that depend on a router's sample: for each way of seeing it the one of the newest moment that was asked for.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use lalin_monitor::Status;
use lalin_stats::{Frame, RouterId};
use lalin_store::Access;

use crate::lines::LineView;

use super::made::Made;

/// The most bodies that are kept.
const MOST: usize = 1_024;
/// The most bytes they may take together before the ones that were not asked for the longest are dropped.
const MOST_BYTES: usize = 32 << 20;

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
#[derive(Debug, Default)]
pub(crate) struct Bodies {
    table: Mutex<Table>,
    bytes: Arc<AtomicUsize>,
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
    when: When,
    made: Arc<Made>,
    number: u64,
    used: u64,
}

impl Bodies {
    /// The body of this view and time, which may still have to be made, and the number of the view. What was kept of the
    /// view's earlier times is dropped.
    pub(crate) fn of(&self, kind: Kind, router: &RouterId, view: View, when: When) -> (Arc<Made>, u64) {
        let mut table = self.table.lock().unwrap_or_else(PoisonError::into_inner);
        let Table { slots, count, clock } = &mut *table;
        *clock += 1;
        let of_router = slots.entry((kind, router.clone())).or_default();
        if let Some(slot) = of_router.iter_mut().find(|slot| slot.view.is_same(&view)) {
            slot.used = *clock;
            if !slot.when.is_same(&when) {
                slot.made = Arc::new(Made::new(self.bytes.clone()));
                slot.when = when;
            }
            return (slot.made.clone(), slot.number);
        }
        let made = Arc::new(Made::new(self.bytes.clone()));
        let number = *clock;
        of_router.push(Slot { view, when, made: made.clone(), number, used: number });
        *count += 1;
        while table.count > MOST || (table.count > 1 && self.bytes.load(Ordering::Relaxed) > MOST_BYTES) {
            table.drop_oldest();
        }
        (made, number)
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
