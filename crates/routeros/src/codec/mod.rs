//! Bytes to sentences and commands to bytes, within limits. No I/O, and no knowledge of what a sentence means.

mod length;
mod limits;

use bytes::{Buf, BytesMut};
use tokio_util::codec::{Decoder, Encoder};

use crate::error::ProtocolError;
use crate::{CodePage, Command, Error, Sentence};

pub use limits::Limits;

pub(crate) use length::{put_word, read as read_length};

/// The RouterOS API's framing, for whoever brings a transport of his own.
///
/// It remembers how far it has read, so that bytes that trickle in are looked at once. It asks for no memory on the
/// word of a peer: the buffer grows with what has arrived, and a length beyond the limits is an error as soon as it
/// is read.
///
/// ```
/// use bytes::BytesMut;
/// use routeros::{Codec, Limits};
/// use tokio_util::codec::Decoder;
///
/// let mut codec = Codec::new(Limits::default());
/// let mut received = BytesMut::from(&b"\x03!re\x0c=name=ether1\x00"[..]);
/// let row = codec.decode(&mut received)?.expect("a whole sentence");
/// assert_eq!(row.get("name").expect("a name").text(), "ether1");
/// # Ok::<(), routeros::Error>(())
/// ```
#[derive(Debug)]
pub struct Codec {
    limits: Limits,
    code_page: CodePage,
    /// Where the next word's prefix begins in the buffer.
    position: usize,
    words: usize,
}

impl Codec {
    /// A codec at the beginning of a stream.
    pub fn new(limits: Limits) -> Self {
        Self { limits, code_page: CodePage::default(), position: 0, words: 0 }
    }

    /// Sets the code page of text that is no UTF-8.
    #[must_use]
    pub fn with_code_page(mut self, code_page: CodePage) -> Self {
        self.code_page = code_page;
        self
    }

    pub(crate) fn limits(&self) -> &Limits {
        &self.limits
    }
}

impl Decoder for Codec {
    type Item = Sentence;
    type Error = Error;

    /// The next whole sentence, or `None` until more bytes have come. Empty sentences are skipped.
    ///
    /// # Errors
    /// [`Error::Malformed`]; the stream cannot go on after it.
    fn decode(&mut self, bytes: &mut BytesMut) -> Result<Option<Sentence>, Error> {
        loop {
            let Some(rest) = bytes.get(self.position..) else { return Ok(None) };
            let Some((length, prefix)) = read_length(rest)? else { return Ok(None) };
            if length == 0 {
                let frame = bytes.split_to(self.position);
                bytes.advance(prefix);
                let words = std::mem::take(&mut self.words);
                self.position = 0;
                if words == 0 {
                    // An empty sentence means nothing.
                    continue;
                }
                return Ok(Some(Sentence::of_frame(frame.freeze(), self.code_page)));
            }
            if length > self.limits.word {
                return Err(ProtocolError::WordTooLong { length, limit: self.limits.word }.into());
            }
            if prefix + length > self.limits.sentence.saturating_sub(self.position) {
                return Err(ProtocolError::SentenceTooLong { limit: self.limits.sentence }.into());
            }
            if self.words >= self.limits.words {
                return Err(ProtocolError::TooManyWords { limit: self.limits.words }.into());
            }
            if rest.len() < prefix + length {
                return Ok(None);
            }
            self.position += prefix + length;
            self.words += 1;
        }
    }

    /// The last sentence of a stream that has ended.
    ///
    /// # Errors
    /// [`Error::Closed`] when the stream ended amid a sentence.
    fn decode_eof(&mut self, bytes: &mut BytesMut) -> Result<Option<Sentence>, Error> {
        match self.decode(bytes)? {
            None if !bytes.is_empty() => Err(Error::closed("the connection ended amid a sentence")),
            sentence => Ok(sentence),
        }
    }
}

impl Encoder<&Command> for Codec {
    type Error = Error;

    /// Writes a command, without a tag.
    ///
    /// # Errors
    /// [`Error::InvalidCommand`]; nothing is written then.
    fn encode(&mut self, command: &Command, to: &mut BytesMut) -> Result<(), Error> {
        let frame = command.frame(&self.limits)?;
        to.reserve(frame.len() + 1);
        to.extend_from_slice(frame);
        to.extend_from_slice(&[0]);
        Ok(())
    }
}
