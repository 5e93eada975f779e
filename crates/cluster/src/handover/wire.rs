//! The question and its answer, as bytes and back.
//!
//! Both are compressed as a whole: cursors are ids that resemble each other, and ticks are small numbers. What comes from
//! another machine is never unpacked to more than a bound.

use std::collections::HashMap;

use lalin_history::HandedTicks;
use lalin_stats::RouterId;
use prost::Message;

use crate::error::Error;

/// What is asked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ask {
    /// The history that the cursors are of; another one answers only who it is.
    pub source: u64,
    /// Up to which number each router is taken in.
    pub cursors: HashMap<RouterId, u64>,
    /// About so many bytes of ticks at the most; 0 asks only who it is.
    pub bytes: u32,
}

/// What is answered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    /// The history that answers.
    pub source: u64,
    /// What is behind the cursors.
    pub batches: Vec<HandedTicks>,
    /// There is more.
    pub more: bool,
}

/// More than any question or answer is when it is unpacked.
const LARGEST: usize = 32 << 20;
/// Quick, as this is done each few seconds.
const LEVEL: i32 = 3;

#[derive(Clone, PartialEq, Message)]
struct SentAsk {
    #[prost(fixed64, tag = "1")]
    source: u64,
    #[prost(message, repeated, tag = "2")]
    cursors: Vec<SentCursor>,
    #[prost(uint32, tag = "3")]
    bytes: u32,
}

#[derive(Clone, PartialEq, Message)]
struct SentCursor {
    #[prost(string, tag = "1")]
    router: String,
    #[prost(uint64, tag = "2")]
    seq: u64,
}

#[derive(Clone, PartialEq, Message)]
struct SentAnswer {
    #[prost(fixed64, tag = "1")]
    source: u64,
    #[prost(bytes = "vec", repeated, tag = "2")]
    batches: Vec<Vec<u8>>,
    #[prost(bool, tag = "3")]
    more: bool,
}

impl Ask {
    pub(crate) fn to_bytes(&self) -> Result<Vec<u8>, Error> {
        let cursor = |(router, seq): (&RouterId, &u64)| SentCursor { router: router.to_string(), seq: *seq };
        let mut cursors: Vec<SentCursor> = self.cursors.iter().map(cursor).collect();
        cursors.sort_by(|one, other| one.router.cmp(&other.router));
        packed(&SentAsk { source: self.source, cursors, bytes: self.bytes })
    }

    pub(crate) fn from_bytes(bytes: &[u8]) -> Result<Self, Error> {
        let SentAsk { source, cursors, bytes } = unpacked(bytes)?;
        // An id that is none is of no router here.
        let cursors = cursors.into_iter().filter_map(|cursor| Some((cursor.router.parse().ok()?, cursor.seq)));
        Ok(Self { source, cursors: cursors.collect(), bytes })
    }
}

impl Answer {
    pub(crate) fn to_bytes(&self) -> Result<Vec<u8>, Error> {
        let batches = self.batches.iter().map(HandedTicks::to_bytes).collect();
        packed(&SentAnswer { source: self.source, batches, more: self.more })
    }

    pub(crate) fn from_bytes(bytes: &[u8]) -> Result<Self, Error> {
        let SentAnswer { source, batches, more } = unpacked(bytes)?;
        let batches = batches.iter().map(|batch| HandedTicks::from_bytes(batch));
        let batches = batches.collect::<Result<_, _>>().map_err(|error| Error::Handover(error.to_string()))?;
        Ok(Self { source, batches, more })
    }
}

fn packed(message: &impl Message) -> Result<Vec<u8>, Error> {
    zstd::bulk::compress(&message.encode_to_vec(), LEVEL).map_err(|error| Error::Handover(error.to_string()))
}

fn unpacked<T: Message + Default>(bytes: &[u8]) -> Result<T, Error> {
    let plain = zstd::bulk::decompress(bytes, LARGEST).map_err(|error| Error::Handover(error.to_string()))?;
    T::decode(plain.as_slice()).map_err(|error| Error::Handover(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_comes_back_and_garbage_is_an_error() {
        let cursors = HashMap::from([("pop-1".parse().unwrap(), 7), ("pop-2".parse().unwrap(), u64::MAX)]);
        let ask = Ask { source: 9, cursors, bytes: 1_000 };
        let bytes = ask.to_bytes().unwrap();
        assert_eq!(Ask::from_bytes(&bytes).unwrap(), ask);
        let answer = Answer { source: 9, batches: Vec::new(), more: true };
        assert_eq!(Answer::from_bytes(&answer.to_bytes().unwrap()).unwrap(), answer);
        assert!(Answer::from_bytes(b"no zstd").is_err() && Ask::from_bytes(&bytes[..bytes.len() - 1]).is_err());
    }

    /// `Ask` and `Answer` as version 1 writes them, before they are compressed.
    const ASK: &[u8] = b"\x09\x09\0\0\0\0\0\0\0\x12\x09\n\x05pop-1\x10\x07\x18\xe8\x07";
    const ANSWER: &[u8] = b"\x09\x09\0\0\0\0\0\0\0\x18\x01";

    #[test]
    fn neighbours_of_two_versions_understand_each_other() {
        let compressed = |bytes: &[u8]| zstd::bulk::compress(bytes, LEVEL).unwrap();
        let ask = Ask { source: 9, cursors: HashMap::from([("pop-1".parse().unwrap(), 7)]), bytes: 1_000 };
        let answer = Answer { source: 9, batches: Vec::new(), more: true };
        assert_eq!(zstd::bulk::decompress(&ask.to_bytes().unwrap(), LARGEST).unwrap(), ASK);
        assert_eq!(zstd::bulk::decompress(&answer.to_bytes().unwrap(), LARGEST).unwrap(), ANSWER);
        // A field of a later version, the 15th, is passed over.
        for more in [&b""[..], b"\x78\x05"] {
            assert_eq!(Ask::from_bytes(&compressed(&[ASK, more].concat())).unwrap(), ask);
            assert_eq!(Answer::from_bytes(&compressed(&[ANSWER, more].concat())).unwrap(), answer);
        }
    }

    #[test]
    fn a_small_message_that_would_be_huge_is_refused() {
        let bomb = zstd::bulk::compress(&vec![0; LARGEST + 1], LEVEL).unwrap();
        assert!(bomb.len() < 100_000);
        assert!(matches!(Ask::from_bytes(&bomb), Err(Error::Handover(_))));
    }
}
