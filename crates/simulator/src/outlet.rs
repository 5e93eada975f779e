//! The way out of a session. Commands hand over whole sentences and one task writes them, so that a command that is
//! cancelled never leaves half a sentence behind. Faults of the line are made here.

use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncWrite, AsyncWriteExt};
use tokio::sync::mpsc;
use tokio::task::yield_now;
use tokio::time::{Instant, timeout_at};

use crate::Fault;
use crate::line::Line;
use crate::router::Router;

/// About how many bytes are handed over at once.
pub(crate) const BATCH: usize = 8 << 10;
/// How many batches may wait: a client that does not read stops the commands, not the memory.
const WAITING: usize = 4;

/// About how many bytes are written in one piece at most.
const GATHERED: usize = 1 << 20;

/// The writer is gone, and with it the client.
#[derive(Debug)]
pub(crate) struct Gone;

/// Takes what a session has to say.
#[derive(Clone)]
pub(crate) struct Outlet(mpsc::Sender<Batch>);

enum Batch {
    /// Whole sentences.
    Sentences(Vec<u8>),
    /// Whatever bytes; after them nothing more is said.
    Last(&'static [u8]),
}

/// What [`Outlet`]s hand over, to be written by [`write`].
pub(crate) struct Batches(mpsc::Receiver<Batch>);

pub(crate) fn channel() -> (Outlet, Batches) {
    let (sender, receiver) = mpsc::channel(WAITING);
    (Outlet(sender), Batches(receiver))
}

impl Outlet {
    /// Hands over whole sentences.
    pub(crate) async fn send(&self, sentences: Vec<u8>) -> Result<(), Gone> {
        self.0.send(Batch::Sentences(sentences)).await.map_err(|_| Gone)
    }

    /// Hands over bytes that are no sentence; what comes after them is swallowed.
    pub(crate) async fn send_last(&self, bytes: &'static [u8]) -> Result<(), Gone> {
        self.0.send(Batch::Last(bytes)).await.map_err(|_| Gone)
    }
}

/// Writes what is handed over until every outlet is dropped or the client is gone.
pub(crate) async fn write(
    mut to: impl AsyncWrite + Unpin,
    Batches(mut batches): Batches,
    line: Line,
    router: Arc<Router>,
) {
    let (mut mute, mut held) = (false, None);
    while let Some(mut batch) = match held.take() {
        Some(batch) => Some(batch),
        None => batches.recv().await,
    } {
        if mute || line.is_forgotten() {
            continue;
        }
        if let (Batch::Sentences(sentences), Fault::Coalesced(within)) = (&mut batch, &*router.fault()) {
            held = gather(sentences, &mut batches, *within).await;
        }
        let mut reset = false;
        let (bytes, chunk) = match (&batch, &*router.fault()) {
            (Batch::Last(bytes), _) => {
                mute = true;
                (*bytes, usize::MAX)
            }
            (_, Fault::Silent) => continue,
            (Batch::Sentences(bytes), Fault::HalfSentence) => {
                mute = true;
                (half(bytes), usize::MAX)
            }
            (Batch::Sentences(bytes), Fault::Reset) => {
                reset = true;
                (half(bytes), usize::MAX)
            }
            (Batch::Sentences(bytes), Fault::Chunked(size)) => (bytes.as_slice(), (*size).max(1)),
            (Batch::Sentences(bytes), _) => (bytes.as_slice(), usize::MAX),
        };
        // Before they are written: who has read them finds them counted.
        router.counts.bytes_out.add(bytes.len());
        for piece in bytes.chunks(chunk) {
            if to.write_all(piece).await.is_err() || to.flush().await.is_err() {
                return;
            }
            if chunk < usize::MAX {
                yield_now().await;
            }
        }
        if reset {
            return line.reset();
        }
    }
    let _ = to.shutdown().await;
}

/// Adds what is said within some time; what is no sentence is left for later.
async fn gather(sentences: &mut Vec<u8>, batches: &mut mpsc::Receiver<Batch>, within: Duration) -> Option<Batch> {
    let end = Instant::now() + within;
    while sentences.len() < GATHERED {
        match timeout_at(end, batches.recv()).await {
            Ok(Some(Batch::Sentences(more))) => sentences.extend_from_slice(&more),
            Ok(last) => return last,
            Err(_) => return None,
        }
    }
    None
}

/// The first half, which must not happen to end with a sentence.
fn half(sentences: &[u8]) -> &[u8] {
    let middle = sentences.len() / 2;
    let whole = middle > 0 && sentences[middle - 1] == 0;
    &sentences[..middle + usize::from(whole)]
}

#[cfg(test)]
mod tests {
    use super::half;

    #[test]
    fn half_of_two_like_sentences_ends_inside_the_second() {
        assert_eq!(half(b"\x03!re\x00\x03!re\x00"), b"\x03!re\x00\x03");
        assert_eq!(half(b"\x05!done\x00"), b"\x05!d");
    }
}
