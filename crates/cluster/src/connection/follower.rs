//! What changes in a bucket, without a hole.
//!
//! The bucket's leader tells each write on a plain subject, which is quick and goes on the moment there is a leader again.
//! Plain subjects lose messages, so the writes' numbers are watched: where one is missing, and when the bucket says every
//! two seconds that it is further, everything is read anew. (The library's own watch is blind for twelve seconds after a
//! leader's death.)

use std::time::Duration;

use async_nats::header::{NATS_SEQUENCE, NATS_SUBJECT};
use futures_util::{FutureExt as _, StreamExt};
use tokio::sync::mpsc;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep};
use tokio_util::task::AbortOnDropHandle;

use super::bucket::{Bucket, Entry};

/// One thing to know about a bucket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// The whole content: keys that are not in it are gone.
    All(Vec<Entry>),
    /// One key was written.
    Written(Entry),
    /// The bucket's leader was asked at that moment, and nothing is missing here.
    Whole(Instant),
}

/// Follows one bucket until it is dropped.
#[derive(Debug)]
pub struct Follower {
    steps: mpsc::Receiver<Step>,
    _runs: AbortOnDropHandle<()>,
}

impl Bucket {
    /// Everything that changes, from the whole content on.
    pub fn follow(&self) -> Follower {
        Follower::start(self.clone())
    }
}

impl Follower {
    fn start(bucket: Bucket) -> Self {
        let (sender, steps) = mpsc::channel(STEPS);
        Self { steps, _runs: AbortOnDropHandle::new(tokio::spawn(follow(bucket, sender).boxed())) }
    }

    /// The next step. Waits while there is none; safe to be given up and called again.
    pub async fn next(&mut self) -> Option<Step> {
        self.steps.recv().await
    }
}

async fn follow(bucket: Bucket, steps: mpsc::Sender<Step>) {
    loop {
        // Ended: the connection's client is closed, or nobody reads the steps any more.
        let Ok(mut told) = bucket.connection().client().subscribe(bucket.told()).await else {
            sleep(RETRY).await;
            continue;
        };
        let mut known: Option<u64> = None;
        let mut asks = interval(CHECKED_EACH);
        asks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                message = told.next() => {
                    let Some(message) = message else { break };
                    let Some((entry, known_now)) = written(&bucket, &message).zip(known) else { continue };
                    if entry.revision <= known_now {
                        continue;
                    }
                    known = (entry.revision == known_now + 1).then_some(entry.revision);
                    if known.is_some() && steps.send(Step::Written(entry)).await.is_err() {
                        return;
                    }
                }
                _ = asks.tick() => {
                    let asked = Instant::now();
                    let Ok(last) = bucket.last_revision().await else { continue };
                    // What was told meanwhile waits in the subscription, so being behind for now is no hole.
                    if known.is_some_and(|known| known >= last) && steps.send(Step::Whole(asked)).await.is_err() {
                        return;
                    }
                    if known.is_some_and(|known| known < last) {
                        known = caught_up(&bucket, &mut told, known, last, &steps).await;
                    }
                }
            }
            if known.is_none() {
                let asked = Instant::now();
                match bucket.read_all().await {
                    Ok((entries, last)) => {
                        known = Some(last);
                        if steps.send(Step::All(entries)).await.is_err()
                            || steps.send(Step::Whole(asked)).await.is_err()
                        {
                            return;
                        }
                    }
                    Err(error) => {
                        tracing::debug!(bucket = bucket.name(), %error, "a bucket cannot be read yet");
                        sleep(RETRY).await;
                        asks.reset_immediately();
                    }
                }
            }
        }
    }
}

/// Takes in what was told already; `None` if that does not lead to the bucket's last write.
async fn caught_up(
    bucket: &Bucket,
    told: &mut async_nats::Subscriber,
    known: Option<u64>,
    last: u64,
    steps: &mpsc::Sender<Step>,
) -> Option<u64> {
    let mut known = known?;
    while known < last {
        let message = tokio::time::timeout(RETRY, told.next()).await.ok()??;
        let Some(entry) = written(bucket, &message) else { continue };
        if entry.revision <= known {
            continue;
        }
        if entry.revision != known + 1 {
            return None;
        }
        known = entry.revision;
        steps.send(Step::Written(entry)).await.ok()?;
    }
    Some(known)
}

/// A write that was told.
fn written(bucket: &Bucket, message: &async_nats::Message) -> Option<Entry> {
    let headers = message.headers.as_ref()?;
    let key = bucket.key_of(headers.get(NATS_SUBJECT)?.as_str())?.to_owned();
    let revision = headers.get(NATS_SEQUENCE)?.as_str().parse().ok()?;
    Some(Entry { key, value: message.payload.clone(), revision })
}

const CHECKED_EACH: Duration = Duration::from_secs(2);
const RETRY: Duration = Duration::from_millis(250);
const STEPS: usize = 256;
