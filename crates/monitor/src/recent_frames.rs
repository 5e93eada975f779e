//! The last frames of a router, for interpolation: the newest one whole, those before it packed.
//!
//! A whole frame takes 180 bytes an interface, most of which say that a counter is there and stands at 0. A thousand
//! routers keep five of them each.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use lalin_stats::{BitsPerSecond, Counters, Frame, FrameCounters, Rate};
use tokio::time::Instant;

/// At least this many are kept, and at most this many where answers are slow.
const LEAST: usize = 4;
const MOST: usize = 16;

/// One router's newest frames, oldest first.
#[derive(Clone, Debug, Default)]
pub(crate) struct RecentFrames {
    older: VecDeque<Arc<Packed>>,
    newest: Option<Arc<Frame>>,
}

impl RecentFrames {
    /// Adds the newest one. Frames are kept as long as the moment of a question, at most `needed` before the newest,
    /// can lie between two of them.
    pub(crate) fn push(&mut self, frame: Arc<Frame>, needed: Duration) {
        let newest = frame.at;
        if let Some(last) = self.newest.replace(frame) {
            self.older.push_back(Arc::new(Packed::of(&last)));
        }
        let is_needed = |at: Instant| newest.saturating_duration_since(at) <= needed;
        while self.len() > MOST || self.len() > LEAST && self.at(1).is_some_and(|second| !is_needed(second)) {
            self.older.pop_front();
        }
    }

    pub(crate) fn newest(&self) -> Option<&Arc<Frame>> {
        self.newest.as_ref()
    }

    pub(crate) fn len(&self) -> usize {
        self.older.len() + usize::from(self.newest.is_some())
    }

    /// When the frame at this place was sampled, the oldest being the first.
    pub(crate) fn at(&self, place: usize) -> Option<Instant> {
        match self.older.get(place) {
            Some(packed) => Some(packed.rest.at),
            None => self.newest.as_ref().filter(|_| place == self.older.len()).map(|frame| frame.at),
        }
    }

    /// The frame at this place, whole.
    pub(crate) fn get(&self, place: usize) -> Option<Arc<Frame>> {
        match self.older.get(place) {
            Some(packed) => Some(Arc::new(packed.whole())),
            None => self.newest.clone().filter(|_| place == self.older.len()),
        }
    }

    /// How many frames are no later than this moment; they are in order.
    pub(crate) fn until(&self, moment: Instant) -> usize {
        let older = self.older.partition_point(|packed| packed.rest.at <= moment);
        let newest = self.newest.as_ref().is_some_and(|frame| older == self.older.len() && frame.at <= moment);
        older + usize::from(newest)
    }

    /// The newest `count` of them, whole, oldest first.
    pub(crate) fn last(&self, count: usize) -> Vec<Arc<Frame>> {
        let all = self.len();
        (all.saturating_sub(count)..all).filter_map(|place| self.get(place)).collect()
    }
}

/// A frame without what nobody needs to read at once.
#[derive(Debug)]
struct Packed {
    /// Without counters and rates.
    rest: Frame,
    /// Of each interface which counters are known, and which of them are not 0.
    known: Box<[[u16; 2]]>,
    /// Those that are not 0, one interface's after the other's.
    counted: Box<[u64]>,
    /// What an `f32` holds exactly, as [`Rate`] is rounded; not a number where it is not known.
    rates: Box<[[f32; 2]]>,
}

impl Packed {
    fn of(frame: &Frame) -> Self {
        let rest = Frame {
            router: frame.router.clone(),
            interfaces: frame.interfaces.clone(),
            identities: frame.identities.clone(),
            counters: FrameCounters::default(),
            rates: Box::default(),
            error_counts: frame.error_counts.clone(),
            gap: frame.gap.clone(),
            ..*frame
        };
        let mut known = Vec::with_capacity(frame.counters.len());
        // Both bytes and both packets; the rest is mostly 0.
        let mut counted = Vec::with_capacity(4 * frame.counters.len());
        for counters in &frame.counters {
            let [mut there, mut some] = [0, 0];
            for (bit, counter) in counters.in_order().into_iter().enumerate() {
                let Some(counter) = counter else { continue };
                there |= 1 << bit;
                if counter != 0 {
                    some |= 1 << bit;
                    counted.push(counter);
                }
            }
            known.push([there, some]);
        }
        let small = |rate: Option<BitsPerSecond>| rate.map_or(f32::NAN, |rate| rate.get() as f32);
        let rates = frame.rates.iter().map(|Rate { rx, tx }| [small(*rx), small(*tx)]).collect();
        Self { rest, known: known.into(), counted: counted.into(), rates }
    }

    fn whole(&self) -> Frame {
        let mut counted = self.counted.iter();
        let counters = self.known.iter().map(|[there, some]| {
            Counters::of_order(std::array::from_fn(|bit| {
                let is = |mask: &u16| mask & 1 << bit != 0;
                is(there).then(|| if is(some) { counted.next().copied().unwrap_or_default() } else { 0 })
            }))
        });
        let large = |rate: f32| (!rate.is_nan()).then(|| BitsPerSecond::new(rate as u64));
        Frame {
            counters: counters.collect(),
            rates: self.rates.iter().map(|[rx, tx]| Rate { rx: large(*rx), tx: large(*tx) }).collect(),
            ..self.rest.clone()
        }
    }
}

#[cfg(test)]
mod tests {
    use lalin_stats::{Interface, Uncertainty};

    use super::*;

    fn frame(seq: u64, at: Instant, counters: Vec<Counters>, rates: Vec<Rate>) -> Arc<Frame> {
        let interfaces = (0..counters.len()).map(|n| Arc::new(Interface::new(&format!("*{n}"), "ether", "ether")));
        Arc::new(Frame {
            router: "a".parse().unwrap(),
            seq,
            at,
            unix_ms: 1_000 * seq,
            time_base: 1,
            clock_step_ms: 0,
            elapsed: Some(Duration::from_secs(2)),
            revision: 1,
            interfaces: interfaces.collect(),
            identities: Arc::new([]),
            counters: counters.into(),
            rates: rates.into(),
            uncertainty: Uncertainty::NONE,
            error_counts: Box::default(),
            gap: None,
        })
    }

    #[test]
    fn a_packed_frame_is_whole_again_to_the_last_byte() {
        let bits = |bits: u64| Some(BitsPerSecond::new(bits as f32 as u64));
        let counters = vec![
            Counters { rx_bytes: Some(u64::MAX), tx_bytes: Some(0), rx_errors: Some(1), ..Counters::default() },
            Counters::default(),
            Counters {
                rx_bytes: Some(1),
                tx_bytes: Some(2),
                rx_packets: Some(3),
                tx_packets: Some(4),
                rx_drops: Some(5),
                tx_drops: Some(6),
                tx_queue_drops: Some(7),
                rx_errors: Some(8),
                tx_errors: Some(9),
            },
        ];
        let rates = vec![
            Rate { rx: bits(999_999_999_999), tx: None },
            Rate::UNKNOWN,
            Rate { rx: bits(0), tx: bits(16_777_217) },
        ];
        let frame = frame(7, Instant::now(), counters, rates);
        let whole = Packed::of(&frame).whole();
        assert_eq!((&whole.counters, &whole.rates), (&frame.counters, &frame.rates));
        assert!(Arc::ptr_eq(&whole.interfaces, &frame.interfaces));
        assert_eq!((whole.seq, whole.at, whole.unix_ms), (frame.seq, frame.at, frame.unix_ms));
    }

    #[test]
    fn places_are_in_order_and_what_is_not_needed_goes() {
        let begun = Instant::now();
        let second = Duration::from_secs(1);
        let mut frames = RecentFrames::default();
        assert_eq!((frames.len(), frames.until(begun), frames.at(0)), (0, 0, None));
        for n in 0..10_u32 {
            frames.push(frame(n.into(), begun + second * n, vec![Counters::bytes(n.into(), 0)], vec![]), second * 5);
        }
        // From the fourth to the ninth, and the one before them.
        assert_eq!(frames.len(), 7);
        assert_eq!(
            (frames.at(0), frames.at(6), frames.at(7)),
            (Some(begun + second * 3), Some(begun + second * 9), None)
        );
        assert_eq!(
            (frames.until(begun + second * 4), frames.until(begun), frames.until(begun + second * 60)),
            (2, 0, 7)
        );
        assert_eq!(frames.get(1).unwrap().counters[0].rx_bytes, Some(4));
        assert_eq!(frames.last(2).iter().map(|frame| frame.seq).collect::<Vec<_>>(), [8, 9]);
        assert!(Arc::ptr_eq(&frames.get(6).unwrap(), frames.newest().unwrap()));
        frames.push(frame(10, begun + second * 1_000, vec![], vec![]), second * 5);
        assert_eq!(frames.len(), LEAST);
    }
}
