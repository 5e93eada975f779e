//! The protocol read and written a second time, whole and slowly, to compare with. It shares nothing with the crate.

use routeros::{Limits, ProtocolError};

/// One sentence: its words.
pub(crate) type Words = Vec<Vec<u8>>;

/// What bytes mean: the sentences, and how they end.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Reading {
    pub(crate) sentences: Vec<Words>,
    pub(crate) end: End,
}

/// How bytes end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// With a whole sentence.
    Clean,
    /// Amid one.
    Amid,
    /// Nothing can be read from here on.
    Fault(ProtocolError),
}

/// Reads all of the bytes.
pub(crate) fn read(bytes: &[u8], limits: &Limits) -> Reading {
    let (mut sentences, mut words, mut size, mut at) = (Vec::new(), Words::new(), 0_u64, 0);
    let end = loop {
        let Some(first) = bytes.get(at) else {
            break if words.is_empty() { End::Clean } else { End::Amid };
        };
        let more = match first {
            0x00..=0x7F => 0,
            0x80..=0xBF => 1,
            0xC0..=0xDF => 2,
            0xE0..=0xEF => 3,
            0xF0 => 4,
            byte => break End::Fault(ProtocolError::ControlByte { byte: *byte }),
        };
        let Some(rest) = bytes.get(at + 1..at + 1 + more) else { break End::Amid };
        let kept = [0x7F_u64, 0x3F, 0x1F, 0x0F, 0];
        let length = rest.iter().fold(u64::from(*first) & kept[more], |length, byte| length * 256 + u64::from(*byte));
        at += 1 + more;
        if length == 0 {
            if !words.is_empty() {
                sentences.push(std::mem::take(&mut words));
            }
            size = 0;
            continue;
        }
        size += 1 + more as u64 + length;
        if length > limits.word as u64 {
            break End::Fault(ProtocolError::WordTooLong { length: length as usize, limit: limits.word });
        }
        if size > limits.sentence as u64 {
            break End::Fault(ProtocolError::SentenceTooLong { limit: limits.sentence });
        }
        if words.len() == limits.words {
            break End::Fault(ProtocolError::TooManyWords { limit: limits.words });
        }
        let Some(word) = bytes.get(at..at + length as usize) else { break End::Amid };
        words.push(word.to_vec());
        at += length as usize;
    };
    Reading { sentences, end }
}

/// The attributes of a sentence.
pub(crate) fn attributes(words: &Words) -> Vec<(Vec<u8>, Vec<u8>)> {
    let mut attributes = Vec::new();
    for word in words.iter().skip(1).filter(|word| word[0] == b'=') {
        let mut halves = word[1..].splitn(2, |byte| *byte == b'=').map(<[u8]>::to_vec);
        attributes.push((halves.next().unwrap_or_default(), halves.next().unwrap_or_default()));
    }
    attributes
}

/// The tag of a sentence.
pub(crate) fn tag(words: &Words) -> Option<&[u8]> {
    words.iter().skip(1).find(|word| word.starts_with(b".tag=")).map(|word| &word[5..])
}

/// Writes a word with a prefix of at least `form` bytes.
pub(crate) fn put_word(word: &[u8], form: usize, to: &mut Vec<u8>) {
    let length = word.len() as u32;
    let shortest = match length {
        0..0x80 => 1,
        0x80..0x4000 => 2,
        0x4000..0x20_0000 => 3,
        0x20_0000..0x1000_0000 => 4,
        _ => 5,
    };
    match form.max(shortest) {
        1 => to.push(length as u8),
        2 => to.extend_from_slice(&(length as u16 | 0x8000).to_be_bytes()),
        3 => to.extend_from_slice(&(length | 0xC0_0000).to_be_bytes()[1..]),
        4 => to.extend_from_slice(&(length | 0xE000_0000).to_be_bytes()),
        _ => {
            to.push(0xF0);
            to.extend_from_slice(&length.to_be_bytes());
        }
    }
    to.extend_from_slice(word);
}

/// A whole sentence.
pub(crate) fn sentence<W: AsRef<[u8]>>(words: &[W]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for word in words {
        put_word(word.as_ref(), 1, &mut bytes);
    }
    bytes.push(0);
    bytes
}
