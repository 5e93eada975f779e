//! What could not be read: set aside, said once, skipped.

use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use super::folder::Folder;
use super::status::StatusCell;
use crate::disk::Disk;
use crate::segment::{LineEntry, Segment};

/// The damage that was met since the start.
#[derive(Debug)]
pub(crate) struct DamageLog {
    disk: Arc<dyn Disk>,
    folder: Folder,
    status: Arc<StatusCell>,
    known: Mutex<Known>,
}

#[derive(Debug, Default)]
struct Known {
    seen: HashSet<(PathBuf, u64)>,
    /// Not yet among the events: router, line, from, to.
    unsaid: Vec<(u32, u32, i64, i64)>,
}

/// More damage than this is a broken disk, of which the log has said enough.
const MOST: usize = 10_000;

impl DamageLog {
    pub(crate) fn new(disk: Arc<dyn Disk>, folder: Folder, status: Arc<StatusCell>) -> Self {
        Self { disk, folder, status, known: Mutex::default() }
    }

    /// A line's chunk cannot be read. Its bytes are kept in `aside`, for whoever wants to look.
    pub(crate) fn chunk(&self, segment: &Segment, entry: &LineEntry, why: &crate::Error) {
        let part = segment.parts.get(entry.part as usize);
        let stretch = part.map(|part| (part.router, entry.line, part.from_ms, part.to_ms));
        if self.is_new(segment, entry.offset, stretch) {
            let segment_name = segment.path.file_stem().and_then(|name| name.to_str()).unwrap_or_default().to_owned();
            tracing::warn!(segment = segment_name, line = entry.line, %why, "a damaged chunk of the history is left out");
            let to = self.folder.aside().join(format!("{segment_name}-line-{}-{}.chunk", entry.line, entry.offset));
            let kept = segment.bytes_of(entry).ok().and_then(|bytes| {
                let mut file = self.disk.create(&to).ok()?;
                file.write(&bytes).ok()
            });
            if kept.is_none() {
                tracing::warn!(path = %to.display(), "the damaged chunk cannot be set aside");
            }
        }
    }

    /// A segment cannot be read as a whole.
    pub(crate) fn segment(&self, segment: &Segment, why: &crate::Error) {
        if self.is_new(segment, 0, None) {
            tracing::warn!(segment = %segment.path.display(), %why, "a damaged segment of the history is left out");
        }
    }

    fn is_new(&self, segment: &Segment, offset: u64, stretch: Option<(u32, u32, i64, i64)>) -> bool {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.seen.len() >= MOST || !known.seen.insert((segment.path.clone(), offset)) {
            return false;
        }
        known.unsaid.extend(stretch);
        self.status.lock().damaged_chunks += 1;
        true
    }

    /// The stretches that are to become events.
    pub(crate) fn take_unsaid(&self) -> Vec<(u32, u32, i64, i64)> {
        std::mem::take(&mut self.known.lock().unwrap_or_else(PoisonError::into_inner).unsaid)
    }
}
