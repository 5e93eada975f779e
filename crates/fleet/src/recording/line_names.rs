//! Whose line an interface is, over renames, reconnects and restarts.
//!
//! The monitor's own line numbers follow a rename while the server runs; the history has to know the line after a restart
//! as well. So a line keeps the name under which it was first recorded, beside the one that the router uses now, and a
//! name that is new to this run is looked up among those the history knows. A customer who dials in again is known by the
//! name behind `<pppoe-user-1>`.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use lalin_history::{Line, LineName, SessionNames};
use lalin_stats::Frame;

/// The kind of line that an interface is.
pub(super) const INTERFACE: &str = "interface";

/// One router's lines.
#[derive(Debug, Default)]
pub(super) struct LineNames {
    sessions: SessionNames,
    /// The line of each of the monitor's line numbers, and what the router calls it.
    by_number: HashMap<u64, (Arc<str>, Arc<str>)>,
    /// What is not there now: by the name the router used last, the line's own name.
    known: HashMap<Arc<str>, Arc<str>>,
    /// The names of lines that are in use.
    taken: HashSet<Arc<str>>,
    revision: Option<u64>,
    current: Vec<LineName>,
}

impl LineNames {
    /// With what the history knows of the router.
    pub(super) fn new(lines: Vec<Line>) -> Self {
        let mut lines: Vec<_> = lines.into_iter().filter(|line| &*line.name.kind == INTERFACE).collect();
        // Where two lines were called alike, the later one is meant.
        lines.sort_by_key(|line| line.last_ms);
        // A static interface's name among them does no harm: no session is called like it.
        let dynamic: Vec<Arc<str>> = lines.iter().map(|line| line.name.name.clone()).collect();
        let taken = lines.iter().map(|line| line.name.name.clone()).collect();
        let known = lines.into_iter().map(|line| (line.shown, line.name.name)).collect();
        let sessions = SessionNames::new(dynamic);
        Self { sessions, known, taken, ..Self::default() }
    }

    /// The lines of a frame's interfaces, in their order.
    pub(super) fn of(&mut self, frame: &Frame) -> &[LineName] {
        if self.revision != Some(frame.revision) {
            self.revision = Some(frame.revision);
            self.current = self.names(frame);
        }
        &self.current
    }

    fn names(&mut self, frame: &Frame) -> Vec<LineName> {
        let dynamic: Vec<usize> = (0..frame.interfaces.len()).filter(|&at| frame.interfaces[at].dynamic).collect();
        let shown: Vec<Arc<str>> = dynamic.iter().map(|&at| frame.interfaces[at].name.clone()).collect();
        let mut sessions: HashMap<usize, Arc<str>> = dynamic.into_iter().zip(self.sessions.line_of(&shown)).collect();
        // What is there no more needs no number; it is found by its name when it comes back.
        let numbers: HashSet<u64> = frame.identities.iter().map(|identity| identity.line).collect();
        for (number, (name, key)) in &self.by_number {
            if !numbers.contains(number) {
                self.known.insert(key.clone(), name.clone());
            }
        }
        self.by_number.retain(|number, _| numbers.contains(number));
        let mut used: HashSet<Arc<str>> = self.by_number.values().map(|(name, _)| name.clone()).collect();
        let name = |at: usize| {
            if let Some(session) = sessions.remove(&at) {
                return session;
            }
            let identity = &frame.identities[at];
            let name = match self.by_number.get(&identity.line) {
                Some((name, _)) => name.clone(),
                None => free(&identity.key, &self.known, &used, &self.taken),
            };
            used.insert(name.clone());
            self.taken.insert(name.clone());
            self.by_number.insert(identity.line, (name.clone(), identity.key.clone()));
            name
        };
        (0..frame.interfaces.len()).map(name).map(|name| LineName { kind: INTERFACE.into(), name }).collect()
    }
}

/// The line that was last called `key`, or a new one of that name. An interface that takes over the name of one that was
/// renamed and lives on is another line.
fn free(
    key: &Arc<str>,
    known: &HashMap<Arc<str>, Arc<str>>,
    used: &HashSet<Arc<str>>,
    taken: &HashSet<Arc<str>>,
) -> Arc<str> {
    if let Some(name) = known.get(key).filter(|name| !used.contains(*name)) {
        return name.clone();
    }
    if !used.contains(key) && !taken.contains(key) {
        return key.clone();
    }
    let numbered = (2..).map(|number| Arc::from(format!("{key} ({number})")));
    numbered.into_iter().find(|name| !used.contains(name) && !taken.contains(name)).unwrap_or_else(|| key.clone())
}
