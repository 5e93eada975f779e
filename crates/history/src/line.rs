//! Whose past it is: a line of a router.
//!
//! A line is whatever has counters and a name that lasts: an interface now, a queue or a user later. Its kind and name
//! tell it apart from the router's other lines; what the router calls it at the moment may change.

use std::fmt;
use std::sync::Arc;

use lalin_stats::RouterId;

/// A line's number, for ever: it is given once and to no other line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LineId(pub(crate) u32);

impl LineId {
    /// As it stands in the database.
    pub fn number(self) -> u32 {
        self.0
    }

    /// The line of this number, which has to be one that was given.
    pub fn from_number(number: u32) -> Self {
        Self(number)
    }
}

impl fmt::Display for LineId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What tells a line apart from the other lines of its router.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LineName {
    /// What sort of line it is, such as `interface` or `queue`.
    pub kind: Arc<str>,
    /// The name that lasts.
    pub name: Arc<str>,
}

impl LineName {
    /// The name of an interface.
    pub fn interface(name: &str) -> Self {
        Self { kind: "interface".into(), name: name.into() }
    }
}

/// A line of which something is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Its number.
    pub id: LineId,
    /// Its router.
    pub router: RouterId,
    /// Its name that lasts.
    pub name: LineName,
    /// What the router called it last.
    pub shown: Arc<str>,
    /// When it was seen first, ms since 1970.
    pub first_ms: i64,
    /// When it was seen last, to the hour.
    pub last_ms: i64,
}
