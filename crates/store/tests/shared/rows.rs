//! What the nodes have in common, in memory: as it has to be over a network, and with its faults on demand.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use lalin_store::{EncryptionKey, Refused, RowChange, SharedChanges, SharedPart, SharedRow, SharedRows, Store};

const PARTS: [SharedPart; 3] = [SharedPart::State, SharedPart::Sessions, SharedPart::Audit];

/// The streams, and the key of the cluster.
#[derive(Clone)]
pub struct Common {
    streams: Arc<Mutex<[Vec<SharedRow>; 3]>>,
    key: EncryptionKey,
}

/// A node's way to them.
#[derive(Debug)]
pub struct Way {
    streams: Arc<Mutex<[Vec<SharedRow>; 3]>>,
    /// Nobody answers.
    pub is_cut: AtomicBool,
    /// Commits, and loses the answer.
    pub is_deaf: AtomicBool,
    /// Takes no entry of the audit log.
    pub refuses_entries: AtomicBool,
    /// Takes nothing but entries of the audit log.
    pub refuses_changes: AtomicBool,
}

impl Common {
    pub fn new() -> Self {
        Self { streams: Arc::default(), key: EncryptionKey::random().unwrap() }
    }

    /// A node without anything that follows the others: a test says when it hears of them.
    pub fn node(&self) -> Store {
        self.node_with_way().0
    }

    pub fn node_with_way(&self) -> (Store, Arc<Way>) {
        let store = Store::in_memory(self.key.clone()).unwrap();
        let way = Arc::new(Way {
            streams: self.streams.clone(),
            is_cut: AtomicBool::new(false),
            is_deaf: AtomicBool::new(false),
            refuses_entries: AtomicBool::new(false),
            refuses_changes: AtomicBool::new(false),
        });
        store.share(way.clone());
        (store, way)
    }

    /// How many rows of a part there are, those that are gone among them.
    pub fn count(&self, part: SharedPart) -> usize {
        self.streams.lock().unwrap()[place(part)].len()
    }

    /// The keys that are there.
    pub fn keys(&self) -> Vec<String> {
        let streams = self.streams.lock().unwrap();
        let mut keys: Vec<_> =
            streams[..2].iter().flatten().filter(|row| row.value.is_some()).map(|row| row.key.clone()).collect();
        keys.sort();
        keys
    }
}

/// Brings a node up to all that is there.
pub async fn hear(store: &Store, way: &Way) {
    for part in PARTS {
        let changes = way.since(part, store.shared_up_to(part)).unwrap();
        store.apply_shared(part, changes).await.unwrap();
    }
}

fn place(part: SharedPart) -> usize {
    PARTS.iter().position(|one| *one == part).unwrap()
}

impl Way {
    fn answers(&self) -> Result<(), Refused> {
        if self.is_cut.load(Ordering::Relaxed) { Err(Refused::Unanswered("cut".into())) } else { Ok(()) }
    }
}

fn push(stream: &mut Vec<SharedRow>, key: &str, value: Option<Vec<u8>>, last: u64) -> u64 {
    stream.push(SharedRow { key: key.to_owned(), sequence: last + 1, value });
    last + 1
}

impl SharedRows for Way {
    fn commit(&self, changes: &[RowChange]) -> Result<Vec<Option<u64>>, Refused> {
        self.answers()?;
        if self.refuses_changes.load(Ordering::Relaxed) {
            return Err(Refused::Unanswered("no changes".into()));
        }
        let mut streams = self.streams.lock().unwrap();
        let mut sequences = Vec::new();
        for change in changes {
            let stream = &mut streams[place(change.part)];
            let last = stream.last().map_or(0, |row| row.sequence);
            let there = stream.iter().position(|row| row.key == change.key);
            let sequence = there.map_or(0, |at| stream[at].sequence);
            if change.seen.is_some_and(|seen| seen != sequence) {
                if change.may_lose {
                    sequences.push(None);
                    continue;
                }
                return Err(Refused::Conflict);
            }
            // Only the last value of a key stays.
            if let Some(at) = there {
                stream.remove(at);
            }
            sequences.push(Some(push(stream, &change.key, change.value.clone(), last)));
        }
        if self.is_deaf.load(Ordering::Relaxed) {
            return Err(Refused::Unanswered("deaf".into()));
        }
        Ok(sequences)
    }

    fn since(&self, part: SharedPart, sequence: u64) -> Result<SharedChanges, Refused> {
        self.answers()?;
        let streams = self.streams.lock().unwrap();
        let stream = &streams[place(part)];
        let up_to = stream.last().map_or(0, |row| row.sequence);
        let rows = stream.iter().filter(|row| row.sequence > sequence).cloned().collect();
        Ok(SharedChanges { rows, up_to, all: sequence == 0 })
    }

    fn append(&self, key: &str, value: &[u8]) -> Result<u64, Refused> {
        self.answers()?;
        if self.refuses_entries.load(Ordering::Relaxed) {
            return Err(Refused::Unanswered("no entries".into()));
        }
        let mut streams = self.streams.lock().unwrap();
        let stream = &mut streams[place(SharedPart::Audit)];
        let last = stream.last().map_or(0, |row| row.sequence);
        Ok(push(stream, key, Some(value.to_vec()), last))
    }

    fn age(&self) -> Duration {
        if self.is_cut.load(Ordering::Relaxed) { Duration::from_secs(60) } else { Duration::ZERO }
    }
}
