//! Which connections are open, from where, and which of them wait for their client.
//!
//! A connection is answered and waits again with each request, and nobody asks for the one that has waited longest until
//! there is no room. So the order is that of when each was last looked at, and it is put right where it is asked for: one
//! that waits since later is put in its place, and one that is being answered is put aside until it waits. Each of these
//! steps is owed to a request, so there are never more of them than requests.

use std::collections::{BTreeSet, HashMap};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::Arc;

use super::activity::{Activity, Moments};

/// All connections of the server.
#[derive(Default)]
pub(super) struct ConnectionTable {
    /// Numbers connections and the times when they began to wait.
    moments: Moments,
    pub(super) open: HashMap<u64, Entry>,
    /// How many of them carry an event stream. They have a limit of their own, and count nowhere else.
    pub(super) viewers: usize,
    pub(super) handshakes: BTreeSet<u64>,
    pub(super) sources: HashMap<Source, SourceConnections>,
    /// The sources that have connections which wait, as far as is known, ordered by how many connections they have open.
    pub(super) waiting: BTreeSet<(usize, Source)>,
}

/// One connection.
pub(super) struct Entry {
    source: Source,
    activity: Arc<Activity>,
    /// Its place among those that wait; `None` while it is put aside.
    place: Option<u64>,
    /// How many event streams it carries.
    streams: usize,
}

/// The connections of one source.
#[derive(Default)]
pub(super) struct SourceConnections {
    pub(super) open: usize,
    /// Those that wait, as far as is known: since when, and which.
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
    /// Adds a connection, which waits for its client, and returns its number.
    pub(super) fn add(&mut self, source: Source) -> (u64, Arc<Activity>) {
        let id = self.moments.next();
        let activity = Arc::new(Activity::new(self.moments.clone()));
        self.open.insert(id, Entry { source, activity: activity.clone(), place: None, streams: 0 });
        self.counts(source);
        self.wait(id);
        (id, activity)
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
        while let Some((_, source)) = self.waiting.last().copied() {
            if self.end_oldest_of(source) {
                return true;
            }
        }
        false
    }

    /// Ends the one of this source that has waited longest. False where none waits; then the source is not among those of
    /// which one does.
    pub(super) fn end_oldest_of(&mut self, source: Source) -> bool {
        while let Some((place, id)) = self.sources.get(&source).and_then(|of| of.waiting.first().copied()) {
            let Some(activity) = self.open.get(&id).map(|entry| entry.activity.clone()) else { return false };
            match activity.waits_since() {
                Some(since) if since == place => return self.end(id),
                since => {
                    self.leave_place(id);
                    if since.or_else(|| activity.put_aside()).is_some() {
                        self.wait(id);
                    }
                }
            }
        }
        false
    }

    /// Ends a connection: it no longer counts, and its task drops it at the next poll.
    pub(super) fn end(&mut self, id: u64) -> bool {
        let Some(activity) = self.open.get(&id).map(|entry| entry.activity.clone()) else { return false };
        self.forget(id);
        activity.end();
        true
    }

    pub(super) fn forget(&mut self, id: u64) {
        self.leave_place(id);
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

    /// Puts a connection in its place among those that wait for their client.
    pub(super) fn wait(&mut self, id: u64) {
        let Some(entry) = self.open.get_mut(&id).filter(|entry| entry.place.is_none()) else { return };
        // One that is being answered by now is found out where it is asked for.
        let place = entry.activity.waits_since().unwrap_or_else(|| self.moments.next());
        entry.place = Some(place);
        let source = entry.source;
        let of = self.sources.entry(source).or_default();
        of.waiting.insert((place, id));
        self.waiting.insert((rank(source, of.open), source));
    }

    fn leave_place(&mut self, id: u64) {
        let Some(entry) = self.open.get_mut(&id) else { return };
        let (source, place) = (entry.source, entry.place.take());
        let (Some(place), Some(of)) = (place, self.sources.get_mut(&source)) else { return };
        of.waiting.remove(&(place, id));
        if of.waiting.is_empty() {
            let open = of.open;
            self.waiting.remove(&(rank(source, open), source));
            if open == 0 {
                self.sources.remove(&source);
            }
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
