//! The task that owns a connection: one writer, one reader, every command's state.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use bytes::{Buf, Bytes};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadHalf, WriteHalf};
use tokio::sync::{OwnedSemaphorePermit, mpsc, oneshot, watch};
use tokio::time::{Instant, sleep_until};

use crate::codec::Limits;
use crate::error::{Phase, Trap};
use crate::session::{Event, Session};
use crate::{Command, Error, Reply, Sentence};

/// How much is read at once, bytes; also how much room a quiet connection holds.
const CHUNK: usize = 16 << 10;
/// How much may wait to be sent before no further command is taken, bytes.
const UNSENT: usize = 1 << 20;

/// What callers ask of the driver.
pub(crate) enum Request {
    Begin { tag: u64, command: Command, sink: Sink, permit: OwnedSemaphorePermit },
    Cancel { tag: u64 },
    Close,
}

/// Where a command's rows go.
pub(crate) enum Sink {
    Collect { rows: Vec<Sentence>, bytes: usize, reply: oneshot::Sender<Result<Reply, Error>> },
    Stream { rows: mpsc::Sender<Sentence>, end: Arc<OnceLock<Result<(), Error>>> },
}

struct Entry {
    /// `None` once the caller left: rows are thrown away until the command ends.
    sink: Option<Sink>,
    give_up: Option<Instant>,
    _permit: Option<OwnedSemaphorePermit>,
}

/// One connection and all that runs on it.
pub(crate) struct Driver<S> {
    reader: ReadHalf<S>,
    writer: WriteHalf<S>,
    sending: Bytes,
    session: Session,
    limits: Limits,
    grace: Duration,
    requests: mpsc::UnboundedReceiver<Request>,
    ended: watch::Sender<Option<Error>>,
    entries: HashMap<u64, Entry>,
    next_cancel: u64,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Driver<S> {
    pub(crate) fn new(
        stream: S,
        limits: Limits,
        grace: Duration,
        requests: mpsc::UnboundedReceiver<Request>,
        ended: watch::Sender<Option<Error>>,
    ) -> Self {
        let session = Session::new(limits);
        let (reader, writer) = tokio::io::split(stream);
        let (sending, entries, next_cancel) = (Bytes::new(), HashMap::new(), u64::MAX);
        Self { reader, writer, sending, session, limits, grace, requests, ended, entries, next_cancel }
    }

    /// Runs until the connection ends or nobody holds it any more.
    pub(crate) async fn run(mut self) {
        let reason = match self.drive().await {
            Ok(()) => Error::closed("the client was closed"),
            Err(error) => error,
        };
        self.ended.send_replace(Some(reason.clone()));
        for (_, entry) in self.entries.drain() {
            if let Some(sink) = entry.sink {
                sink.fail(reason.clone());
            }
        }
        self.requests.close();
        while let Ok(request) = self.requests.try_recv() {
            if let Request::Begin { sink, .. } = request {
                sink.fail(reason.clone());
            }
        }
        let _ = tokio::time::timeout(Duration::from_millis(200), self.writer.shutdown()).await;
    }

    async fn drive(&mut self) -> Result<(), Error> {
        loop {
            while let Some(event) = self.session.next()? {
                self.take(event)?;
            }
            let give_up = self.entries.values().filter_map(|entry| entry.give_up).min();
            if self.sending.is_empty() {
                self.sending = self.session.outbound().split().freeze();
            }
            self.session.inbound().reserve(CHUNK);
            // Reading and writing go on side by side: a peer that takes no bytes does not stop us from hearing it.
            tokio::select! {
                read = self.reader.read_buf(self.session.inbound()) => if read? == 0 {
                    return Err(Error::closed("the router closed the connection"));
                },
                written = self.writer.write(&self.sending), if !self.sending.is_empty() => match written? {
                    0 => return Err(Error::closed("the router takes no more bytes")),
                    n => self.sending.advance(n),
                },
                request = self.requests.recv(), if self.sending.len() < UNSENT => match request {
                    Some(Request::Begin { tag, command, sink, permit }) => {
                        self.entries.insert(tag, Entry { sink: Some(sink), give_up: None, _permit: Some(permit) });
                        self.session.begin(tag, command.words())?;
                    }
                    Some(Request::Cancel { tag }) => self.cancel(tag)?,
                    Some(Request::Close) | None => return Ok(()),
                },
                () = sleep_until(give_up.unwrap_or_else(Instant::now)), if give_up.is_some() => {
                    // A router that does not even end what was cancelled is silent, not gone.
                    return Err(Error::TimedOut { phase: Phase::Command, after: self.grace });
                }
            }
        }
    }

    fn cancel(&mut self, tag: u64) -> Result<(), Error> {
        let Some(entry) = self.entries.get_mut(&tag).filter(|entry| entry.give_up.is_none()) else { return Ok(()) };
        entry.sink = None;
        entry.give_up = Some(Instant::now() + self.grace);
        if self.session.is_running(tag) {
            self.next_cancel -= 1;
            self.session.cancel(tag, self.next_cancel)?;
        }
        Ok(())
    }

    fn take(&mut self, event: Event) -> Result<(), Error> {
        match event {
            Event::Fatal { message } => return Err(fatal(message)),
            Event::Row { tag, row } => {
                let full = match self.entries.get_mut(&tag).and_then(|entry| entry.sink.as_mut()) {
                    Some(sink) => sink.row(row, &self.limits).err(),
                    None => None,
                };
                if let Some(error) = full {
                    if let Some(sink) = self.entries.get_mut(&tag).and_then(|entry| entry.sink.take()) {
                        sink.fail(error);
                    }
                    self.cancel(tag)?;
                }
            }
            Event::Done { tag, done, traps } => {
                if let Some(sink) = self.entries.remove(&tag).and_then(|entry| entry.sink) {
                    sink.done(done, traps);
                }
            }
        }
        Ok(())
    }
}

impl Sink {
    fn row(&mut self, row: Sentence, limits: &Limits) -> Result<(), Error> {
        match self {
            Self::Collect { rows, bytes, .. } => {
                *bytes += row.size();
                if rows.len() == limits.rows || *bytes > limits.reply {
                    return Err(Error::TooLarge);
                }
                rows.push(row);
                Ok(())
            }
            Self::Stream { rows, .. } => rows.try_send(row).map_err(|_| Error::Lagged),
        }
    }

    fn done(self, done: Sentence, traps: Vec<Trap>) {
        let outcome = outcome(traps);
        match self {
            Self::Collect { rows, reply, .. } => drop(reply.send(outcome.map(|()| Reply { rows, done }))),
            Self::Stream { end, .. } => drop(end.set(outcome)),
        }
    }

    fn fail(self, error: Error) {
        match self {
            Self::Collect { reply, .. } => drop(reply.send(Err(error))),
            Self::Stream { end, .. } => drop(end.set(Err(error))),
        }
    }
}

/// What a command's traps make of it.
fn outcome(traps: Vec<Trap>) -> Result<(), Error> {
    let Some(first) = traps.first() else { return Ok(()) };
    let message = first.message.clone();
    let says = |words: &str| message.to_ascii_lowercase().contains(words);
    Err(if says("not enough permissions") {
        Error::NotPermitted { message }
    } else if says("invalid user name or password") || says("cannot log in") {
        Error::WrongCredentials { message }
    } else {
        Error::Trap { traps }
    })
}

fn fatal(message: String) -> Error {
    if message.is_empty() {
        Error::Fatal { message: "the router ended the session".into() }
    } else {
        Error::Fatal { message }
    }
}
