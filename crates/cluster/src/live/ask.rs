//! A question to whoever holds a router, and its answer: of any length, in parts that the servers take.

use std::time::Duration;

use async_nats::{Client, StatusCode, Subject};
use bytes::Bytes;
use futures_util::StreamExt;
use tokio::time::{Instant, timeout_at};

/// The answer's parts begin with what they are.
const MORE: u8 = 0;
const LAST: u8 = 1;
const REFUSED: u8 = 2;
/// What a server's `max_payload` leaves for headers.
const HEADERS: usize = 4_096;
/// Longer answers are not taken.
const LONGEST: usize = 96 << 20;

/// What a question is answered with: bytes, or words why not.
pub type Answer = Result<Vec<u8>, String>;

/// Why a question has no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AskError {
    /// Nobody holds the router now.
    #[error("no machine of the cluster asks this router now")]
    Nobody,
    /// The answer did not come in time.
    #[error("the machine that asks this router did not answer in time")]
    TimedOut,
    /// Whoever holds it said why not.
    #[error("{0}")]
    Refused(String),
}

/// Asks, and waits for the whole answer at the most for `limit`.
pub(super) async fn ask(
    client: &Client,
    subject: String,
    question: Bytes,
    limit: Duration,
) -> Result<Vec<u8>, AskError> {
    let until = Instant::now() + limit;
    let asking = async {
        let inbox = client.new_inbox();
        let mut parts = client.subscribe(inbox.clone()).await.map_err(|_| AskError::TimedOut)?;
        client.publish_with_reply(subject, inbox, question).await.map_err(|_| AskError::TimedOut)?;
        let mut answer = Vec::new();
        while let Some(part) = parts.next().await {
            if part.status == Some(StatusCode::NO_RESPONDERS) {
                return Err(AskError::Nobody);
            }
            let Some((kind, rest)) = part.payload.split_first() else { continue };
            if answer.len() + rest.len() > LONGEST {
                return Err(AskError::Refused("the answer is too long".to_owned()));
            }
            answer.extend_from_slice(rest);
            match *kind {
                MORE => {}
                LAST => return Ok(answer),
                _ => return Err(AskError::Refused(String::from_utf8_lossy(&answer).into_owned())),
            }
        }
        Err(AskError::TimedOut)
    };
    timeout_at(until, asking).await.unwrap_or(Err(AskError::TimedOut))
}

/// Answers a question. An answer that cannot be sent is one that does not come.
pub(super) async fn answer(client: &Client, to: Subject, answer: Answer) {
    let most = client.server_info().max_payload.saturating_sub(HEADERS).max(HEADERS);
    let (whole, last) = match answer {
        Ok(bytes) => (bytes, LAST),
        Err(words) => (words.into_bytes(), REFUSED),
    };
    let mut parts = whole.chunks(most).peekable();
    loop {
        let part = parts.next().unwrap_or_default();
        let is_last = parts.peek().is_none();
        let mut payload = Vec::with_capacity(part.len() + 1);
        payload.push(if is_last { last } else { MORE });
        payload.extend_from_slice(part);
        if client.publish(to.clone(), payload.into()).await.is_err() || is_last {
            return;
        }
    }
}
