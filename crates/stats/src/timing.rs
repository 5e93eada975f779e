//! How long the reads of a source take, as far as it has learned from their answers.

use std::time::Duration;

/// How long a source's reads take. What it does not know or does not limit is `None`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Timing {
    /// The slowest of its recent answers, from the question to the end.
    pub needed: Option<Duration>,
    /// How long it may be silent during a read now: what it was set to, or more where it has shown that it needs more.
    pub limit: Option<Duration>,
    /// How long a read that is under way now may take in all: the source watches over it by itself until then.
    pub longest: Option<Duration>,
}
