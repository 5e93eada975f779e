//! Bytes through the public codec: the same sentences, or the same error, however they are cut; and commands back.

use arbitrary::Unstructured;
use bytes::BytesMut;
use routeros::{Codec, Command, Error, Limits, Query, Sentence};
use tokio_util::codec::{Decoder, Encoder};

use crate::reference::{self, End, Reading, Words};
use crate::values;

/// The first byte chooses limits and what is done; the second how bytes are cut.
pub fn codec(bytes: &[u8]) {
    let [kind, cut, rest @ ..] = bytes else { return };
    let limits = limits(*kind);
    if kind & 0x80 != 0 {
        // Input that is too short for the rest of a command is an empty command.
        let _ = commands(&mut Unstructured::new(rest), &limits);
        return;
    }
    let expected = reference::read(rest, &limits);
    for step in [rest.len().max(1), 1, usize::from(*cut).max(1)] {
        compare(rest, step, &limits, &expected);
    }
    for sentence in decode(rest, rest.len().max(1), &limits).0 {
        read(&sentence);
    }
}

/// From those that a few bytes exceed up to the usual ones.
fn limits(kind: u8) -> Limits {
    let mut limits = Limits::default();
    match kind & 3 {
        0 => {}
        1 => (limits.word, limits.sentence, limits.words) = (16, 48, 4),
        2 => (limits.word, limits.sentence, limits.words) = (300, 1_000, 1_000),
        _ => (limits.word, limits.sentence, limits.words) = (usize::MAX, usize::MAX, usize::MAX),
    }
    limits
}

fn compare(bytes: &[u8], step: usize, limits: &Limits, expected: &Reading) {
    let (sentences, end) = decode(bytes, step, limits);
    let sentences: Vec<Words> =
        sentences.iter().map(|sentence| sentence.words().map(<[u8]>::to_vec).collect()).collect();
    let end = match end {
        Ok(()) => End::Clean,
        Err(Error::Malformed(fault)) => End::Fault(fault),
        Err(Error::Closed { .. }) => End::Amid,
        Err(other) => panic!("a codec's error is not {other:?}"),
    };
    assert_eq!((&sentences, &end), (&expected.sentences, &expected.end), "in steps of {step}");
}

/// Everything that is decoded when the bytes come in steps.
fn decode(bytes: &[u8], step: usize, limits: &Limits) -> (Vec<Sentence>, Result<(), Error>) {
    let (mut codec, mut buffer, mut sentences) = (Codec::new(*limits), BytesMut::new(), Vec::new());
    for some in bytes.chunks(step) {
        buffer.extend_from_slice(some);
        let room = buffer.capacity();
        loop {
            match codec.decode(&mut buffer) {
                Ok(Some(sentence)) => sentences.push(sentence),
                Ok(None) => break,
                Err(error) => return (sentences, Err(error)),
            }
        }
        assert!(buffer.capacity() <= room, "a declared length was made room for");
    }
    let end = codec.decode_eof(&mut buffer);
    (sentences, end.map(|sentence| assert_eq!(sentence, None, "one was left")))
}

/// Calls every reader of a sentence.
fn read(sentence: &Sentence) {
    let words: Words = sentence.words().map(<[u8]>::to_vec).collect();
    let attributes = reference::attributes(&words);
    assert_eq!(sentence.kind(), words[0]);
    assert_eq!(sentence.tag(), reference::tag(&words));
    let ours = sentence.attributes().map(|(key, value)| (key.to_vec(), value.to_vec()));
    assert_eq!(ours.collect::<Vec<_>>(), attributes);
    for (pair, (key, value)) in sentence.pairs().zip(&attributes) {
        assert_eq!((pair.0, pair.1.as_bytes()), (&key[..], &value[..]));
        values::read(pair.1);
        if let Ok(name) = std::str::from_utf8(key) {
            let first = attributes.iter().find(|(other, _)| other == key).map(|(_, value)| &value[..]);
            assert_eq!(sentence.get(name).map(|value| value.as_bytes()), first);
        }
    }
    assert_eq!(sentence.pairs().count(), attributes.len());
    let copy = sentence.detached();
    assert_eq!(&copy, sentence);
    assert_eq!(format!("{copy:?}"), format!("{sentence:?}"));
}

/// Builds a command, writes it, and reads it back: its words, or a refusal that has written nothing.
fn commands(u: &mut Unstructured<'_>, limits: &Limits) -> arbitrary::Result<()> {
    let path = some(u)?;
    let mut words: Words = vec![if path.starts_with(b"/") { path.to_vec() } else { [b"/", path].concat() }];
    let (mut command, mut valid) = (Command::new(path), true);
    while !u.is_empty() {
        let action: u8 = u.arbitrary()?;
        let key = String::from_utf8_lossy(some(u)?).into_owned();
        let value = some(u)?;
        let fine = !key.is_empty() && !key.contains('=');
        match action % 8 {
            0..=2 => {
                words.push([b"=", key.as_bytes(), b"=", value].concat());
                command = command.attribute(&key, value);
            }
            3 => {
                words.push([b"=", key.as_bytes(), b"="].concat());
                command = command.flag(&key);
            }
            4 => {
                let second = String::from_utf8_lossy(value);
                words.push([b"=.proplist=", key.as_bytes(), b",", second.as_bytes()].concat());
                valid &= [&*key, &*second].iter().all(|one| !one.is_empty() && !one.contains(['=', ',']));
                command = command.proplist(&[&key, &second]);
                continue;
            }
            _ => {
                let (query, word) = match action >> 3 & 7 {
                    0 => (Query::less(&key, value), [b"?<", key.as_bytes(), b"=", value].concat()),
                    1 => (Query::greater(&key, value), [b"?>", key.as_bytes(), b"=", value].concat()),
                    2 => (Query::present(&key), [b"?", key.as_bytes()].concat()),
                    3 => (Query::absent(&key), [b"?-", key.as_bytes()].concat()),
                    _ => (Query::equal(&key, value), [b"?", key.as_bytes(), b"=", value].concat()),
                };
                words.push(word.clone());
                let query = match action % 8 {
                    5 => query,
                    6 => {
                        words.push(b"?#!".to_vec());
                        query.negated()
                    }
                    _ => {
                        words.extend([word, b"?#|".to_vec()]);
                        query.clone().or(query)
                    }
                };
                valid &= !key.starts_with(['-', '<', '>', '=', '#']);
                command = command.query(query);
            }
        }
        valid &= fine;
    }
    let size: usize = words.iter().map(|word| reference::sentence(&[word]).len() - 1).sum();
    valid &= size <= limits.sentence && words.len() <= limits.words;
    valid &= words.iter().all(|word| word.len() <= limits.word);

    let mut written = BytesMut::new();
    match Codec::new(*limits).encode(&command, &mut written) {
        Ok(()) => {
            assert!(valid, "written although it would be misread: {words:?}");
            let read = reference::read(&written, limits);
            assert_eq!(read, Reading { sentences: vec![words], end: End::Clean });
            compare(&written, 1, limits, &read);
        }
        Err(error) => {
            assert!(matches!(error, Error::InvalidCommand { .. }), "{error:?}");
            assert!(!valid, "refused although it is valid: {words:?}");
            assert!(written.is_empty(), "written and refused");
        }
    }
    assert!(!format!("{command:?}").is_empty());
    Ok(())
}

fn some<'a>(u: &mut Unstructured<'a>) -> arbitrary::Result<&'a [u8]> {
    let length: u8 = u.arbitrary()?;
    u.bytes(usize::from(length).min(u.len()))
}
