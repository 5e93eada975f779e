//! The tags in flight and what state each is in.

use std::collections::BTreeMap;

use tokio::time::Instant;

use crate::error::Trap;
use crate::value::number;

/// The most traps of one reply that are kept.
const TRAPS: usize = 64;

/// Whose reply: a caller's command, or the `/cancel` of one. On the wire `7` and `c7`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Tag {
    Command(u64),
    Cancel(u64),
}

impl Tag {
    /// As it is written; `None` for a tag that is not ours.
    pub(crate) fn read(bytes: &[u8]) -> Option<Self> {
        match bytes.strip_prefix(b"c") {
            Some(digits) => number(digits).map(Self::Cancel),
            None => number(bytes).map(Self::Command),
        }
    }
}

impl std::fmt::Display for Tag {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Command(number) => write!(f, "{number}"),
            Self::Cancel(number) => write!(f, "c{number}"),
        }
    }
}

/// What became of a command between its first byte and its `!done`.
#[derive(Debug)]
pub(crate) enum State {
    /// Somebody waits for it.
    Running(Reply),
    /// Nobody waits for it any more (or it is a `/cancel`): what comes is thrown away, and its tag is not free until
    /// its `!done`, which is to come by then.
    Quarantined { until: Instant },
}

/// What came of a running command so far.
#[derive(Debug, Default)]
pub(crate) struct Reply {
    /// Whether rows are collected, within the limits of a reply; a stream's own queue bounds them.
    pub(crate) collected: bool,
    pub(crate) rows: usize,
    pub(crate) bytes: usize,
    pub(crate) traps: Vec<Trap>,
}

impl Reply {
    /// Keeps a trap, unless there are absurdly many.
    pub(crate) fn trap(&mut self, trap: Trap, limit: usize) {
        self.bytes += trap.sentence.size();
        if self.traps.is_empty() || (self.traps.len() < TRAPS && self.bytes <= limit) {
            self.traps.push(trap);
        }
    }
}

/// Every tag that is not free.
#[derive(Debug, Default)]
pub(crate) struct Tags {
    states: BTreeMap<Tag, State>,
    /// How many are quarantined, so that asking for the deadline costs nothing while nobody cancels.
    quarantined: usize,
}

impl Tags {
    pub(crate) fn insert(&mut self, tag: Tag, state: State) {
        self.quarantined += usize::from(matches!(state, State::Quarantined { .. }));
        if let Some(State::Quarantined { .. }) = self.states.insert(tag, state) {
            self.quarantined -= 1;
        }
    }

    pub(crate) fn remove(&mut self, tag: Tag) -> Option<State> {
        let state = self.states.remove(&tag);
        self.quarantined -= usize::from(matches!(state, Some(State::Quarantined { .. })));
        state
    }

    pub(crate) fn running(&mut self, tag: Tag) -> Option<&mut Reply> {
        match self.states.get_mut(&tag) {
            Some(State::Running(reply)) => Some(reply),
            _ => None,
        }
    }

    pub(crate) fn contains(&self, tag: Tag) -> bool {
        self.states.contains_key(&tag)
    }

    /// The only one, if there is exactly one.
    pub(crate) fn only(&self) -> Option<Tag> {
        let mut tags = self.states.keys();
        match (tags.next(), tags.next()) {
            (Some(tag), None) => Some(*tag),
            _ => None,
        }
    }

    /// When the first quarantine ends.
    pub(crate) fn deadline(&self) -> Option<Instant> {
        if self.quarantined == 0 {
            return None;
        }
        self.states.values().filter_map(State::until).min()
    }

    /// Whether a command's quarantine is over at `now`. A `/cancel` whose command ended is forgotten in silence.
    pub(crate) fn expire(&mut self, now: Instant) -> bool {
        let over = |state: &State| state.until().is_some_and(|until| until <= now);
        if self.states.iter().any(|(tag, state)| matches!(tag, Tag::Command(_)) && over(state)) {
            return true;
        }
        self.states.retain(|_, state| !over(state));
        self.quarantined = self.states.values().filter_map(State::until).count();
        false
    }
}

impl State {
    fn until(&self) -> Option<Instant> {
        match self {
            Self::Running(_) => None,
            Self::Quarantined { until } => Some(*until),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_ours_or_none() {
        for tag in [Tag::Command(0), Tag::Command(u64::MAX), Tag::Cancel(7)] {
            assert_eq!(Tag::read(tag.to_string().as_bytes()), Some(tag));
        }
        for other in ["", "c", "cc1", "-1", "+1", " 1", "1c", "18446744073709551616", "c18446744073709551616"] {
            assert_eq!(Tag::read(other.as_bytes()), None, "{other:?}");
        }
    }
}
