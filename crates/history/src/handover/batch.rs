//! Ticks on their way from one history to another, and their bytes.
//!
//! Bytes come from another machine, and perhaps from one that somebody else has by now: every length is held against what
//! is there.

use std::sync::Arc;

use lalin_stats::RouterId;

use crate::columns::{Bytes, Start, put_signed, put_varint};
use crate::journal::Happened;
use crate::tick::COUNTERS;
use crate::{Cause, Error, LineName};

/// Some of a router's ticks, in order, from the history that recorded them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HandedTicks {
    pub(crate) source: u64,
    pub(crate) router: RouterId,
    /// The tick that these were asked behind.
    pub(crate) after: u64,
    /// The lines of the ticks, and what each was called.
    pub(crate) names: Vec<(LineName, Arc<str>)>,
    pub(crate) ticks: Vec<HandedTick>,
    pub(crate) events: Vec<HandedEvent>,
}

/// One tick.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct HandedTick {
    pub(crate) seq: u64,
    pub(crate) wall_ms: i64,
    /// How long the interval before it was.
    pub(crate) lead_ms: u32,
    /// It does not follow the one before in time.
    pub(crate) new_part: bool,
    pub(crate) samples: Vec<HandedSample>,
}

/// One line in a tick.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct HandedSample {
    /// Its place among the names.
    pub(crate) name: u32,
    /// How a stretch begins with it; `None` where it follows.
    pub(crate) start: Option<Start>,
    pub(crate) rises: [u64; COUNTERS],
}

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct HandedEvent {
    /// Its line's place among the names; `None` for the router.
    pub(crate) name: Option<u32>,
    pub(crate) at_ms: i64,
    /// When it was over, of what lasts for a while.
    pub(crate) until_ms: Option<i64>,
    pub(crate) what: Happened,
}

/// Raised with whatever is written otherwise: an older reader then says so and asks again later, until it is updated too.
/// Nothing is lost by that.
const VERSION: u8 = 1;
/// Set beside how a stretch begins.
const BEGINS: u8 = 8;
const DAMAGED: Error = Error::Damaged("ticks that were handed over cannot be read");

impl HandedTicks {
    /// The history that recorded them.
    pub fn source(&self) -> u64 {
        self.source
    }

    /// Whose they are.
    pub fn router(&self) -> &RouterId {
        &self.router
    }

    /// How many they are.
    pub fn count(&self) -> usize {
        self.ticks.len()
    }

    /// The number of the last one.
    pub fn last(&self) -> u64 {
        self.ticks.last().map_or(self.after, |tick| tick.seq)
    }

    /// As bytes for the way.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = vec![VERSION];
        out.extend(self.source.to_le_bytes());
        put_text(&mut out, self.router.as_str());
        put_varint(&mut out, self.after);
        put_varint(&mut out, self.names.len() as u64);
        for (name, shown) in &self.names {
            [&*name.kind, &*name.name, &**shown].iter().for_each(|text| put_text(&mut out, text));
        }
        put_varint(&mut out, self.ticks.len() as u64);
        let (mut seq, mut wall) = (self.after, 0i64);
        for tick in &self.ticks {
            put_varint(&mut out, tick.seq - seq);
            put_signed(&mut out, tick.wall_ms.wrapping_sub(wall));
            (seq, wall) = (tick.seq, tick.wall_ms);
            put_varint(&mut out, tick.lead_ms.into());
            out.push(tick.new_part.into());
            put_varint(&mut out, tick.samples.len() as u64);
            for sample in &tick.samples {
                put_varint(&mut out, sample.name.into());
                out.push(sample.start.map_or(0, |start| start.number() | BEGINS));
                out.push(sample.rises.iter().enumerate().map(|(at, rise)| u8::from(*rise != 0) << at).sum());
                sample.rises.iter().filter(|rise| **rise != 0).for_each(|rise| put_varint(&mut out, *rise));
            }
        }
        put_varint(&mut out, self.events.len() as u64);
        self.events.iter().for_each(|event| event.write(&mut out));
        out
    }

    /// From the bytes of [`HandedTicks::to_bytes`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Error> {
        let mut rest = Bytes(bytes);
        let version = rest.byte()?;
        if version != VERSION {
            return Err(Error::Newer { found: version.into(), known: VERSION.into() });
        }
        let source = rest.u64()?;
        let router = rest.text()?.parse().map_err(|_| DAMAGED)?;
        let after = rest.varint()?;
        let mut names = Vec::new();
        for _ in 0..rest.small()? {
            let (kind, name) = (rest.text()?.into(), rest.text()?.into());
            names.push((LineName { kind, name }, rest.text()?.into()));
        }
        let mut ticks = Vec::new();
        let (mut seq, mut wall) = (after, 0i64);
        for _ in 0..rest.small()? {
            let (tick, end) = read_tick(&mut rest, (seq, wall), names.len())?;
            (seq, wall) = end;
            ticks.push(tick);
        }
        let mut events = Vec::new();
        for _ in 0..rest.small()? {
            events.push(HandedEvent::read(&mut rest, names.len())?);
        }
        if rest.is_empty() { Ok(Self { source, router, after, names, ticks, events }) } else { Err(DAMAGED) }
    }
}

fn read_tick(rest: &mut Bytes<'_>, (seq, wall): (u64, i64), names: usize) -> Result<(HandedTick, (u64, i64)), Error> {
    let step = rest.varint()?;
    let seq = seq.checked_add(step).filter(|_| step > 0).ok_or(DAMAGED)?;
    let wall_ms = wall.wrapping_add(rest.signed()?);
    let (lead_ms, new_part) = (rest.small()?, rest.byte()? != 0);
    let mut samples = Vec::new();
    for _ in 0..rest.small()? {
        let name = rest.small()?;
        // The names of one tick rise: no line is in it twice.
        let rising = samples.last().is_none_or(|before: &HandedSample| before.name < name);
        if name as usize >= names || !rising {
            return Err(DAMAGED);
        }
        let flags = rest.byte()?;
        let start = (flags & BEGINS != 0).then(|| Start::from_number(flags & 7)).transpose()?;
        let mask = rest.byte()?;
        let mut rises = [0; COUNTERS];
        for (place, rise) in rises.iter_mut().enumerate() {
            if mask >> place & 1 == 1 {
                *rise = rest.varint()?;
            }
        }
        samples.push(HandedSample { name, start, rises });
    }
    Ok((HandedTick { seq, wall_ms, lead_ms, new_part, samples }, (seq, wall_ms)))
}

impl HandedEvent {
    fn write(&self, out: &mut Vec<u8>) {
        put_varint(out, self.name.map_or(0, |name| u64::from(name) + 1));
        put_signed(out, self.at_ms);
        put_signed(out, self.until_ms.map_or(0, |until| until.saturating_sub(self.at_ms).max(0).saturating_add(1)));
        let (kind, words) = match &self.what {
            Happened::Once(word) => (0, [word.as_str(), ""]),
            Happened::Began(cause, detail) => (1, [cause.code(), detail.as_str()]),
            Happened::Ended(cause) => (2, [cause.code(), ""]),
        };
        out.push(kind);
        words.iter().for_each(|word| put_text(out, word));
    }

    fn read(rest: &mut Bytes<'_>, names: usize) -> Result<Self, Error> {
        let name = rest.small()?.checked_sub(1);
        if name.is_some_and(|name| name as usize >= names) {
            return Err(DAMAGED);
        }
        let at_ms = rest.signed()?;
        let lasted = rest.signed()?;
        let until_ms = (lasted > 0).then(|| at_ms.saturating_add(lasted - 1));
        let (kind, word, detail) = (rest.byte()?, rest.text()?, rest.text()?);
        let cause = || Cause::from_code(word).ok_or(DAMAGED);
        let what = match kind {
            0 => Happened::Once(word.into()),
            1 => Happened::Began(cause()?, detail.into()),
            _ => Happened::Ended(cause()?),
        };
        Ok(Self { name, at_ms, until_ms, what })
    }
}

fn put_text(out: &mut Vec<u8>, text: &str) {
    put_varint(out, text.len() as u64);
    out.extend(text.as_bytes());
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn batch(rows: &[(u8, u64, [u64; COUNTERS], u8)]) -> HandedTicks {
        let mut seq = 7;
        let ticks = rows.iter().map(|(step, wall, rises, start)| {
            seq += 1 + u64::from(*step);
            let start = Start::from_number(start % 9).ok();
            let samples = (0..2).map(|name| HandedSample { name, start, rises: *rises }).collect();
            HandedTick { seq, wall_ms: *wall as i64, lead_ms: *step as u32, new_part: step % 2 == 0, samples }
        });
        let name = |text: &str| (LineName::interface(text), Arc::from("shown"));
        let what = Happened::Began(Cause::Unreachable, "refused".into());
        HandedTicks {
            source: 99,
            router: "pop-1".parse().unwrap(),
            after: 7,
            names: vec![name("a"), name("b")],
            ticks: ticks.collect(),
            events: vec![
                HandedEvent { name: None, at_ms: 5, until_ms: Some(5), what: what.clone() },
                HandedEvent { name: Some(1), at_ms: -5, until_ms: None, what: Happened::Once("link-up".into()) },
            ],
        }
    }

    proptest! {
        #[test]
        fn every_batch_comes_back(rows in prop::collection::vec(any::<(u8, u64, [u64; COUNTERS], u8)>(), 0..6)) {
            let batch = batch(&rows);
            let bytes = batch.to_bytes();
            prop_assert_eq!(HandedTicks::from_bytes(&bytes).unwrap(), batch);
            for length in (0..bytes.len()).step_by(5) {
                prop_assert!(HandedTicks::from_bytes(&bytes[..length]).is_err());
            }
        }

        #[test]
        fn no_bytes_make_it_panic(bytes: Vec<u8>) {
            let _ = HandedTicks::from_bytes(&bytes);
            let _ = HandedTicks::from_bytes(&[&[VERSION], &bytes[..]].concat());
        }
    }

    #[test]
    fn the_form_of_version_1_stays() {
        let rises = [1 << 40, 2, 0, 4, 0, 0, 7, 1];
        let batch = batch(&[(3, 1_795_000_000_123, rises, 2), (4, 1_795_000_010_123, [0; COUNTERS], 7)]);
        let bytes = batch.to_bytes();
        let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(hex, GOLDEN, "whoever changes the form raises its version, and goes on reading this");
        assert_eq!(HandedTicks::from_bytes(&bytes).unwrap(), batch);
    }

    const GOLDEN: &str = "01630000000000000005706f702d31070209696e7465726661636501610573686f776e09696e746572666163650162057368\
        6f776e0204f6f9b2e5bd68030002000acb80808080802002040701010acb8080808080200204070105a09c01040102000000\
        01000002000a02010b756e726561636861626c65077265667573656402090000076c696e6b2d757000";

    #[test]
    fn another_version_is_said_to_be_one() {
        let mut bytes = batch(&[]).to_bytes();
        bytes[0] = 9;
        assert!(matches!(HandedTicks::from_bytes(&bytes), Err(Error::Newer { found: 9, .. })));
    }
}
