//! The rows of a snapshot, each beside what it was in the frame before.

use std::borrow::Cow;

use lalin_stats::{Frame, Row, Snapshot};

use crate::interface_index::InterfaceIndex;

/// A snapshot's rows beside those of the frame before.
pub(crate) struct RowPairs<'a> {
    before: Option<&'a Frame>,
    rows: &'a [Row],
    /// Where each row was in the frame before, if it was there; `None` while all are where they were.
    moved: Option<Vec<Option<usize>>>,
}

impl<'a> RowPairs<'a> {
    pub(crate) fn of(before: Option<&'a Frame>, snapshot: &'a Snapshot) -> Self {
        let rows = &snapshot.rows;
        let still = before.is_some_and(|before| {
            let both = before.interfaces.iter().zip(rows);
            before.interfaces.len() == rows.len()
                && both.into_iter().all(|(interface, row)| interface.is_same(&row.interface))
        });
        let moved = || {
            let index = before.map(InterfaceIndex::new);
            let place = |(place, row): (usize, &Row)| index.as_ref()?.place(&row.interface, place);
            rows.iter().enumerate().map(place).collect()
        };
        Self { before, rows, moved: (!still).then(moved) }
    }

    /// Where the row at this place was in the frame before, if it was there.
    pub(crate) fn was_at(&self, place: usize) -> Option<usize> {
        match &self.moved {
            None => Some(place),
            Some(places) => places.get(place).copied().flatten(),
        }
    }

    /// The same of all rows.
    pub(crate) fn places(&self) -> impl Iterator<Item = Option<usize>> {
        (0..self.rows.len()).map(|place| self.was_at(place))
    }

    /// Calls `with` with what each row was before, and the row.
    pub(crate) fn each<T>(&self, mut with: impl FnMut(Option<&Row>, &'a Row) -> T) -> impl Iterator<Item = T> {
        // A snapshot's rows are there as they were; of a frame that came otherwise each is put together.
        let known = self.before.and_then(|before| before.counters.rows());
        let old = move |at: usize| -> Option<Cow<'a, Row>> {
            if let Some(rows) = known {
                return rows.get(at).map(Cow::Borrowed);
            }
            let before = self.before?;
            Some(Cow::Owned(Row::new(before.interfaces.get(at)?.clone(), *before.counters.get(at)?)))
        };
        self.rows.iter().zip(self.places()).map(move |(row, place)| with(place.and_then(&old).as_deref(), row))
    }
}
