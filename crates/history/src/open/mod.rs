//! The hour that is not sealed yet, in memory: the same bytes as in the journal, one buffer a line.
//!
//! As columns of 64 bits it would be five times as large: 115 MB for 10,000 lines.

mod entry;
mod hour;
mod known_lines;
mod numbered;
mod tracker;

pub(crate) use entry::{Entry, Session, put_sessions, read_sessions};
pub(crate) use hour::{OpenHour, OpenLine, OpenPart, TickTime};
pub(crate) use known_lines::LineState;
pub(crate) use numbered::Numbered;
pub(crate) use tracker::{FoundLine, RouterTracker, Rows};
