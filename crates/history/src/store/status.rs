//! How the recording goes, for whoever shows it.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// How the recording goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Status {
    /// The journal of the run before is still being read: the last hour is not to be seen yet.
    pub replaying: bool,
    /// Whether ticks reach the disk.
    pub recording: Recording,
    /// Ticks that did not fit into the queue.
    pub dropped_ticks: u64,
    /// Chunks that could not be read since the start; they lie in the folder `aside`.
    pub damaged_chunks: u64,
    /// What everything takes on the disk, in bytes.
    pub bytes: u64,
}

/// Whether ticks reach the disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Recording {
    /// They do.
    Running,
    /// They do not; it is tried again every few seconds.
    Stopped {
        /// Since when, ms since 1970.
        since_ms: i64,
        /// What the system said.
        cause: String,
    },
}

/// The status that the writer changes and everybody reads.
#[derive(Debug)]
pub(crate) struct StatusCell(Mutex<Status>);

impl Default for StatusCell {
    fn default() -> Self {
        let (replaying, recording) = (true, Recording::Running);
        Self(Mutex::new(Status { replaying, recording, dropped_ticks: 0, damaged_chunks: 0, bytes: 0 }))
    }
}

impl StatusCell {
    pub(crate) fn lock(&self) -> MutexGuard<'_, Status> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
