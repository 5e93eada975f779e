//! What is not in a segment yet, on the disk: one record a tick, each with its checksum.
//!
//! A record is written before its tick counts as recorded, so a process that is killed loses nothing. Every 5 s what was
//! written is synced: that much a loss of power may cost. A journal belongs to one segment, which has its number; it is
//! taken away when that segment and its totals are safe. It knows the names of its routers and lines, so it can be read
//! without the database.

mod file;
#[cfg(test)]
mod golden;
mod record;
mod replay;

pub(crate) use file::{Journal, parse_name};
pub(crate) use record::{EventRecord, Happened, Record, RecordWriter};
pub(crate) use replay::{Contents, read};
