//! What a journal is told before a tick: the router, and those of its lines that it does not know yet.

use crate::LineReading;
use crate::journal::RecordWriter;
use crate::open::{FoundLine, RouterTracker};

/// Whether the journal of this number knows the line.
pub(super) fn knows(journal: u64, router: &RouterTracker, found: &FoundLine) -> bool {
    let state = found.slot.and_then(|slot| router.lines.at(slot));
    state.is_some_and(|state| state.in_journal == journal)
}

/// The records that come before the tick's own.
pub(super) fn introduce(
    journal: u64,
    router: &RouterTracker,
    readings: &[LineReading],
    found: &[FoundLine],
) -> RecordWriter {
    let mut records = RecordWriter::default();
    if router.in_journal != journal {
        records.router(router.number, router.id.as_str());
    }
    for (reading, found) in readings.iter().zip(found) {
        if !found.same_name || !knows(journal, router, found) {
            let words = [&*reading.name.kind, &*reading.name.name, &*reading.shown];
            records.line(found.line, router.number, words);
        }
    }
    records
}
