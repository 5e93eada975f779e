//! Which connections are open, from where, and which of them wait for their client. Every question is answered without a
//! search through all of them.

use std::collections::{BTreeSet, HashMap};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use tokio_util::sync::CancellationToken;

/// All connections of the server.
#[derive(Default)]
pub(super) struct ConnectionTable {
    /// Numbers connections and the times when they began to wait: a smaller number is older.
    count: u64,
    pub(super) open: HashMap<u64, Entry>,
    /// How many of them carry an event stream. They have a limit of their own, and count nowhere else.
    pub(super) viewers: usize,
    pub(super) handshakes: BTreeSet<u64>,
    pub(super) sources: HashMap<Source, SourceConnections>,
    /// The sources that have waiting connections, ordered by how many connections they have open.
    pub(super) waiting: BTreeSet<(usize, Source)>,
}

/// One connection.
pub(super) struct Entry {
    source: Source,
    ended: CancellationToken,
    /// Since when it waits for its client; `None` while a request is being answered.
    waits_since: Option<u64>,
    /// How many event streams it carries.
    streams: usize,
}

/// The connections of one source.
#[derive(Default)]
pub(super) struct SourceConnections {
    pub(super) open: usize,
    /// The waiting ones: since when, and which.
    waiting: BTreeSet<(u64, u64)>,
}

/// Where connections come from, as they are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Source {
    /// This machine, or a proxy. It stands for many people, so its connections are the last to be ended.
    Exempt(IpAddr),
    V4(Ipv4Addr),
    /// The /64 network of a household or an office.
    V6([u16; 4]),
}

impl ConnectionTable {
    fn next(&mut self) -> u64 {
        self.count += 1;
        self.count
    }

    /// Adds a connection, which waits for its client, and returns its number.
    pub(super) fn add(&mut self, source: Source, ended: CancellationToken) -> u64 {
        let id = self.next();
        self.open.insert(id, Entry { source, ended, waits_since: None, streams: 0 });
        self.counts(source);
        self.wait(id);
        id
    }

    /// How many connections there are that carry no event stream.
    pub(super) fn counted(&self) -> usize {
        self.open.len() - self.viewers
    }

    /// A connection carries one more event stream.
    pub(super) fn watch(&mut self, id: u64) {
        let Some(entry) = self.open.get_mut(&id) else { return };
        entry.streams += 1;
        if entry.streams == 1 {
            let source = entry.source;
            self.viewers += 1;
            self.counts_no_more(source);
        }
    }

    /// A connection carries one event stream less.
    pub(super) fn leave(&mut self, id: u64) {
        let Some(entry) = self.open.get_mut(&id) else { return };
        entry.streams = entry.streams.saturating_sub(1);
        if entry.streams == 0 {
            let source = entry.source;
            self.viewers -= 1;
            self.counts(source);
        }
    }

    fn counts(&mut self, source: Source) {
        let of = self.sources.entry(source).or_default();
        of.open += 1;
        let before = of.open - 1;
        self.resized(source, before);
    }

    fn counts_no_more(&mut self, source: Source) {
        let Some(of) = self.sources.get_mut(&source) else { return };
        of.open -= 1;
        let (before, gone) = (of.open + 1, of.open == 0 && of.waiting.is_empty());
        if gone {
            self.sources.remove(&source);
        }
        self.resized(source, before);
    }

    /// Ends the connection that has waited longest, of the source that has the most connections.
    pub(super) fn end_oldest(&mut self) -> bool {
        let Some((_, source)) = self.waiting.last().copied() else { return false };
        self.end_oldest_of(source)
    }

    pub(super) fn end_oldest_of(&mut self, source: Source) -> bool {
        let oldest = self.sources.get(&source).and_then(|of| of.waiting.first()).map(|(_, id)| *id);
        oldest.is_some_and(|id| self.end(id))
    }

    /// Ends a connection: it no longer counts, and its task drops it at the next poll.
    pub(super) fn end(&mut self, id: u64) -> bool {
        let ended = self.open.get(&id).map(|entry| entry.ended.clone());
        self.forget(id);
        ended.inspect(CancellationToken::cancel).is_some()
    }

    pub(super) fn forget(&mut self, id: u64) {
        self.serve(id);
        self.handshakes.remove(&id);
        let Some(entry) = self.open.remove(&id) else { return };
        match entry.streams {
            0 => self.counts_no_more(entry.source),
            _ => self.viewers -= 1,
        }
    }

    /// Puts a source back in order after the number of its connections has changed.
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

/// The order of the sources: one that stands for many people comes last.
fn rank(source: Source, open: usize) -> usize {
    if matches!(source, Source::Exempt(_)) { 0 } else { open }
}

/// The addresses that programs and proxies on this machine use. The rest of 127.0.0.0/8 counts like any other address.
pub(super) fn is_this_machine(address: IpAddr) -> bool {
    [IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(Ipv6Addr::LOCALHOST)].contains(&address)
}
