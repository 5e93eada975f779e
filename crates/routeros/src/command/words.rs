//! The words of a command, encoded as they are added and wiped when dropped: one of them may be a password.

use zeroize::{Zeroize, Zeroizing};

use crate::codec::{put_word, read_length};

/// The longest prefix of a word, bytes.
const PREFIX: usize = 5;

/// Encoded words, without the empty one that ends a sentence.
#[derive(Clone, Default)]
pub(crate) struct Words {
    frame: Zeroizing<Vec<u8>>,
    count: usize,
    longest: usize,
}

impl Words {
    /// Adds a word, given in parts.
    pub(crate) fn push(&mut self, parts: &[&[u8]]) {
        let length: usize = parts.iter().map(|part| part.len()).sum();
        self.reserve(PREFIX + length);
        put_word(parts, &mut *self.frame);
        self.count += 1;
        self.longest = self.longest.max(length);
    }

    /// Adds all of the others.
    pub(crate) fn append(&mut self, others: &Self) {
        self.reserve(others.frame.len());
        self.frame.extend_from_slice(&others.frame);
        self.count += others.count;
        self.longest = self.longest.max(others.longest);
    }

    /// Prefixes and words.
    pub(crate) fn frame(&self) -> &[u8] {
        &self.frame
    }

    /// How many words.
    pub(crate) fn count(&self) -> usize {
        self.count
    }

    /// The longest word's length, bytes.
    pub(crate) fn longest(&self) -> usize {
        self.longest
    }

    /// The words, one by one.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &[u8]> {
        let mut rest: &[u8] = &self.frame;
        std::iter::from_fn(move || {
            let (length, prefix) = read_length(rest).ok()??;
            let word = rest.get(prefix..prefix + length)?;
            rest = &rest[prefix + length..];
            Some(word)
        })
    }

    /// Makes room without leaving the old bytes behind, as a plain `Vec` would.
    fn reserve(&mut self, more: usize) {
        let needed = self.frame.len() + more;
        if needed > self.frame.capacity() {
            let mut grown = Vec::with_capacity(needed.max(self.frame.capacity() * 2).max(64));
            grown.extend_from_slice(&self.frame);
            self.frame.zeroize();
            *self.frame = grown;
        }
    }
}
