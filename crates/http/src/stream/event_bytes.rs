//! An event's bytes: of one stream, or shared by all that are sent the same.

use std::ops::Deref;
use std::sync::{Arc, OnceLock};

use bytes::Bytes;

use super::piece::Piece;

/// What one stream sends next.
#[derive(Clone, Debug)]
pub(super) enum EventBytes {
    /// Made for this stream.
    Own(Bytes),
    /// Made once for every stream of the same selection.
    Shared(Arc<SharedBytes>),
}

/// Bytes that many streams send.
#[derive(Debug)]
pub(super) struct SharedBytes {
    plain: Bytes,
    /// Deflated when the first stream asks for it.
    piece: OnceLock<Piece>,
}

impl SharedBytes {
    pub(super) fn new(bytes: Bytes) -> Arc<Self> {
        Arc::new(Self { plain: bytes, piece: OnceLock::new() })
    }

    pub(super) fn piece(&self) -> &Piece {
        self.piece.get_or_init(|| Piece::of(&self.plain))
    }
}

impl EventBytes {
    pub(super) fn plain(&self) -> &Bytes {
        match self {
            Self::Own(bytes) => bytes,
            Self::Shared(shared) => &shared.plain,
        }
    }
}

impl Deref for SharedBytes {
    type Target = Bytes;

    fn deref(&self) -> &Bytes {
        &self.plain
    }
}

impl From<Bytes> for EventBytes {
    fn from(bytes: Bytes) -> Self {
        Self::Own(bytes)
    }
}

impl From<Arc<SharedBytes>> for EventBytes {
    fn from(bytes: Arc<SharedBytes>) -> Self {
        Self::Shared(bytes)
    }
}
