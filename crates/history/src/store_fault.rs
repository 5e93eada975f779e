//! What can be the matter with a store of somebody else's.

use std::fmt;

/// What is the matter with the store that has the samples.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum StoreFault {
    /// Nobody answers at its address.
    Unreachable,
    /// It did not answer in time.
    TooSlow,
    /// It does not answer this question: it is too much for its limits, or it does not know it.
    Refused,
    /// It does not know us, or nothing is at this address.
    Denied,
    /// It answered from a part of its data only.
    Partial,
    /// What it answered is nothing that such a store answers.
    Unreadable,
}

impl StoreFault {
    /// A stable word for programs.
    pub fn code(self) -> &'static str {
        match self {
            Self::Unreachable => "unreachable",
            Self::TooSlow => "too-slow",
            Self::Refused => "refused",
            Self::Denied => "denied",
            Self::Partial => "partial",
            Self::Unreadable => "unreadable",
        }
    }
}

impl fmt::Display for StoreFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unreachable => "cannot be reached",
            Self::TooSlow => "did not answer in time",
            Self::Refused => "refuses the question",
            Self::Denied => "does not let us in",
            Self::Partial => "answered from a part of its data only",
            Self::Unreadable => "gave an answer that cannot be read",
        })
    }
}
