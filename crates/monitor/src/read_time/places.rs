//! Where in an answer's excess the reading lies, learned: at its beginning, in its middle or at its end.
//!
//! Each place makes a clock of its own. The right one makes the bytes of two ticks follow its times, so that of the
//! three the one with the least roughness is followed; the middle unless another one is clearly better.

/// As parts of the excess; the middle first, which is what remains where no other is better.
const PLACES: [f64; 3] = [0.5, 0.0, 1.0];
/// So much smoother than the middle a place must be.
const BETTER: f64 = 0.85;
/// A place that leaves more than this unexplained is better by chance: by a wave that is in step with the late answers.
const CHANCE: f64 = 0.6;

/// The places, and how rough a line each of them makes.
#[derive(Clone, Debug)]
pub(crate) struct Places {
    roughness: [f64; 3],
    /// The last tick's length by the clock of each.
    before: Option<[f64; 3]>,
}

impl Default for Places {
    fn default() -> Self {
        Self { roughness: [0.1; 3], before: None }
    }
}

impl Places {
    /// A run begins: what was learned stays.
    pub(crate) fn begin(&mut self) {
        self.before = None;
    }

    /// Takes in a tick: the time between the questions, the excess of the first and of the second answer, and how many
    /// times the bytes of the tick before there were.
    pub(crate) fn learn(&mut self, [t, e_before, e]: [f64; 3], ratio: Option<f64>, clip: f64, gain: f64) {
        let now = PLACES.map(|place| (t + place * (e - e_before)).max(1e-6));
        if let (Some(before), Some(ratio)) = (self.before, ratio) {
            for ((roughness, now), before) in self.roughness.iter_mut().zip(now).zip(before) {
                let miss = (ratio / (now / before)).ln().abs();
                *roughness += gain * (miss.min(clip) / clip - *roughness);
            }
        }
        self.before = Some(now);
    }

    /// The place to follow, as a part of the excess.
    pub(crate) fn best(&self) -> f64 {
        let [middle, first, last] = self.roughness;
        let (place, roughness) = if last < first { (1.0, last) } else { (0.0, first) };
        if roughness < BETTER * middle && roughness < CHANCE { place } else { 0.5 }
    }

    /// How rough a line the place makes, from 0 to 1.
    pub(crate) fn roughness(&self, place: f64) -> f64 {
        PLACES.iter().position(|known| *known == place).map_or(0.1, |at| self.roughness[at])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every third answer is late after its reading, and twelve samples are one wave of the traffic.
    #[test]
    fn a_wave_in_step_with_late_answers_teaches_no_wrong_place() {
        let mut places = Places::default();
        let late = |tick: u32| if tick % 3 == 2 { 0.5 } else { 0.0 };
        let angle = std::f64::consts::TAU / 12.0;
        let flowed = |tick: u32| f64::from(tick) - 0.5 * (f64::from(tick) * angle).cos() / angle;
        let rate = |tick: u32| flowed(tick) - flowed(tick - 1);
        for tick in 2..300 {
            let clip = (late(tick) + late(tick - 1)) / 5.0 + 1e-4;
            let ratio = rate(tick) / rate(tick - 1);
            places.learn([5.0, late(tick - 1), late(tick)], Some(ratio), clip, 0.05 * (clip / 0.05).min(1.0));
            assert!(tick < 60 || places.best() == 0.5, "tick {tick}");
        }
    }

    #[test]
    fn a_delay_on_one_side_is_found_out_and_one_on_both_is_not() {
        let excess = |tick: u32| f64::from(tick * 7 % 10) / 20.0;
        let learn = |truth: f64| {
            let mut places = Places::default();
            let length = |tick| 2.0 + truth * (excess(tick) - excess(tick - 1));
            for tick in 2..40 {
                let of = [2.0, excess(tick - 1), excess(tick)];
                places.learn(of, Some(length(tick) / length(tick - 1)), 0.25, 0.05);
            }
            places.best()
        };
        assert_eq!((learn(0.0), learn(0.5), learn(1.0)), (0.0, 0.5, 1.0));
    }
}
