//! The writing side of a session. Commands hand over whole sentences and one task writes them, so that a cancelled
//! command never leaves half a sentence behind. Faults that spoil the bytes on their way out are made here.

use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncWrite, AsyncWriteExt};
use tokio::sync::mpsc;
use tokio::task::yield_now;
use tokio::time::{Instant, timeout_at};

use super::connection::Connection;
use crate::Fault;
use crate::router::Router;
use crate::settings::Faults;

/// About how many bytes a command hands over at once.
pub(crate) const BATCH: usize = 8 << 10;
/// How many batches may wait: a client that does not read stops the commands, and memory does not grow.
const WAITING: usize = 4;

/// About how many bytes [`Fault::Coalesced`] writes in one piece at most.
const COALESCED: usize = 1 << 20;

/// The writer has ended, because the client is gone.
#[derive(Debug)]
pub(crate) struct Disconnected;

/// Takes the sentences of a session's commands.
#[derive(Clone)]
pub(crate) struct ReplySender(mpsc::Sender<Batch>);

enum Batch {
    /// Whole sentences.
    Sentences(Vec<u8>),
    /// Raw bytes, after which nothing more is written.
    Last(&'static [u8]),
    /// Closes the connection.
    Close,
}

/// The sentences that wait for [`write`].
pub(crate) struct ReplyQueue(mpsc::Receiver<Batch>);

pub(crate) fn channel() -> (ReplySender, ReplyQueue) {
    let (sender, receiver) = mpsc::channel(WAITING);
    (ReplySender(sender), ReplyQueue(receiver))
}

impl ReplySender {
    /// Hands over whole sentences.
    pub(crate) async fn send(&self, sentences: Vec<u8>) -> Result<(), Disconnected> {
        self.0.send(Batch::Sentences(sentences)).await.map_err(|_| Disconnected)
    }

    /// Closes the connection after what was handed over before.
    pub(crate) async fn close(&self) -> Result<(), Disconnected> {
        self.0.send(Batch::Close).await.map_err(|_| Disconnected)
    }

    /// Hands over bytes that are no sentence; whatever comes after them is dropped.
    pub(crate) async fn send_last(&self, bytes: &'static [u8]) -> Result<(), Disconnected> {
        self.0.send(Batch::Last(bytes)).await.map_err(|_| Disconnected)
    }
}

/// How a batch is written.
struct Piece<'a> {
    bytes: &'a [u8],
    /// Bytes at once.
    chunk: usize,
    /// Nothing is written after it.
    is_last: bool,
    /// The connection is reset after it.
    resets: bool,
}

/// Writes what is handed over until every sender is dropped or the client is gone.
pub(crate) async fn write(
    mut to: impl AsyncWrite + Unpin,
    ReplyQueue(mut queue): ReplyQueue,
    connection: Connection,
    router: Arc<Router>,
) {
    let (mut muted, mut next) = (false, None);
    while let Some(mut batch) = match next.take() {
        Some(batch) => Some(batch),
        None => queue.recv().await,
    } {
        if muted || connection.is_forgotten() {
            continue;
        }
        if let Batch::Close = batch {
            break;
        }
        if let Batch::Sentences(sentences) = &mut batch
            && let Some(within) = router.faults().coalesced()
        {
            next = coalesce(sentences, &mut queue, within).await;
        }
        let Some(piece) = piece(&batch, &router.faults()) else { continue };
        muted = piece.is_last;
        // Counted before they are written, so that a client that has read them finds them counted.
        router.usage_counters.bytes_out.add(piece.bytes.len());
        for chunk in piece.bytes.chunks(piece.chunk) {
            if to.write_all(chunk).await.is_err() || to.flush().await.is_err() {
                return;
            }
            if piece.chunk < usize::MAX {
                yield_now().await;
            }
        }
        if piece.resets {
            return connection.reset();
        }
    }
    let _ = to.shutdown().await;
}

/// What the faults leave of a batch.
fn piece<'a>(batch: &'a Batch, faults: &Faults) -> Option<Piece<'a>> {
    let whole = |bytes| Piece { bytes, chunk: usize::MAX, is_last: false, resets: false };
    let sentences = match batch {
        Batch::Last(bytes) => return Some(Piece { is_last: true, ..whole(bytes) }),
        Batch::Sentences(sentences) => sentences.as_slice(),
        Batch::Close => return None,
    };
    if faults.has(&Fault::Silent) {
        return None;
    }
    let chunk = faults.chunk();
    if faults.has(&Fault::Reset) {
        return Some(Piece { chunk, resets: true, ..whole(half(sentences)) });
    }
    if faults.has(&Fault::HalfSentence) {
        return Some(Piece { chunk, is_last: true, ..whole(half(sentences)) });
    }
    Some(Piece { chunk, ..whole(sentences) })
}

/// Adds the sentences that come within some time; a batch that is none is left for later.
async fn coalesce(sentences: &mut Vec<u8>, queue: &mut mpsc::Receiver<Batch>, within: Duration) -> Option<Batch> {
    let end = Instant::now() + within;
    while sentences.len() < COALESCED {
        match timeout_at(end, queue.recv()).await {
            Ok(Some(Batch::Sentences(more))) => sentences.extend_from_slice(&more),
            Ok(last) => return last,
            Err(_) => return None,
        }
    }
    None
}

/// The first half, one byte longer if it would happen to end with a sentence.
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
