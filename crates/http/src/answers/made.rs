//! One body in all encodings that somebody asked for: each is made by the first who needs it, while the others wait.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;
use tokio::sync::OnceCell;

use super::compression::{Effort, apart, compressed};
use super::demand::Asked;
use super::encoding::Encoding;

/// A body. Its bytes are counted in what all of them take.
#[derive(Debug)]
pub(crate) struct Made {
    plain: OnceCell<Bytes>,
    gzip: OnceCell<Bytes>,
    zstd: OnceCell<Bytes>,
    all: Arc<AtomicUsize>,
    asked: Asked,
}

impl Made {
    /// A body that is made when it is asked for.
    pub(super) fn new(all: Arc<AtomicUsize>) -> Self {
        Self { plain: OnceCell::new(), gzip: OnceCell::new(), zstd: OnceCell::new(), all, asked: Asked::default() }
    }

    /// The body as it is. `make` makes it, here or, where it is `large`, on a thread of its own.
    pub(super) async fn plain(&self, large: bool, make: impl FnOnce() -> Vec<u8> + Send + 'static) -> Bytes {
        let made = self.plain.get_or_init(|| async {
            let bytes = if large { apart(make).await.unwrap_or_default() } else { make() };
            self.count(bytes)
        });
        made.await.clone()
    }

    /// How often it was asked for.
    pub(super) fn asked(&self) -> &Asked {
        &self.asked
    }

    /// The encodings beside the plain one in which somebody was sent it.
    pub(super) fn encodings(&self) -> impl Iterator<Item = Encoding> {
        let made = [(Encoding::Gzip, &self.gzip), (Encoding::Zstd, &self.zstd)];
        made.into_iter().filter(|(_, one)| one.initialized()).map(|(encoding, _)| encoding)
    }

    /// `plain`, which is this body, in another encoding, made here or on a thread of its own.
    pub(super) async fn in_encoding(&self, plain: &Bytes, encoding: Encoding, here: bool) -> Bytes {
        let place = match encoding {
            Encoding::Identity => return plain.clone(),
            Encoding::Gzip => &self.gzip,
            Encoding::Zstd => &self.zstd,
        };
        let made = place.get_or_init(|| async {
            let whole = plain.clone();
            let work = move || compressed(&whole, encoding, Effort::Quick);
            let small = if here { work() } else { apart(work).await.unwrap_or_default() };
            self.count(small)
        });
        made.await.clone()
    }

    fn count(&self, bytes: impl Into<Bytes>) -> Bytes {
        let bytes = bytes.into();
        self.all.fetch_add(bytes.len(), Ordering::Relaxed);
        bytes
    }
}

impl Drop for Made {
    fn drop(&mut self) {
        let made = [&self.plain, &self.gzip, &self.zstd].map(|one| one.get().map_or(0, Bytes::len));
        self.all.fetch_sub(made.iter().sum(), Ordering::Relaxed);
    }
}
