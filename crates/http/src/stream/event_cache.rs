//! The bytes of ticks and interface lists: made by the first viewer who needs them, shared by all others.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use lalin_stats::{BitsPerSecond, Frame, Identity, Interface, Rate};
use serde::Serialize;

use crate::json::RateBounds;
use crate::routes::interfaces::InterfaceSummary;

/// How many encodings are kept: the newest few of each router that is watched right now.
const KEPT: usize = 64;

/// Encodings by what they encode. The key holds the allocation itself, so its address cannot come to mean another.
#[derive(Debug, Default)]
pub(crate) struct EventCache {
    ticks: Mutex<Kept<Frame>>,
    lists: Mutex<Kept<[Identity]>>,
}

/// What was encoded and the bytes of it, oldest first.
type Kept<T> = VecDeque<(Arc<T>, Bytes)>;

/// The data of a `tick` event.
#[derive(Serialize)]
pub(crate) struct Tick {
    seq: u64,
    t: u64,
    /// The time base; see `lalin_stats::Frame`.
    base: u64,
    #[serde(skip_serializing_if = "is_zero")]
    step: i64,
    rev: u64,
    rx: Vec<Option<u64>>,
    tx: Vec<Option<u64>>,
    #[serde(flatten)]
    band: RateBounds,
    /// Interface's place, errors, drops.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    faults: Vec<(usize, u64, u64)>,
}

/// The data of an `interfaces` event.
#[derive(Serialize)]
pub(crate) struct List<'a> {
    rev: u64,
    interfaces: Vec<InterfaceSummary<'a>>,
}

impl Tick {
    /// Of all interfaces, or of those at these places, in their order.
    pub(crate) fn of(frame: &Frame, places: Option<&[usize]>) -> Self {
        let bits = |side: fn(&Rate) -> Option<BitsPerSecond>| -> Vec<Option<u64>> {
            let one = |rate: &Rate| side(rate).map(BitsPerSecond::get);
            match places {
                None => frame.rates.iter().map(one).collect(),
                Some(places) => places.iter().map(|place| frame.rates.get(*place).and_then(one)).collect(),
            }
        };
        let faults = frame.faults.iter().filter_map(|faults| {
            let place = match places {
                None => faults.place,
                Some(places) => places.binary_search(&faults.place).ok()?,
            };
            Some((place, faults.errors, faults.drops))
        });
        Self {
            seq: frame.seq,
            t: frame.unix_ms,
            base: frame.time_base,
            step: frame.clock_step_ms,
            rev: frame.revision,
            rx: bits(|rate| rate.rx),
            tx: bits(|rate| rate.tx),
            band: RateBounds::of(frame.band()),
            faults: faults.collect(),
        }
    }
}

fn is_zero(step: &i64) -> bool {
    *step == 0
}

impl<'a> List<'a> {
    /// Of all interfaces, or of those at these places.
    pub(crate) fn of(
        revision: u64,
        (interfaces, identities): (&'a [Arc<Interface>], &'a [Identity]),
        places: Option<&[usize]>,
    ) -> Self {
        let interfaces = match places {
            None => {
                interfaces.iter().zip(identities).map(|(one, identity)| InterfaceSummary::of(one, identity)).collect()
            }
            Some(places) => {
                let at = |place: &usize| Some(InterfaceSummary::of(interfaces.get(*place)?, identities.get(*place)?));
                places.iter().filter_map(at).collect()
            }
        };
        Self { rev: revision, interfaces }
    }
}

impl EventCache {
    /// The `tick` event of a frame.
    pub(crate) fn tick(&self, epoch: &str, frame: &Arc<Frame>) -> Bytes {
        shared(&self.ticks, frame, || event("tick", Some((epoch, frame.seq)), &Tick::of(frame, None)))
    }

    /// The `interfaces` event of a revision.
    pub(crate) fn list(&self, revision: u64, interfaces: &[Arc<Interface>], identities: &Arc<[Identity]>) -> Bytes {
        // Both lists are made together, so one of them stands for the two.
        let list = || List::of(revision, (interfaces, identities), None);
        shared(&self.lists, identities, || event("interfaces", None, &list()))
    }
}

/// The kept encoding of `what`, or a new one. Made under the lock, so that a thousand viewers woken by one tick
/// make it once.
fn shared<T: ?Sized>(kept: &Mutex<Kept<T>>, what: &Arc<T>, encode: impl FnOnce() -> Bytes) -> Bytes {
    let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((_, bytes)) = kept.iter().rev().find(|(made_of, _)| Arc::ptr_eq(made_of, what)) {
        return bytes.clone();
    }
    let bytes = encode();
    kept.push_back((what.clone(), bytes.clone()));
    if kept.len() > KEPT {
        kept.pop_front();
    }
    bytes
}

/// One server-sent event. JSON has no raw line breaks, so one `data:` line holds it.
pub(crate) fn event(name: &str, id: Option<(&str, u64)>, data: &impl Serialize) -> Bytes {
    let mut text = Vec::with_capacity(256);
    text.extend_from_slice(b"event: ");
    text.extend_from_slice(name.as_bytes());
    if let Some((epoch, seq)) = id {
        text.extend_from_slice(format!("\nid: {epoch}-{seq}").as_bytes());
    }
    text.extend_from_slice(b"\ndata: ");
    // Our own types always serialise; an empty object would be seen by every test.
    if serde_json::to_writer(&mut text, data).is_err() {
        text.extend_from_slice(b"{}");
    }
    text.extend_from_slice(b"\n\n");
    text.into()
}

#[cfg(test)]
mod tests {
    use lalin_stats::{Counters, Faults, Uncertainty};
    use tokio::time::Instant;

    use super::*;

    fn frame() -> Arc<Frame> {
        Arc::new(Frame {
            router: "r".parse().unwrap(),
            seq: 7,
            at: Instant::now(),
            unix_ms: 1_000,
            time_base: 2,
            clock_step_ms: 0,
            elapsed: None,
            revision: 2,
            interfaces: vec![Arc::new(Interface::new("*1", "a\nb", "ether"))].into(),
            identities: vec![Identity { line: 1, key: "a\nb".into() }].into(),
            counters: vec![Counters::default()].into(),
            rates: vec![Rate { rx: Some(BitsPerSecond::new(8)), tx: None }].into(),
            uncertainty: Uncertainty { low: 0.98, high: 1.5 },
            faults: vec![Faults { place: 0, errors: 2, drops: 1 }].into(),
        })
    }

    #[test]
    fn a_tick_is_one_event_and_is_made_once() {
        let (encoded, frame) = (EventCache::default(), frame());
        let first = encoded.tick("e", &frame);
        assert_eq!(
            first,
            "event: tick\nid: e-7\ndata: {\"seq\":7,\"t\":1000,\"base\":2,\"rev\":2,\"rx\":[8],\"tx\":[null],\"low\":0.98,\"high\":1.5,\"faults\":[[0,2,1]]}\n\n"
        );
        assert_eq!(first.as_ptr(), encoded.tick("e", &frame).as_ptr());
    }

    #[test]
    fn a_line_break_in_a_name_does_not_break_the_event() {
        let frame = frame();
        let list = EventCache::default().list(2, &frame.interfaces, &frame.identities);
        assert_eq!(list.iter().filter(|byte| **byte == b'\n').count(), 3);
        assert!(String::from_utf8_lossy(&list).contains(r#""name":"a\nb""#));
    }

    #[test]
    fn encodings_are_bounded() {
        let encoded = EventCache::default();
        for _ in 0..KEPT * 3 {
            encoded.tick("e", &frame());
        }
        assert_eq!(encoded.ticks.lock().unwrap().len(), KEPT);
    }
}
