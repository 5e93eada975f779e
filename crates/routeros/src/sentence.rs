//! A sentence: one frame of bytes, whose words are found by walking their prefixes. No word is copied.

use std::borrow::Cow;

use bytes::Bytes;

use crate::codec::read_length;
use crate::{CodePage, Value};

/// One sentence of a reply. Cheap to clone; it keeps the buffer it was received in alive (see
/// [`detached`](Self::detached)).
#[derive(Clone, PartialEq, Eq)]
pub struct Sentence {
    /// Prefixes and words, validated, without the closing empty word.
    frame: Bytes,
    code_page: CodePage,
}

impl Sentence {
    /// Of a frame whose prefixes were validated: they cover it exactly, and no word is empty.
    pub(crate) fn of_frame(frame: Bytes, code_page: CodePage) -> Self {
        Self { frame, code_page }
    }

    /// Every word, the reply word first.
    pub fn words(&self) -> impl Iterator<Item = &[u8]> {
        Words { rest: &self.frame }
    }

    /// The reply word, such as `!re`.
    pub fn kind(&self) -> &[u8] {
        self.words().next().unwrap_or_default()
    }

    /// Every attribute, `=key=value`, in order. The value of `=key` is empty.
    pub fn attributes(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        let mut words = Words { rest: &self.frame };
        words.next();
        Attributes { words }
    }

    /// Every attribute as its key and its [`Value`], in order: who reads many of them needs one walk.
    pub fn pairs(&self) -> impl Iterator<Item = (&[u8], Value<'_>)> {
        self.attributes().map(|(key, value)| (key, self.value(value)))
    }

    /// The value of an attribute, the first one of that name. `None` where the router left it out, as it does with
    /// what is not set; empty where it sent an empty one.
    pub fn get(&self, key: &str) -> Option<Value<'_>> {
        let key = key.as_bytes();
        self.words().skip(1).find_map(|word| {
            let rest = word.strip_prefix(b"=")?.strip_prefix(key)?;
            match rest.first() {
                Some(b'=') => Some(self.value(&rest[1..])),
                None => Some(self.value(rest)),
                Some(_) => None,
            }
        })
    }

    /// The command's tag, wherever it stands.
    pub fn tag(&self) -> Option<&[u8]> {
        self.words().skip(1).find_map(|word| word.strip_prefix(b".tag="))
    }

    /// A copy that keeps nothing else alive. A sentence shares the buffer it was received in, up to 32 KiB; detach
    /// what is kept for long.
    #[must_use]
    pub fn detached(&self) -> Self {
        Self { frame: Bytes::copy_from_slice(&self.frame), code_page: self.code_page }
    }

    /// The frame's length, bytes.
    pub(crate) fn size(&self) -> usize {
        self.frame.len()
    }

    /// A trap's or fatal's words: an attribute, or a bare word.
    pub(crate) fn message(&self) -> Cow<'_, str> {
        let bare = || self.words().skip(1).find(|word| !word.starts_with(b"=") && !word.starts_with(b".tag="));
        self.get("message")
            .or_else(|| bare().map(|word| self.value(word)))
            .map(|value| value.text())
            .unwrap_or_default()
    }

    fn value<'a>(&self, bytes: &'a [u8]) -> Value<'a> {
        Value::new(bytes, self.code_page)
    }
}

impl std::fmt::Debug for Sentence {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.words().map(|word| self.value(word))).finish()
    }
}

struct Words<'a> {
    rest: &'a [u8],
}

impl<'a> Iterator for Words<'a> {
    type Item = &'a [u8];

    #[inline]
    fn next(&mut self) -> Option<&'a [u8]> {
        let (length, prefix) = read_length(self.rest).ok()??;
        let word = self.rest.get(prefix..prefix + length)?;
        self.rest = &self.rest[prefix + length..];
        Some(word)
    }
}

struct Attributes<'a> {
    words: Words<'a>,
}

impl<'a> Iterator for Attributes<'a> {
    type Item = (&'a [u8], &'a [u8]);

    // Not inlined, a pair goes through memory, which takes as long as finding it.
    #[inline(always)]
    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let rest = self.words.rest;
            let (length, prefix) = read_length(rest).ok()??;
            let word = rest.get(prefix..prefix + length)?;
            self.words.rest = &rest[prefix + length..];
            if let Some(word) = word.strip_prefix(b"=") {
                // Only the second `=` divides: a value may hold any byte, a key holds none.
                let at = key_length(&rest[prefix + 1..], word.len());
                return Some((&word[..at], word.get(at + 1..).unwrap_or_default()));
            }
        }
    }
}

/// Where the first `=` of the word stands with which `rest` begins, or the word's length. Eight bytes at a time, those
/// of the next word among them: a loop over the bytes is half of what reading a reply costs.
#[inline]
fn key_length(rest: &[u8], length: usize) -> usize {
    const EACH: u64 = u64::from_ne_bytes([1; 8]);
    let mut at = 0;
    while at < length {
        let Some(eight) = rest[at..].first_chunk() else {
            let found = rest[at..length].iter().position(|byte| *byte == b'=');
            return found.map_or(length, |found| at + found);
        };
        // The lowest byte that is `=` becomes zero, and then the lowest of those whose highest bit is set.
        let zero = u64::from_le_bytes(*eight) ^ (EACH * u64::from(b'='));
        let found = zero.wrapping_sub(EACH) & !zero & (EACH << 7);
        if found != 0 {
            return length.min(at + found.trailing_zeros() as usize / 8);
        }
        at += 8;
    }
    length
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn a_key_ends_at_the_first_equals_sign_whatever_follows_it(
            word in proptest::collection::vec(proptest::sample::select(&b"=<>ab\x00\x80\xBD\xFF"[..]), 0..40),
            after in proptest::collection::vec(proptest::sample::select(&b"=x"[..]), 0..12),
        ) {
            let expected = word.iter().position(|byte| *byte == b'=').unwrap_or(word.len());
            let rest = [&word[..], &after[..]].concat();
            proptest::prop_assert_eq!(key_length(&rest, word.len()), expected);
        }
    }

    fn sentence(words: &[&[u8]]) -> Sentence {
        let mut frame = Vec::new();
        for word in words {
            crate::codec::put_word(&[word], &mut frame);
        }
        Sentence::of_frame(frame.into(), CodePage::default())
    }

    #[test]
    fn only_the_second_equals_sign_divides_a_word() {
        let row = sentence(&[b"!re", b"=comment=a=b=c", b"=name=\r\n\0", b"=flag", b"=empty=", b"=.id=*1"]);
        let attributes: Vec<_> = row.attributes().collect();
        let expected: [(&[u8], &[u8]); 5] =
            [(b"comment", b"a=b=c"), (b"name", b"\r\n\0"), (b"flag", b""), (b"empty", b""), (b".id", b"*1")];
        assert_eq!(attributes, expected);
        for (key, value) in expected {
            let key = std::str::from_utf8(key).unwrap();
            assert_eq!(row.get(key).unwrap().as_bytes(), value, "{key}");
        }
    }

    #[test]
    fn a_key_is_not_found_by_its_beginning() {
        let row = sentence(&[b"!re", b"=rx-bytes=1", b"=rx-byte=2"]);
        assert_eq!(row.get("rx-byte").unwrap().u64(), Some(2));
        assert_eq!(row.get("rx"), None);
        assert_eq!(row.get("!re"), None);
    }

    #[test]
    fn a_tag_is_found_wherever_it_stands() {
        assert_eq!(sentence(&[b"!re", b".tag=x y", b"=a=b"]).tag(), Some(&b"x y"[..]));
        assert_eq!(sentence(&[b"!re", b"=a=b", b".tag=7"]).tag(), Some(&b"7"[..]));
        assert_eq!(sentence(&[b"!re", b"=.tag=7"]).tag(), None);
    }

    #[test]
    fn a_message_is_an_attribute_or_a_bare_word() {
        assert_eq!(sentence(&[b"!fatal", b"not logged in"]).message(), "not logged in");
        assert_eq!(sentence(&[b"!fatal", b".tag=1", b"not logged in"]).message(), "not logged in");
        assert_eq!(sentence(&[b"!fatal", b"=message=boom", b"x"]).message(), "boom");
        assert_eq!(sentence(&[b"!fatal"]).message(), "");
    }

    #[test]
    fn a_detached_sentence_is_the_same_one() {
        let row = sentence(&[b"!re", b"=a=b"]);
        assert_eq!(row.detached(), row);
    }
}
