//! Why there are no samples for a while.

/// Why there are no samples for a while. What cannot be told apart from silence for another reason is not told at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GapReason {
    /// Nobody watched, so nothing was read.
    Unwatched,
    /// Reads failed; with the code of the last reason, see [`SourceError::code`](crate::SourceError::code).
    Unreachable(&'static str),
    /// Reads failed, and then every port counted from the beginning.
    Rebooted,
    /// The machine's clock was set, or the machine slept.
    Clock,
    /// From before this program started; what was known then is gone.
    Restarted,
    /// Another machine of the cluster began to ask the router.
    Moved,
}

impl GapReason {
    /// A stable word for programs.
    pub fn code(self) -> &'static str {
        match self {
            Self::Unwatched => "unwatched",
            Self::Unreachable(_) => "unreachable",
            Self::Rebooted => "rebooted",
            Self::Clock => "clock",
            Self::Restarted => "restarted",
            Self::Moved => "moved",
        }
    }

    /// Why reads failed, where that is the reason.
    pub fn cause(self) -> Option<&'static str> {
        match self {
            Self::Unreachable(cause) => Some(cause),
            _ => None,
        }
    }
}

/// A part of the time without samples before a frame. A part lasts until the next one begins, the last until the frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GapPart {
    /// Why.
    pub reason: GapReason,
    /// How long before the frame it begins, ms by the frames' times; `None`: before all that is known.
    pub before_ms: Option<u64>,
}
