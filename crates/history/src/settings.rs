//! What a history is kept by.

use std::path::PathBuf;
use std::time::Duration;

use crate::zone::Zone;

/// Where the history is and how long it is.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Its folder; nothing else is in there.
    pub folder: PathBuf,
    /// Days and months begin at its midnight.
    pub zone: Zone,
    /// What a day keeps: where somebody looked on more often, the samples are put together when the day is compacted.
    pub interval: Duration,
    /// How long what is kept.
    pub retention: Retention,
    /// Whether a day's samples are put together where somebody looked on more often. Not of a history that others follow:
    /// they ask by a tick's number.
    pub thins: bool,
}

impl Settings {
    /// The zone of this machine, 10 s, and the usual retention.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self {
            folder: folder.into(),
            zone: Zone::system(),
            interval: Duration::from_secs(10),
            retention: Retention::default(),
            thins: true,
        }
    }
}

/// How long each tier is kept. Days and months are kept for ever.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retention {
    /// Every sample.
    pub raw: Keep,
    /// By the minute.
    pub minute: Keep,
    /// By five minutes: percentiles are computed from them.
    pub five_minutes: Keep,
    /// By the hour.
    pub hours: Keep,
}

/// As long as both limits allow.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Keep {
    /// So many days; `None` for ever.
    pub days: Option<u32>,
    /// At most so many bytes, the newest; `None` without a limit. Not for hours.
    pub bytes: Option<u64>,
}

impl Keep {
    /// So many days.
    pub fn days(days: u32) -> Self {
        Self { days: Some(days), bytes: None }
    }
}

impl Default for Retention {
    fn default() -> Self {
        Self { raw: Keep::days(7), minute: Keep::days(90), five_minutes: Keep::days(730), hours: Keep::days(730) }
    }
}

impl Retention {
    /// About half of the disk: minutes for a month, five minutes for a little more than a year.
    pub fn small() -> Self {
        Self { minute: Keep::days(30), five_minutes: Keep::days(400), ..Self::default() }
    }
}
