//! What is to be sent, on the disk until it is: the queue beside the alerts' states, and the task that sends.
//!
//! **A queue in the alerts' own database, not a file of its own.** A state and the message about it are one transaction;
//! a broker, or a second file, would need an agreement between two that a kill can tear.
//!
//! **At least once, marked.** A row is `sending` on the disk before its request goes out. What a kill leaves in that state
//! may have arrived: it is sent again with the same key, and where the receiver knows no keys, with a remark.

mod bucket;
mod clock;
mod compose;
mod lane;
mod queue;
mod sender;
mod state;
mod table;

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::FutureExt as _;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout};

pub use clock::WallClock;
pub use queue::{TABLES, Told, channels_told, enqueue, enqueue_doubtful, told, withdraw};
pub use state::{ChannelCounters, ChannelState, OutboxChannel, TellsOf, TestOutcome};

use crate::Error;
use sender::{Command, Sender};
use state::Shared;

/// How long the messages under way may take when it is closed.
const CLOSING: Duration = Duration::from_secs(15);
/// How long a test may take with its turn.
const TESTING: Duration = Duration::from_secs(60);

/// The sending task, which ends with this.
#[derive(Debug)]
pub struct Outbox {
    shared: Arc<Shared>,
    channels: watch::Sender<Arc<Vec<OutboxChannel>>>,
    commands: mpsc::Sender<Command>,
    task: JoinHandle<()>,
}

impl Outbox {
    /// Begins to send what the database holds, once there are channels. The tables are there already: [`TABLES`].
    ///
    /// Blocks while the file is opened; wants a tokio runtime.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub fn start(database: &Path, clock: WallClock) -> Result<Self, Error> {
        let mut connection = table::open(database)?;
        let found = table::recover(&mut connection)?;
        if found > 0 {
            tracing::warn!(messages = found, "were being sent when Lalin ended; they are sent again");
        }
        let (channels, heard) = watch::channel(Arc::default());
        let (commands, ordered) = mpsc::channel(16);
        let shared = Arc::<Shared>::default();
        let sender = Sender {
            database: Arc::new(Mutex::new(connection)),
            clock,
            shared: shared.clone(),
            channels: heard,
            commands: ordered,
            lanes: Default::default(),
            accounts: Default::default(),
            under_way: Default::default(),
            tallies: Default::default(),
            disk_failed: false,
        };
        Ok(Self { shared, channels, commands, task: tokio::spawn(sender.run().boxed()) })
    }

    /// Something was queued; after its commit.
    pub fn wake(&self) {
        self.shared.wake.notify_one();
    }

    /// The channels there are from now on. One that had stopped and whose `Arc` is another is tried again.
    pub fn set_channels(&self, channels: Vec<OutboxChannel>) {
        self.channels.send_replace(Arc::new(channels));
    }

    /// Sends of routers only while this says so, asked right before each message. What it refuses is dropped: another
    /// machine has it to tell.
    pub fn tell_only(&self, of: TellsOf) {
        *self.shared.tells_of.lock().unwrap_or_else(PoisonError::into_inner) = Some(of);
    }

    /// Changes when it is known of a message what became of it.
    pub fn settled(&self) -> watch::Receiver<u64> {
        self.shared.settled.subscribe()
    }

    /// What each channel has done; costs no look at the disk.
    pub fn counters(&self) -> Vec<ChannelCounters> {
        self.shared.counters.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Sends a test now, by the channel's rules of rate, and answers what the receiver said.
    ///
    /// # Errors
    /// [`Error::Ended`].
    pub async fn send_test(&self, channel: &str) -> Result<TestOutcome, Error> {
        let began = Instant::now();
        let (answer, answered) = oneshot::channel();
        let test = Command::Test { channel: channel.to_owned(), answer };
        self.commands.send(test).await.map_err(|_| Error::Ended)?;
        match timeout(TESTING, answered).await {
            Ok(outcome) => outcome.map_err(|_| Error::Ended),
            Err(_) => {
                let waits = TestOutcome::refused("the channel's turn did not come within a minute");
                Ok(TestOutcome { took: began.elapsed(), ..waits })
            }
        }
    }

    /// Starts nothing more and waits for what is under way, so that none of it is in doubt at the next start.
    pub async fn close(mut self) {
        let (done, closed) = oneshot::channel();
        if self.commands.send(Command::Close { done }).await.is_ok() {
            let _ = timeout(CLOSING, closed).await;
        }
        self.task.abort();
        let _ = (&mut self.task).await;
    }
}

impl Drop for Outbox {
    fn drop(&mut self) {
        self.task.abort();
    }
}

#[cfg(test)]
mod tests;
