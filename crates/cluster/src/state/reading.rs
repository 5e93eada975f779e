//! What was written to a stream since, from whoever leads it: a few rows one by one, many by a consumer.

use std::time::Duration;

use async_nats::HeaderMap;
use async_nats::jetstream::consumer::{AckPolicy, DeliverPolicy, pull};
use async_nats::jetstream::stream::{LastRawMessageErrorKind, Stream};
use bytes::Bytes;
use futures_util::StreamExt;
use lalin_store::{SharedChanges, SharedRow};
use tokio::time::{Instant, timeout};

use super::parts::Part;
use crate::connection::{Connection, majority, said};
use crate::error::Error;

/// The header by which a key's deletion is known.
pub(super) const OPERATION: &str = "KV-Operation";
pub(super) const DELETED: &str = "DEL";

/// What was written after a sequence, up to what is written at this moment; everything where it is `None`, or of
/// another stream than the one that is there.
pub(super) async fn since(connection: &Connection, part: &Part, after: Option<u64>) -> Result<SharedChanges, Error> {
    if let Some(refusal) = connection.refusal() {
        return Err(refusal);
    }
    let stream = stream(connection, part).await?;
    let begun = Instant::now();
    let info = match majority::info(&stream, PATIENCE).await {
        Err(Error::NoAnswer) => {
            return Err(connection.violations().since(begun, &part.stream).map_or(Error::NoAnswer, Error::Forbidden));
        }
        info => info?,
    };
    let last = info.state.last_sequence;
    let after = after.filter(|after| *after <= last);
    let (rows, up_to) = match after {
        Some(after) if after == last => (Vec::new(), last),
        Some(after) if last - after <= FEW => few(&stream, part, after, last).await?,
        Some(after) => many(&stream, part, DeliverPolicy::ByStartSequence { start_sequence: after + 1 }, last).await?,
        None if info.state.messages == 0 => (Vec::new(), last),
        None => many(&stream, part, DeliverPolicy::All, last).await?,
    };
    Ok(SharedChanges { rows, up_to, all: after.is_none() })
}

/// The last write to a subject: its sequence and headers.
pub(super) async fn last(
    connection: &Connection,
    part: &Part,
    subject: &str,
) -> Result<Option<(u64, HeaderMap)>, Error> {
    let stream = stream(connection, part).await?;
    match timeout(PATIENCE, stream.get_last_raw_message_by_subject(subject)).await {
        Ok(Ok(message)) => Ok(Some((message.sequence, message.headers))),
        Ok(Err(error)) => match error.kind() {
            LastRawMessageErrorKind::NoMessageFound => Ok(None),
            LastRawMessageErrorKind::JetStream(error) => Err(said(&error)),
            _ => Err(Error::NoAnswer),
        },
        Err(_) => Err(Error::NoAnswer),
    }
}

/// The row that a message is; `None` for one without a key.
pub(super) fn row(
    part: &Part,
    subject: &str,
    headers: Option<&HeaderMap>,
    payload: &Bytes,
    sequence: u64,
) -> Option<SharedRow> {
    let is_gone = headers.and_then(|headers| headers.get(OPERATION)).is_some();
    let key = part.key(subject)?.to_owned();
    Some(SharedRow { key, sequence, value: (!is_gone).then(|| payload.to_vec()) })
}

/// Asks nobody.
async fn stream(connection: &Connection, part: &Part) -> Result<Stream<()>, Error> {
    let stream = connection.jetstream().get_stream_no_info(&part.stream).await;
    stream.map_err(|error| Error::Server(error.to_string()))
}

async fn few(stream: &Stream<()>, part: &Part, after: u64, last: u64) -> Result<(Vec<SharedRow>, u64), Error> {
    let (all, mut next, mut rows) = (format!("{}.>", part.written), after + 1, Vec::new());
    while next <= last {
        match timeout(PATIENCE, stream.get_first_raw_message_by_subject(&all, next)).await {
            Ok(Ok(message)) => {
                rows.extend(row(part, &message.subject, Some(&message.headers), &message.payload, message.sequence));
                next = message.sequence + 1;
            }
            Ok(Err(error)) => match error.kind() {
                // Written again later, or too old by now.
                LastRawMessageErrorKind::NoMessageFound => break,
                LastRawMessageErrorKind::JetStream(error) => return Err(said(&error)),
                _ => return Err(Error::NoAnswer),
            },
            Err(_) => return Err(Error::NoAnswer),
        }
    }
    Ok((rows, last.max(next.saturating_sub(1))))
}

async fn many(
    stream: &Stream<()>,
    part: &Part,
    from: DeliverPolicy,
    last: u64,
) -> Result<(Vec<SharedRow>, u64), Error> {
    let config = pull::Config {
        deliver_policy: from,
        ack_policy: AckPolicy::None,
        memory_storage: true,
        num_replicas: 1,
        inactive_threshold: FORGOTTEN,
        ..Default::default()
    };
    let made = timeout(PATIENCE, stream.create_consumer(config)).await;
    let consumer = made.map_err(|_| Error::NoAnswer)?.map_err(|error| Error::Server(error.to_string()))?;
    let (mut left, mut rows, mut up_to) = (consumer.cached_info().num_pending, Vec::new(), last);
    while left > 0 {
        let asked = timeout(PATIENCE, consumer.fetch().max_messages(AT_ONCE).messages()).await;
        let mut messages = asked.map_err(|_| Error::NoAnswer)?.map_err(|error| Error::Server(error.to_string()))?;
        let mut came = 0_u64;
        while let Some(message) = timeout(PATIENCE, messages.next()).await.map_err(|_| Error::NoAnswer)? {
            let message = message.map_err(|error| Error::Server(error.to_string()))?;
            let info = message.info().map_err(|error| Error::Server(error.to_string()))?;
            let (sequence, pending) = (info.stream_sequence, info.pending);
            rows.extend(row(part, &message.subject, message.headers.as_ref(), &message.payload, sequence));
            (left, came, up_to) = (pending, came + 1, up_to.max(sequence));
        }
        // None of what was counted is left: it was written again, or is too old by now.
        if came == 0 {
            break;
        }
    }
    let name = consumer.cached_info().name.clone();
    // It would end by itself.
    let _ = timeout(PATIENCE, stream.delete_consumer(&name)).await;
    Ok((rows, up_to))
}

/// So many rows are read one by one.
const FEW: u64 = 32;
const AT_ONCE: usize = 1_000;
const PATIENCE: Duration = Duration::from_secs(2);
/// A consumer that nobody asks is forgotten by the server.
const FORGOTTEN: Duration = Duration::from_secs(10);
