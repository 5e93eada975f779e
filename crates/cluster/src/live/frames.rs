//! A frame as bytes: what changed since the frame before it.
//!
//! A line that carries nothing costs one byte, and one that carries something the rises of its counters. Its rates are not
//! sent: whoever has the frame before computes them by the one rule there is, [`Rate::between`], and only where the machine
//! that asks says otherwise (above the link's speed, say) that is sent. The first frame that somebody is given has no frame
//! before it and costs its whole counters and list.
//!
//! The form has a version in its first byte, so that machines of two versions can tell what they do not understand.

use std::sync::Arc;
use std::time::Duration;

use lalin_stats::{
    BitsPerSecond, Counters, ErrorCounts, Frame, GapPart, GapReason, Interface, Rate, RateLimits, RouterId, Row,
    Uncertainty,
};

use super::bytes::{Malformed, Reader, Writer};
use super::clock::{RemoteClock, since};
use super::lists;
use super::states::known_code;

/// The parts of a gap.
const MOST_PARTS: usize = 64;
/// The counters of a line, and after them two bits for its rates.
const COUNTERS: usize = Counters::COUNT;

/// Why a frame cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unreadable {
    /// It is told by what changed since a frame that is not the newest one here.
    OtherBase,
    Malformed,
}

impl From<Malformed> for Unreadable {
    fn from(_: Malformed) -> Self {
        Self::Malformed
    }
}

/// Writes a frame, by what changed since `base` where there is one. `origin` is the beginning of this process's clock.
pub(super) fn write(writer: &mut Writer, frame: &Frame, base: Option<&Frame>, origin: tokio::time::Instant) {
    writer.number(frame.seq);
    writer.number(base.map_or(0, |base| base.seq));
    writer.signed(since(origin, frame.at));
    writer.number(frame.unix_ms);
    writer.maybe(frame.elapsed.map(|elapsed| u64::try_from(elapsed.as_nanos()).unwrap_or(u64::MAX - 1)));
    writer.number(frame.revision);
    let Uncertainty { low, high } = frame.uncertainty;
    let exact = frame.uncertainty == Uncertainty::NONE;
    writer.byte(u8::from(!exact));
    if !exact {
        writer.bytes(&low.to_le_bytes());
        writer.bytes(&high.to_le_bytes());
    }
    gap(writer, frame.gap.as_deref());
    let same = base.filter(|base| base.revision == frame.revision && base.interfaces.len() == frame.interfaces.len());
    writer.byte(u8::from(same.is_none()));
    let places = match (same, base) {
        (Some(_), _) => (0..frame.interfaces.len()).map(Some).collect(),
        (None, Some(base)) => {
            lists::places((&frame.interfaces, &frame.identities), (&base.interfaces, &base.identities))
        }
        (None, None) => vec![None; frame.interfaces.len()],
    };
    if same.is_none() {
        lists::write(writer, (&frame.interfaces, &frame.identities), &places);
    }
    for (at, (interface, counters, rate)) in frame.rows().enumerate() {
        let old = places.get(at).copied().flatten().zip(base).and_then(|(place, base)| row_of(base, place));
        line(writer, interface, (counters, rate), old.as_ref(), frame.elapsed);
    }
    writer.number(frame.error_counts.len() as u64);
    for ErrorCounts { place, errors, drops } in &frame.error_counts {
        writer.number(*place as u64);
        writer.number(*errors);
        writer.number(*drops);
    }
}

/// Reads a frame. `base` is the newest one here.
pub(super) fn read(
    reader: &mut Reader<'_>,
    router: &RouterId,
    base: Option<&Frame>,
    clock: &RemoteClock,
) -> Result<Frame, Unreadable> {
    let (seq, base_seq) = (reader.number()?, reader.number()?);
    let base = match base_seq {
        0 => None,
        told => Some(base.filter(|base| base.seq == told).ok_or(Unreadable::OtherBase)?),
    };
    let at = clock.local(reader.signed()?);
    let unix_ms = reader.number()?;
    let elapsed = reader.maybe()?.map(Duration::from_nanos);
    let revision = reader.number()?;
    let uncertainty = match reader.byte()? {
        0 => Uncertainty::NONE,
        1 => Uncertainty { low: f64::from_le_bytes(reader.array()?), high: f64::from_le_bytes(reader.array()?) },
        _ => return Err(Unreadable::Malformed),
    };
    if !(uncertainty.low <= 1.0 && uncertainty.low >= 0.0 && uncertainty.high >= 1.0) {
        return Err(Unreadable::Malformed);
    }
    let gap = read_gap(reader)?;
    let (interfaces, identities, places) = match (reader.byte()?, base) {
        (0, Some(base)) => {
            let places = (0..base.interfaces.len()).map(Some).collect();
            (base.interfaces.clone(), base.identities.clone(), places)
        }
        (1, Some(base)) => lists::read(reader, (&base.interfaces, &base.identities))?,
        (1, None) => lists::read(reader, (&[], &[]))?,
        _ => return Err(Unreadable::Malformed),
    };
    let mut counters = Vec::with_capacity(interfaces.len());
    let mut rates = Vec::with_capacity(interfaces.len());
    for (interface, place) in interfaces.iter().zip(&places) {
        let old = place.zip(base).and_then(|(place, base)| row_of(base, place));
        let (counted, rate) = read_line(reader, interface, old.as_ref(), elapsed)?;
        counters.push(counted);
        rates.push(rate);
    }
    let count = reader.count(interfaces.len())?;
    let mut error_counts = Vec::with_capacity(count);
    for _ in 0..count {
        let place = usize::try_from(reader.number()?).ok().filter(|place| *place < interfaces.len());
        let place = place.ok_or(Unreadable::Malformed)?;
        error_counts.push(ErrorCounts { place, errors: reader.number()?, drops: reader.number()? });
    }
    Ok(Frame {
        router: router.clone(),
        seq,
        at,
        unix_ms,
        time_base: 1,
        clock_step_ms: 0,
        elapsed,
        revision,
        interfaces,
        identities,
        counters: counters.into(),
        rates: rates.into(),
        uncertainty,
        error_counts: error_counts.into(),
        gap,
    })
}

fn row_of(frame: &Frame, place: usize) -> Option<Row> {
    Some(Row::new(frame.interfaces.get(place)?.clone(), *frame.counters.get(place)?))
}

/// The rate by the rule, from what whoever reads has.
fn expected(interface: &Arc<Interface>, counters: Counters, old: Option<&Row>, elapsed: Option<Duration>) -> Rate {
    let limits = RateLimits { longest: Duration::MAX, ..RateLimits::default() };
    match (old, elapsed) {
        (Some(old), Some(elapsed)) => Rate::between(old, &Row::new(interface.clone(), counters), elapsed, limits),
        _ => Rate::UNKNOWN,
    }
}

fn line(
    writer: &mut Writer,
    interface: &Arc<Interface>,
    (counters, rate): (&Counters, Rate),
    old: Option<&Row>,
    elapsed: Option<Duration>,
) {
    let before = old.map(|old| old.counters).unwrap_or_default();
    let (new, before) = (counters.in_order(), before.in_order());
    let expected = expected(interface, *counters, old, elapsed);
    let other = [rate.rx != expected.rx, rate.tx != expected.tx];
    let changed = new.iter().zip(&before).map(|(new, old)| new != old).chain(other);
    let mask = changed.enumerate().fold(0_u64, |mask, (at, changed)| mask | u64::from(changed) << at);
    writer.number(mask);
    for (new, old) in new.iter().zip(&before).filter(|(new, old)| new != old) {
        // A rise is small, and what fell begins anew.
        let rise = new.and_then(|new| new.checked_sub(old.unwrap_or_default())).filter(|rise| *rise < u64::MAX - 2);
        match (new, rise) {
            (None, _) => writer.number(0),
            (Some(new), None) => {
                writer.number(1);
                writer.number(*new);
            }
            (Some(_), Some(rise)) => writer.number(rise + 2),
        }
    }
    for (rate, other) in [rate.rx, rate.tx].into_iter().zip(other) {
        if other {
            writer.maybe(rate.map(BitsPerSecond::get));
        }
    }
}

fn read_line(
    reader: &mut Reader<'_>,
    interface: &Arc<Interface>,
    old: Option<&Row>,
    elapsed: Option<Duration>,
) -> Result<(Counters, Rate), Malformed> {
    let mask = reader.number()?;
    if mask >> (COUNTERS + 2) != 0 {
        return Err(Malformed);
    }
    let mut counted = old.map(|old| old.counters).unwrap_or_default().in_order();
    for (at, counter) in counted.iter_mut().enumerate() {
        if mask >> at & 1 == 1 {
            *counter = match reader.number()? {
                0 => None,
                1 => Some(reader.number()?),
                rise => Some(counter.unwrap_or_default().checked_add(rise - 2).ok_or(Malformed)?),
            };
        }
    }
    let counters = Counters::of_order(counted);
    let mut rate = expected(interface, counters, old, elapsed);
    for (at, direction) in [&mut rate.rx, &mut rate.tx].into_iter().enumerate() {
        if mask >> (COUNTERS + at) & 1 == 1 {
            *direction = reader.maybe()?.map(BitsPerSecond::new);
        }
    }
    Ok((counters, rate))
}

/// The time without samples that a tick ends.
pub(super) fn gap(writer: &mut Writer, parts: Option<&[GapPart]>) {
    let parts = parts.unwrap_or_default();
    let parts = &parts[..parts.len().min(MOST_PARTS)];
    writer.number(parts.len() as u64);
    for part in parts {
        writer.text(part.reason.code());
        writer.maybe_text(part.reason.cause());
        writer.maybe(part.before_ms);
    }
}

pub(super) fn read_gap(reader: &mut Reader<'_>) -> Result<Option<Arc<[GapPart]>>, Malformed> {
    let count = reader.count(MOST_PARTS)?;
    let mut parts = Vec::with_capacity(count);
    for _ in 0..count {
        let (code, cause) = (reader.text()?, reader.maybe_text()?);
        let reason = match code {
            "unwatched" => GapReason::Unwatched,
            "rebooted" => GapReason::Rebooted,
            "clock" => GapReason::Clock,
            "restarted" => GapReason::Restarted,
            "moved" => GapReason::Moved,
            // A newer machine may know more reasons.
            _ => GapReason::Unreachable(known_code(cause.unwrap_or_default())),
        };
        parts.push(GapPart { reason, before_ms: reader.maybe()? });
    }
    Ok((!parts.is_empty()).then(|| parts.into()))
}
