//! Compression, on threads of its own and not many at once.

use std::io::Write as _;

use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use tokio::sync::Semaphore;

use super::encoding::Encoding;
use super::gzip_rows;

/// What is smaller is sent as it is: it fits into one packet.
pub(crate) const SMALL: usize = 1_200;
/// How many bodies are made at once; the workers have the rest of the processor.
static AT_ONCE: Semaphore = Semaphore::const_new(2);

/// Does `work` on a thread where it delays no stream.
pub(super) async fn apart<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
    // Never closed.
    let _turn = AT_ONCE.acquire().await.ok()?;
    tokio::task::spawn_blocking(work).await.ok()
}

/// How much time a body is worth.
#[derive(Clone, Copy, Debug)]
pub(super) enum Effort {
    /// It is another one in a moment.
    Quick,
    /// It may be asked for again.
    Usual,
}

/// The body in this encoding.
pub(super) fn compressed(plain: &Bytes, encoding: Encoding, effort: Effort) -> Bytes {
    let made = match encoding {
        Encoding::Identity => None,
        Encoding::Gzip if matches!(effort, Effort::Quick) && gzip_rows::are_rows(plain) => Some(gzip_rows::gzip(plain)),
        Encoding::Gzip => {
            let level = match effort {
                // The level below has the same code for all bytes: a third more of them, and no sooner.
                Effort::Quick => Compression::new(2),
                Effort::Usual => Compression::new(4),
            };
            let mut encoder = GzEncoder::new(Vec::with_capacity(plain.len() / 6), level);
            encoder.write_all(plain).and_then(|()| encoder.finish()).ok()
        }
        Encoding::Zstd => zstd::bulk::compress(plain, if matches!(effort, Effort::Quick) { 1 } else { 3 }).ok(),
    };
    // Neither fails in memory.
    made.map_or_else(|| plain.clone(), Bytes::from)
}
