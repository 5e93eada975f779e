//! The length prefix of a word: five forms, big-endian.

use crate::error::ProtocolError;

/// Reads a prefix: the word's length in bytes and the prefix's own, or `None` while it is incomplete.
pub(crate) fn read(bytes: &[u8]) -> Result<Option<(usize, usize)>, ProtocolError> {
    let Some(&first) = bytes.first() else { return Ok(None) };
    let (size, mask) = match first {
        0x00..=0x7F => (1, 0x7F),
        0x80..=0xBF => (2, 0x3F),
        0xC0..=0xDF => (3, 0x1F),
        0xE0..=0xEF => (4, 0x0F),
        0xF0 => (5, 0x00),
        byte => return Err(ProtocolError::ControlByte { byte }),
    };
    let Some(rest) = bytes.get(1..size) else { return Ok(None) };
    let length = rest.iter().fold(usize::from(first & mask), |length, byte| length << 8 | usize::from(*byte));
    Ok(Some((length, size)))
}
