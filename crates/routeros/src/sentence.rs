//! A sentence: one frame of bytes, whose words are found by walking their prefixes.

use bytes::Bytes;

use crate::Value;
use crate::codec::read_length;

/// One sentence of a reply. Cheap to clone; no word is copied.
#[derive(Clone, PartialEq, Eq)]
pub struct Sentence {
    /// Prefixes and words, validated, without the closing empty word.
    frame: Bytes,
}

impl Sentence {
    pub(crate) fn of_frame(frame: Bytes) -> Self {
        Self { frame }
    }

    /// Every word, the reply word first.
    pub fn words(&self) -> impl Iterator<Item = &[u8]> {
        let mut rest: &[u8] = &self.frame;
        std::iter::from_fn(move || {
            let (length, prefix) = read_length(rest).ok()??;
            let word = rest.get(prefix..prefix + length)?;
            rest = &rest[prefix + length..];
            Some(word)
        })
    }

    /// The reply word, such as `!re`.
    pub fn kind(&self) -> &[u8] {
        self.words().next().unwrap_or_default()
    }

    /// Every attribute, `=key=value`, in order.
    pub fn attributes(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        self.words().skip(1).filter_map(|word| {
            let word = word.strip_prefix(b"=")?;
            Some(match word.iter().position(|byte| *byte == b'=') {
                Some(at) => (&word[..at], &word[at + 1..]),
                None => (word, &[][..]),
            })
        })
    }

    /// The value of an attribute.
    pub fn get(&self, key: &str) -> Option<Value<'_>> {
        self.attributes().find(|(name, _)| *name == key.as_bytes()).map(|(_, value)| Value::new(value))
    }

    /// The command's tag, wherever it stands.
    pub fn tag(&self) -> Option<&[u8]> {
        self.words().skip(1).find_map(|word| word.strip_prefix(b".tag="))
    }

    /// The frame's length, bytes.
    pub(crate) fn size(&self) -> usize {
        self.frame.len()
    }
}

impl std::fmt::Debug for Sentence {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.words().map(String::from_utf8_lossy)).finish()
    }
}
