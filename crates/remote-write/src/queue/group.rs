//! What may be sent in one request.

use crate::tick::Tick;

/// What may be sent in one request.
#[derive(Debug)]
pub(crate) struct Group {
    pub(crate) ticks: Vec<Tick>,
    /// The number behind its last record.
    pub(crate) end: u64,
    pub(crate) samples: u64,
}
