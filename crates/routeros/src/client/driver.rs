//! The task that owns a connection: the only reader and the only writer. It decides nothing about the protocol; that
//! is the [session](crate::session)'s.

use std::collections::BTreeMap;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadHalf, WriteHalf};
use tokio::sync::{OwnedSemaphorePermit, mpsc, watch};
use tokio::time::{Instant, sleep_until, timeout};

use crate::Phase;
use crate::session::{Event, Session};
use crate::{Command, Error, Options};

use super::arrivals::Arrivals;
use super::row_sink::{Pace, RowSink};

/// For what is left to be said when the client is closed.
const FAREWELL: Duration = Duration::from_millis(500);

/// How long memory is kept for the next reply, when nothing is in flight: as long as it takes to ask for it at once. Of a
/// thousand connections that are opened together only those of so long ago hold some.
const REST: Duration = Duration::from_millis(10);

/// What callers ask of the driver.
pub(crate) enum Request {
    /// Apart, because a queue has room for many requests.
    Begin(Box<Begin>),
    Cancel {
        tag: u64,
    },
    /// Ends the connection, for this reason where it is not the caller's wish. The reason is apart, as the command is.
    Close {
        reason: Option<Box<Error>>,
    },
}

/// A command that is to begin.
pub(crate) struct Begin {
    pub(crate) tag: u64,
    pub(crate) command: Command,
    pub(crate) sink: RowSink,
    pub(crate) place: OwnedSemaphorePermit,
}

/// A command that has not ended: its caller, unless nobody waits any more, and its place among those in flight.
struct Entry {
    sink: Option<RowSink>,
    _place: OwnedSemaphorePermit,
}

/// One connection and all that runs on it.
pub(crate) struct Driver<S> {
    reader: ReadHalf<S>,
    writer: WriteHalf<S>,
    session: Session,
    entries: BTreeMap<u64, Entry>,
    requests: mpsc::UnboundedReceiver<Request>,
    ended: watch::Sender<Option<Error>>,
    /// Every byte that comes.
    heard: Arrivals,
    write_limit: Duration,
    /// Since when the peer has taken no byte, while there are some for it.
    stalled: Option<Instant>,
    /// When memory that was kept for the next reply is given back.
    rest: Option<Instant>,
    /// Whether bytes may sit in the stream's own buffer.
    unflushed: bool,
    /// Why it was closed.
    parting: Option<Error>,
}

impl<S: AsyncRead + AsyncWrite> Driver<S> {
    pub(crate) fn new(
        stream: S,
        options: &Options,
        requests: mpsc::UnboundedReceiver<Request>,
        ended: watch::Sender<Option<Error>>,
        heard: Arrivals,
    ) -> Self {
        let (reader, writer) = tokio::io::split(stream);
        Self {
            reader,
            writer,
            session: Session::new(options),
            entries: BTreeMap::new(),
            requests,
            ended,
            heard,
            write_limit: options.write_timeout,
            stalled: None,
            rest: None,
            unflushed: false,
            parting: None,
        }
    }

    /// Runs until the connection ends or nobody holds it any more.
    pub(crate) async fn run(mut self) {
        let outcome = self.drive().await;
        let orderly = outcome.is_ok();
        let reason = outcome.err().or_else(|| self.parting.take());
        let reason = reason.unwrap_or_else(|| Error::closed("the client was closed"));
        tracing::debug!(%reason, "connection ended");
        self.ended.send_replace(Some(reason.clone()));
        for (_, entry) in std::mem::take(&mut self.entries) {
            if let Some(sink) = entry.sink {
                sink.fail(reason.clone());
            }
        }
        self.requests.close();
        while let Ok(request) = self.requests.try_recv() {
            if let Request::Begin(begin) = request {
                begin.sink.fail(reason.clone());
            }
        }
        let (_, outbox) = self.session.io();
        let farewell = async {
            if orderly {
                self.writer.write_all(outbox.pending()).await?;
            }
            self.writer.shutdown().await
        };
        let _ = timeout(FAREWELL, farewell).await;
    }

    async fn drive(&mut self) -> Result<(), Error> {
        loop {
            if self.take_events()? == Pace::Wait {
                tokio::task::yield_now().await;
                // What callers asked for comes before more rows: a slow consumer may be about to leave.
                if self.take_all() {
                    return Ok(());
                }
                continue;
            }
            let deadline = self.deadline();
            let (inbound, outbox) = self.session.io();
            let sending = !outbox.pending().is_empty() || self.unflushed;
            // Reading and writing go on side by side: a peer that takes no bytes does not stop us from hearing it.
            tokio::select! {
                read = self.reader.read_buf(inbound) => {
                    if read.map_err(Error::broken)? == 0 {
                        return Err(self.end_of_stream());
                    }
                    self.heard.note(Instant::now());
                }
                sent = send(&mut self.writer, outbox.pending()), if sending => {
                    let sent = sent?;
                    outbox.advance(sent);
                    self.unflushed = sent > 0;
                    self.stalled = None;
                },
                request = self.requests.recv() => if request.is_none_or(|request| self.take(request)) || self.take_all() {
                    return Ok(());
                },
                () = at(deadline) => self.expire()?,
            }
        }
    }

    /// Hands out what has been received, up to where a consumer should have its turn.
    fn take_events(&mut self) -> Result<Pace, Error> {
        let now = Instant::now();
        while let Some(event) = self.session.next(now)? {
            match event {
                Event::Fatal { message } => return Err(Error::Fatal { message }),
                Event::Done { tag, done, traps } => {
                    if let Some(sink) = self.entries.remove(&tag).and_then(|entry| entry.sink) {
                        sink.done(done, traps, now);
                    }
                }
                Event::TooLarge { tag } => self.fail(tag, Error::TooLarge),
                Event::Row { tag, row } => {
                    let chunk = self.session.chunk();
                    let sink = self.entries.get_mut(&tag).and_then(|entry| entry.sink.as_mut());
                    match sink.map_or(Ok(Pace::On), |sink| sink.row(row, chunk, now)) {
                        Ok(Pace::On) => {}
                        Ok(Pace::Wait) => return Ok(Pace::Wait),
                        Err(error) => {
                            self.fail(tag, error);
                            self.session.cancel(tag, now);
                        }
                    }
                }
            }
        }
        Ok(Pace::On)
    }

    /// Does what a caller asked for; true when that is to end.
    fn take(&mut self, request: Request) -> bool {
        match request {
            Request::Close { reason } => {
                self.parting = reason.map(|reason| *reason);
                return true;
            }
            Request::Cancel { tag } => {
                if let Some(entry) = self.entries.get_mut(&tag) {
                    entry.sink = None;
                    self.session.cancel(tag, Instant::now());
                }
            }
            Request::Begin(begin) => {
                let Begin { tag, command, sink, place } = *begin;
                match self.session.begin(tag, &command, sink.gathers()) {
                    Ok(()) => {
                        self.entries.insert(tag, Entry { sink: Some(sink), _place: place });
                    }
                    Err(error) => sink.fail(error),
                }
            }
        }
        false
    }

    /// Does all of what callers asked for, so that their commands leave together; true when that is to end. Each waits
    /// for a place, so that there are not many.
    fn take_all(&mut self) -> bool {
        while let Ok(request) = self.requests.try_recv() {
            if self.take(request) {
                return true;
            }
        }
        false
    }

    fn fail(&mut self, tag: u64, error: Error) {
        if let Some(sink) = self.entries.get_mut(&tag).and_then(|entry| entry.sink.take()) {
            sink.fail(error);
        }
    }

    /// When something is to be given up.
    fn deadline(&mut self) -> Option<Instant> {
        let (_, outbox) = self.session.io();
        if outbox.pending().is_empty() && !self.unflushed {
            self.stalled = None;
        } else {
            self.stalled.get_or_insert_with(Instant::now);
        }
        let stalled = self.stalled.map(|since| since + self.write_limit);
        if self.entries.is_empty() && self.session.keeps_chunks() {
            self.rest.get_or_insert_with(|| Instant::now() + REST);
        } else {
            self.rest = None;
        }
        [self.session.deadline(), stalled, self.rest].into_iter().flatten().min()
    }

    fn expire(&mut self) -> Result<(), Error> {
        let now = Instant::now();
        if self.stalled.is_some_and(|since| since + self.write_limit <= now) {
            return Err(Error::TimedOut { phase: Phase::Command, after: self.write_limit });
        }
        if self.rest.is_some_and(|rest| rest <= now) {
            self.session.release();
        }
        self.session.expire(now)
    }

    fn end_of_stream(&self) -> Error {
        Error::closed(if self.session.is_amid_sentence() {
            "the router closed the connection amid a sentence"
        } else {
            "the router closed the connection"
        })
    }
}

/// Sends some bytes, or flushes where there are none.
async fn send<S: AsyncWrite>(writer: &mut WriteHalf<S>, bytes: &[u8]) -> Result<usize, Error> {
    if bytes.is_empty() {
        writer.flush().await.map_err(Error::broken)?;
        return Ok(0);
    }
    match writer.write(bytes).await.map_err(Error::broken)? {
        0 => Err(Error::closed("the router takes no more bytes")),
        sent => Ok(sent),
    }
}

async fn at(deadline: Option<Instant>) {
    match deadline {
        Some(deadline) => sleep_until(deadline).await,
        None => std::future::pending().await,
    }
}
