//! Answers that many are given: made once, compressed once, on a thread where that delays no stream.
//!
//! What an answer depends on is its key: the router, the sample, the moment, what may be seen, the parameters. Whoever asks
//! first makes it, whoever asks meanwhile waits for that one, and everybody is sent the same bytes. To compress in a
//! middleware instead, as each answer passes, is simpler; then a few hundred requests a second take the whole processor.

mod ahead;
mod bodies;
mod by_content;
mod compression;
mod deflate;
mod demand;
mod encoding;
mod gzip_rows;
mod made;
mod pieces;
mod repeatable;
mod sampled;

pub(crate) use bodies::{Bodies, Kind};
pub(crate) use by_content::{ByContent, encoded};
pub(crate) use pieces::rows_done;
pub(crate) use repeatable::Repeatable;
pub(crate) use sampled::{MANY, Sampled};
