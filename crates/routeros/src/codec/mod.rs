//! Bytes to sentences and back, within limits. No I/O.

mod length;

use bytes::{Buf, BufMut, Bytes, BytesMut};
use tokio_util::codec::{Decoder, Encoder};

use crate::Sentence;
use crate::error::ProtocolError;

pub(crate) use length::read as read_length;

/// The bounds of what a peer may send.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The longest word, bytes.
    pub word: usize,
    /// The longest sentence, bytes, prefixes included.
    pub sentence: usize,
    /// The most words in a sentence.
    pub words: usize,
    /// The most rows in a collected reply.
    pub rows: usize,
    /// The most bytes in a collected reply.
    pub reply: usize,
    /// The most commands in flight at once.
    pub commands: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { word: 1 << 20, sentence: 4 << 20, words: 4_096, rows: 65_536, reply: 64 << 20, commands: 64 }
    }
}

/// The RouterOS API's framing. Remembers how far it has read, so that bytes that trickle in are looked at once.
#[derive(Debug)]
pub struct Codec {
    limits: Limits,
    /// Where the next word's prefix begins in the buffer.
    position: usize,
    words: usize,
}

impl Codec {
    /// A codec at the beginning of a stream.
    pub fn new(limits: Limits) -> Self {
        Self { limits, position: 0, words: 0 }
    }
}

impl Decoder for Codec {
    type Item = Sentence;
    type Error = crate::Error;

    fn decode(&mut self, bytes: &mut BytesMut) -> Result<Option<Sentence>, crate::Error> {
        loop {
            let Some((length, prefix)) = read_length(&bytes[self.position..])? else { return Ok(None) };
            if length > self.limits.word {
                return Err(ProtocolError::WordTooLong { length, limit: self.limits.word }.into());
            }
            if length == 0 {
                if self.words == 0 {
                    // An empty sentence means nothing.
                    bytes.advance(self.position + prefix);
                    self.position = 0;
                    continue;
                }
                let frame = bytes.split_to(self.position).freeze();
                bytes.advance(prefix);
                (self.position, self.words) = (0, 0);
                return Ok(Some(Sentence::of_frame(frame)));
            }
            let end = self.position + prefix + length;
            if end > self.limits.sentence {
                return Err(ProtocolError::SentenceTooLong { limit: self.limits.sentence }.into());
            }
            if self.words == self.limits.words {
                return Err(ProtocolError::TooManyWords { limit: self.limits.words }.into());
            }
            if bytes.len() < end {
                // Room grows with what arrives, never by what a peer declares.
                return Ok(None);
            }
            self.position = end;
            self.words += 1;
        }
    }
}

impl Encoder<&[Bytes]> for Codec {
    type Error = crate::Error;

    fn encode(&mut self, words: &[Bytes], to: &mut BytesMut) -> Result<(), crate::Error> {
        for word in words {
            put_word(word, to);
        }
        to.put_u8(0);
        Ok(())
    }
}

/// Writes one word with the shortest prefix of its length.
pub(crate) fn put_word(word: &[u8], to: &mut BytesMut) {
    let length = word.len() as u64;
    match length {
        0..=0x7F => to.put_u8(length as u8),
        0x80..=0x3FFF => to.put_u16(length as u16 | 0x8000),
        0x4000..=0x1F_FFFF => to.put_uint(length | 0xC0_0000, 3),
        0x20_0000..=0xFFF_FFFF => to.put_u32(length as u32 | 0xE000_0000),
        _ => {
            to.put_u8(0xF0);
            to.put_u32(length as u32);
        }
    }
    to.put_slice(word);
}
