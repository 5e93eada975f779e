//! The bytes of ticks and interface lists: encoded for the first stream that needs them, shared by all others.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use lalin_stats::{Frame, Identity, Interface};

use crate::lines::LineView;

use super::events::{InterfacesEvent, TickEvent};
use super::sse_event::sse_event;

/// How many events are kept: the newest few of each router that is watched right now.
const KEPT: usize = 64;

/// Encoded events, found by what they were encoded from. Holding that `Arc` keeps its address from being reused, so two
/// equal addresses always mean the same data.
#[derive(Debug, Default)]
pub(crate) struct EventCache {
    ticks: Mutex<Kept<Arc<Frame>>>,
    lists: Mutex<Kept<(Arc<[Identity]>, LineView)>>,
}

/// What was encoded, and its bytes; the oldest first.
type Kept<T> = VecDeque<(T, Bytes)>;

impl EventCache {
    /// The `tick` event of a frame.
    pub(super) fn tick(&self, epoch: &str, frame: &Arc<Frame>) -> Bytes {
        let same = |known: &Arc<Frame>| Arc::ptr_eq(known, frame);
        shared(&self.ticks, same, frame, || sse_event("tick", Some((epoch, frame.seq)), &TickEvent::of(frame, None)))
    }

    /// The `interfaces` event of a revision, for those who are told the same of its lines.
    pub(super) fn list(
        &self,
        revision: u64,
        interfaces: &[Arc<Interface>],
        identities: &Arc<[Identity]>,
        lines: &LineView,
    ) -> Bytes {
        // The monitor makes both lists together, so the identities identify the pair.
        let list = || InterfacesEvent::of(revision, (interfaces, identities), None, lines);
        let same = |known: &(Arc<[Identity]>, LineView)| Arc::ptr_eq(&known.0, identities) && known.1.is_same(lines);
        shared(&self.lists, same, &(identities.clone(), lines.clone()), || sse_event("interfaces", None, &list()))
    }
}

/// The kept bytes for `source`, or new ones. They are encoded under the lock, so that a thousand streams woken by one tick
/// encode it once.
fn shared<T: Clone>(
    kept: &Mutex<Kept<T>>,
    same: impl Fn(&T) -> bool,
    source: &T,
    encode: impl FnOnce() -> Bytes,
) -> Bytes {
    let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((_, bytes)) = kept.iter().rev().find(|(encoded, _)| same(encoded)) {
        return bytes.clone();
    }
    let bytes = encode();
    kept.push_back((source.clone(), bytes.clone()));
    if kept.len() > KEPT {
        kept.pop_front();
    }
    bytes
}

#[cfg(test)]
mod tests {
    use lalin_stats::{BitsPerSecond, Counters, ErrorCounts, Rate, Uncertainty};
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
            error_counts: vec![ErrorCounts { place: 0, errors: 2, drops: 1 }].into(),
            gap: None,
        })
    }

    #[test]
    fn a_tick_is_one_event_and_is_made_once() {
        let (cache, frame) = (EventCache::default(), frame());
        let first = cache.tick("e", &frame);
        assert_eq!(
            first,
            "event: tick\nid: e-7\ndata: {\"seq\":7,\"t\":1000,\"base\":2,\"rev\":2,\"rx\":[8],\"tx\":[null],\"low\":0.98,\"high\":1.5,\"faults\":[[0,2,1]]}\n\n"
        );
        assert_eq!(first.as_ptr(), cache.tick("e", &frame).as_ptr());
    }

    #[test]
    fn a_line_break_in_a_name_does_not_break_the_event() {
        let frame = frame();
        let list = EventCache::default().list(2, &frame.interfaces, &frame.identities, &LineView::default());
        assert_eq!(list.iter().filter(|byte| **byte == b'\n').count(), 3);
        assert!(String::from_utf8_lossy(&list).contains(r#""name":"a\nb""#));
    }

    #[test]
    fn the_cache_is_bounded() {
        let cache = EventCache::default();
        for _ in 0..KEPT * 3 {
            cache.tick("e", &frame());
        }
        assert_eq!(cache.ticks.lock().unwrap().len(), KEPT);
    }
}
