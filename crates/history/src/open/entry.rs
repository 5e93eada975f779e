//! One line's sample in one tick, and its bytes.

use crate::Error;
use crate::columns::{Bytes, Start, put_varint};
use crate::tick::COUNTERS;

/// The counters of one incarnation of a line. Usually a line has one; a customer who reconnects has two for a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Session {
    pub(crate) incarnation: u64,
    pub(crate) counters: [u64; COUNTERS],
}

/// A line's sample.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) line: u32,
    /// Where the stretch of samples begins anew.
    pub(crate) start: Option<Start>,
    /// What the counters showed before.
    pub(crate) bases: [u64; COUNTERS],
    pub(crate) rises: [u64; COUNTERS],
}

/// The rises, shortest first: a byte says which counters rose.
pub(super) fn put_rises(out: &mut Vec<u8>, rises: &[u64; COUNTERS]) {
    out.push(rises.iter().enumerate().map(|(place, rise)| u8::from(*rise != 0) << place).sum());
    rises.iter().filter(|rise| **rise != 0).for_each(|rise| put_varint(out, *rise));
}

pub(super) fn rises(bytes: &mut Bytes<'_>) -> Result<[u64; COUNTERS], Error> {
    let mask = bytes.byte()?;
    let mut rises = [0; COUNTERS];
    for (place, rise) in rises.iter_mut().enumerate() {
        if mask >> place & 1 == 1 {
            *rise = bytes.varint()?;
        }
    }
    Ok(rises)
}

/// Set in the first byte of an entry in the journal where a stretch begins; the lowest bits say how.
const BEGINS: u8 = 8;
/// Set where the sessions follow, because they do not follow from those before.
const SESSIONS: u8 = 16;

impl Entry {
    /// The entry as the journal keeps it.
    pub(crate) fn write(&self, sessions: Option<&[Session]>, out: &mut Vec<u8>) {
        let begins = self.start.map_or(0, |start| start.number() | BEGINS);
        out.push(begins | if sessions.is_some() { SESSIONS } else { 0 });
        if let Some(sessions) = sessions {
            put_sessions(out, sessions);
            self.bases.iter().for_each(|base| put_varint(out, *base));
        }
        put_rises(out, &self.rises);
    }

    /// The entry again, and its sessions where they were written; else its bases are for the caller to know.
    pub(crate) fn read(line: u32, bytes: &mut Bytes<'_>) -> Result<(Self, Option<Vec<Session>>), Error> {
        let flags = bytes.byte()?;
        let start = (flags & BEGINS != 0).then(|| Start::from_number(flags & 7)).transpose()?;
        let mut bases = [0; COUNTERS];
        let mut sessions = None;
        if flags & SESSIONS != 0 {
            sessions = Some(read_sessions(bytes)?);
            for base in &mut bases {
                *base = bytes.varint()?;
            }
        }
        Ok((Self { line, start, bases, rises: rises(bytes)? }, sessions))
    }
}

pub(crate) fn put_sessions(out: &mut Vec<u8>, sessions: &[Session]) {
    put_varint(out, sessions.len() as u64);
    for session in sessions {
        out.extend(session.incarnation.to_le_bytes());
        session.counters.iter().for_each(|counter| put_varint(out, *counter));
    }
}

pub(crate) fn read_sessions(bytes: &mut Bytes<'_>) -> Result<Vec<Session>, Error> {
    let count = bytes.small()?;
    if count > MOST_SESSIONS as u32 {
        return Err(Error::Damaged("a line has too many sessions"));
    }
    let session = |bytes: &mut Bytes<'_>| {
        let incarnation = bytes.u64()?;
        let mut counters = [0; COUNTERS];
        for counter in &mut counters {
            *counter = bytes.varint()?;
        }
        Ok(Session { incarnation, counters })
    };
    (0..count).map(|_| session(bytes)).collect()
}

/// A router has no more of one line at once.
pub(crate) const MOST_SESSIONS: usize = 16;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn every_entry_comes_back(
            rises: [u64; COUNTERS], bases: [u64; COUNTERS], start in prop::option::of(0u8..5), others: Vec<u64>
        ) {
            let start = start.map(|number| Start::from_number(number).unwrap());
            let entry = Entry { line: 9, start, bases, rises };
            let sessions: Vec<Session> = others.iter().take(MOST_SESSIONS)
                .map(|incarnation| Session { incarnation: *incarnation, counters: rises }).collect();
            let mut bytes = Vec::new();
            entry.write(Some(&sessions), &mut bytes);
            prop_assert_eq!(Entry::read(9, &mut Bytes(&bytes)).unwrap(), (entry, Some(sessions)));
        }

        #[test]
        fn no_bytes_make_it_panic(bytes: Vec<u8>) {
            let _ = Entry::read(1, &mut Bytes(&bytes));
        }
    }

    #[test]
    fn an_idle_line_is_two_bytes() {
        let mut bytes = Vec::new();
        Entry { line: 1, start: None, bases: [5; 8], rises: [0; 8] }.write(None, &mut bytes);
        assert_eq!(bytes.len(), 2);
    }
}
