//! The queue on the disk, and the one thread that reads and writes it.
//!
//! | file | it holds |
//! | --- | --- |
//! | `group` | what may be sent in one request |
//! | `record` | how a record stands in a file |
//! | `shard` | one shard: its files, what of them is settled, its bounds |

mod group;
mod record;
mod shard;

use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::sync::{Notify, mpsc, oneshot};

use crate::Error;
use crate::counters::{Counters, Lost};

pub(crate) use group::Group;
use shard::Shard;

/// So many shards there are, for ever: a router's samples stay in one.
pub(crate) const SHARDS: usize = 4;
/// So many records may wait for the disk.
const WAITING: usize = 1_024;
/// The longest that a flush is waited for.
const FLUSH: Duration = Duration::from_secs(5);
/// How often what was written is made safe from a loss of power.
const SYNC: Duration = Duration::from_secs(5);

enum Ask {
    Append { shard: usize, payload: Vec<u8>, samples: u32, at_ms: i64 },
    Next { shard: usize, reply: oneshot::Sender<Option<Group>> },
    Settled { shard: usize, end: u64 },
    Flush { done: SyncSender<()> },
}

/// The queue's bounds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bounds {
    pub(crate) most_bytes: u64,
    pub(crate) oldest: Duration,
}

/// The queue, for those who put something in and take it out. The thread ends with the last of them.
#[derive(Clone, Debug)]
pub(crate) struct Queue {
    asks: mpsc::Sender<Ask>,
    filled: Arc<[Notify; SHARDS]>,
    /// Whether something was left in a shard by the run before.
    left: [bool; SHARDS],
}

impl Queue {
    /// Opens the queue in a folder, with what was left in it. What ends is the thread, when the last handle is dropped.
    pub(crate) fn open(
        folder: &Path,
        bounds: Bounds,
        counters: Arc<Counters>,
    ) -> Result<(Self, oneshot::Receiver<()>), Error> {
        let failed = |reason| Error::Queue { path: folder.to_owned(), reason };
        let mut shards = Vec::with_capacity(SHARDS);
        for at in 0..SHARDS {
            shards.push(Shard::open(folder.join(at.to_string())).map_err(failed)?);
        }
        let left = std::array::from_fn(|at| shards[at].samples() > 0);
        let (asks, asked) = mpsc::channel(WAITING);
        let filled: Arc<[Notify; SHARDS]> = Arc::new(std::array::from_fn(|_| Notify::new()));
        let (end, ended) = oneshot::channel();
        let disk = Disk { shards, bounds, counters, filled: filled.clone(), failing: false };
        let thread = std::thread::Builder::new().name("remote-write".to_owned());
        thread
            .spawn(move || {
                disk.run(asked);
                let _ = end.send(());
            })
            .map_err(failed)?;
        Ok((Self { asks, filled, left }, ended))
    }

    /// The shard of a router.
    pub(crate) fn shard_of(router: &str) -> usize {
        let mut hasher = DefaultHasher::new();
        router.hash(&mut hasher);
        hasher.finish() as usize % SHARDS
    }

    /// Puts a record in, without waiting; `false` where there is no room.
    pub(crate) fn append(&self, shard: usize, payload: Vec<u8>, samples: u32, at_ms: i64) -> bool {
        self.asks.try_send(Ask::Append { shard, payload, samples, at_ms }).is_ok()
    }

    /// Whether the first of a shard may have been sent by the run before.
    pub(crate) fn was_left(&self, shard: usize) -> bool {
        self.left[shard]
    }

    /// What is to be sent next, as soon as there is something; `None` when the queue has ended.
    pub(crate) async fn next(&self, shard: usize) -> Option<Group> {
        loop {
            let (reply, answer) = oneshot::channel();
            self.asks.send(Ask::Next { shard, reply }).await.ok()?;
            if let Some(group) = answer.await.ok()? {
                return Some(group);
            }
            self.filled[shard].notified().await;
        }
    }

    /// Waits until what was put in is on the disk, for a limited time.
    pub(crate) fn flush(&self) {
        let (done, flushed) = sync_channel(1);
        if self.asks.blocking_send(Ask::Flush { done }).is_ok() {
            let _ = flushed.recv_timeout(FLUSH);
        }
    }

    /// Takes out what is settled.
    pub(crate) async fn settled(&self, shard: usize, end: u64) {
        let _ = self.asks.send(Ask::Settled { shard, end }).await;
    }
}

/// What the thread works on.
struct Disk {
    shards: Vec<Shard>,
    bounds: Bounds,
    counters: Arc<Counters>,
    filled: Arc<[Notify; SHARDS]>,
    /// The disk refuses: said once.
    failing: bool,
}

impl Disk {
    fn run(mut self, mut asked: mpsc::Receiver<Ask>) {
        self.bound();
        let mut synced = tokio::time::Instant::now();
        while let Some(ask) = asked.blocking_recv() {
            match ask {
                Ask::Append { shard, payload, samples, at_ms } => {
                    let written = self.shards[shard].append(&payload, samples, at_ms);
                    self.heard(written, samples);
                    self.filled[shard].notify_one();
                }
                Ask::Next { shard, reply } => {
                    let oldest_ms = now_ms().saturating_sub(self.bounds.oldest.as_millis() as i64);
                    let lost = self.shards[shard].forget_older(oldest_ms);
                    self.counters.lost(Lost::TooOld, lost);
                    let _ = reply.send(self.shards[shard].next());
                }
                Ask::Settled { shard, end } => self.shards[shard].settle(end),
                Ask::Flush { done } => {
                    self.shards.iter_mut().for_each(Shard::sync);
                    let _ = done.try_send(());
                }
            }
            self.bound();
            if synced.elapsed() >= SYNC {
                self.shards.iter_mut().for_each(Shard::sync);
                synced = tokio::time::Instant::now();
            }
        }
        self.shards.iter_mut().for_each(Shard::sync);
    }

    fn heard(&mut self, written: std::io::Result<()>, samples: u32) {
        match written {
            Ok(()) => self.failing = false,
            Err(error) => {
                self.counters.lost(Lost::NotQueued, samples.into());
                if !std::mem::replace(&mut self.failing, true) {
                    tracing::warn!(%error, "the queue of remote write cannot be written: samples are lost");
                }
            }
        }
    }

    /// Keeps the bounds, and counts.
    fn bound(&mut self) {
        let bytes = |shards: &[Shard]| shards.iter().map(Shard::bytes).sum::<u64>();
        while bytes(&self.shards) > self.bounds.most_bytes {
            let oldest = self.shards.iter_mut().filter(|shard| shard.bytes() > 0).min_by_key(|shard| shard.oldest_ms());
            let Some(lost) = oldest.and_then(Shard::drop_oldest) else { break };
            self.counters.lost(Lost::NoRoom, lost);
        }
        self.counters.queue_bytes.store(bytes(&self.shards), Ordering::Relaxed);
        self.counters.waiting.store(self.shards.iter().map(Shard::samples).sum(), Ordering::Relaxed);
    }
}

fn now_ms() -> i64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(now.as_millis()).unwrap_or(i64::MAX)
}
