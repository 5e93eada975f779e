//! The store's side of the state: a change is written to the stream by compare-and-set, and the store hears with which
//! number, that somebody else was first, or that nobody answered.
//!
//! The store calls from threads that may be blocked, so each call runs on the runtime and is waited for, for a limited
//! time.

use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use async_nats::HeaderMap;
use async_nats::header::{NATS_EXPECTED_LAST_SUBJECT_SEQUENCE, NATS_MESSAGE_ID};
use async_nats::jetstream::context::{PublishError, PublishErrorKind};
use bytes::Bytes;
use futures_util::stream::{self, StreamExt, TryStreamExt};
use lalin_store::{Refused, RowChange, SharedChanges, SharedPart, SharedRows};
use tokio::runtime::Handle;
use tokio::time::{Instant, sleep, timeout};

use super::parts::{Part, Parts};
use super::reading;
use crate::connection::{Connection, said};
use crate::error::Error;

/// Rows in NATS.
pub(super) struct NatsRows {
    connection: Connection,
    parts: Parts,
    runtime: Handle,
    /// When the copy was whole last, of state and sessions.
    whole: Mutex<[Option<Instant>; 2]>,
}

impl NatsRows {
    pub(super) fn new(connection: Connection, parts: Parts, runtime: Handle) -> Self {
        Self { connection, parts, runtime, whole: Mutex::default() }
    }

    pub(super) fn connection(&self) -> &Connection {
        &self.connection
    }

    pub(super) fn has(&self, part: SharedPart) -> bool {
        self.parts.get(part).is_some()
    }

    pub(super) fn part(&self, part: SharedPart) -> Option<&Part> {
        self.parts.get(part)
    }

    pub(super) fn refusal(&self) -> Option<Error> {
        self.connection.refusal()
    }

    /// Remembers that the copy held everything of a part at this moment.
    pub(super) fn is_whole(&self, part: SharedPart, at: Instant) {
        let mut whole = self.whole.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(known) = place(part).and_then(|place| whole.get_mut(place)) else { return };
        *known = Some(known.map_or(at, |known| known.max(at)));
    }

    /// How old the copy may be at most: of its oldest part.
    pub(super) fn age_now(&self) -> Duration {
        let whole = *self.whole.lock().unwrap_or_else(PoisonError::into_inner);
        let parts = [SharedPart::State, SharedPart::Sessions].into_iter().filter(|part| self.has(*part));
        let ages = parts.filter_map(place).filter_map(|place| whole.get(place)).map(|whole| match whole {
            Some(at) => at.elapsed(),
            None => Duration::MAX,
        });
        ages.max().unwrap_or(Duration::MAX)
    }

    /// What was committed of a part after a sequence; everything where it is `None`.
    pub(super) async fn read(&self, part: SharedPart, after: Option<u64>) -> Result<SharedChanges, Error> {
        let Some(of) = self.parts.get(part) else { return Ok(SharedChanges::default()) };
        let asked = Instant::now();
        let changes = reading::since(&self.connection, of, after).await?;
        if !changes.all && Some(changes.up_to) == after {
            self.is_whole(part, asked);
        }
        Ok(changes)
    }

    async fn committed(&self, changes: &[RowChange]) -> Result<Vec<Option<u64>>, Refused> {
        // One after the other while it is still being decided.
        let (deciding, following) = changes.split_at(changes.len().min(DECIDING));
        let mut sequences = Vec::with_capacity(changes.len());
        for change in deciding {
            sequences.push(self.write(change).await?);
        }
        let following: Vec<_> =
            stream::iter(following.iter().map(|change| self.write(change))).buffered(AT_ONCE).try_collect().await?;
        sequences.extend(following);
        Ok(sequences)
    }

    async fn write(&self, change: &RowChange) -> Result<Option<u64>, Refused> {
        let Some(part) = self.parts.get(change.part) else { return Ok(None) };
        let subject = part.subject(&change.key);
        let id = format!("{:016x}{:016x}", fastrand::u64(..), fastrand::u64(..));
        let mut headers = HeaderMap::new();
        headers.insert(WRITE, id.as_str());
        if let Some(seen) = change.seen {
            headers.insert(NATS_EXPECTED_LAST_SUBJECT_SEQUENCE, seen.to_string().as_str());
        }
        if change.value.is_none() {
            headers.insert(reading::OPERATION, reading::DELETED);
        }
        let value = change.value.clone().map_or_else(Bytes::new, Bytes::from);
        match self.publish(subject.clone(), headers, value).await {
            Ok(sequence) => Ok(Some(sequence)),
            Err(Error::Conflict) if change.may_lose => Ok(None),
            Err(Error::Conflict) => {
                // What was first may be on its way still.
                sleep(MEANWHILE).await;
                Err(Refused::Conflict)
            }
            // It may have been written all the same.
            Err(Error::NoAnswer) => match reading::last(&self.connection, part, &subject).await {
                Ok(Some((sequence, headers))) if headers.get(WRITE).is_some_and(|by| by.as_str() == id) => {
                    Ok(Some(sequence))
                }
                _ => Err(Refused::Unanswered(Error::NoAnswer.to_string())),
            },
            Err(error) => Err(Refused::Unanswered(error.to_string())),
        }
    }

    async fn appended(&self, key: &str, value: Bytes) -> Result<u64, Refused> {
        let Some(part) = self.parts.get(SharedPart::Audit) else { return Err(Refused::ReadOnly) };
        let id = format!("{}-{:016x}{:016x}", self.connection.node(), fastrand::u64(..), fastrand::u64(..));
        let mut failed = Error::NoAnswer;
        // By its id it is known as the same one.
        for _ in 0..APPENDS {
            let mut headers = HeaderMap::new();
            headers.insert(NATS_MESSAGE_ID, id.as_str());
            match self.publish(part.subject(key), headers, value.clone()).await {
                Ok(sequence) => return Ok(sequence),
                Err(error) => failed = error,
            }
            sleep(MEANWHILE).await;
        }
        Err(Refused::Unanswered(failed.to_string()))
    }

    async fn publish(&self, subject: String, headers: HeaderMap, value: Bytes) -> Result<u64, Error> {
        if let Some(refusal) = self.connection.refusal() {
            return Err(refusal);
        }
        let begun = Instant::now();
        let context = self.connection.jetstream();
        let asked = subject.clone();
        let written = async { context.publish_with_headers(asked, headers, value).await?.await };
        match written.await {
            Ok(acknowledged) => Ok(acknowledged.sequence),
            Err(error) => match meaning(&error) {
                Error::NoAnswer => {
                    Err(self.connection.violations().since(begun, &subject).map_or(Error::NoAnswer, Error::Forbidden))
                }
                error => Err(error),
            },
        }
    }

    fn wait<T>(&self, limit: Duration, work: impl Future<Output = Result<T, Refused>>) -> Result<T, Refused> {
        let late = || Refused::Unanswered(Error::NoAnswer.to_string());
        self.runtime.block_on(async { timeout(limit, work).await.unwrap_or_else(|_| Err(late())) })
    }
}

impl SharedRows for NatsRows {
    fn commit(&self, changes: &[RowChange]) -> Result<Vec<Option<u64>>, Refused> {
        if !self.parts.may_write {
            return Err(Refused::ReadOnly);
        }
        let many = Duration::from_millis(u64::try_from(changes.len()).unwrap_or(u64::MAX).saturating_mul(2));
        self.wait(WRITING + many, self.committed(changes))
    }

    fn since(&self, part: SharedPart, sequence: u64) -> Result<SharedChanges, Refused> {
        let after = Some(sequence).filter(|sequence| *sequence > 0);
        let read = async { self.read(part, after).await.map_err(|error| Refused::Unanswered(error.to_string())) };
        self.wait(READING, read)
    }

    fn append(&self, key: &str, value: &[u8]) -> Result<u64, Refused> {
        self.wait(WRITING, self.appended(key, Bytes::copy_from_slice(value)))
    }

    fn age(&self) -> Duration {
        self.age_now()
    }
}

/// What a refused or unanswered write means.
fn meaning(error: &PublishError) -> Error {
    use std::error::Error as _;
    match error.kind() {
        PublishErrorKind::WrongLastSequence | PublishErrorKind::WrongLastMessageId => Error::Conflict,
        // Nobody listened, so nobody took it.
        PublishErrorKind::StreamNotFound => Error::NoLeader,
        PublishErrorKind::MaxPayloadExceeded => Error::TooLarge(error.to_string()),
        PublishErrorKind::TimedOut | PublishErrorKind::BrokenPipe | PublishErrorKind::MaxAckPending => Error::NoAnswer,
        PublishErrorKind::Other => {
            let source = error.source().and_then(|source| source.downcast_ref::<async_nats::jetstream::Error>());
            source.map_or_else(|| Error::Server(error.to_string()), said)
        }
    }
}

fn place(part: SharedPart) -> Option<usize> {
    match part {
        SharedPart::State => Some(0),
        SharedPart::Sessions => Some(1),
        SharedPart::Audit => None,
    }
}

impl fmt::Debug for NatsRows {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NatsRows").field("age", &self.age_now()).finish_non_exhaustive()
    }
}

/// Names a write, so that it is known again when its answer was lost.
const WRITE: &str = "Lalin-Write";
/// How many changes of a transaction are written one after the other, before the rest is written at once.
const DECIDING: usize = 2;
const AT_ONCE: usize = 64;
const APPENDS: usize = 3;
const MEANWHILE: Duration = Duration::from_millis(20);
/// For one transaction; more for one of thousands of rows.
const WRITING: Duration = Duration::from_secs(4);
const READING: Duration = Duration::from_secs(10);
