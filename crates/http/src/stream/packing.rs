//! An event stream as gzip, for who accepts it: of numbers less than half is left.
//!
//! What is shared is compressed once and sent by many: each piece is deflated for itself, without a look back, and ends at a
//! whole byte, so that any pieces one after another are one stream. What is made for a single viewer stands in it as it is:
//! nothing is ever compressed for one viewer. The checksum of the whole comes of those of its pieces.

use std::convert::Infallible;

use actix_web::HttpRequest;
use actix_web::http::header::{ACCEPT_ENCODING, AcceptEncoding, Encoding, Header as _};
use bytes::Bytes;
use futures_util::stream::{self, Stream, StreamExt as _};

use super::event_bytes::EventBytes;
use super::piece::{Piece, Sum};

/// What a gzip stream begins with: of no time, name or system.
const HEAD: &[u8] = &[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff];
/// The last block of a deflated stream: an empty one.
const LAST: &[u8] = &[3, 0];
/// Puts the pieces of one stream together.
#[derive(Debug, Default)]
struct Packer {
    sum: Option<Sum>,
}

impl Packer {
    fn next(&mut self, event: &EventBytes) -> Bytes {
        let (deflated, sum) = match event {
            EventBytes::Own(bytes) => {
                let Piece { deflated, sum } = Piece::stored(bytes);
                (deflated, sum)
            }
            EventBytes::Shared(shared) => {
                let piece = shared.piece();
                (piece.deflated.clone(), piece.sum)
            }
        };
        match self.sum.replace(self.sum.map_or(sum, |before| before.then(sum))) {
            Some(_) => deflated,
            None => [HEAD, &deflated].concat().into(),
        }
    }

    fn end(&self) -> Bytes {
        let Some(Sum { crc, length, .. }) = self.sum else { return Bytes::new() };
        [LAST, &crc.to_le_bytes(), &length.to_le_bytes()].concat().into()
    }
}

/// The events as bytes, gzipped or as they are.
pub(super) fn packed(
    events: impl Stream<Item = EventBytes> + 'static,
    gzip: bool,
) -> impl Stream<Item = Result<Bytes, Infallible>> + 'static {
    let begin = Some((Box::pin(events), gzip.then(Packer::default)));
    stream::unfold(begin, |state| async move {
        let (mut events, mut packer) = state?;
        match (events.next().await, &mut packer) {
            (Some(event), Some(packer_)) => {
                let bytes = packer_.next(&event);
                Some((Ok(bytes), Some((events, packer))))
            }
            (Some(event), None) => Some((Ok(event.plain().clone()), Some((events, packer)))),
            (None, Some(packer)) => Some((Ok(packer.end()), None)),
            (None, None) => None,
        }
    })
}

/// Whether whoever asks accepts gzip. A tool that says nothing would not unpack it.
pub(super) fn takes_gzip(request: &HttpRequest) -> bool {
    let ours = [Encoding::gzip(), Encoding::identity()];
    let header = request.headers().contains_key(ACCEPT_ENCODING).then(|| AcceptEncoding::parse(request));
    let chosen = header.and_then(Result::ok).and_then(|accepted| accepted.negotiate(ours.iter()));
    chosen == Some(Encoding::gzip())
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use flate2::read::GzDecoder;

    use super::*;
    use crate::stream::event_bytes::SharedBytes;
    use crate::stream::piece::BLOCK;

    #[test]
    fn pieces_of_both_kinds_are_one_stream_at_every_moment() {
        let numbers: String = (0..4_000_u64).map(|n| format!("{},", n * 7_919_993 % 100_000_000)).collect();
        let events: [EventBytes; 5] = [
            Bytes::from_static(b"event: hello\n\n").into(),
            SharedBytes::new(numbers.clone().into()).into(),
            Bytes::from("x".repeat(3 * BLOCK + 1)).into(),
            SharedBytes::new(Bytes::from_static(b"event: tick\n\n")).into(),
            SharedBytes::new(numbers.into()).into(),
        ];
        let (mut packer, mut sent, mut plain) = (Packer::default(), Vec::new(), Vec::new());
        for event in &events {
            sent.extend_from_slice(&packer.next(event));
            plain.extend_from_slice(event.plain());
            // What has come so far is all there, though the stream goes on.
            let mut read = vec![0; plain.len()];
            GzDecoder::new(&sent[..]).read_exact(&mut read).unwrap();
            assert!(read == plain);
        }
        sent.extend_from_slice(&packer.end());
        let mut read = Vec::new();
        GzDecoder::new(&sent[..]).read_to_end(&mut read).unwrap();
        assert!(read == plain, "and its checksum is right");
    }
}
