//! A segment that is read whole, line by line.

use std::collections::HashMap;
use std::sync::Arc;

use super::damage::DamageLog;
use crate::Error;
use crate::segment::{LineEntry, Piece, Segment, TimesCache};

/// A segment and where its lines are.
#[derive(Debug)]
pub(super) struct Source {
    pub(super) segment: Arc<Segment>,
    entries: HashMap<u32, Vec<LineEntry>>,
}

impl Source {
    pub(super) fn open(segment: &Arc<Segment>) -> Result<Self, Error> {
        let mut entries: HashMap<u32, Vec<LineEntry>> = HashMap::new();
        for entry in segment.entries()? {
            entries.entry(entry.line).or_default().push(entry);
        }
        Ok(Self { segment: segment.clone(), entries })
    }

    pub(super) fn lines(&self) -> impl Iterator<Item = u32> + '_ {
        self.entries.keys().copied()
    }

    pub(super) fn entries_of(&self, line: u32) -> &[LineEntry] {
        self.entries.get(&line).map_or(&[], |entries| entries)
    }

    /// A line's samples; what is damaged is reported and left out.
    pub(super) fn pieces(&self, line: u32, damage: &DamageLog, cache: &mut TimesCache) -> Vec<(LineEntry, Piece)> {
        let each = self.entries_of(line).iter().filter_map(|entry| match self.segment.piece(entry, cache) {
            Ok(piece) => Some((*entry, piece)),
            Err(why) => {
                damage.chunk(&self.segment, entry, &why);
                None
            }
        });
        each.collect()
    }
}
