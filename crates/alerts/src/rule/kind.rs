//! What a rule watches, and what goes with it: units, whether it ends, and what is usual.

use serde::{Deserialize, Serialize};

use crate::Severity;

/// What a rule watches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Kind {
    /// A line's link is down.
    LineDown,
    /// A line carries more than a bound.
    TrafficAbove,
    /// A line carries less than a bound.
    TrafficBelow,
    /// A line carried more bytes than a quota since the day or the month began.
    UsageAbove,
    /// The month's 95th percentile of a line has come to a bound.
    PercentileNear,
    /// A router does not answer.
    RouterUnreachable,
    /// A router started anew.
    RouterRebooted,
    /// A line's link comes and goes.
    Flapping,
    /// Packets with errors.
    ErrorsAbove,
    /// Dropped packets.
    DropsAbove,
    /// A router's processors are busy.
    CpuAbove,
    /// A router's memory is full.
    MemoryAbove,
    /// A router's clock is wrong.
    ClockOff,
    /// The disk that Lalin itself writes to is nearly full.
    DiskLow,
    /// Nothing is measured; never to be confused with zero.
    NoData,
}

/// What one alert of a rule is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scope {
    /// One line of a router.
    Line,
    /// A router as a whole.
    Router,
    /// The machine that Lalin runs on.
    Server,
}

/// What a bound is counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Unit {
    /// bit/s.
    Bps,
    /// Per cent of the port's link.
    PercentOfLink,
    /// Per cent of what was ordered for the line.
    PercentOfPackage,
    /// Bytes.
    Bytes,
    /// Packets a second, or changes in ten minutes.
    PerSecond,
    /// Per cent.
    Percent,
    /// Seconds.
    Seconds,
}

/// Which direction counts, from the line's own point of view.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Direction {
    /// Download.
    Down,
    /// Upload.
    Up,
    /// One of them is enough.
    #[default]
    Either,
    /// Each of them; for a quota, their sum.
    Both,
}

/// How long a quota lasts, in local time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Period {
    /// From midnight on.
    Day,
    /// From the first of the month on.
    Month,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 15] = [
        Self::LineDown,
        Self::TrafficAbove,
        Self::TrafficBelow,
        Self::UsageAbove,
        Self::PercentileNear,
        Self::RouterUnreachable,
        Self::RouterRebooted,
        Self::Flapping,
        Self::ErrorsAbove,
        Self::DropsAbove,
        Self::CpuAbove,
        Self::MemoryAbove,
        Self::ClockOff,
        Self::DiskLow,
        Self::NoData,
    ];

    /// The word that is stored and sent.
    pub fn word(self) -> &'static str {
        match self {
            Self::LineDown => "line-down",
            Self::TrafficAbove => "traffic-above",
            Self::TrafficBelow => "traffic-below",
            Self::UsageAbove => "usage-above",
            Self::PercentileNear => "percentile-near",
            Self::RouterUnreachable => "router-unreachable",
            Self::RouterRebooted => "router-rebooted",
            Self::Flapping => "flapping",
            Self::ErrorsAbove => "errors-above",
            Self::DropsAbove => "drops-above",
            Self::CpuAbove => "cpu-above",
            Self::MemoryAbove => "memory-above",
            Self::ClockOff => "clock-off",
            Self::DiskLow => "disk-low",
            Self::NoData => "no-data",
        }
    }

    /// What one alert of it is about. `NoData` is about what its target names.
    pub fn scope(self) -> Scope {
        match self {
            Self::LineDown
            | Self::TrafficAbove
            | Self::TrafficBelow
            | Self::UsageAbove
            | Self::PercentileNear
            | Self::Flapping
            | Self::ErrorsAbove
            | Self::DropsAbove => Scope::Line,
            Self::RouterUnreachable
            | Self::RouterRebooted
            | Self::CpuAbove
            | Self::MemoryAbove
            | Self::ClockOff
            | Self::NoData => Scope::Router,
            Self::DiskLow => Scope::Server,
        }
    }

    /// Whether it only happens, once a period, and never clears.
    pub fn is_event(self) -> bool {
        matches!(self, Self::UsageAbove | Self::PercentileNear | Self::RouterRebooted)
    }

    /// Whether an alert about a router concerns whoever has one line of it: then that line is away too.
    pub fn concerns_lines(self) -> bool {
        matches!(self, Self::RouterUnreachable | Self::RouterRebooted | Self::NoData)
    }

    /// Whether it watches links coming and going.
    pub(crate) fn is_of_links(self) -> bool {
        matches!(self, Self::LineDown | Self::Flapping)
    }

    /// The units that its bound may have; the first is the usual one. None: it has no bound.
    pub fn units(self) -> &'static [Unit] {
        match self {
            Self::LineDown | Self::RouterUnreachable | Self::RouterRebooted | Self::NoData => &[],
            Self::TrafficAbove | Self::TrafficBelow => &[Unit::Bps, Unit::PercentOfLink, Unit::PercentOfPackage],
            // What the history adds up knows no speed of a link.
            Self::PercentileNear => &[Unit::Bps, Unit::PercentOfPackage],
            Self::UsageAbove => &[Unit::Bytes],
            Self::Flapping | Self::ErrorsAbove | Self::DropsAbove => &[Unit::PerSecond],
            Self::CpuAbove | Self::MemoryAbove => &[Unit::Percent],
            Self::ClockOff => &[Unit::Seconds],
            Self::DiskLow => &[Unit::Percent, Unit::Bytes],
        }
    }

    /// Whether its value is bad when it is low.
    pub fn is_below(self) -> bool {
        matches!(self, Self::TrafficBelow | Self::DiskLow)
    }

    /// The bound of a rule that names none; `None`: it must name one.
    pub(crate) fn usual_bound(self) -> Option<f64> {
        match self {
            Self::Flapping => Some(5.0),
            Self::CpuAbove | Self::MemoryAbove => Some(90.0),
            Self::ClockOff => Some(60.0),
            Self::DiskLow => Some(10.0),
            _ => None,
        }
    }

    /// How long it has to last before it is told, s, where a rule does not say.
    pub(crate) fn usual_for(self) -> u64 {
        match self {
            Self::TrafficAbove | Self::TrafficBelow | Self::CpuAbove | Self::MemoryAbove => 300,
            Self::RouterUnreachable | Self::NoData => 180,
            Self::ErrorsAbove | Self::DropsAbove | Self::ClockOff | Self::DiskLow => 60,
            _ => 0,
        }
    }

    /// How long it has to be well before that is told, s, where a rule does not say.
    pub(crate) fn usual_keep(self) -> u64 {
        if self.is_event() || self == Self::Flapping { 0 } else { 30 }
    }

    pub(crate) fn usual_severity(self) -> Severity {
        match self {
            Self::LineDown | Self::RouterUnreachable | Self::DiskLow => Severity::Critical,
            Self::RouterRebooted => Severity::Info,
            _ => Severity::Warning,
        }
    }
}
