//! The simulator's own encoder and decoder: deliberately not the client's.

use tokio::io::{AsyncRead, AsyncReadExt};

/// The longest word and sentence a session takes, bytes.
const WORD: u32 = 1 << 20;
const SENTENCE: usize = 4 << 20;

/// A sentence as words.
pub(crate) type Words = Vec<Vec<u8>>;

/// Reads one sentence; `None` at the end of the stream or where the peer breaks the rules. Counts the bytes.
pub(crate) async fn read<R: AsyncRead + Unpin>(from: &mut R) -> Option<(Words, u64)> {
    let (mut words, mut bytes) = (Vec::new(), 0_usize);
    loop {
        let first = from.read_u8().await.ok()?;
        let (more, high) = match first.leading_ones() {
            0 => (0, u32::from(first)),
            1 => (1, u32::from(first & 0x3F)),
            2 => (2, u32::from(first & 0x1F)),
            3 => (3, u32::from(first & 0x0F)),
            4 if first == 0xF0 => (4, 0),
            _ => return None,
        };
        let mut length = high;
        for _ in 0..more {
            length = length << 8 | u32::from(from.read_u8().await.ok()?);
        }
        bytes += 1 + more + length as usize;
        if length > WORD || bytes > SENTENCE {
            return None;
        }
        if length == 0 {
            if words.is_empty() {
                continue;
            }
            return Some((words, bytes as u64));
        }
        let mut word = vec![0; length as usize];
        from.read_exact(&mut word).await.ok()?;
        words.push(word);
    }
}

/// Appends one word.
pub(crate) fn word(word: &[u8], to: &mut Vec<u8>) {
    let length = word.len() as u32;
    let bytes = length.to_be_bytes();
    if length < 0x80 {
        to.push(bytes[3]);
    } else if length < 0x4000 {
        to.extend([bytes[2] | 0x80, bytes[3]]);
    } else if length < 0x20_0000 {
        to.extend([bytes[1] | 0xC0, bytes[2], bytes[3]]);
    } else if length < 0x1000_0000 {
        to.extend([bytes[0] | 0xE0, bytes[1], bytes[2], bytes[3]]);
    } else {
        to.push(0xF0);
        to.extend(bytes);
    }
    to.extend_from_slice(word);
}
