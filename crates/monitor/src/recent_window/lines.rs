//! Which line a column of the points is, and what it was called when: kept once for the whole window.
//!
//! Every point has a column for each line, at the same place for as long as any point of the window knows the line. A line
//! that comes or goes costs its own entry and not a list of all others a tick, and one line's series is one column.

use std::collections::{BTreeSet, HashMap};
use std::iter;
use std::sync::Arc;

use lalin_stats::{Identity, Interface};

use super::past::{LineVersion, PastLine};

/// A line as it was from a tick on.
#[derive(Clone, Debug)]
struct Version {
    since: u64,
    interface: Arc<Interface>,
    identity: Identity,
}

/// A line of the window.
#[derive(Clone, Debug)]
struct Column {
    /// The first tick that had it, and the last one where it is there no more.
    first: u64,
    gone: Option<u64>,
    /// The newest list that had it.
    listed: u64,
    /// Its place in the router's list when it came.
    place: usize,
    /// As it is called now; nearly all are never called otherwise.
    newest: Version,
    /// What it was called before, the oldest first.
    older: Box<[Version]>,
}

impl Column {
    fn line(&self) -> u64 {
        self.newest.identity.line
    }

    /// The oldest first; never none.
    fn versions(&self) -> impl Iterator<Item = &Version> {
        self.older.iter().chain(iter::once(&self.newest))
    }

    /// As it was at this tick: the first version counts for earlier ones too.
    fn at(&self, seq: u64) -> &Version {
        if self.newest.since <= seq {
            return &self.newest;
        }
        let newer = self.older.partition_point(|version| version.since <= seq);
        self.older.get(newer.saturating_sub(1)).unwrap_or(&self.newest)
    }
}

/// The columns of a window.
#[derive(Clone, Debug, Default)]
pub(super) struct Lines {
    columns: Vec<Option<Column>>,
    /// The lowest one is given first, so that those at the end can go.
    free: BTreeSet<usize>,
    /// The columns of the newest tick's interfaces, in their order.
    places: Vec<usize>,
    versions: usize,
}

/// Whether both are called, and shown, the same: all but what the link does.
fn is_called(old: &Arc<Interface>, new: &Arc<Interface>) -> bool {
    let as_new = || Interface {
        actual_mtu: new.actual_mtu,
        l2_mtu: new.l2_mtu,
        last_link_up: new.last_link_up.clone(),
        link_downs: new.link_downs,
        link_bps: new.link_bps,
        running: new.running,
        ..Interface::clone(old)
    };
    Arc::ptr_eq(old, new) || as_new() == **new
}

/// What a column with its line's newest version takes in memory: the interface itself is the newest frame's.
pub(super) const COLUMN: usize = size_of::<Option<Column>>() + size_of::<usize>();
/// What an interface takes that no frame has any more, with its texts as routers have them.
pub(super) const VERSION: usize = size_of::<Version>() + size_of::<Interface>() + 256;

impl Lines {
    /// Takes in the list of tick `seq`, which is another one than that of the tick before.
    pub(super) fn list(&mut self, seq: u64, interfaces: &[Arc<Interface>], identities: &[Identity]) {
        let before = std::mem::take(&mut self.places);
        self.places.reserve_exact(interfaces.len());
        self.columns.reserve_exact(interfaces.len().saturating_sub(self.columns.len()));
        // Made when one is first not where it was: a list seldom changes, and thousands of routers have one each.
        let mut by_line: Option<HashMap<u64, usize>> = None;
        for (place, (interface, identity)) in interfaces.iter().zip(identities).enumerate() {
            // Nearly all are where they were; after one that came or went, all others are found by their number.
            let line = identity.line;
            let same =
                before.get(place).copied().filter(|at| self.column(*at).is_some_and(|known| known.line() == line));
            let column = same
                .or_else(|| by_line.get_or_insert_with(|| self.by_line()).get(&line).copied())
                .unwrap_or_else(|| self.room());
            let version = || Version { since: seq, interface: interface.clone(), identity: identity.clone() };
            match &mut self.columns[column] {
                Some(known) => {
                    (known.gone, known.listed) = (None, seq);
                    let newest = &mut known.newest;
                    if newest.identity == *identity && is_called(&newest.interface, interface) {
                        // A link that went up or down is not called otherwise: what was is not kept beside it.
                        newest.interface = interface.clone();
                    } else {
                        let before = std::mem::replace(newest, version());
                        known.older = std::mem::take(&mut known.older).into_iter().chain([before]).collect();
                        self.versions += 1;
                    }
                }
                empty => {
                    let (newest, older) = (version(), Box::default());
                    *empty = Some(Column { first: seq, gone: None, listed: seq, place, newest, older });
                    self.versions += 1;
                }
            }
            self.places.push(column);
        }
        for column in before {
            if let Some(Some(column)) = self.columns.get_mut(column)
                && column.listed != seq
            {
                column.gone = Some(seq.saturating_sub(1));
            }
        }
    }

    /// Forgets what is known of ticks before `oldest` alone.
    pub(super) fn forget(&mut self, oldest: u64) {
        for (at, slot) in self.columns.iter_mut().enumerate() {
            let Some(column) = slot else { continue };
            let old = column.versions().skip(1).take_while(|next| next.since <= oldest).count();
            if old > 0 {
                column.older = std::mem::take(&mut column.older).into_iter().skip(old).collect();
                self.versions -= old;
            }
            if column.gone.is_some_and(|gone| gone < oldest) {
                self.versions -= column.versions().count();
                self.free.insert(at);
                *slot = None;
            }
        }
        while self.columns.pop_if(|last| last.is_none()).is_some() {
            self.free.remove(&self.columns.len());
        }
    }

    /// A column that is no line's.
    fn room(&mut self) -> usize {
        self.free.pop_first().unwrap_or_else(|| {
            self.columns.push(None);
            self.columns.len() - 1
        })
    }

    /// Where each line is.
    fn by_line(&self) -> HashMap<u64, usize> {
        let columns = self.columns.iter().enumerate();
        columns.filter_map(|(at, column)| Some((column.as_ref()?.line(), at))).collect()
    }

    fn column(&self, at: usize) -> Option<&Column> {
        self.columns.get(at)?.as_ref()
    }

    /// The newest tick's rates, each in its line's column; what is in no list is unknown.
    pub(super) fn in_columns(&self, rates: &[[f32; 2]]) -> Box<[[f32; 2]]> {
        let mut columns = vec![[f32::NAN; 2]; self.columns.len()].into_boxed_slice();
        for (place, rate) in self.places.iter().zip(rates) {
            if let Some(column) = columns.get_mut(*place) {
                *column = *rate;
            }
        }
        columns
    }

    pub(super) fn bytes(&self) -> usize {
        // All that are in the newest list, each as it is there.
        self.columns.len() * COLUMN + self.versions.saturating_sub(self.places.len()) * VERSION
    }

    /// The lines that tick `since` or a later one had, in the order in which they came: each one's column, and how it was
    /// seen last.
    pub(super) fn seen_since(&self, since: u64) -> Vec<(usize, &Arc<Interface>, &Identity)> {
        let columns = self.columns.iter().enumerate().filter_map(|(at, column)| Some((at, column.as_ref()?)));
        let mut seen: Vec<(usize, &Column)> =
            columns.filter(|(_, column)| column.gone.is_none_or(|gone| gone >= since)).collect();
        seen.sort_by_key(|(_, column)| (column.first, column.place));
        seen.into_iter().map(|(at, column)| (at, &column.newest.interface, &column.newest.identity)).collect()
    }

    /// The lines that tick `since` or a later one had, each with its column.
    pub(super) fn past(&self, since: u64) -> Vec<(usize, PastLine)> {
        let columns = self.columns.iter().enumerate().filter_map(|(at, column)| Some((at, column.as_ref()?)));
        let seen = columns.filter(|(_, column)| column.gone.is_none_or(|gone| gone >= since));
        let version = |one: &Version| LineVersion {
            since: one.since,
            interface: one.interface.clone(),
            identity: one.identity.clone(),
        };
        let mut seen: Vec<_> = seen.collect();
        seen.sort_by_key(|(_, column)| (column.first, column.place));
        let line = |column: &Column| PastLine {
            first: column.first,
            gone: column.gone,
            versions: column.versions().map(version).collect(),
        };
        seen.into_iter().map(|(at, column)| (at, line(column))).collect()
    }

    /// A column's line from the ticks on at which it was called otherwise than before, the oldest first. The first one
    /// counts for earlier ticks too, such as those of a past that was made up.
    pub(super) fn versions(&self, column: usize) -> impl Iterator<Item = (u64, &Interface)> {
        self.column(column).into_iter().flat_map(Column::versions).map(|one| (one.since, &*one.interface))
    }

    /// The interface of a column at a tick that had it.
    pub(super) fn at(&self, column: usize, seq: u64) -> Option<&Interface> {
        let column = self.column(column).filter(|column| column.gone.is_none_or(|gone| gone >= seq))?;
        Some(&*column.at(seq).interface)
    }

    pub(super) fn columns(&self) -> usize {
        self.columns.len()
    }
}
