//! How long the reads of a source take, as far as the source has learned.

use std::time::Duration;

/// How long a source's reads take; `None` where it does not know, or has no limit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Timing {
    /// The time from question to answer of its slowest recent read.
    pub needed: Option<Duration>,
    /// How long the other side may be silent during a read: as configured, or longer where it has turned out to need
    /// more.
    pub limit: Option<Duration>,
    /// How long a read under way may take in all. Until then the source itself watches over it.
    pub longest: Option<Duration>,
}
