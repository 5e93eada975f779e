//! The records of a journal, as bytes and back.

use crate::columns::{Bytes, Run, Runs, Start, Times, put_signed, put_varint};
use crate::meta::Cursor;
use crate::open::{Entry, OpenLine, Session, TickTime};
use crate::open::{put_sessions, read_sessions};
use crate::{Cause, Error};

/// Something that happened, with the numbers of router and line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct EventRecord {
    pub(crate) router: u32,
    /// 0 for the router as a whole.
    pub(crate) line: u32,
    pub(crate) at_ms: i64,
    pub(crate) what: Happened,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Happened {
    /// At one moment; the word that stands in the database.
    Once(String),
    Began(Cause, String),
    Ended(Cause),
}

/// One record.
#[derive(Clone, Debug)]
pub(crate) enum Record {
    Router {
        number: u32,
        id: String,
    },
    Line {
        line: u32,
        router: u32,
        kind: String,
        name: String,
        shown: String,
    },
    Tick {
        router: u32,
        time: TickTime,
        entries: Vec<(Entry, Option<Vec<Session>>)>,
        /// Of one that was handed over: the cursor before it and the one that it moves to.
        from: Option<(u64, Cursor)>,
    },
    Event(EventRecord),
    /// A part of the open hour, written down whole because an earlier journal can no longer be synced.
    Part {
        router: u32,
        first_seq: u64,
        times: Times,
    },
    /// A line of the part before.
    Open {
        line: u32,
        open: OpenLine,
    },
    /// How a line was seen last.
    State {
        line: u32,
        seen_seq: u64,
        sessions: Vec<Session>,
    },
    /// How a router was seen last.
    Seen {
        router: u32,
        seq: u64,
        wall_ms: i64,
    },
    /// Up to where a router is taken in from a history that hands over.
    Cursor {
        cursor: Cursor,
        /// The router's last tick is from there.
        latest: bool,
    },
}

const ROUTER: u8 = 1;
const LINE: u8 = 2;
const TICK: u8 = 3;
const EVENT: u8 = 4;
const PART: u8 = 5;
const OPEN: u8 = 6;
const STATE: u8 = 7;
const SEEN: u8 = 8;
/// A tick behind the history that handed it over and its number there: one record, so that one is never without the other.
const HANDED: u8 = 9;
const CURSOR: u8 = 10;

/// Length and checksum before each record.
pub(super) const HEAD: usize = 8;
/// A longer record is none.
pub(super) const LONGEST: usize = 64 << 20;

/// Records that are written at once.
#[derive(Debug, Default)]
pub(crate) struct RecordWriter {
    pub(crate) bytes: Vec<u8>,
}

fn put_text(out: &mut Vec<u8>, text: &str) {
    put_varint(out, text.len() as u64);
    out.extend(text.as_bytes());
}

fn put_tick<'a>(
    out: &mut Vec<u8>,
    router: u32,
    time: TickTime,
    entries: impl ExactSizeIterator<Item = (&'a Entry, Option<&'a [Session]>)>,
) {
    put_varint(out, router.into());
    put_varint(out, time.seq);
    out.extend(time.wall_ms.to_le_bytes());
    put_varint(out, time.lead_ms.into());
    out.push(time.new_part.into());
    put_varint(out, entries.len() as u64);
    let mut before = 0;
    for (entry, sessions) in entries {
        put_signed(out, i64::from(entry.line) - before);
        before = i64::from(entry.line);
        entry.write(sessions, out);
    }
}

impl RecordWriter {
    fn record(&mut self, kind: u8, fill: impl FnOnce(&mut Vec<u8>)) {
        let start = self.bytes.len();
        self.bytes.extend([0; HEAD]);
        self.bytes.push(kind);
        fill(&mut self.bytes);
        let length = (self.bytes.len() - start - HEAD) as u32;
        let crc = crc32c::crc32c(&self.bytes[start + HEAD..]);
        self.bytes[start..start + 4].copy_from_slice(&length.to_le_bytes());
        self.bytes[start + 4..start + HEAD].copy_from_slice(&crc.to_le_bytes());
    }

    pub(crate) fn router(&mut self, number: u32, id: &str) {
        self.record(ROUTER, |out| {
            put_varint(out, number.into());
            put_text(out, id);
        });
    }

    pub(crate) fn line(&mut self, line: u32, router: u32, [kind, name, shown]: [&str; 3]) {
        self.record(LINE, |out| {
            put_varint(out, line.into());
            put_varint(out, router.into());
            [kind, name, shown].iter().for_each(|text| put_text(out, text));
        });
    }

    /// A tick; a line's sessions are written where they do not follow from what is known.
    pub(crate) fn tick<'a>(
        &mut self,
        router: u32,
        time: TickTime,
        entries: impl ExactSizeIterator<Item = (&'a Entry, Option<&'a [Session]>)>,
    ) {
        self.record(TICK, |out| put_tick(out, router, time, entries));
    }

    /// A tick that another history handed over, its number there, and that of the one before.
    pub(crate) fn handed<'a>(
        &mut self,
        before: u64,
        cursor: Cursor,
        time: TickTime,
        entries: impl ExactSizeIterator<Item = (&'a Entry, Option<&'a [Session]>)>,
    ) {
        self.record(HANDED, |out| {
            out.extend(cursor.source.to_le_bytes());
            put_varint(out, before);
            put_varint(out, cursor.seq);
            put_tick(out, cursor.router, time, entries);
        });
    }

    pub(crate) fn cursor(&mut self, cursor: Cursor, latest: bool) {
        self.record(CURSOR, |out| {
            out.extend(cursor.source.to_le_bytes());
            put_varint(out, cursor.router.into());
            put_varint(out, cursor.seq);
            out.push(latest.into());
        });
    }

    pub(crate) fn event(&mut self, event: &EventRecord) {
        self.record(EVENT, |out| {
            put_varint(out, event.router.into());
            put_varint(out, event.line.into());
            out.extend(event.at_ms.to_le_bytes());
            let (kind, words) = match &event.what {
                Happened::Once(word) => (0, [word.as_str(), ""]),
                Happened::Began(cause, detail) => (1, [cause.code(), detail.as_str()]),
                Happened::Ended(cause) => (2, [cause.code(), ""]),
            };
            out.push(kind);
            words.iter().for_each(|word| put_text(out, word));
        });
    }

    pub(crate) fn part(&mut self, router: u32, first_seq: u64, times: &Times) {
        self.record(PART, |out| {
            put_varint(out, router.into());
            put_varint(out, first_seq);
            out.extend(times.anchor_ms.to_le_bytes());
            put_varint(out, times.lead_ms.into());
            put_varint(out, times.offsets.len() as u64);
            let mut before = 0;
            for offset in &times.offsets {
                put_varint(out, u64::from(offset - before));
                before = *offset;
            }
        });
    }

    pub(crate) fn open(&mut self, line: u32, open: &OpenLine) {
        self.record(OPEN, |out| {
            put_varint(out, line.into());
            put_varint(out, open.runs.0.len() as u64);
            for run in &open.runs.0 {
                put_varint(out, run.tick.into());
                put_varint(out, run.length.into());
                out.push(run.start.number());
            }
            open.bases.iter().for_each(|base| put_varint(out, *base));
            put_varint(out, open.data.len() as u64);
            out.extend(&open.data);
        });
    }

    pub(crate) fn state(&mut self, line: u32, seen_seq: u64, sessions: &[Session]) {
        self.record(STATE, |out| {
            put_varint(out, line.into());
            put_varint(out, seen_seq);
            put_sessions(out, sessions);
        });
    }

    pub(crate) fn seen(&mut self, router: u32, seq: u64, wall_ms: i64) {
        self.record(SEEN, |out| {
            put_varint(out, router.into());
            put_varint(out, seq);
            out.extend(wall_ms.to_le_bytes());
        });
    }
}

impl Record {
    /// The record that these bytes are, whose checksum is right.
    pub(super) fn read(bytes: &[u8]) -> Result<Self, Error> {
        let mut rest = Bytes(bytes);
        match rest.byte()? {
            ROUTER => Ok(Self::Router { number: rest.small()?, id: rest.text()?.into() }),
            LINE => Ok(Self::Line {
                line: rest.small()?,
                router: rest.small()?,
                kind: rest.text()?.into(),
                name: rest.text()?.into(),
                shown: rest.text()?.into(),
            }),
            TICK => read_tick(&mut rest, None),
            HANDED => {
                let from = (rest.u64()?, rest.varint()?, rest.varint()?);
                read_tick(&mut rest, Some(from))
            }
            CURSOR => {
                let (source, router, seq) = (rest.u64()?, rest.small()?, rest.varint()?);
                Ok(Self::Cursor { cursor: Cursor { source, router, seq }, latest: rest.byte()? != 0 })
            }
            EVENT => read_event(&mut rest),
            PART => read_part(&mut rest),
            OPEN => read_open(&mut rest),
            STATE => {
                let (line, seen_seq) = (rest.small()?, rest.varint()?);
                Ok(Self::State { line, seen_seq, sessions: read_sessions(&mut rest)? })
            }
            SEEN => Ok(Self::Seen { router: rest.small()?, seq: rest.varint()?, wall_ms: rest.i64()? }),
            _ => Err(Error::Damaged("a journal's record is of an unknown kind")),
        }
    }
}

fn read_tick(rest: &mut Bytes<'_>, from: Option<(u64, u64, u64)>) -> Result<Record, Error> {
    let router = rest.small()?;
    let (seq, wall_ms, lead_ms, new_part) = (rest.varint()?, rest.i64()?, rest.small()?, rest.byte()? != 0);
    let count = rest.small()?;
    let mut entries = Vec::new();
    let mut before = 0i64;
    for _ in 0..count {
        let line = before.checked_add(rest.signed()?).and_then(|line| u32::try_from(line).ok());
        let line = line.ok_or(Error::Damaged("a line has no number"))?;
        before = line.into();
        entries.push(Entry::read(line, rest)?);
    }
    let from = from.map(|(source, before, seq)| (before, Cursor { source, router, seq }));
    Ok(Record::Tick { router, time: TickTime { seq, wall_ms, lead_ms, new_part }, entries, from })
}

fn read_event(rest: &mut Bytes<'_>) -> Result<Record, Error> {
    let (router, line, at_ms) = (rest.small()?, rest.small()?, rest.i64()?);
    let (kind, word, detail) = (rest.byte()?, rest.text()?, rest.text()?);
    let cause = || Cause::from_code(word).ok_or(Error::Damaged("an event has an unknown cause"));
    let what = match kind {
        0 => Happened::Once(word.into()),
        1 => Happened::Began(cause()?, detail.into()),
        _ => Happened::Ended(cause()?),
    };
    Ok(Record::Event(EventRecord { router, line, at_ms, what }))
}

fn read_part(rest: &mut Bytes<'_>) -> Result<Record, Error> {
    let (router, first_seq, anchor_ms) = (rest.small()?, rest.varint()?, rest.i64()?);
    let (lead_ms, count) = (rest.small()?, rest.small()?);
    let mut offsets = Vec::new();
    let mut at = 0u32;
    for _ in 0..count {
        at = at.checked_add(rest.small()?).ok_or(Error::Damaged("the times are too long"))?;
        offsets.push(at);
    }
    Ok(Record::Part { router, first_seq, times: Times { anchor_ms, lead_ms, offsets } })
}

fn read_open(rest: &mut Bytes<'_>) -> Result<Record, Error> {
    let (line, count) = (rest.small()?, rest.small()?);
    let mut open = OpenLine { runs: Runs::default(), ..OpenLine::default() };
    for _ in 0..count {
        let (tick, length) = (rest.small()?, rest.small()?);
        open.runs.0.push(Run { tick, length, start: Start::from_number(rest.byte()?)? });
    }
    for base in &mut open.bases {
        *base = rest.varint()?;
    }
    let length = rest.small()? as usize;
    open.data = rest.take(length)?.to_vec();
    if !open.is_whole() {
        return Err(Error::Damaged("a line's samples are not as many as it says"));
    }
    Ok(Record::Open { line, open })
}
