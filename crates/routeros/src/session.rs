//! The protocol's state without I/O: bytes in, events out; commands in, bytes out.

use std::collections::HashMap;

use bytes::{Bytes, BytesMut};
use tokio_util::codec::{Decoder, Encoder};

use crate::codec::{Codec, Limits};
use crate::error::{ProtocolError, Trap};
use crate::{Error, Sentence};

/// What the bytes meant.
#[derive(Debug)]
pub(crate) enum Event {
    /// A row of a running command.
    Row { tag: u64, row: Sentence },
    /// A command ended; its traps, if any, decide how.
    Done { tag: u64, done: Sentence, traps: Vec<Trap> },
    /// The router ends the connection.
    Fatal { message: String },
}

/// One command between its first byte and its `!done`.
#[derive(Debug, Default)]
struct Running {
    traps: Vec<Trap>,
}

/// One connection's state.
#[derive(Debug)]
pub(crate) struct Session {
    codec: Codec,
    inbound: BytesMut,
    outbound: BytesMut,
    running: HashMap<u64, Running>,
}

impl Session {
    pub(crate) fn new(limits: Limits) -> Self {
        Self { codec: Codec::new(limits), inbound: BytesMut::new(), outbound: BytesMut::new(), running: HashMap::new() }
    }

    /// Where received bytes go.
    pub(crate) fn inbound(&mut self) -> &mut BytesMut {
        &mut self.inbound
    }

    /// What is to be sent.
    pub(crate) fn outbound(&mut self) -> &mut BytesMut {
        &mut self.outbound
    }

    /// Begins a command: its tag is known before a byte of it is written.
    pub(crate) fn begin(&mut self, tag: u64, words: &[Bytes]) -> Result<(), Error> {
        self.running.insert(tag, Running::default());
        let mut words = words.to_vec();
        words.push(Bytes::from(format!(".tag={tag}")));
        self.codec.encode(&words, &mut self.outbound)
    }

    /// Asks the router to end a command. The command's own `!done` is still to come.
    pub(crate) fn cancel(&mut self, tag: u64, cancel: u64) -> Result<(), Error> {
        let words = [Bytes::from_static(b"/cancel"), Bytes::from(format!("=tag={tag}"))];
        self.begin(cancel, &words)
    }

    pub(crate) fn is_running(&self, tag: u64) -> bool {
        self.running.contains_key(&tag)
    }

    /// The next event in the received bytes.
    pub(crate) fn next(&mut self) -> Result<Option<Event>, Error> {
        while let Some(sentence) = self.codec.decode(&mut self.inbound)? {
            if sentence.kind() == b"!fatal" {
                return Ok(Some(Event::Fatal { message: message(&sentence) }));
            }
            let Some(tag) = self.owner(&sentence)? else { continue };
            match sentence.kind() {
                b"!re" => return Ok(Some(Event::Row { tag, row: sentence })),
                b"!trap" => {
                    let category =
                        sentence.get("category").and_then(|value| value.u64()).and_then(|n| n.try_into().ok());
                    if let Some(running) = self.running.get_mut(&tag).filter(|running| running.traps.len() < 64) {
                        running.traps.push(Trap { category, message: message(&sentence) });
                    }
                }
                b"!done" => {
                    let traps = self.running.remove(&tag).unwrap_or_default().traps;
                    return Ok(Some(Event::Done { tag, done: sentence, traps }));
                }
                // `!empty` marks that there is nothing (yet); whatever else comes is not ours to judge.
                b"!empty" => {}
                other => tracing::debug!(word = %String::from_utf8_lossy(other), "unknown reply word"),
            }
        }
        Ok(None)
    }

    /// Whose sentence this is. An untagged one belongs to the only command in flight.
    fn owner(&self, sentence: &Sentence) -> Result<Option<u64>, Error> {
        let Some(tag) = sentence.tag() else {
            let mut tags = self.running.keys();
            return match (tags.next(), tags.next()) {
                (Some(tag), None) => Ok(Some(*tag)),
                _ => Err(ProtocolError::Stray.into()),
            };
        };
        let tag = std::str::from_utf8(tag).ok().and_then(|tag| tag.parse().ok());
        // A tag that is not (or no longer) in flight: late rows of what was cancelled.
        Ok(tag.filter(|tag| self.running.contains_key(tag)))
    }
}

/// A trap's or fatal's text: an attribute, or a bare word.
fn message(sentence: &Sentence) -> String {
    if let Some(message) = sentence.get("message") {
        return message.text().into_owned();
    }
    let bare = sentence.words().skip(1).find(|word| !word.starts_with(b"=") && !word.starts_with(b"."));
    bare.map(|word| crate::Value::new(word).text().into_owned()).unwrap_or_default()
}
