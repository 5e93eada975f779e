//! A collector answers for what it recorded.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::{FutureExt as _, StreamExt};
use lalin_history::{HandOver, History};
use tokio::sync::Mutex;
use tokio::task::spawn_blocking;
use tokio::time::sleep;
use tokio_util::task::AbortOnDropHandle;

use super::{Answer, Ask, subject};
use crate::connection::Connection;
use crate::error::Error;

/// Answers until it is dropped.
#[derive(Debug)]
pub struct Serving {
    _task: AbortOnDropHandle<()>,
}

/// The largest answer before it is compressed, about.
const MOST_BYTES: usize = 768 << 10;
/// A smaller answer is one tick of one router, whatever its size is.
const FEWEST_BYTES: usize = 4 << 10;
/// Before it is said that the journal is still being read; many may ask, and none waits for long.
const READING: Duration = Duration::from_millis(200);
/// After the connection refused to listen.
const AGAIN: Duration = Duration::from_secs(2);

impl Serving {
    /// Hands over what `history` records to whoever asks this node.
    pub fn start(connection: &Connection, history: &History) -> Self {
        let (connection, hands) = (connection.clone(), Arc::new(Mutex::new(history.hand_over())));
        Self { _task: AbortOnDropHandle::new(tokio::spawn(serve(connection, hands).boxed())) }
    }
}

async fn serve(connection: Connection, hands: Arc<Mutex<HandOver>>) {
    let subject = subject(&connection, connection.site(), connection.node());
    loop {
        match connection.client().subscribe(subject.clone()).await {
            Ok(mut questions) => {
                // One at a time: the disk is the collector's own, and who is not answered asks again.
                while let Some(question) = questions.next().await {
                    let Some(reply) = question.reply else { continue };
                    let largest = connection.client().server_info().max_payload;
                    match answer(&hands, &question.payload, largest).await {
                        Ok((answer, waits)) => {
                            if waits {
                                // Whoever is of an older version would ask again at once.
                                sleep(READING).await;
                            }
                            drop(connection.client().publish(reply, answer).await);
                        }
                        Err(error) => tracing::warn!(%error, "the history is not handed over"),
                    }
                }
            }
            Err(error) => tracing::warn!(%error, "nobody can ask for the history"),
        }
        sleep(AGAIN).await;
    }
}

/// The answer to a question, as small as a message has to be; and whether what there is cannot be had yet.
async fn answer(hands: &Arc<Mutex<HandOver>>, question: &[u8], largest: usize) -> Result<(Bytes, bool), Error> {
    let ask = Ask::from_bytes(question)?;
    let mut most = (ask.bytes as usize).min(MOST_BYTES);
    loop {
        let answer = taken(hands, &ask, most).await?;
        let (waits, bytes) = (answer.more && answer.batches.is_empty(), answer.to_bytes()?);
        if bytes.len() <= largest || most <= FEWEST_BYTES {
            return Ok((bytes.into(), waits));
        }
        most = (most / 4).max(FEWEST_BYTES);
    }
}

/// What is behind a question's cursors.
pub(super) async fn taken(hands: &Arc<Mutex<HandOver>>, ask: &Ask, most: usize) -> Result<Answer, Error> {
    let mut hands = hands.clone().lock_owned().await;
    let source = hands.source();
    if ask.source != source || most == 0 {
        return Ok(Answer { source, ..Answer::default() });
    }
    let cursors = ask.cursors.clone();
    let read = spawn_blocking(move || hands.after(&cursors, most)).await;
    let (batches, more) = read
        .map_err(|_| Error::Handover("the reading ended".to_owned()))?
        .map_err(|error| Error::Handover(error.to_string()))?;
    Ok(Answer { source, batches, more })
}
