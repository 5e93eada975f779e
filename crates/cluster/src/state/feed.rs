//! The others' writes, put into the copy as they come. Whoever leads the stream tells each on a plain subject, and every
//! two seconds is asked how far it is: what was missed meanwhile is read. While nobody answers the copy becomes old.

use std::sync::Arc;
use std::time::Duration;

use async_nats::header::{NATS_SEQUENCE, NATS_SUBJECT};
use async_nats::{Message, Subscriber};
use futures_util::{FutureExt, StreamExt};
use lalin_store::{SharedChanges, SharedPart, SharedRow, Store};
use tokio::time::{Instant, MissedTickBehavior, interval, sleep};
use tokio_util::task::AbortOnDropHandle;

use super::parts::Part;
use super::reading;
use super::rows::NatsRows;

pub(super) fn start(rows: Arc<NatsRows>, store: Store, part: SharedPart) -> AbortOnDropHandle<()> {
    let follow = async move {
        if let Some(of) = rows.part(part).cloned() {
            Feed { rows, store, part, of, is_loaded: part == SharedPart::Audit }.follow().await;
        }
    };
    AbortOnDropHandle::new(tokio::spawn(follow.boxed()))
}

struct Feed {
    rows: Arc<NatsRows>,
    store: Store,
    part: SharedPart,
    of: Part,
    /// Whether all of it was read since the start. The audit log goes on where the file left it.
    is_loaded: bool,
}

impl Feed {
    async fn follow(mut self) {
        let mut failing = false;
        while let Err(error) = self.of.provide(self.rows.connection()).await {
            if !std::mem::replace(&mut failing, true) {
                tracing::warn!(stream = self.of.stream, %error, "the shared state cannot be reached: it is tried again");
            }
            sleep(RETRY).await;
        }
        loop {
            match self.rows.connection().client().subscribe(format!("{}.>", self.of.told)).await {
                Ok(told) => self.listen(told).await,
                Err(error) => tracing::warn!(stream = self.of.stream, %error, "changes cannot be listened to"),
            }
            sleep(RETRY).await;
        }
    }

    /// Until the subscription ends.
    async fn listen(&mut self, mut told: Subscriber) {
        let mut asks = interval(ASKED_EACH);
        asks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut failing = false;
        loop {
            let done = tokio::select! {
                message = told.next() => {
                    let Some(message) = message else { return };
                    self.heard(message, &mut told).await
                }
                _ = asks.tick() => self.reconcile().await,
            };
            match done {
                Ok(()) if failing => {
                    failing = false;
                    tracing::info!(stream = self.of.stream, "the shared state is followed again");
                }
                Ok(()) => {}
                // Told once, not every two seconds.
                Err(error) if !failing => {
                    failing = true;
                    tracing::warn!(stream = self.of.stream, error, "the shared state cannot be followed for now");
                }
                Err(_) => {}
            }
        }
    }

    /// Puts in what was told, with what waits behind it.
    async fn heard(&mut self, first: Message, told: &mut Subscriber) -> Result<(), String> {
        let mut rows: Vec<SharedRow> = self.row(&first).into_iter().collect();
        while rows.len() < AT_ONCE
            && let Some(Some(message)) = told.next().now_or_never()
        {
            rows.extend(self.row(&message));
        }
        if !self.is_loaded {
            return Ok(());
        }
        let known = self.store.shared_up_to(self.part);
        rows.retain(|row| row.sequence > known);
        let Some(last) = rows.last().map(|row| row.sequence) else { return Ok(()) };
        let is_next = |(at, row): (u64, &SharedRow)| row.sequence == at;
        if !(known + 1..).zip(&rows).all(is_next) {
            // Something is missing between what was told.
            return self.reconcile().await;
        }
        self.apply(SharedChanges { rows, up_to: last, all: false }).await
    }

    /// Asks how far the stream is, and reads what is missing.
    async fn reconcile(&mut self) -> Result<(), String> {
        let asked = Instant::now();
        let known = self.is_loaded.then(|| self.store.shared_up_to(self.part));
        let changes = self.rows.read(self.part, known).await.map_err(|error| error.to_string())?;
        if !changes.all && Some(changes.up_to) == known {
            return Ok(());
        }
        self.apply(changes).await?;
        self.is_loaded = true;
        self.rows.is_whole(self.part, asked);
        Ok(())
    }

    async fn apply(&self, changes: SharedChanges) -> Result<(), String> {
        self.store.apply_shared(self.part, changes).await.map_err(|error| error.to_string())
    }

    fn row(&self, message: &Message) -> Option<SharedRow> {
        let headers = message.headers.as_ref()?;
        let sequence = headers.get(NATS_SEQUENCE)?.as_str().parse().ok()?;
        let subject = headers.get(NATS_SUBJECT)?.as_str();
        reading::row(&self.of, subject, Some(headers), &message.payload, sequence)
    }
}

/// How often whoever leads is asked how far it is.
const ASKED_EACH: Duration = Duration::from_secs(2);
const RETRY: Duration = Duration::from_millis(500);
/// The most changes that are put in at once.
const AT_ONCE: usize = 256;
