//! The state of a router, as far as its reads tell.

use crate::Failure;

/// Whether a router is being read, and how that goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RouterState {
    /// Nobody watches, so nothing is read.
    Idle,
    /// Waiting for the first sample.
    Connecting,
    /// The newest read succeeded.
    Live,
    /// The newest read failed; the last sample is still recent.
    Stale(Failure),
    /// Reads fail, and the last sample is old or there never was one.
    Unreachable(Failure),
}

impl RouterState {
    /// A stable word for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Idle => "idle",
            Self::Connecting => "connecting",
            Self::Live => "live",
            Self::Stale(_) => "stale",
            Self::Unreachable(_) => "unreachable",
        }
    }

    /// Why reads fail, where they do.
    pub fn failure(&self) -> Option<&Failure> {
        match self {
            Self::Stale(failure) | Self::Unreachable(failure) => Some(failure),
            Self::Idle | Self::Connecting | Self::Live => None,
        }
    }
}
