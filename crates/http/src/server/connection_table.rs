//! Which connections are open, whose they are, and which of them wait for their clients; every question is answered
//! without looking through them.

use std::collections::{BTreeSet, HashMap};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use tokio_util::sync::CancellationToken;

/// What is known of all connections.
#[derive(Default)]
pub(super) struct State {
    /// Counts connections, and moments of their lives: what has a smaller number is older.
    count: u64,
    pub(super) open: HashMap<u64, Entry>,
    pub(super) handshakes: BTreeSet<u64>,
    pub(super) sources: HashMap<Source, OfSource>,
    /// The sources with connections that wait for their clients, by how many they have open.
    pub(super) waiting: BTreeSet<(usize, Source)>,
}

/// One connection.
pub(super) struct Entry {
    source: Source,
    ended: CancellationToken,
    /// Since when it waits for its client.
    waits_since: Option<u64>,
}

/// The connections of one source.
#[derive(Default)]
pub(super) struct OfSource {
    pub(super) open: usize,
    /// Since when, and which.
    waiting: BTreeSet<(u64, u64)>,
}

/// Whom connections are counted for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Source {
    /// This machine, or a proxy: many people, and the last whose connections are ended.
    Exempt(IpAddr),
    V4(Ipv4Addr),
    /// A household's or an office's own network.
    V6([u16; 4]),
}

impl State {
    fn next(&mut self) -> u64 {
        self.count += 1;
        self.count
    }

    /// Adds a connection, which waits for its client. Its number.
    pub(super) fn add(&mut self, source: Source, ended: CancellationToken) -> u64 {
        let id = self.next();
        self.open.insert(id, Entry { source, ended, waits_since: None });
        let of = self.sources.entry(source).or_default();
        of.open += 1;
        let before = of.open - 1;
        self.resized(source, before);
        self.wait(id);
        id
    }

    /// Ends the connection that waits longest, of the source that has the most.
    pub(super) fn end_oldest(&mut self) -> bool {
        let Some((_, source)) = self.waiting.last().copied() else { return false };
        self.end_oldest_of(source)
    }

    pub(super) fn end_oldest_of(&mut self, source: Source) -> bool {
        let oldest = self.sources.get(&source).and_then(|of| of.waiting.first()).map(|(_, id)| *id);
        oldest.is_some_and(|id| self.end(id))
    }

    /// Ends a connection: it no longer counts, and its task drops it when it is next polled.
    pub(super) fn end(&mut self, id: u64) -> bool {
        let ended = self.open.get(&id).map(|entry| entry.ended.clone());
        self.forget(id);
        ended.inspect(CancellationToken::cancel).is_some()
    }

    pub(super) fn forget(&mut self, id: u64) {
        self.serve(id);
        self.handshakes.remove(&id);
        let Some(entry) = self.open.remove(&id) else { return };
        let Some(of) = self.sources.get_mut(&entry.source) else { return };
        of.open -= 1;
        let before = of.open + 1;
        if of.open == 0 {
            self.sources.remove(&entry.source);
        }
        self.resized(entry.source, before);
    }

    /// Keeps the order of the sources right after the number of one's connections changed.
    fn resized(&mut self, source: Source, before: usize) {
        if self.waiting.remove(&(rank(source, before), source)) {
            let open = self.sources.get(&source).map_or(0, |of| of.open);
            self.waiting.insert((rank(source, open), source));
        }
    }

    /// A connection waits for its client from now on.
    pub(super) fn wait(&mut self, id: u64) {
        let now = self.next();
        let Some(entry) = self.open.get_mut(&id).filter(|entry| entry.waits_since.is_none()) else { return };
        entry.waits_since = Some(now);
        let source = entry.source;
        let Some(of) = self.sources.get_mut(&source) else { return };
        of.waiting.insert((now, id));
        self.waiting.insert((rank(source, of.open), source));
    }

    /// A connection no longer waits for its client.
    pub(super) fn serve(&mut self, id: u64) {
        let Some(entry) = self.open.get_mut(&id) else { return };
        let (source, since) = (entry.source, entry.waits_since.take());
        let (Some(since), Some(of)) = (since, self.sources.get_mut(&source)) else { return };
        of.waiting.remove(&(since, id));
        if of.waiting.is_empty() {
            self.waiting.remove(&(rank(source, of.open), source));
        }
    }
}

/// By what sources are ordered: who stands for many people is asked last.
fn rank(source: Source, open: usize) -> usize {
    if matches!(source, Source::Exempt(_)) { 0 } else { open }
}

/// The address that programs on this machine use, and proxies on it. The rest of 127.0.0.0/8 is counted like any other.
pub(super) fn is_this_machine(address: IpAddr) -> bool {
    [IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(Ipv6Addr::LOCALHOST)].contains(&address)
}
