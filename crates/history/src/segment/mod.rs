//! One file for one period of all routers: an hour, a day, a week.
//!
//! ```text
//! header   magic, version, tier, columns, the codec's own header, number, period, days covered, crc32c
//! body     a part a router (more where its wall clock was set): its time column, then a chunk a line
//! footer   directory of parts, crc32c; directory of lines sorted by line, 24 bytes each, crc32c
//! tail     how many of both, crc32c, magic
//! ```
//!
//! A segment is made under another name, synced, read back, and renamed, so one that has its name is whole. It never
//! changes afterwards: a reader that holds it sees it as it was, also when the file is taken away. Never a file a line:
//! an hour costs one sync, two years are some 200 files. Damage costs one line's chunk.

mod format;
#[cfg(test)]
mod golden;
mod reader;
mod writer;

pub use format::Tier;
pub(crate) use format::{Header, LineEntry};
pub(crate) use reader::{Piece, Segment, TimesCache};
pub(crate) use writer::{SegmentWriter, UNFINISHED};
