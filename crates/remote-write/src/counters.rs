//! What became of the samples, in numbers.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

/// Why samples were lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lost {
    /// They waited for longer than they may.
    TooOld,
    /// The queue was full, and they were the oldest.
    NoRoom,
    /// The receiver refused them for good.
    Refused,
    /// They could not be written to the disk, or faster than it takes them.
    NotQueued,
    /// They were not newer than what was there: the clock was set back.
    ClockBack,
}

impl Lost {
    /// Every reason.
    pub const ALL: [Self; 5] = [Self::TooOld, Self::NoRoom, Self::Refused, Self::NotQueued, Self::ClockBack];

    /// The reason as a label.
    pub fn code(self) -> &'static str {
        match self {
            Self::TooOld => "too_old",
            Self::NoRoom => "no_room",
            Self::Refused => "refused",
            Self::NotQueued => "not_queued",
            Self::ClockBack => "clock_back",
        }
    }
}

/// The numbers now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Counted {
    /// Samples that the receiver stored, since the start.
    pub stored: u64,
    /// Those among them that it refused when they were sent again, after an answer was lost: it had them.
    pub assumed: u64,
    /// Samples lost since the start, in the order of [`Lost::ALL`].
    pub lost: [u64; 5],
    /// Requests that have to be sent again.
    pub retries: u64,
    /// Samples in the queue.
    pub waiting: u64,
    /// Bytes of the queue on the disk.
    pub queue_bytes: u64,
    /// The time of the newest sample that was stored, ms since 1970.
    pub newest_ms: Option<i64>,
    /// The version of the protocol that was last spoken; 0 before there is one.
    pub protocol: u64,
}

impl Counted {
    /// Samples lost for a reason.
    pub fn lost(&self, why: Lost) -> u64 {
        self.lost[why as usize]
    }
}

/// The same while it changes.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    stored: AtomicU64,
    assumed: AtomicU64,
    lost: [AtomicU64; 5],
    retries: AtomicU64,
    pub(crate) waiting: AtomicU64,
    pub(crate) queue_bytes: AtomicU64,
    newest_ms: AtomicI64,
    pub(crate) protocol: AtomicU64,
}

impl Counters {
    pub(crate) fn stored(&self, samples: u64, at_ms: i64) {
        self.stored.fetch_add(samples, Ordering::Relaxed);
        self.newest_ms.fetch_max(at_ms, Ordering::Relaxed);
    }

    pub(crate) fn assumed(&self, samples: u64) {
        self.assumed.fetch_add(samples, Ordering::Relaxed);
    }

    pub(crate) fn lost(&self, why: Lost, samples: u64) {
        self.lost[why as usize].fetch_add(samples, Ordering::Relaxed);
    }

    pub(crate) fn retried(&self) {
        self.retries.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn now(&self) -> Counted {
        let of = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        let newest = self.newest_ms.load(Ordering::Relaxed);
        Counted {
            stored: of(&self.stored),
            assumed: of(&self.assumed),
            lost: std::array::from_fn(|at| of(&self.lost[at])),
            retries: of(&self.retries),
            waiting: of(&self.waiting),
            queue_bytes: of(&self.queue_bytes),
            newest_ms: (newest > 0).then_some(newest),
            protocol: of(&self.protocol),
        }
    }
}
