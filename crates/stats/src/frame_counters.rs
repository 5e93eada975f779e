//! The counters of a frame: mostly those of the snapshot that it was made of, which are not copied.

use std::fmt;
use std::ops::Index;
use std::slice;
use std::sync::Arc;

use crate::{Counters, Row, Snapshot};

/// The counters of a frame's interfaces, in their order. Cheap to clone.
///
/// They are those of the snapshot that the frame was made of, for as long as somebody holds either; or, where there was
/// none, a list of their own (`Vec<Counters>::into`, `collect`).
#[derive(Clone)]
pub struct FrameCounters(Held);

#[derive(Clone)]
enum Held {
    Snapshot(Arc<Snapshot>),
    Own(Arc<[Counters]>),
}

impl FrameCounters {
    /// How many interfaces there are.
    pub fn len(&self) -> usize {
        match &self.0 {
            Held::Snapshot(snapshot) => snapshot.rows.len(),
            Held::Own(counters) => counters.len(),
        }
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Those of the interface at this place.
    pub fn get(&self, place: usize) -> Option<&Counters> {
        match &self.0 {
            Held::Snapshot(snapshot) => snapshot.rows.get(place).map(|row| &row.counters),
            Held::Own(counters) => counters.get(place),
        }
    }

    /// All of them.
    pub fn iter(&self) -> CountersIter<'_> {
        CountersIter(match &self.0 {
            Held::Snapshot(snapshot) => Rest::Rows(snapshot.rows.iter()),
            Held::Own(counters) => Rest::Own(counters.iter()),
        })
    }

    /// The rows that they stand in, where they are those of a snapshot.
    pub fn rows(&self) -> Option<&[Row]> {
        match &self.0 {
            Held::Snapshot(snapshot) => Some(&snapshot.rows),
            Held::Own(_) => None,
        }
    }
}

/// The counters of a frame, one interface's after the other's.
#[derive(Clone, Debug)]
pub struct CountersIter<'a>(Rest<'a>);

#[derive(Clone, Debug)]
enum Rest<'a> {
    Rows(slice::Iter<'a, Row>),
    Own(slice::Iter<'a, Counters>),
}

impl<'a> Iterator for CountersIter<'a> {
    type Item = &'a Counters;

    fn next(&mut self) -> Option<&'a Counters> {
        match &mut self.0 {
            Rest::Rows(rows) => rows.next().map(|row| &row.counters),
            Rest::Own(counters) => counters.next(),
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        match &self.0 {
            Rest::Rows(rows) => rows.size_hint(),
            Rest::Own(counters) => counters.size_hint(),
        }
    }
}

impl ExactSizeIterator for CountersIter<'_> {}

impl<'a> IntoIterator for &'a FrameCounters {
    type Item = &'a Counters;
    type IntoIter = CountersIter<'a>;

    fn into_iter(self) -> CountersIter<'a> {
        self.iter()
    }
}

impl Index<usize> for FrameCounters {
    type Output = Counters;

    /// As a slice does it: a place beyond the last is a bug of the caller's.
    fn index(&self, place: usize) -> &Counters {
        match &self.0 {
            Held::Snapshot(snapshot) => &snapshot.rows[place].counters,
            Held::Own(counters) => &counters[place],
        }
    }
}

impl From<Arc<Snapshot>> for FrameCounters {
    fn from(snapshot: Arc<Snapshot>) -> Self {
        Self(Held::Snapshot(snapshot))
    }
}

impl From<Vec<Counters>> for FrameCounters {
    fn from(counters: Vec<Counters>) -> Self {
        Self(Held::Own(counters.into()))
    }
}

impl FromIterator<Counters> for FrameCounters {
    fn from_iter<I: IntoIterator<Item = Counters>>(counters: I) -> Self {
        Self(Held::Own(counters.into_iter().collect()))
    }
}

impl Default for FrameCounters {
    fn default() -> Self {
        Self(Held::Own(Arc::default()))
    }
}

impl PartialEq for FrameCounters {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other)
    }
}

impl Eq for FrameCounters {}

impl fmt::Debug for FrameCounters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self).finish()
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::Instant;

    use super::*;
    use crate::Interface;

    #[test]
    fn those_of_a_snapshot_and_a_list_of_the_same_are_equal() {
        let counters: Vec<Counters> = (0..3).map(|n| Counters::bytes(n, 2 * n)).collect();
        let interface = Arc::new(Interface::new("*1", "ether1", "ether"));
        let rows = counters.iter().map(|counters| Row::new(interface.clone(), *counters)).collect();
        let shared = FrameCounters::from(Arc::new(Snapshot::at(Instant::now(), 0, rows)));
        let own: FrameCounters = counters.iter().copied().collect();
        assert_eq!(shared, own);
        assert_eq!(own, FrameCounters::from(counters.clone()));
        assert_eq!((shared.len(), shared.iter().len(), own.iter().len()), (3, 3, 3));
        assert_eq!((shared[2], own[2]), (counters[2], counters[2]));
        assert_eq!((shared.get(1), shared.get(3), own.get(3)), (Some(&counters[1]), None, None));
        assert_eq!((shared.rows().map(<[Row]>::len), own.rows()), (Some(3), None));
        assert_ne!(shared, FrameCounters::default());
        assert!(FrameCounters::default().is_empty());
    }
}
