//! The length prefix of a word: five forms, big-endian.

use bytes::BufMut;

use crate::error::ProtocolError;

/// Reads a prefix: the word's length in bytes and the prefix's own, or `None` while it is incomplete.
///
/// Forms longer than needed are accepted. Of the bytes F0 to FF only F0 begins a length: F8 to FF are reserved for
/// control, F1 to F7 undefined, and a guess at either would be read as somebody's data.
#[inline]
pub(crate) fn read(bytes: &[u8]) -> Result<Option<(usize, usize)>, ProtocolError> {
    let Some(&first) = bytes.first() else { return Ok(None) };
    if first < 0x80 {
        return Ok(Some((usize::from(first), 1)));
    }
    read_long(first, bytes)
}

#[cold]
fn read_long(first: u8, bytes: &[u8]) -> Result<Option<(usize, usize)>, ProtocolError> {
    let (size, mask) = match first {
        0x00..=0xBF => (2, 0x3F),
        0xC0..=0xDF => (3, 0x1F),
        0xE0..=0xEF => (4, 0x0F),
        0xF0 => (5, 0x00),
        byte => return Err(ProtocolError::ControlByte { byte }),
    };
    let Some(rest) = bytes.get(1..size) else { return Ok(None) };
    let length = rest.iter().fold(usize::from(first & mask), |length, byte| length << 8 | usize::from(*byte));
    Ok(Some((length, size)))
}

/// Writes one word, given in parts, with the shortest prefix of its length. A word of 4 GiB has none; nobody who asks
/// for the limits first has one.
pub(crate) fn put_word(parts: &[&[u8]], to: &mut impl BufMut) {
    let length: usize = parts.iter().map(|part| part.len()).sum();
    let length = u32::try_from(length).unwrap_or(u32::MAX);
    match length {
        0..=0x7F => to.put_uint(length.into(), 1),
        0x80..=0x3FFF => to.put_uint(u64::from(length) | 0x8000, 2),
        0x4000..=0x1F_FFFF => to.put_uint(u64::from(length) | 0xC0_0000, 3),
        0x20_0000..=0xFFF_FFFF => to.put_u32(length | 0xE000_0000),
        _ => {
            to.put_u8(0xF0);
            to.put_u32(length);
        }
    }
    for part in parts {
        to.put_slice(part);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_five_forms_are_read_at_their_borders() {
        let forms: [(&[u8], usize); 14] = [
            (&[0x00], 0),
            (&[0x7F], 0x7F),
            (&[0x80, 0x80], 0x80),
            (&[0xBF, 0xFF], 0x3FFF),
            (&[0x9C, 0x42], 0x1C42),
            (&[0xC0, 0x40, 0x00], 0x4000),
            (&[0xC0, 0x43, 0x21], 0x4321),
            (&[0xCA, 0xD7, 0x3B], 0xA_D73B),
            (&[0xDF, 0xFF, 0xFF], 0x1F_FFFF),
            (&[0xE0, 0x20, 0x00, 0x00], 0x20_0000),
            (&[0xE5, 0xAD, 0x73, 0x6B], 0x5AD_736B),
            (&[0xEF, 0xFF, 0xFF, 0xFF], 0xFFF_FFFF),
            (&[0xF0, 0x10, 0x00, 0x00, 0x00], 0x1000_0000),
            (&[0xF0, 0xFF, 0xFF, 0xFF, 0xFF], 0xFFFF_FFFF),
        ];
        for (bytes, length) in forms {
            assert_eq!(read(bytes), Ok(Some((length, bytes.len()))), "{bytes:x?}");
            for cut in 0..bytes.len() {
                assert_eq!(read(&bytes[..cut]), Ok(None), "{bytes:x?} cut at {cut}");
            }
        }
    }

    #[test]
    fn a_longer_form_than_needed_is_read() {
        for (bytes, length) in
            [(&[0x80, 0x05][..], 5), (&[0xC0, 0, 5], 5), (&[0xE0, 0, 0, 5], 5), (&[0xF0, 0, 0, 0, 5], 5)]
        {
            assert_eq!(read(bytes), Ok(Some((length, bytes.len()))));
        }
    }

    #[test]
    fn a_byte_from_f1_to_ff_is_a_typed_error_at_once() {
        for byte in 0xF1..=0xFF {
            assert_eq!(read(&[byte]), Err(ProtocolError::ControlByte { byte }));
        }
    }

    #[test]
    fn a_word_is_written_with_the_shortest_prefix() {
        for (length, prefix) in [(0, 1), (0x7F, 1), (0x80, 2), (0x3FFF, 2), (0x4000, 3), (0x1F_FFFF, 3), (0x20_0000, 4)]
        {
            let mut bytes = Vec::new();
            put_word(&[&vec![b'x'; length]], &mut bytes);
            assert_eq!(read(&bytes), Ok(Some((length, prefix))));
            assert_eq!(bytes.len(), prefix + length);
        }
    }
}
