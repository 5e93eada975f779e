//! What is recorded: a router's counters at one moment, and what happened beside them.

use std::sync::Arc;

use lalin_stats::{Counters, RouterId};

use crate::LineName;

/// All counters of a router at one moment.
#[derive(Clone, Debug)]
pub struct Tick {
    /// Whose.
    pub router: RouterId,
    /// The wall clock when the counters were read, ms since 1970.
    pub wall_ms: i64,
    /// The same moment on a clock of this process that is never set, ms.
    pub mono_ms: u64,
    /// How often the router is read at present. A tick that comes later than three times that follows a gap.
    pub interval_ms: u32,
    /// Every line that is to be recorded and that the router has.
    pub readings: Vec<LineReading>,
}

/// One line in a [`Tick`]. Two of one name are summed: a customer's old session beside the new one.
#[derive(Clone, Debug)]
pub struct LineReading {
    /// Whose.
    pub name: LineName,
    /// What the router calls it now.
    pub shown: Arc<str>,
    /// Another number where the counters are others: the line was made anew. A hash of the router's own handle will do.
    pub incarnation: u64,
    /// The router did not have it at the tick before, so its counters began at zero since.
    pub born: bool,
    /// Its counters. One without counters of bytes is not recorded.
    pub counters: Counters,
}

/// Something that happened, and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Where.
    pub router: RouterId,
    /// On which of its lines; `None` for the router as a whole.
    pub line: Option<LineName>,
    /// When, ms since 1970.
    pub at_ms: i64,
    /// What.
    pub what: What,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum What {
    /// A line's link came up.
    LinkUp,
    /// A line's link went down.
    LinkDown,
    /// The router started anew.
    Rebooted,
    /// From here on nothing is measured, for this cause. The text says more: a code, or a sentence.
    Began(Cause, String),
    /// What began for this cause is over.
    Ended(Cause),
}

/// Why there is nothing for a stretch of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Cause {
    /// Nobody asked the router.
    Unwatched,
    /// The router did not answer.
    Unreachable,
    /// The router started anew.
    Rebooted,
    /// The wall clock was set.
    Clock,
    /// Lalin itself was not running.
    Restarted,
    /// The disk was full or could not be written.
    DiskFull,
    /// The disk was slower than the ticks.
    Dropped,
    /// What was kept is damaged.
    Damaged,
    /// The router was read and did not have the line.
    Absent,
    /// The line, or all recording, was switched off.
    Off,
}

impl Cause {
    const ALL: [(Self, &'static str); 10] = [
        (Self::Unwatched, "unwatched"),
        (Self::Unreachable, "unreachable"),
        (Self::Rebooted, "rebooted"),
        (Self::Clock, "clock"),
        (Self::Restarted, "restarted"),
        (Self::DiskFull, "disk-full"),
        (Self::Dropped, "dropped"),
        (Self::Damaged, "damaged"),
        (Self::Absent, "absent"),
        (Self::Off, "off"),
    ];

    /// A stable word for programs; it stands in the database too.
    pub fn code(self) -> &'static str {
        Self::ALL.iter().find(|(cause, _)| *cause == self).map_or("unwatched", |(_, code)| code)
    }

    pub(crate) fn from_code(code: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, known)| *known == code).map(|(cause, _)| *cause)
    }
}

/// By how much each counter of a line rose.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rises {
    /// Bytes received.
    pub rx_bytes: u64,
    /// Bytes sent.
    pub tx_bytes: u64,
    /// Packets received.
    pub rx_packets: u64,
    /// Packets sent.
    pub tx_packets: u64,
    /// Packets received with errors.
    pub rx_errors: u64,
    /// Packets sent with errors.
    pub tx_errors: u64,
    /// Received packets dropped.
    pub rx_drops: u64,
    /// Packets to send that were dropped, by the queue too.
    pub tx_drops: u64,
}

/// As many as a line's counters that are kept.
pub(crate) const COUNTERS: usize = 8;

impl Rises {
    pub(crate) fn from_array(all: [u64; COUNTERS]) -> Self {
        let [rx_bytes, tx_bytes, rx_packets, tx_packets, rx_errors, tx_errors, rx_drops, tx_drops] = all;
        Self { rx_bytes, tx_bytes, rx_packets, tx_packets, rx_errors, tx_errors, rx_drops, tx_drops }
    }
}

/// The counters that are kept, of those that a router sent; `None` without bytes.
pub(crate) fn kept(counters: &Counters) -> Option<[u64; COUNTERS]> {
    let or_none = Option::unwrap_or_default;
    Some([
        counters.rx_bytes?,
        counters.tx_bytes?,
        or_none(counters.rx_packets),
        or_none(counters.tx_packets),
        or_none(counters.rx_errors),
        or_none(counters.tx_errors),
        or_none(counters.rx_drops),
        or_none(counters.tx_drops).saturating_add(or_none(counters.tx_queue_drops)),
    ])
}
