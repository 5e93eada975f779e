//! The framing: any sentence survives encoding and decoding at any split of the bytes.

use bytes::{Bytes, BytesMut};
use proptest::collection::vec;
use proptest::prelude::*;
use routeros::{Codec, Limits, ProtocolError, Sentence};
use tokio_util::codec::{Decoder, Encoder};

fn encode(words: &[Vec<u8>]) -> BytesMut {
    let words: Vec<Bytes> = words.iter().cloned().map(Bytes::from).collect();
    let mut bytes = BytesMut::new();
    Codec::new(Limits::default()).encode(&words[..], &mut bytes).unwrap();
    bytes
}

fn words(sentence: &Sentence) -> Vec<Vec<u8>> {
    sentence.words().map(<[u8]>::to_vec).collect()
}

#[test]
fn every_form_of_a_length_is_the_documented_one() {
    let large = Limits { word: 1 << 30, sentence: 1 << 30, ..Limits::default() };
    let forms: [(usize, &[u8]); 8] = [
        (1, &[0x01]),
        (0x7F, &[0x7F]),
        (0x80, &[0x80, 0x80]),
        (0x3FFF, &[0xBF, 0xFF]),
        (0x4000, &[0xC0, 0x40, 0x00]),
        (0x1F_FFFF, &[0xDF, 0xFF, 0xFF]),
        (0x20_0000, &[0xE0, 0x20, 0x00, 0x00]),
        (0x1000_0000, &[0xF0, 0x10, 0x00, 0x00, 0x00]),
    ];
    for (length, prefix) in forms {
        let mut bytes = encode(&[vec![b'x'; length]]);
        assert_eq!(&bytes[..prefix.len()], prefix, "{length}");
        let sentence = Codec::new(large).decode(&mut bytes).unwrap().unwrap();
        assert_eq!(sentence.words().next().unwrap().len(), length);
    }
}

#[test]
fn a_length_longer_than_it_need_be_is_read_and_empty_sentences_are_nothing() {
    let mut bytes = BytesMut::from(&b"\0\0\x80\x03!re\xE0\0\0\x02=a\0\0\0"[..]);
    let mut codec = Codec::new(Limits::default());
    let sentence = codec.decode(&mut bytes).unwrap().unwrap();
    assert_eq!(words(&sentence), [b"!re".to_vec(), b"=a".to_vec()]);
    assert!(codec.decode(&mut bytes).unwrap().is_none());
    assert!(bytes.is_empty());
}

#[test]
fn a_declared_length_takes_no_memory() {
    let mut bytes = BytesMut::from(&[0xE0, 0x0F, 0xFF, 0xFF][..]);
    let before = bytes.capacity();
    assert!(Codec::new(Limits::default()).decode(&mut bytes).unwrap().is_none());
    assert_eq!(bytes.capacity(), before, "room grows with what arrives only");
    let mut bytes = BytesMut::from(&[0xF0, 0x7F, 0xFF, 0xFF, 0xFF][..]);
    let error = Codec::new(Limits::default()).decode(&mut bytes).unwrap_err();
    assert!(matches!(error, routeros::Error::Malformed(ProtocolError::WordTooLong { .. })));
}

#[test]
fn attributes_split_at_the_second_equals_sign_only() {
    let mut bytes =
        encode(&[b"!re".to_vec(), b"=a=b=c".to_vec(), b"=flag".to_vec(), b"=empty=".to_vec(), b".tag=x=y".to_vec()]);
    let sentence = Codec::new(Limits::default()).decode(&mut bytes).unwrap().unwrap();
    assert_eq!(sentence.get("a").unwrap().as_bytes(), b"b=c");
    assert!(sentence.get("flag").unwrap().is_empty() && sentence.get("empty").unwrap().is_empty());
    assert_eq!(sentence.tag(), Some(&b"x=y"[..]));
    assert!(sentence.get("none").is_none());
}

proptest! {
    #[test]
    fn any_sentences_survive_any_split(
        sentences in vec(vec(vec(any::<u8>(), 1..300), 1..6), 1..5),
        cuts in vec(1_usize..40, 1..200),
    ) {
        let stream: Vec<u8> = sentences.iter().flat_map(|words| encode(words).to_vec()).collect();
        let (mut codec, mut bytes, mut got) = (Codec::new(Limits::default()), BytesMut::new(), Vec::new());
        let mut rest = &stream[..];
        for cut in cuts.iter().cycle() {
            let (piece, left) = rest.split_at((*cut).min(rest.len()));
            bytes.extend_from_slice(piece);
            rest = left;
            while let Some(sentence) = codec.decode(&mut bytes).unwrap() {
                got.push(words(&sentence));
            }
            if rest.is_empty() {
                break;
            }
        }
        prop_assert_eq!(got, sentences);
    }

    #[test]
    fn arbitrary_bytes_never_panic(stream in vec(any::<u8>(), 0..2_000)) {
        let (mut codec, mut bytes) = (Codec::new(Limits::default()), BytesMut::from(&stream[..]));
        while let Ok(Some(sentence)) = codec.decode(&mut bytes) {
            let _ = (words(&sentence), sentence.attributes().count(), sentence.tag());
        }
    }
}
