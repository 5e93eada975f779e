//! Bounds the memory that kept rows hold on to: each keeps the whole chunk of received bytes alive that it is a part
//! of.

use crate::Sentence;
use crate::session::Chunk;

/// The chunks that the rows of one command keep alive. A router decides what comes between two rows, so that a row
/// of a few bytes could cost a chunk; such a row is copied.
#[derive(Debug, Default)]
pub(super) struct KeptMemory {
    chunk: Option<u64>,
    held: usize,
    rows: usize,
}

impl KeptMemory {
    /// The row to be kept: itself, while all the chunks held are no more than twice the rows in them and `slack`
    /// bytes; or else a copy.
    pub(super) fn keep(&mut self, row: Sentence, chunk: Chunk, slack: usize) -> Sentence {
        self.rows = self.rows.saturating_add(row.size());
        if self.chunk == Some(chunk.number) {
            return row;
        }
        let held = self.held.saturating_add(chunk.size);
        if held > self.rows.saturating_mul(2).saturating_add(slack) {
            return row.detached();
        }
        (self.chunk, self.held) = (Some(chunk.number), held);
        row
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;
    use crate::CodePage;

    const CHUNK: usize = 1_000;

    /// How many of so many rows are copied, each `size` bytes, so many of them in a chunk.
    fn copied(rows: usize, size: usize, in_chunk: usize, slack: usize) -> usize {
        let mut kept = KeptMemory::default();
        let row = Sentence::of_frame(Bytes::from(vec![1; size]), CodePage::default());
        let at = |row: &Sentence| row.words().next().map(<[u8]>::as_ptr);
        let copied = |number: usize, kept: &mut KeptMemory| {
            let chunk = Chunk { number: (number / in_chunk) as u64, size: CHUNK };
            at(&kept.keep(row.clone(), chunk, slack)) != at(&row)
        };
        (0..rows).filter(|number| copied(*number, &mut kept)).count()
    }

    #[test]
    fn rows_that_fill_their_chunks_are_copied_only_until_they_outweigh_one() {
        assert_eq!(copied(1_000, 100, 10, 0), 4);
    }

    #[test]
    fn rows_far_apart_are_copied() {
        assert_eq!(copied(1_000, 10, 1, 0), 980);
        assert_eq!(copied(1_000, 10, 1, 10 * CHUNK), 970);
    }
}
