//! What the engine is told beside frames and states: who the routers are, where it is told, when not.

use std::collections::HashMap;
use std::sync::Arc;

use lalin_stats::{PointOfView, RouterId};

use crate::Language;

/// A moment, on both clocks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Moment {
    /// On a clock that is never set, ms.
    pub mono_ms: u64,
    /// On the wall clock, ms since 1970.
    pub unix_ms: i64,
}

/// A router, as rules and messages name it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RouterFacts {
    /// Its id.
    pub id: RouterId,
    /// What people call it.
    pub name: String,
    /// Its tags.
    pub tags: Vec<String>,
    /// The names or keys of its lines that lead to the internet.
    pub wan: Vec<String>,
    /// What was said of its lines, by name or key.
    pub lines: Arc<HashMap<String, LineFacts>>,
}

/// What was said of a line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LineFacts {
    /// From which side its traffic is called download.
    pub point_of_view: Option<PointOfView>,
    /// The download that was ordered, bit/s.
    pub down_bps: Option<u64>,
    /// The upload that was ordered, bit/s.
    pub up_bps: Option<u64>,
}

/// A channel that takes messages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChannelFacts {
    /// Its id.
    pub id: String,
    /// In which language it is told.
    pub language: Language,
}

/// A time in which nothing is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Maintenance {
    /// From when, ms since 1970.
    pub from_ms: i64,
    /// Until when.
    pub to_ms: i64,
    /// Of which router; `None` for all.
    pub router: Option<RouterId>,
}

/// What a router tells of itself.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct SystemFacts {
    /// How busy its processors are, per cent.
    pub cpu_percent: Option<f64>,
    /// How full its memory is, per cent.
    pub memory_percent: Option<f64>,
    /// How wrong its clock is, s, whichever way.
    pub clock_off_s: Option<f64>,
    /// For how long it runs, s.
    pub uptime_s: Option<u64>,
}

/// The disk that Lalin writes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DiskFacts {
    /// Bytes that are free.
    pub free: u64,
    /// Bytes that there are.
    pub total: u64,
}

/// What a line used of its quota, or how high its percentile is.
#[derive(Clone, Debug, PartialEq)]
pub struct UsageFacts {
    /// Which rule asked.
    pub rule: Arc<str>,
    /// Which router.
    pub router: RouterId,
    /// Which line, as the router calls it.
    pub interface: Arc<str>,
    /// Bytes received, or the percentile in bit/s.
    pub rx: f64,
    /// Bytes sent, or the percentile in bit/s.
    pub tx: f64,
    /// From which side it is called download, as its kind and name suggest.
    pub side: PointOfView,
    /// How fast its link is, bit/s.
    pub link_bps: Option<u64>,
    /// The name of the day or the month.
    pub period: String,
}
