//! The last frames of a router, for interpolation: the newest one whole, those before it packed.
//!
//! A whole frame takes 180 bytes an interface, and a thousand routers keep five of them each. Of an older one there is only
//! by how much the counters of the next one differ, which is a few bytes an interface.

mod steps;

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use lalin_stats::{BitsPerSecond, Frame, FrameCounters, Rate};
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
        if let Some(last) = self.newest.take() {
            self.older.push_back(Arc::new(Packed::of(&last, &frame)));
        }
        self.newest = Some(frame);
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
        let newest = self.newest.as_ref()?;
        let Some(packed) = self.older.get(place) else {
            return (place == self.older.len()).then(|| newest.clone());
        };
        let step = |next: FrameCounters, packed: &Arc<Packed>| packed.counters(&next);
        let counters = self.older.iter().skip(place).rev().fold(newest.counters.clone(), step);
        Some(Arc::new(packed.whole(counters)))
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
    /// From the counters of the next frame to these; from nothing where that one has another list.
    steps: Box<[u8]>,
    lines: usize,
    is_listed_alike: bool,
    /// What an `f32` holds exactly, as [`Rate`] is rounded; not a number where it is not known.
    rates: Box<[[f32; 2]]>,
}

impl Packed {
    fn of(frame: &Frame, next: &Frame) -> Self {
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
        let is_listed_alike = Arc::ptr_eq(&frame.interfaces, &next.interfaces);
        // Both bytes and both packets change by a few bytes each; the rest mostly stays.
        let mut steps = Vec::with_capacity(16 * frame.counters.len());
        for (place, counters) in frame.counters.iter().enumerate() {
            let next = next.counters.get(place).filter(|_| is_listed_alike);
            steps::put(next.copied().unwrap_or_default(), *counters, &mut steps);
        }
        let small = |rate: Option<BitsPerSecond>| rate.map_or(f32::NAN, |rate| rate.get() as f32);
        let rates = frame.rates.iter().map(|Rate { rx, tx }| [small(*rx), small(*tx)]).collect();
        Self { rest, steps: steps.into(), lines: frame.counters.len(), is_listed_alike, rates }
    }

    /// The counters, by those of the next frame.
    fn counters(&self, next: &FrameCounters) -> FrameCounters {
        let mut steps = &*self.steps;
        let next = |place: usize| next.get(place).filter(|_| self.is_listed_alike).copied().unwrap_or_default();
        (0..self.lines).map(|place| steps::take(next(place), &mut steps)).collect()
    }

    fn whole(&self, counters: FrameCounters) -> Frame {
        let large = |rate: f32| (!rate.is_nan()).then(|| BitsPerSecond::new(rate as u64));
        let rates = self.rates.iter().map(|[rx, tx]| Rate { rx: large(*rx), tx: large(*tx) }).collect();
        Frame { counters, rates, ..self.rest.clone() }
    }
}

#[cfg(test)]
mod tests {
    use lalin_stats::{Counters, Interface, Uncertainty};

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
        let moved: Vec<Counters> = [2, 0, 1].map(|place| frame.counters[place]).into();
        let of_same_list =
            Arc::new(Frame { counters: moved.into(), interfaces: frame.interfaces.clone(), ..Frame::clone(&frame) });
        let of_other_list = Arc::new(Frame { interfaces: Arc::new([]), ..Frame::clone(&of_same_list) });
        for next in [of_same_list, of_other_list] {
            let mut frames = RecentFrames::default();
            for frame in [&frame, &frame, &next, &next] {
                frames.push(frame.clone(), Duration::MAX);
            }
            for place in 0..2 {
                let whole = frames.get(place).unwrap();
                assert_eq!((&whole.counters, &whole.rates), (&frame.counters, &frame.rates));
                assert!(Arc::ptr_eq(&whole.interfaces, &frame.interfaces));
                assert_eq!((whole.seq, whole.at, whole.unix_ms), (frame.seq, frame.at, frame.unix_ms));
            }
            assert_eq!(frames.get(2).unwrap().counters, next.counters);
        }
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
