//! When were the counters read? The moment of each reading, where answers take varying times.
//!
//! A router is asked at one moment and answers at another, and reads all its counters somewhere between. A rate is a
//! difference of counters over a difference of such moments, so a wrong moment bends all interfaces of a tick by one
//! and the same factor: one unknown a tick, and as many witnesses as there are counters.
//!
//! The quickest recent answer is a delay that every answer has; its share before the reading falls out of the
//! differences. What is in doubt is an answer's *excess* over it: in the frame "minus that constant" the reading lies
//! in the *gate*, from the question until the excess later. Two witnesses say where in it:
//!
//! - the **places** (learned: at the beginning, in the middle or at the end of the excess) are right where the delay is
//!   always on one side: a queue on the way back, a busy router;
//! - the **odometer** (bytes over the known rate, by the median of all counters, kept inside the gate) is right where
//!   traffic is steady.
//!
//! Both are scored by how smooth they make the lines; where neither does, the middle of the gate remains. The ways not
//! taken: to give no rate where the moment is in doubt (under jitter nearly all rates vanish, and bytes are lost); to
//! divide by a longer stretch of time (smears a step over several points); filters that assume a noise (longer, and
//! worse where the assumption fails).
//!
//! Nothing here has a clock of its own, and no I/O. No byte is lost or counted twice: the differences of the moments
//! told are the times that rates are divided by.

mod answers;
mod median;
mod odometer;
mod places;
#[cfg(test)]
mod properties;
#[cfg(test)]
mod vectors;

use std::time::Duration;

use lalin_stats::Uncertainty;
use tokio::time::Instant;

use answers::Answers;
use odometer::Odometer;
use places::Places;

/// So many answers are needed before the uncertainty told is reduced by what was learned from them.
const LEARNING: usize = 10;
/// Readings between which nothing was asked for so many intervals belong to two runs.
const GAP: f64 = 3.0;
/// A place or odometer that leaves so little unexplained leaves nothing for the other one to mend.
const SMOOTH: f64 = 0.02;

/// Says when each of one router's readings was made.
#[derive(Clone, Debug)]
pub struct ReadTimes {
    /// Seconds.
    interval: f64,
    answers: Answers,
    places: Places,
    odometer: Odometer,
    /// How much the odometer is followed, from 0 to 1.
    trust: f64,
    last: Option<Last>,
}

/// The reading before. Times are in seconds.
#[derive(Clone, Copy, Debug)]
struct Last {
    asked: Instant,
    took: f64,
    /// The moment told.
    at: Instant,
    /// How much of the quickest answer is taken to lie before the reading. Only changes of it would matter.
    share: f64,
    /// The odometer missed the gate: a step, in which a wrong moment could hide.
    wild: bool,
}

/// When a reading was made.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ReadTime {
    /// The moment.
    pub at: Instant,
    /// The time since the moment of the reading before, exactly; `None` for the first of a run.
    pub elapsed: Option<Duration>,
    /// How far rates that are divided by `elapsed` may be off.
    pub uncertainty: Uncertainty,
}

impl ReadTimes {
    /// Of a router that is read once an interval.
    pub fn new(interval: Duration) -> Self {
        Self {
            interval: interval.as_secs_f64().max(1e-3),
            answers: Answers::default(),
            places: Places::default(),
            odometer: Odometer::default(),
            trust: 0.0,
            last: None,
        }
    }

    /// The router is read at another interval from now on; what was learned of its answers stays.
    pub fn set_interval(&mut self, interval: Duration) {
        self.interval = interval.as_secs_f64().max(1e-3);
    }

    /// The counters of the next reading stand elsewhere: for each of its counters where it stood in the reading before,
    /// if it was there. To be called before [`ReadTimes::next`] whenever the list changed.
    pub fn rearrange(&mut self, places: impl Iterator<Item = Option<usize>>) {
        self.odometer.rearrange(places);
    }

    /// The next reading: when it was asked for, when its answer had come, and by how much each byte counter rose since
    /// the reading before; `None` where that is not known, as after a reset.
    ///
    /// What was learned of the answers outlives a gap; a reading that was asked for before the last one was has no
    /// place here, and is taken as if both had been at once.
    pub fn next(&mut self, asked: Instant, answered: Instant, rises: &[Option<u64>]) -> ReadTime {
        let took = answered.saturating_duration_since(asked).as_secs_f64();
        match self.last {
            Some(last) if !self.is_gap(&last, asked) => self.go_on(last, asked, took, rises),
            _ => self.begin(asked, took),
        }
    }

    /// Whether nothing was asked for too long. A slow answer is no gap: however long it takes, it is one reading.
    fn is_gap(&self, last: &Last, asked: Instant) -> bool {
        asked.saturating_duration_since(last.asked).as_secs_f64() - last.took > GAP * self.interval
    }

    fn begin(&mut self, asked: Instant, took: f64) -> ReadTime {
        let quickest = self.answers.push(took);
        let share = self.last.map_or(quickest / 2.0, |last| last.share.min(quickest));
        let moment = self.places.best() * (took - quickest);
        self.odometer.begin(moment);
        self.places.begin();
        self.trust = 0.0;
        let at = asked + Duration::from_secs_f64(share + moment);
        self.last = Some(Last { asked, took, at, share, wild: false });
        ReadTime { at, elapsed: None, uncertainty: Uncertainty::NONE }
    }

    /// All times are in seconds since the last question. Names of one letter are those of the derivation: `t` the time
    /// between the questions, `e` the excess, `m` the moment of reading in the frame without the constant delay.
    fn go_on(&mut self, last: Last, asked: Instant, took: f64, rises: &[Option<u64>]) -> ReadTime {
        let t = asked.saturating_duration_since(last.asked).as_secs_f64().max(1e-3);
        let quickest_before = self.answers.quickest();
        let quickest = self.answers.push(took);
        let (e_before, e) = ((last.took - quickest).max(0.0), took - quickest);
        // What all answers have in common changed, and the frame with it; the moment told stays where it is.
        let moved = last.share + self.places.best() * (quickest - quickest_before);
        let share = moved.clamp(0.0, quickest);
        let m = last.at.saturating_duration_since(last.asked).as_secs_f64() - share;
        self.odometer.shift(last.share - share);

        // How much the doubt could bend this tick; quick answers teach nothing about places.
        let clip = ((e + e_before) / t).min(0.5) + 1e-4;
        let gain = 0.05 * (clip / 0.05).min(1.0);
        let ratio = self.odometer.ratio(rises);
        self.places.learn([t, e_before, e], ratio, clip, gain);
        let place = self.places.best();
        let rough = self.places.roughness(place);
        let from_place = t + place * e;
        let x = self.odometer.elapsed(rises);
        let from_odometer = self.odometer.advance(rises, x, [t, e, from_place], clip, gain);

        let unexplained = self.odometer.unexplained();
        let wanted = if rough < SMOOTH { 0.0 } else { ((0.75 - unexplained / rough) / 0.2).clamp(0.0, 1.0) };
        self.trust += 0.2 * (wanted - self.trust);
        let w = self.trust;
        // The next question comes an interval after this one, or when this one is answered: not all of it is used up.
        let latest = (t + self.interval).max(t + took) - self.interval / 10.0;
        let m_now = (from_place + w * (from_odometer - from_place)).clamp(t, latest);
        let elapsed = Duration::from_secs_f64((m_now - m).max(1e-3));
        let at = last.at + elapsed;

        let wild = x.is_some_and(|x| (t - (m + x)).max(m + x - (t + e)) > 0.05 * t);
        let slack = self.answers.slack();
        let elapsed_s = elapsed.as_secs_f64();
        let (shortest, longest) = if self.answers.count() <= LEARNING {
            ((t - last.took).max(quickest / 2.0), t + took)
        } else {
            let hard = ((t - e_before - slack).max(quickest / 2.0), t + e + slack);
            let half = clip * t * (4.0 * (w * unexplained + (1.0 - w) * rough)).max(0.4 * w) + slack;
            if wild || last.wild { hard } else { (hard.0.max(elapsed_s - half), hard.1.min(elapsed_s + half)) }
        };
        let uncertainty = Uncertainty::of_elapsed(elapsed_s, shortest.max(1e-3 * t), longest);
        self.odometer.shift(-t);
        self.last = Some(Last { asked, took, at, share, wild });
        ReadTime { at, elapsed: Some(elapsed), uncertainty }
    }
}
