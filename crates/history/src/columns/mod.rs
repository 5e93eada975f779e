//! Numbers as few bytes: the counters of one line over one period, and the times of one router's ticks.
//!
//! Pure functions from numbers to bytes and back. What is read is not trusted: every length is checked against what the
//! caller knows, and the codec, which has no checksum of its own, is held behind [`codec`]. The checksums are the
//! segment's. Rejected: one pco page a line with bins shared by a router's lines, 11 % smaller for an hour, equal for a
//! day, and one damaged byte would cost every line.

mod chunk;
mod codec;
mod column;
mod predicted;
mod runs;
mod times;
mod varint;

pub(crate) use chunk::{LineChunk, Picked};
pub(crate) use codec::{CODEC_HEADER, Effort};
pub use runs::Start;
pub(crate) use runs::{Run, Runs};
pub(crate) use times::Times;
pub(crate) use varint::{Bytes, put_signed, put_varint};
