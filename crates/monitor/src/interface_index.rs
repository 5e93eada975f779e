//! Finds the interfaces of one sample in another one.

use std::cell::OnceCell;
use std::collections::HashMap;

use lalin_stats::{Frame, Interface, InterfaceId, Row};

/// Looks interfaces up in one frame. Nearly always they are at the same place as in the neighbouring frame, so the
/// index of ids is built only when interfaces came or went.
pub(crate) struct InterfaceIndex<'a> {
    frame: &'a Frame,
    index: OnceCell<HashMap<&'a InterfaceId, usize>>,
}

impl<'a> InterfaceIndex<'a> {
    pub(crate) fn new(frame: &'a Frame) -> Self {
        Self { frame, index: OnceCell::new() }
    }

    /// The frame's row of `interface`, which may have had another name then. `place` is tried first.
    pub(crate) fn find(&self, interface: &Interface, place: usize) -> Option<Row> {
        let place = self.place(interface, place)?;
        Some(Row::new(self.frame.interfaces[place].clone(), self.frame.counters[place]))
    }

    /// The place of `interface` in the frame. `place` is tried first.
    pub(crate) fn place(&self, interface: &Interface, place: usize) -> Option<usize> {
        let same = |place: usize| self.frame.interfaces.get(place)?.is_same(interface).then_some(place);
        same(place).or_else(|| {
            let places = || self.frame.interfaces.iter().enumerate().map(|(place, old)| (&old.id, place));
            same(*self.index.get_or_init(|| places().collect()).get(&interface.id)?)
        })
    }
}
