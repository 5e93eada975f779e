//! What travels about a router: a frame, a state, or the past; with whose turn it is and when it was sent.

use std::sync::Arc;

use lalin_monitor::Past;
use lalin_stats::{Frame, RouterId, RouterState, Timing};
use tokio::time::Instant;

use super::bytes::{Malformed, Reader, Writer};
use super::clock::{RemoteClock, since};
use super::frames::{self, Unreadable};
use super::{past, states};

/// The form's version, the first byte. Whoever does not know it passes the message over, and its viewers see nothing: so it
/// is raised only where an older reader would misread, and then written not before the version after the first that reads
/// it. What is only added stands at the end of a message, where an older reader does not look.
const VERSION: u8 = 1;
const FRAME: u8 = 1;
const STATE: u8 = 2;
const PAST: u8 = 3;
/// Beside the kind: the rest is compressed.
const COMPRESSED: u8 = 0x80;
/// Shorter ones are sent as they are.
const SHORT: usize = 512;
/// The largest message, as it is before compression.
const LARGEST: usize = 96 << 20;

/// What a message says.
#[derive(Debug)]
pub enum Message {
    /// One more sample.
    Frame(Frame),
    /// How the reads go.
    State(RouterState, Timing),
    /// The last minutes.
    Past(Past),
}

/// Why a message says nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unread {
    /// A frame before it did not come, so the past is needed.
    Missing,
    /// It is of a machine whose turn is over.
    Over,
    /// It is none of this version's.
    Malformed,
}

impl From<Malformed> for Unread {
    fn from(_: Malformed) -> Self {
        Self::Malformed
    }
}

impl From<Unreadable> for Unread {
    fn from(unreadable: Unreadable) -> Self {
        match unreadable {
            Unreadable::OtherBase => Self::Missing,
            Unreadable::Malformed => Self::Malformed,
        }
    }
}

/// Writes one router's messages for all who listen.
#[derive(Debug)]
pub struct Encoder {
    epoch: u64,
    /// The beginning of this process's clock.
    origin: Instant,
    /// The frame that everybody who listens has.
    base: Option<Arc<Frame>>,
}

impl Encoder {
    /// For the turn `epoch` of this process.
    pub fn new(epoch: u64, origin: Instant) -> Self {
        Self { epoch, origin, base: None }
    }

    /// Everybody who listens has this frame: they got it with the past.
    pub fn has(&mut self, frame: Option<Arc<Frame>>) {
        self.base = frame.or(self.base.take());
    }

    /// A frame, as what changed since the one before it; `None` where everybody has it.
    pub fn frame(&mut self, frame: &Arc<Frame>) -> Option<Vec<u8>> {
        if self.base.as_ref().is_some_and(|base| base.seq >= frame.seq) {
            return None;
        }
        let base = self.base.replace(frame.clone()).filter(|base| base.seq + 1 == frame.seq);
        Some(self.pack(FRAME, |writer| frames::write(writer, frame, base.as_deref(), self.origin)))
    }

    /// How the reads go.
    pub fn state(&self, state: &RouterState, timing: Timing) -> Vec<u8> {
        self.pack(STATE, |writer| states::write(writer, state, timing, Instant::now()))
    }

    /// The last minutes.
    pub fn past(&self, past: &Past) -> Vec<u8> {
        self.pack(PAST, |writer| past::write(writer, past, self.origin))
    }

    fn pack(&self, kind: u8, write: impl FnOnce(&mut Writer)) -> Vec<u8> {
        let mut body = Writer::default();
        body.number(self.epoch);
        body.signed(since(self.origin, Instant::now()));
        write(&mut body);
        let mut message = Writer(Vec::with_capacity(body.0.len() + 2));
        message.byte(VERSION);
        let packed = (body.0.len() > SHORT).then(|| zstd::bulk::compress(&body.0, 1).ok()).flatten();
        match packed.filter(|packed| packed.len() < body.0.len()) {
            Some(packed) => {
                message.byte(kind | COMPRESSED);
                message.number(body.0.len() as u64);
                message.bytes(&packed);
            }
            None => {
                message.byte(kind);
                message.bytes(&body.0);
            }
        }
        message.0
    }
}

/// Reads one router's messages.
#[derive(Debug)]
pub struct Decoder {
    router: RouterId,
    origin: Instant,
    epoch: u64,
    clock: RemoteClock,
}

impl Decoder {
    /// For messages about `router`.
    pub fn new(router: RouterId, origin: Instant) -> Self {
        Self { router, origin, epoch: 0, clock: RemoteClock::new(origin) }
    }

    /// Whose turn it is.
    pub fn epoch(&self) -> u64 {
        self.epoch
    }

    /// Reads a message that came now. `newest` is the newest frame here. A message of a later turn than any before begins
    /// that turn.
    ///
    /// # Errors
    /// [`Unread`].
    pub fn read(&mut self, bytes: &[u8], newest: Option<&Frame>) -> Result<Message, Unread> {
        let mut head = Reader(bytes);
        if head.byte()? != VERSION {
            return Err(Unread::Malformed);
        }
        let kind = head.byte()?;
        let unpacked;
        let mut body = head;
        if kind & COMPRESSED != 0 {
            let length = usize::try_from(head.number()?).ok().filter(|length| *length <= LARGEST).ok_or(Malformed)?;
            unpacked = zstd::bulk::decompress(head.0, length).map_err(|_| Malformed)?;
            body = Reader(&unpacked);
        }
        let (epoch, sent) = (body.number()?, body.signed()?);
        if epoch < self.epoch {
            return Err(Unread::Over);
        }
        if epoch > self.epoch {
            (self.epoch, self.clock) = (epoch, RemoteClock::new(self.origin));
        }
        let now = Instant::now();
        self.clock.heard(sent, now);
        Ok(match kind & !COMPRESSED {
            FRAME => Message::Frame(frames::read(&mut body, &self.router, newest, &self.clock)?),
            STATE => {
                let (state, timing) = states::read(&mut body, now)?;
                Message::State(state, timing)
            }
            PAST => Message::Past(past::read(&mut body, &self.router, &self.clock)?),
            _ => return Err(Unread::Malformed),
        })
    }
}
