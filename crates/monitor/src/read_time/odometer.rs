//! The counters as an odometer: bytes over the rate at which they came lately is time.
//!
//! Each counter is a witness, and weighs by how steady it was. What most of them say is the elapsed time, as far as the
//! gate allows it; what it does not allow was a change of the traffic.

use super::median::weighted_median;

/// Below so many bytes a counter says nothing of the time.
const SAYS_NOTHING: f64 = 2_000.0;
/// How much of what a counter did before is remembered from tick to tick: about seven of them.
const MEMORY: f64 = 0.85;
/// A change by more than this, in the logarithm, that no moment of reading explains is a step: what was before is
/// forgotten at once.
const STEP: f64 = 0.1;

/// The odometer of one router.
#[derive(Clone, Debug)]
pub(crate) struct Odometer {
    counters: Vec<Counter>,
    /// The moment of the last reading by the odometer itself.
    moment: f64,
    /// How much of what it says lies outside of the gate, from 0 to 1.
    unexplained: f64,
}

/// What is remembered of one counter.
#[derive(Clone, Copy, Debug)]
struct Counter {
    /// Bytes, and the time they took.
    bytes: f64,
    time: f64,
    /// How much its rate varies.
    variance: f64,
    /// The last rise; 0 where it is not known.
    last: f64,
}

impl Counter {
    const NEW: Self = Self { bytes: 0.0, time: 0.0, variance: 0.01, last: 0.0 };

    fn weight(&self) -> f64 {
        1.0 / (self.variance + 1e-4)
    }
}

impl Default for Odometer {
    fn default() -> Self {
        Self { counters: Vec::new(), moment: 0.0, unexplained: 0.05 }
    }
}

impl Odometer {
    /// A run begins with a reading at this moment.
    pub(crate) fn begin(&mut self, moment: f64) {
        self.counters.clear();
        self.moment = moment;
    }

    /// The zero of time moves back by so much.
    pub(crate) fn shift(&mut self, by: f64) {
        self.moment += by;
    }

    /// The counters stand at other places now.
    pub(crate) fn rearrange(&mut self, places: impl Iterator<Item = Option<usize>>) {
        let old = std::mem::take(&mut self.counters);
        let known = |place: Option<usize>| place.and_then(|place| old.get(place)).copied().unwrap_or(Counter::NEW);
        self.counters = places.map(known).collect();
    }

    /// How many times the bytes of the tick before there are.
    pub(crate) fn ratio(&self, rises: &[Option<u64>]) -> Option<f64> {
        self.vote(rises, |counter, rise| {
            (counter.last > SAYS_NOTHING && rise > SAYS_NOTHING).then(|| rise / counter.last)
        })
    }

    /// The time since the last reading, as far as any counter knows it.
    pub(crate) fn elapsed(&self, rises: &[Option<u64>]) -> Option<f64> {
        self.vote(rises, |counter, rise| (counter.bytes > SAYS_NOTHING).then(|| rise * counter.time / counter.bytes))
    }

    fn vote(&self, rises: &[Option<u64>], of: impl Fn(&Counter, f64) -> Option<f64>) -> Option<f64> {
        let votes = self.counters.iter().zip(rises).filter_map(|(counter, rise)| {
            let value = of(counter, (*rise)? as f64)?;
            Some((value, counter.weight()))
        });
        // Not kept from tick to tick: of thousands of routers that would be megabytes.
        let mut all = Vec::with_capacity(rises.len());
        all.extend(votes);
        weighted_median(&mut all)
    }

    /// Goes on to the reading whose gate begins at `t` and is `e` long, and learns from it; the odometer's moment, which is
    /// `otherwise` where no counter knows the time.
    pub(crate) fn advance(
        &mut self,
        rises: &[Option<u64>],
        elapsed: Option<f64>,
        [t, e, otherwise]: [f64; 3],
        clip: f64,
        gain: f64,
    ) -> f64 {
        let before = self.moment;
        self.moment = elapsed.map_or(otherwise, |elapsed| (before + elapsed).clamp(t, t + e));
        if let Some(elapsed) = elapsed {
            let miss = (before + elapsed - self.moment).abs() / t;
            self.unexplained += gain * (miss.min(clip) / clip - self.unexplained);
        }
        let time = (self.moment - before).max(1e-6);
        self.counters.resize(rises.len(), Counter::NEW);
        for (counter, rise) in self.counters.iter_mut().zip(rises) {
            let Some(rise) = *rise else {
                counter.last = 0.0;
                continue;
            };
            let rise = rise as f64;
            counter.last = rise;
            if counter.bytes == 0.0 {
                (counter.bytes, counter.time) = (rise, time);
                continue;
            }
            let own = rise * counter.time / counter.bytes;
            let allowed = ((before + own).clamp(t, t + e) - before).max(1e-6);
            // The logarithm, as near as it matters and in a tenth of the time.
            let change = (2.0 * (own - allowed) / (own + allowed)).clamp(-1.0, 1.0);
            counter.variance += 0.1 * (change * change - counter.variance);
            if change.abs() > STEP {
                (counter.bytes, counter.time) = (rise, time);
            } else {
                counter.bytes = MEMORY * counter.bytes + rise;
                counter.time = MEMORY * counter.time + time;
            }
        }
        self.moment
    }

    /// How much of what it says lies outside of the gate, from 0 to 1.
    pub(crate) fn unexplained(&self) -> f64 {
        self.unexplained
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rises(bytes: &[u64]) -> Vec<Option<u64>> {
        bytes.iter().copied().map(Some).collect()
    }

    #[test]
    fn a_steady_counter_tells_the_time_and_a_silent_one_nothing() {
        let mut odometer = Odometer::default();
        odometer.begin(0.0);
        assert_eq!(odometer.elapsed(&rises(&[1_000_000, 0])), None, "nothing is known yet");
        odometer.advance(&rises(&[1_000_000, 0]), None, [1.0, 0.0, 1.0], 0.1, 0.05);
        assert_eq!(odometer.elapsed(&rises(&[1_200_000, 1_000])), Some(1.2));
        assert_eq!(odometer.ratio(&rises(&[1_200_000, 1_000])), Some(1.2));
    }

    #[test]
    fn counters_keep_their_past_where_the_list_changes() {
        let mut odometer = Odometer::default();
        odometer.begin(0.0);
        odometer.advance(&rises(&[1_000_000, 5_000]), None, [1.0, 0.0, 1.0], 0.1, 0.05);
        odometer.rearrange([None, Some(1), Some(0)].into_iter());
        let after = [None, None, Some(2_000_000)];
        assert_eq!(odometer.elapsed(&after), Some(2.0));
    }

    #[test]
    fn a_step_is_known_at_once_and_a_reset_forgets_nothing() {
        let mut odometer = Odometer::default();
        odometer.begin(0.0);
        for second in 1..10 {
            let elapsed = odometer.elapsed(&rises(&[1_000_000]));
            odometer.advance(&rises(&[1_000_000]), elapsed, [f64::from(second), 0.0, f64::from(second)], 0.1, 0.05);
        }
        odometer.advance(&[None], None, [10.0, 0.0, 10.0], 0.1, 0.05);
        assert_eq!(odometer.ratio(&rises(&[1_000_000])), None);
        assert!((odometer.elapsed(&rises(&[1_000_000])).unwrap() - 1.0).abs() < 1e-9);
        odometer.advance(&rises(&[3_000_000]), Some(3.0), [11.0, 0.0, 11.0], 0.1, 0.05);
        assert!((odometer.elapsed(&rises(&[3_000_000])).unwrap() - 1.0).abs() < 1e-9);
    }
}
