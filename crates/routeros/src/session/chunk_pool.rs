//! Chunks whose rows may have been dropped, to be filled again: an allocator that gives a reply's memory back to the
//! system and takes it back for the next one costs a tenth of reading it.

use bytes::BytesMut;

/// How many are kept at most; with the chunk in use half a MiB.
const MOST: usize = 15;

/// Chunks of one size. Rows that are still held keep them alive in any case.
#[derive(Debug, Default)]
pub(super) struct ChunkPool(Vec<BytesMut>);

impl ChunkPool {
    /// Keeps a chunk of which everything has been read; the oldest makes room.
    pub(super) fn put(&mut self, mut chunk: BytesMut) {
        chunk.clear();
        if self.0.len() == MOST {
            self.0.remove(0);
        }
        self.0.push(chunk);
    }

    /// One that nobody holds any more, with so much room.
    pub(super) fn take(&mut self, room: usize) -> Option<BytesMut> {
        let free = self.0.iter_mut().position(|chunk| chunk.try_reclaim(room))?;
        Some(self.0.remove(free))
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Gives all of them back.
    pub(super) fn release(&mut self) {
        self.0 = Vec::new();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chunk_is_filled_again_only_when_nobody_holds_a_part_of_it() {
        let mut chunk = BytesMut::with_capacity(100);
        chunk.extend_from_slice(&[7; 90]);
        let at = chunk.as_ptr();
        let row = chunk.split_to(80).freeze();
        let mut pool = ChunkPool::default();
        pool.put(chunk);
        assert!(pool.take(100).is_none());
        assert_eq!(row[..], [7; 80]);
        drop(row);
        let again = pool.take(100).unwrap();
        assert_eq!((again.as_ptr(), again.len(), again.capacity()), (at, 0, 100));
        assert!(pool.is_empty());
    }

    #[test]
    fn the_oldest_makes_room() {
        let mut pool = ChunkPool::default();
        for _ in 0..2 * MOST {
            pool.put(BytesMut::with_capacity(10));
        }
        assert_eq!(pool.0.len(), MOST);
        pool.release();
        assert!(pool.is_empty());
    }
}
