//! Bytes to sentences and back. This is the simulator's own encoder and decoder and not the client's, so that one
//! mistake cannot hide in both. Neither touches a socket.

/// The words of one sentence; there is always at least one.
pub(crate) type Words = Vec<Vec<u8>>;

/// The most that the router accepts from a client.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// The longest word, bytes.
    pub(crate) word: usize,
    /// The longest sentence, bytes including the lengths.
    pub(crate) sentence: usize,
    /// The most words of a sentence.
    pub(crate) words: usize,
}

impl Limits {
    /// Before the login: a name and a password are not long.
    pub(crate) const BEFORE_LOGIN: Self = Self { word: 4 << 10, sentence: 16 << 10, words: 16 };
    /// After the login.
    pub(crate) const AFTER_LOGIN: Self = Self { word: 256 << 10, sentence: 1 << 20, words: 1_024 };
}

/// Bytes that are not the protocol, or exceed the limits: the connection cannot go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Malformed {
    /// A first byte that cannot begin a length: `F1` to `FF`.
    Length(u8),
    /// A word or a sentence is too long.
    TooLong,
}

/// Turns bytes, in whatever pieces they arrive, into sentences.
pub(crate) struct Decoder {
    pub(crate) limits: Limits,
    bytes: Vec<u8>,
    /// How much of `bytes` is decoded.
    read: usize,
    words: Words,
    /// How many bytes of the present sentence are read.
    begun: usize,
}

impl Decoder {
    pub(crate) fn new(limits: Limits) -> Self {
        Self { limits, bytes: Vec::new(), read: 0, words: Vec::new(), begun: 0 }
    }

    /// Takes bytes that arrived. Call `next` until it returns none before pushing more: that bounds the buffer.
    pub(crate) fn push(&mut self, bytes: &[u8]) {
        self.bytes.drain(..self.read);
        self.read = 0;
        self.bytes.extend_from_slice(bytes);
    }

    /// The next whole sentence, if there is one, and how many bytes it took. Empty sentences are skipped.
    pub(crate) fn next(&mut self) -> Result<Option<(Words, usize)>, Malformed> {
        while let Some((prefix, length)) = length(&self.bytes[self.read..])? {
            if length > self.limits.word || self.begun + prefix + length > self.limits.sentence {
                return Err(Malformed::TooLong);
            }
            let from = self.read + prefix;
            let Some(word) = self.bytes.get(from..from + length) else { break };
            self.begun += prefix + length;
            self.read = from + length;
            if length > 0 {
                if self.words.len() == self.limits.words {
                    return Err(Malformed::TooLong);
                }
                self.words.push(word.to_vec());
                continue;
            }
            let bytes = std::mem::take(&mut self.begun);
            if !self.words.is_empty() {
                return Ok(Some((std::mem::take(&mut self.words), bytes)));
            }
        }
        Ok(None)
    }
}

/// How many bytes a length takes, and its value; `None` if they have not all arrived.
fn length(bytes: &[u8]) -> Result<Option<(usize, usize)>, Malformed> {
    let Some(&first) = bytes.first() else { return Ok(None) };
    let (prefix, high) = match first {
        0x00..=0x7F => (1, first),
        0x80..=0xBF => (2, first & 0x3F),
        0xC0..=0xDF => (3, first & 0x1F),
        0xE0..=0xEF => (4, first & 0x0F),
        0xF0 => (5, 0),
        0xF1..=0xFF => return Err(Malformed::Length(first)),
    };
    let low = bytes.get(1..prefix);
    Ok(low.map(|low| (prefix, low.iter().fold(usize::from(high), |sum, &byte| sum << 8 | usize::from(byte)))))
}

/// Appends one word.
pub(crate) fn word(word: &[u8], to: &mut Vec<u8>) {
    // No word here comes near 4 GiB.
    let length = word.len() as u32;
    let bytes = length.to_be_bytes();
    match length {
        0..0x80 => to.push(bytes[3]),
        0x80..0x4000 => to.extend([bytes[2] | 0x80, bytes[3]]),
        0x4000..0x20_0000 => to.extend([bytes[1] | 0xC0, bytes[2], bytes[3]]),
        0x20_0000..0x1000_0000 => to.extend([bytes[0] | 0xE0, bytes[1], bytes[2], bytes[3]]),
        _ => {
            to.push(0xF0);
            to.extend(bytes);
        }
    }
    to.extend_from_slice(word);
}

/// Appends the first words of a sentence: its kind and its tag.
pub(crate) fn begin(kind: impl AsRef<[u8]>, tag: Option<&[u8]>, to: &mut Vec<u8>) {
    word(kind.as_ref(), to);
    if let Some(tag) = tag {
        word(&[b".tag=", tag].concat(), to);
    }
}

/// Appends `=key=value`.
pub(crate) fn attribute(key: &str, value: &[u8], to: &mut Vec<u8>) {
    word(&[b"=", key.as_bytes(), b"=", value].concat(), to);
}

/// Appends the end of a sentence.
pub(crate) fn end(to: &mut Vec<u8>) {
    to.push(0);
}

#[cfg(test)]
mod tests {
    use super::*;

    const WIDE: Limits = Limits { word: 1 << 29, sentence: 1 << 29, words: 100 };

    /// Both ends of each form, by hand from the manual's table.
    const LENGTHS: [(usize, &[u8]); 10] = [
        (0x00, &[0x00]),
        (0x7F, &[0x7F]),
        (0x80, &[0x80, 0x80]),
        (0x3FFF, &[0xBF, 0xFF]),
        (0x4000, &[0xC0, 0x40, 0x00]),
        (0x1F_FFFF, &[0xDF, 0xFF, 0xFF]),
        (0x20_0000, &[0xE0, 0x20, 0x00, 0x00]),
        (0x0FFF_FFFF, &[0xEF, 0xFF, 0xFF, 0xFF]),
        (0x1000_0000, &[0xF0, 0x10, 0x00, 0x00, 0x00]),
        (0xFFFF_FFFF, &[0xF0, 0xFF, 0xFF, 0xFF, 0xFF]),
    ];

    fn decode(bytes: &[u8]) -> Result<Option<(Words, usize)>, Malformed> {
        let mut decoder = Decoder::new(WIDE);
        decoder.push(bytes);
        decoder.next()
    }

    #[test]
    fn lengths_are_read_in_all_five_forms_and_waited_for_until_whole() {
        for (value, bytes) in LENGTHS {
            assert_eq!(length(bytes), Ok(Some((bytes.len(), value))));
            for part in 0..bytes.len() {
                assert_eq!(length(&bytes[..part]), Ok(None), "{part} of {bytes:X?}");
            }
        }
        assert_eq!(length(&[0xC0, 0x00, 0x05]), Ok(Some((3, 5))), "longer than it need be");
    }

    #[test]
    fn lengths_are_written_in_the_shortest_form() {
        // The longest two are not worth their memory.
        for (value, bytes) in LENGTHS.into_iter().filter(|(value, _)| *value <= 0x20_0000) {
            let mut to = Vec::new();
            word(&vec![b'x'; value], &mut to);
            assert_eq!((&to[..bytes.len()], to.len()), (bytes, bytes.len() + value));
        }
    }

    #[test]
    fn control_bytes_and_undefined_lengths_end_it() {
        for first in 0xF1..=0xFF {
            assert_eq!(decode(&[first, 0, 0, 0, 0]), Err(Malformed::Length(first)));
        }
    }

    #[test]
    fn a_sentence_is_the_same_in_whatever_pieces_it_comes() {
        let bytes = b"\x00\x06/login\x0B=name=admin\x0A=password=\x00\x05/quit\x00";
        let login = vec![b"/login".to_vec(), b"=name=admin".to_vec(), b"=password=".to_vec()];
        for size in 1..=bytes.len() {
            let mut decoder = Decoder::new(WIDE);
            let mut sentences = Vec::new();
            for piece in bytes.chunks(size) {
                decoder.push(piece);
                while let Some(sentence) = decoder.next().unwrap() {
                    sentences.push(sentence);
                }
            }
            assert_eq!(sentences, [(login.clone(), 31), (vec![b"/quit".to_vec()], 7)], "pieces of {size}");
        }
    }

    #[test]
    fn too_long_is_known_from_the_length_alone() {
        let limits = Limits { word: 10, sentence: 20, words: 3 };
        let after = |bytes: &[u8]| {
            let mut decoder = Decoder::new(limits);
            decoder.push(bytes);
            decoder.next()
        };
        assert_eq!(after(b"\x0B"), Err(Malformed::TooLong));
        assert_eq!(after(b"\xF0\x7F\xFF\xFF\xFF"), Err(Malformed::TooLong));
        assert_eq!(after(b"\x0A0123456789\x0A"), Err(Malformed::TooLong));
        assert_eq!(after(b"\x01a\x01b\x01c\x01d\x00"), Err(Malformed::TooLong));
        assert!(after(b"\x01a\x01b\x01c\x00").is_ok_and(|sentence| sentence.is_some()));
    }

    #[test]
    fn a_value_may_hold_whatever_it_likes() {
        let mut to = Vec::new();
        begin("!re", Some(b"a b"), &mut to);
        attribute("comment", b"x=y\r\n\0\xE9", &mut to);
        end(&mut to);
        assert_eq!(to, b"\x03!re\x08.tag=a b\x10=comment=x=y\r\n\0\xE9\x00");
    }
}
