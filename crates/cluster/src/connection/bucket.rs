//! A bucket of keys and values, with compare-and-set.
//!
//! Only what the cluster needs, and with answers that tell what is certain: whether nothing was changed, or nobody knows.
//! A key is never deleted, since what follows a deletion is a write over its marker: whoever releases a key writes a value
//! that says so.

use std::error::Error as _;

use async_nats::HeaderMap;
use async_nats::header::NATS_EXPECTED_LAST_SUBJECT_SEQUENCE;
use async_nats::jetstream::consumer::{DeliverPolicy, push};
use async_nats::jetstream::context::{PublishError, PublishErrorKind};
use async_nats::jetstream::stream::{LastRawMessageErrorKind, Stream};
use bytes::Bytes;
use futures_util::StreamExt;
use tokio::time::{Instant, timeout};

use super::meaning::said;
use super::plan::{Plan, provide};
use super::{Connection, PATIENCE, majority};
use crate::error::Error;

/// A replicated bucket.
#[derive(Clone, Debug)]
pub struct Bucket {
    connection: Connection,
    stream: Stream<()>,
    name: String,
    /// Where its changes are told, without the key.
    told: String,
}

/// A key as it is in a bucket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The key.
    pub key: String,
    /// Its value.
    pub value: Bytes,
    /// The number of the write, counted over the whole bucket.
    pub revision: u64,
}

impl Bucket {
    /// The bucket of a plan, made if there is none and this node may.
    ///
    /// # Errors
    ///
    /// [`Error::NoBucket`] where it is not there and cannot be made.
    pub async fn open(connection: &Connection, plan: &Plan) -> Result<Self, Error> {
        provide(connection, plan).await?;
        let stream = connection.jetstream().get_stream_no_info(plan.stream()).await;
        let stream = stream.map_err(|error| Error::Server(error.to_string()))?;
        Ok(Self { connection: connection.clone(), stream, name: plan.name.clone(), told: plan.told.clone() })
    }

    /// The bucket's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Writes a key that must not be there.
    ///
    /// # Errors
    ///
    /// [`Error::Conflict`] if it is there.
    pub async fn create(&self, key: &str, value: impl Into<Bytes>) -> Result<u64, Error> {
        self.update(key, value, 0).await
    }

    /// Writes a key that must be as it was at this revision; answers with the new one.
    ///
    /// # Errors
    ///
    /// [`Error::Conflict`] if somebody else wrote it since. After [`Error::NoAnswer`] it may have been written, or may yet be.
    pub async fn update(&self, key: &str, value: impl Into<Bytes>, revision: u64) -> Result<u64, Error> {
        if let Some(refusal) = self.connection.refusal() {
            return Err(refusal);
        }
        let subject = self.subject(key);
        let mut headers = HeaderMap::new();
        headers.insert(NATS_EXPECTED_LAST_SUBJECT_SEQUENCE, revision.to_string().as_str());
        let begun = Instant::now();
        let written = async {
            let context = self.connection.jetstream();
            context.publish_with_headers(subject.clone(), headers, value.into()).await?.await
        };
        match written.await {
            Ok(acknowledged) => Ok(acknowledged.sequence),
            Err(error) => Err(self.meaning(&error, begun, &subject)),
        }
    }

    /// A key as the bucket's leader has it: never older than the last write.
    ///
    /// # Errors
    ///
    /// [`Error::NoLeader`] and [`Error::NoAnswer`] while nobody leads.
    pub async fn read(&self, key: &str) -> Result<Option<Entry>, Error> {
        if let Some(refusal) = self.connection.refusal() {
            return Err(refusal);
        }
        let subject = self.subject(key);
        let begun = Instant::now();
        // Limited a second time, as the answer's limit is the library's own affair.
        let read = timeout(PATIENCE * 2, self.stream.get_last_raw_message_by_subject(&subject)).await;
        match read {
            Ok(Ok(message)) => {
                Ok(Some(Entry { key: key.to_owned(), value: message.payload, revision: message.sequence }))
            }
            Ok(Err(error)) => match error.kind() {
                LastRawMessageErrorKind::NoMessageFound => Ok(None),
                LastRawMessageErrorKind::JetStream(error) => Err(said(&error)),
                _ => Err(self.silence(begun, &subject)),
            },
            Err(_) => Err(self.silence(begun, &subject)),
        }
    }

    /// Every key, and the number of the bucket's last write at that time.
    ///
    /// # Errors
    ///
    /// As [`Bucket::read`].
    pub async fn read_all(&self) -> Result<(Vec<Entry>, u64), Error> {
        let (mut last, messages) = self.state().await?;
        let mut entries = Vec::new();
        if messages == 0 {
            return Ok((entries, last));
        }
        let config = push::OrderedConfig {
            deliver_subject: self.connection.client().new_inbox(),
            deliver_policy: DeliverPolicy::LastPerSubject,
            filter_subject: self.subject(">"),
            ..Default::default()
        };
        let made = timeout(PATIENCE * 2, self.stream.create_consumer(config)).await;
        let consumer = made.map_err(|_| Error::NoAnswer)?.map_err(|error| Error::Server(error.to_string()))?;
        let opened = timeout(PATIENCE * 2, consumer.messages()).await;
        let opened = opened.map_err(|_| Error::NoAnswer)?;
        let mut messages = opened.map_err(|error| Error::Server(error.to_string()))?;
        loop {
            let Ok(Some(Ok(message))) = timeout(PATIENCE * 2, messages.next()).await else {
                return Err(Error::NoAnswer);
            };
            let info = message.info().map_err(|error| Error::Server(error.to_string()))?;
            let (revision, pending) = (info.stream_sequence, info.pending);
            last = last.max(revision);
            if let Some(key) = self.key_of(&message.subject) {
                entries.push(Entry { key: key.to_owned(), value: message.payload.clone(), revision });
            }
            if pending == 0 {
                return Ok((entries, last));
            }
        }
    }

    /// The number of the last write, by the bucket's leader.
    ///
    /// # Errors
    ///
    /// As [`Bucket::read`].
    pub async fn last_revision(&self) -> Result<u64, Error> {
        Ok(self.state().await?.0)
    }

    /// The bucket's last write and how many keys it has.
    async fn state(&self) -> Result<(u64, u64), Error> {
        if let Some(refusal) = self.connection.refusal() {
            return Err(refusal);
        }
        let info = majority::info(&self.stream, PATIENCE * 2).await?;
        Ok((info.state.last_sequence, info.state.messages))
    }

    pub(super) fn connection(&self) -> &Connection {
        &self.connection
    }

    /// The subjects on which the bucket's leader tells what was written.
    pub(super) fn told(&self) -> String {
        format!("{}.>", self.told)
    }

    /// The key that a subject of this bucket is about.
    pub(super) fn key_of<'a>(&self, subject: &'a str) -> Option<&'a str> {
        subject.strip_prefix("$KV.")?.strip_prefix(self.name.as_str())?.strip_prefix('.')
    }

    fn subject(&self, key: &str) -> String {
        format!("$KV.{}.{key}", self.name)
    }

    /// What a refused or unanswered write means.
    fn meaning(&self, error: &PublishError, begun: Instant, subject: &str) -> Error {
        match error.kind() {
            PublishErrorKind::WrongLastSequence | PublishErrorKind::WrongLastMessageId => Error::Conflict,
            // Nobody listened, so nobody took it.
            PublishErrorKind::StreamNotFound => Error::NoLeader,
            PublishErrorKind::MaxPayloadExceeded => Error::TooLarge(error.to_string()),
            PublishErrorKind::TimedOut | PublishErrorKind::BrokenPipe | PublishErrorKind::MaxAckPending => {
                self.silence(begun, subject)
            }
            PublishErrorKind::Other => {
                let source = error.source().and_then(|source| source.downcast_ref::<async_nats::jetstream::Error>());
                source.map_or_else(|| Error::Server(error.to_string()), said)
            }
        }
    }

    /// No answer: for want of a permission, or nobody knows why.
    fn silence(&self, begun: Instant, subject: &str) -> Error {
        self.connection.violations().since(begun, subject).map_or(Error::NoAnswer, Error::Forbidden)
    }
}
