//! All of it: the queue and a sender for each shard, started and ended.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt as _;
use lalin_stats::RouterId;
use tokio::sync::oneshot;
use tokio::time::timeout;
use tokio_util::task::AbortOnDropHandle;

use crate::counters::{Counted, Counters};
use crate::queue::{Bounds, Queue, SHARDS};
use crate::samples::Samples;
use crate::sending::{self, Receiver};
use crate::series::{RouterSeries, Wanted};
use crate::sink::Sink;
use crate::{Error, Settings};

/// The longest the disk may take at the end.
const END: Duration = Duration::from_secs(2);

/// A running remote write. Dropping it ends the sending; what is in the queue waits there for the next start.
#[derive(Debug)]
pub struct RemoteWrite {
    queue: Queue,
    counters: Arc<Counters>,
    senders: Vec<AbortOnDropHandle<()>>,
    ended: oneshot::Receiver<()>,
}

impl RemoteWrite {
    /// Opens the queue and sends what it has. Must be called inside a tokio runtime, and where TLS has a provider.
    ///
    /// # Errors
    /// The folder cannot be used, or there is no HTTP client.
    pub fn start(settings: Settings) -> Result<Self, Error> {
        let counters = Arc::new(Counters::default());
        let bounds = Bounds { most_bytes: settings.most_bytes, oldest: settings.oldest };
        let folder: &Path = &settings.folder;
        let (queue, ended) = Queue::open(folder, bounds, counters.clone())?;
        let receiver = Arc::new(Receiver::new(settings)?);
        let sender = |shard| {
            let run = sending::run(queue.clone(), shard, receiver.clone(), counters.clone());
            AbortOnDropHandle::new(tokio::spawn(run.boxed()))
        };
        let senders = (0..SHARDS).map(sender).collect();
        Ok(Self { queue, counters, senders, ended })
    }

    /// The series of one router, to be told its ticks; of its interfaces those that are wanted.
    pub fn router(&self, router: RouterId, wanted: Wanted) -> RouterSeries {
        RouterSeries::new(Sink { queue: self.queue.clone(), counters: self.counters.clone() }, router, wanted)
    }

    /// Takes the samples of a history.
    pub fn samples(&self) -> Samples {
        Samples::new(Sink { queue: self.queue.clone(), counters: self.counters.clone() })
    }

    /// What became of the samples so far.
    pub fn counted(&self) -> Counted {
        self.counters.now()
    }

    /// Ends it, once the disk has what was queued. The series of routers have to be gone, or it waits for two seconds.
    pub async fn close(self) {
        let Self { queue, senders, ended, .. } = self;
        drop((queue, senders));
        let _ = timeout(END, ended).await;
    }
}
