//! The codec alone, on one core, without a socket.

use std::hint::black_box;
use std::time::Duration;

use bytes::BytesMut;
use routeros::{Codec, Command, Limits};
use tokio_util::codec::{Decoder, Encoder};

use crate::repeated;
use crate::rows::{KEYS, ROWS, look, reply, rows};

/// Rows as sentences, whose words are validated and not looked at.
pub fn decode(budget: Duration) {
    run(budget, |bytes, codec| {
        while let Some(row) = codec.decode(bytes).unwrap() {
            black_box(row);
        }
    });
}

/// Rows as sentences, and every attribute as its key and value.
pub fn walk(budget: Duration) {
    run(budget, |bytes, codec| {
        let mut sum = 0;
        while let Some(row) = codec.decode(bytes).unwrap() {
            row.attributes().for_each(|pair| look(&mut sum, pair));
        }
        black_box(sum);
    });
}

/// A print with 28 properties asked for, as bytes.
pub fn encode(budget: Duration) {
    let command = Command::new("/interface/print").proplist(&KEYS);
    let (mut codec, mut bytes) = (Codec::new(Limits::default()), BytesMut::new());
    repeated(budget, || {
        for _ in 0..1_000 {
            bytes.clear();
            codec.encode(black_box(&command), &mut bytes).unwrap();
            black_box(&bytes);
        }
        1_000
    });
}

/// Decodes the print again and again. The copy of the received bytes, which decoding uses up, is part of it.
fn run(budget: Duration, mut each: impl FnMut(&mut BytesMut, &mut Codec)) {
    let received = reply(&rows(), b".tag=1");
    let (mut bytes, mut codec) = (BytesMut::new(), Codec::new(Limits::default()));
    let mut once = || {
        bytes.extend_from_slice(&received);
        each(&mut bytes, &mut codec);
        ROWS
    };
    once();
    repeated(budget, once);
}
