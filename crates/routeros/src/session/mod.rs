//! The protocol's state without I/O and without a clock: bytes in, events out; commands in, bytes out.
//!
//! Here is decided what a reply word means, whose it is, when a command has ended and what it may hold. Who waits for
//! a command, and how bytes come and go, is the client's driver's business.

mod chunk_pool;
mod outbox;
mod tags;
#[cfg(test)]
mod tests;

use std::time::Duration;

use bytes::BytesMut;
use tokio::time::Instant;
use tokio_util::codec::Decoder;

use crate::codec::{Codec, put_word};
use crate::error::{Phase, ProtocolError, Trap};
use crate::{Command, Error, Options, Sentence};

use chunk_pool::ChunkPool;
use outbox::Outbox;
use tags::{Reply, State, Tag, Tags};

/// How much is read at once, bytes.
const CHUNK: usize = 16 << 10;
/// What a quiet connection holds, bytes: room for the first of what a router says. An answer's other bytes go to a chunk.
const QUIET: usize = 256;
/// Below this much room a new chunk is begun, bytes. A row keeps its whole chunk alive, so chunks are used up.
const ROOM: usize = 4 << 10;

/// A buffer of received bytes. Sentences are parts of it and keep it alive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Chunk {
    /// Counts up.
    pub(crate) number: u64,
    /// Bytes.
    pub(crate) size: usize,
}

/// What the bytes meant.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Event {
    /// A row of a running command.
    Row { tag: u64, row: Sentence },
    /// A command ended, and its tag is free; its traps, if any, decide how.
    Done { tag: u64, done: Sentence, traps: Vec<Trap> },
    /// A collected reply went beyond the limits; it was cancelled.
    TooLarge { tag: u64 },
    /// The router ends the connection.
    Fatal { message: String },
}

/// One connection's state.
#[derive(Debug)]
pub(crate) struct Session {
    codec: Codec,
    inbound: BytesMut,
    chunk: Chunk,
    pool: ChunkPool,
    /// Nothing has come yet, whether it is waited for or not: thousands of such connections may be held.
    quiet: bool,
    outbox: Outbox,
    tags: Tags,
    grace: Duration,
}

impl Session {
    pub(crate) fn new(options: &Options) -> Self {
        Self {
            codec: Codec::new(options.limits).with_code_page(options.code_page),
            // Nothing has been asked yet, and thousands of connections may be opened at once.
            inbound: BytesMut::new(),
            chunk: Chunk { number: 0, size: 0 },
            pool: ChunkPool::default(),
            quiet: true,
            outbox: Outbox::default(),
            tags: Tags::default(),
            grace: options.cancel_grace,
        }
    }

    /// Where received bytes go, with room for some, and what is to be sent.
    pub(crate) fn io(&mut self) -> (&mut BytesMut, &mut Outbox) {
        let (room, received) = (self.inbound.capacity() - self.inbound.len(), self.inbound.len());
        self.quiet &= received == 0;
        if self.quiet {
            if room < QUIET {
                self.inbound = BytesMut::with_capacity(QUIET);
                self.chunk = Chunk { number: self.chunk.number + 1, size: QUIET };
            }
            return (&mut self.inbound, &mut self.outbox);
        }
        // A giant sentence's buffer is given back once it has been read.
        let giant = self.chunk.size > 2 * CHUNK && received < ROOM;
        if giant || (room < ROOM && !self.inbound.try_reclaim(CHUNK)) {
            // It grows with what has arrived, and no further than the longest sentence.
            let limit = self.codec.limits().sentence.saturating_add(CHUNK);
            let grown = (2 * received).min(limit).max(received + CHUNK);
            let size = if received < ROOM { CHUNK } else { grown };
            let pooled = if size == CHUNK { self.pool.take(CHUNK) } else { None };
            let mut next = pooled.unwrap_or_else(|| BytesMut::with_capacity(size));
            next.extend_from_slice(&self.inbound);
            let last = std::mem::replace(&mut self.inbound, next);
            if self.chunk.size == CHUNK {
                self.pool.put(last);
            }
            self.chunk = Chunk { number: self.chunk.number + 1, size };
        }
        (&mut self.inbound, &mut self.outbox)
    }

    /// The buffer that the latest event's sentence is a part of.
    pub(crate) fn chunk(&self) -> Chunk {
        self.chunk
    }

    /// Begins a command: its tag is known before a byte of it is written.
    ///
    /// # Errors
    /// [`Error::InvalidCommand`]; nothing has begun then.
    pub(crate) fn begin(&mut self, tag: u64, command: &Command, collected: bool) -> Result<(), Error> {
        let frame = command.frame(self.codec.limits())?;
        self.tags.insert(Tag::Command(tag), State::Running(Reply { collected, ..Reply::default() }));
        send(&mut self.outbox, frame, Tag::Command(tag));
        Ok(())
    }

    /// Asks the router to end a running command. Its own `!done` is still to come.
    pub(crate) fn cancel(&mut self, tag: u64, now: Instant) {
        if self.tags.running(Tag::Command(tag)).is_none() {
            return;
        }
        let until = now + self.grace;
        self.tags.insert(Tag::Command(tag), State::Quarantined { until });
        self.tags.insert(Tag::Cancel(tag), State::Quarantined { until });
        let mut frame = Vec::new();
        put_word(&[b"/cancel"], &mut frame);
        put_word(&[b"=tag=", Tag::Command(tag).to_string().as_bytes()], &mut frame);
        send(&mut self.outbox, &frame, Tag::Cancel(tag));
    }

    /// Whether more memory is kept than a quiet connection needs.
    pub(crate) fn keeps_chunks(&self) -> bool {
        !self.pool.is_empty() || !self.quiet && self.inbound.is_empty()
    }

    /// Gives that memory back.
    pub(crate) fn release(&mut self) {
        self.pool.release();
        if self.inbound.is_empty() {
            self.inbound = BytesMut::new();
            self.quiet = true;
        }
    }

    /// When [`expire`](Self::expire) is to be called.
    pub(crate) fn deadline(&self) -> Option<Instant> {
        self.tags.deadline()
    }

    /// Gives the connection up if a cancelled command has not ended in time.
    pub(crate) fn expire(&mut self, now: Instant) -> Result<(), Error> {
        if self.tags.expire(now) {
            // A router that does not even end what was cancelled is silent, not gone.
            return Err(Error::TimedOut { phase: Phase::Command, after: self.grace });
        }
        Ok(())
    }

    /// Whether the received bytes end in the middle of a sentence.
    pub(crate) fn is_amid_sentence(&self) -> bool {
        !self.inbound.is_empty()
    }

    /// The next event in the received bytes.
    pub(crate) fn next(&mut self, now: Instant) -> Result<Option<Event>, Error> {
        self.quiet &= self.inbound.is_empty();
        while let Some(sentence) = self.codec.decode(&mut self.inbound)? {
            let event = match sentence.kind() {
                b"!re" => self.row(sentence, now)?,
                b"!done" => self.done(sentence)?,
                b"!trap" => self.trap(sentence)?,
                b"!fatal" => Some(Event::Fatal { message: sentence.message().into_owned() }),
                // It marks that there is nothing, or nothing yet: rows may follow, and `!done` does.
                b"!empty" => None,
                other => {
                    tracing::debug!(word = %other.escape_ascii(), "unknown reply word");
                    None
                }
            };
            if event.is_some() {
                return Ok(event);
            }
        }
        Ok(None)
    }

    fn row(&mut self, row: Sentence, now: Instant) -> Result<Option<Event>, Error> {
        let Some(Tag::Command(tag)) = self.owner(&row)? else { return Ok(None) };
        let limits = *self.codec.limits();
        let Some(reply) = self.tags.running(Tag::Command(tag)) else { return Ok(None) };
        reply.rows += 1;
        reply.bytes = reply.bytes.saturating_add(row.size());
        if reply.collected && (reply.rows > limits.rows || reply.bytes > limits.reply) {
            self.cancel(tag, now);
            return Ok(Some(Event::TooLarge { tag }));
        }
        Ok(Some(Event::Row { tag, row }))
    }

    fn trap(&mut self, sentence: Sentence) -> Result<Option<Event>, Error> {
        let limit = self.codec.limits().reply;
        if let Some(tag) = self.owner(&sentence)?
            && let Some(reply) = self.tags.running(tag)
        {
            // It may be the only one in its chunk that is kept.
            reply.trap(Trap::new(sentence.detached()), limit);
        }
        Ok(None)
    }

    fn done(&mut self, done: Sentence) -> Result<Option<Event>, Error> {
        let Some(tag) = self.owner(&done)? else { return Ok(None) };
        let traps = match self.tags.remove(tag) {
            Some(State::Running(reply)) => reply.traps,
            _ => Vec::new(),
        };
        Ok(match tag {
            Tag::Command(tag) => Some(Event::Done { tag, done: done.detached(), traps }),
            Tag::Cancel(_) => None,
        })
    }

    /// Whose sentence this is; `None` for one that nobody waits for, such as the last words of what was cancelled. One
    /// without a tag belongs to the only command in flight.
    fn owner(&self, sentence: &Sentence) -> Result<Option<Tag>, ProtocolError> {
        match sentence.tag() {
            Some(tag) => {
                let owner = Tag::read(tag).filter(|tag| self.tags.contains(*tag));
                if owner.is_none() {
                    tracing::debug!(tag = %tag.escape_ascii(), "reply to nobody");
                }
                Ok(owner)
            }
            None => self.tags.only().map(Some).ok_or(ProtocolError::Stray),
        }
    }
}

fn send(outbox: &mut Outbox, frame: &[u8], tag: Tag) {
    let mut end = Vec::new();
    put_word(&[b".tag=", tag.to_string().as_bytes()], &mut end);
    end.push(0);
    outbox.put(&[frame, &end]);
}
