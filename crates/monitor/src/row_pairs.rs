//! The rows of a snapshot, each beside what it was in the frame before.

use lalin_stats::{Frame, Row, Snapshot};

use crate::interface_index::InterfaceIndex;

/// A snapshot's rows beside those of the frame before.
pub(crate) struct RowPairs<'a> {
    before: Option<&'a Frame>,
    rows: &'a [Row],
    /// Where each row was in the frame before, if it was there.
    pub(crate) places: Vec<Option<usize>>,
}

impl<'a> RowPairs<'a> {
    pub(crate) fn of(before: Option<&'a Frame>, snapshot: &'a Snapshot) -> Self {
        let index = before.map(InterfaceIndex::new);
        let place = |(place, row): (usize, &Row)| index.as_ref()?.place(&row.interface, place);
        Self { before, rows: &snapshot.rows, places: snapshot.rows.iter().enumerate().map(place).collect() }
    }

    /// Calls `with` with what each row was before, and the row.
    pub(crate) fn each<T>(&self, with: impl Fn(Option<Row>, &'a Row) -> T) -> impl Iterator<Item = T> {
        let old = |place: &Option<usize>| {
            let (before, place) = (self.before?, (*place)?);
            Some(Row::new(before.interfaces.get(place)?.clone(), *before.counters.get(place)?))
        };
        self.rows.iter().zip(&self.places).map(move |(row, place)| with(old(place), row))
    }
}
