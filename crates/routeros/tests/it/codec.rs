//! Bytes to sentences: every form, every split, every hostile length.

use bytes::BytesMut;
use proptest::prelude::*;
use routeros::{Codec, Command, Error, Limits, ProtocolError, Sentence};
use tokio_util::codec::{Decoder, Encoder};

use crate::peer::sentence;

fn decode_all(codec: &mut Codec, buffer: &mut BytesMut) -> Result<Vec<Sentence>, Error> {
    let mut sentences = Vec::new();
    while let Some(sentence) = codec.decode(buffer)? {
        sentences.push(sentence);
    }
    Ok(sentences)
}

fn words(sentence: &Sentence) -> Vec<Vec<u8>> {
    sentence.words().map(<[u8]>::to_vec).collect()
}

fn fault(limits: Limits, bytes: &[u8]) -> ProtocolError {
    match Codec::new(limits).decode(&mut BytesMut::from(bytes)) {
        Err(Error::Malformed(error)) => error,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_hostile_length_is_an_error_at_once_and_costs_nothing() {
    let mut codec = Codec::new(Limits::default());
    let mut buffer = BytesMut::from(&b"\xF0\x7F\xFF\xFF\xFF"[..]);
    let before = buffer.capacity();
    let error = codec.decode(&mut buffer).unwrap_err();
    assert_eq!(error, ProtocolError::WordTooLong { length: 0x7FFF_FFFF, limit: 128 << 10 }.into());
    assert!(error.ends_connection());
    assert_eq!(buffer.capacity(), before, "nothing was made room for");
}

#[test]
fn a_control_byte_is_an_error_wherever_a_length_should_be() {
    for byte in 0xF1..=0xFF {
        assert_eq!(fault(Limits::default(), &[byte]), ProtocolError::ControlByte { byte });
        assert_eq!(fault(Limits::default(), &[3, b'!', b'r', b'e', byte]), ProtocolError::ControlByte { byte });
    }
}

#[test]
fn every_limit_of_a_sentence_holds() {
    let mut limits = Limits::default();
    (limits.word, limits.sentence, limits.words) = (10, 30, 4);
    assert_eq!(fault(limits, &sentence(&["12345678901"])), ProtocolError::WordTooLong { length: 11, limit: 10 });
    let long = sentence(&["1234567890", "1234567890", "12345678"]);
    assert_eq!(fault(limits, &long), ProtocolError::SentenceTooLong { limit: 30 });
    assert_eq!(fault(limits, &sentence(&["1", "2", "3", "4", "5"])), ProtocolError::TooManyWords { limit: 4 });
    for fits in [sentence(&["1234567890", "1234567890", "1234567"]), sentence(&["1", "2", "3", "4"])] {
        assert!(Codec::new(limits).decode(&mut BytesMut::from(&fits[..])).unwrap().is_some());
    }
}

#[test]
fn empty_sentences_are_ignored() {
    let mut bytes = vec![0, 0, 0x80, 0];
    bytes.extend(sentence(&["!done"]));
    bytes.extend([0; 100]);
    let mut buffer = BytesMut::from(&bytes[..]);
    let sentences = decode_all(&mut Codec::new(Limits::default()), &mut buffer).unwrap();
    assert_eq!(sentences.len(), 1);
    assert_eq!(sentences[0].kind(), b"!done");
    assert!(buffer.is_empty());
}

#[test]
fn words_of_every_length_form_survive() {
    let mut limits = Limits::default();
    (limits.word, limits.sentence) = (4 << 20, 16 << 20);
    // 5 bytes of prefix, where 1 would do.
    let mut bytes = vec![0xF0, 0, 0, 0, 3, b'!', b'r', b'e'];
    let lengths = [0x7F, 0x80, 0x3FFF, 0x4000, 0x1F_FFFF];
    for length in lengths {
        crate::peer::word(&vec![b'x'; length], &mut bytes);
    }
    bytes.extend([0xE0, 0x20, 0, 0]);
    bytes.extend(vec![b'y'; 0x20_0000]);
    bytes.push(0);
    let sentences = decode_all(&mut Codec::new(limits), &mut BytesMut::from(&bytes[..])).unwrap();
    let read: Vec<usize> = sentences[0].words().map(<[u8]>::len).collect();
    assert_eq!(read, [3, 0x7F, 0x80, 0x3FFF, 0x4000, 0x1F_FFFF, 0x20_0000]);
}

#[test]
fn bytes_that_were_read_are_not_read_again() {
    let (mut codec, mut buffer) = (Codec::new(Limits::default()), BytesMut::new());
    let bytes = sentence(&["!re", "=a=b", "=c=d"]);
    let (first, second) = bytes.split_at(10);
    buffer.extend_from_slice(first);
    assert!(codec.decode(&mut buffer).unwrap().is_none());
    // Whoever begins anew stumbles over this.
    buffer[0] = 0xFF;
    buffer.extend_from_slice(second);
    assert!(codec.decode(&mut buffer).unwrap().is_some());
    assert!(buffer.is_empty());
}

#[test]
fn what_is_left_at_the_end_is_an_error() {
    let mut codec = Codec::new(Limits::default());
    assert!(codec.decode_eof(&mut BytesMut::new()).unwrap().is_none());
    let whole = sentence(&["!done", "=ret=1"]);
    let error = codec.decode_eof(&mut BytesMut::from(&whole[..whole.len() - 1])).unwrap_err();
    assert!(matches!(error, Error::Closed { .. }), "{error:?}");
}

#[test]
fn real_bytes_of_an_idle_round_are_a_marker_with_a_tag() {
    let mut buffer = BytesMut::from(&b"\x06!empty\x0A.tag=19936\x00"[..]);
    let sentence = Codec::new(Limits::default()).decode(&mut buffer).unwrap().unwrap();
    assert_eq!((sentence.kind(), sentence.tag()), (&b"!empty"[..], Some(&b"19936"[..])));
}

fn any_word() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        8 => prop::collection::vec(any::<u8>(), 1..40),
        1 => prop::collection::vec(any::<u8>(), 120..140),
        1 => (0x3FF0_usize..0x4010, any::<u8>()).prop_map(|(length, byte)| vec![byte; length]),
    ]
}

fn any_sentences() -> impl Strategy<Value = Vec<Vec<Vec<u8>>>> {
    prop::collection::vec(prop::collection::vec(any_word(), 1..8), 0..6)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn any_sentences_survive_any_split_of_their_bytes(
        sentences in any_sentences(),
        steps in prop::collection::vec(1_usize..5_000, 1..20),
    ) {
        let bytes: Vec<u8> = sentences.iter().flat_map(|words| sentence(words)).collect();
        let (mut codec, mut buffer, mut read) = (Codec::new(Limits::default()), BytesMut::new(), Vec::new());
        let (mut rest, mut steps) = (&bytes[..], steps.iter().cycle());
        while !rest.is_empty() {
            let (now, later) = rest.split_at(*steps.next().unwrap() % (rest.len() + 1));
            buffer.extend_from_slice(now);
            read.extend(decode_all(&mut codec, &mut buffer).unwrap().iter().map(words));
            rest = later;
            if now.is_empty() { // A step of nothing; the next one is another.
                buffer.extend_from_slice(&rest[..1]);
                rest = &rest[1..];
                read.extend(decode_all(&mut codec, &mut buffer).unwrap().iter().map(words));
            }
        }
        prop_assert_eq!(read, sentences);
        prop_assert!(buffer.is_empty());
    }

    #[test]
    fn any_sentences_survive_one_byte_at_a_time(sentences in any_sentences()) {
        let bytes: Vec<u8> = sentences.iter().flat_map(|words| sentence(words)).collect();
        let (mut codec, mut buffer, mut read) = (Codec::new(Limits::default()), BytesMut::new(), Vec::new());
        for byte in bytes {
            buffer.extend_from_slice(&[byte]);
            read.extend(codec.decode(&mut buffer).unwrap().iter().map(words));
        }
        prop_assert_eq!(read, sentences);
    }

    #[test]
    fn any_bytes_are_read_or_refused_the_same_way_at_any_split(bytes: Vec<u8>, cut: prop::sample::Index) {
        let (mut whole, mut split) = (Codec::new(Limits::default()), Codec::new(Limits::default()));
        let at = cut.index(bytes.len() + 1);
        let mut buffer = BytesMut::from(&bytes[..]);
        let at_once = decode_all(&mut whole, &mut buffer);
        let mut buffer = BytesMut::from(&bytes[..at]);
        let in_two = decode_all(&mut split, &mut buffer).and_then(|mut sentences| {
            buffer.extend_from_slice(&bytes[at..]);
            sentences.extend(decode_all(&mut split, &mut buffer)?);
            Ok(sentences)
        });
        prop_assert_eq!(at_once, in_two);
    }

    #[test]
    fn any_command_is_encoded_as_anybody_else_would(
        path in "/[a-z]{1,10}",
        attributes in prop::collection::vec(("[a-z-]{1,12}", any_word()), 0..6),
    ) {
        let (mut command, mut expected) = (Command::new(&path), vec![path.into_bytes()]);
        for (key, value) in attributes {
            command = command.attribute(&key, &value);
            expected.push([b"=", key.as_bytes(), b"=", &value].concat());
        }
        let mut buffer = BytesMut::new();
        Codec::new(Limits::default()).encode(&command, &mut buffer).unwrap();
        prop_assert_eq!(buffer.to_vec(), sentence(&expected));
    }
}
