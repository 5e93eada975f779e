//! The course of one alert: how what is seen of it, sample by sample, makes it begin, stand, flap and end.
//!
//! It has no clock. Time is what passed between two samples of which both are good; a gap adds nothing, and interrupts
//! what had to last without one.

use super::flaps::{Flaps, MANY, WINDOW_MS};

/// What one sample says.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Verdict {
    /// It is as the rule tells of.
    Hit(Option<f64>),
    /// It is not bad enough to fire and not good enough to clear.
    Between,
    /// It is well.
    Clear,
    /// It cannot be said.
    Unknown,
}

/// Where it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Phase {
    #[default]
    Inactive,
    Pending,
    Firing,
    Clearing,
    Flapping,
}

/// What a sample changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Turn {
    /// Pending.
    Began,
    /// No longer pending.
    Dropped,
    /// It has lasted long enough.
    Fired,
    /// It begins to be well.
    Clearing,
    /// It was not well after all.
    Again,
    /// It is well.
    Cleared,
    /// It changed too often.
    Flapping,
    /// It no longer changes; whether it stands.
    Steady { stands: bool },
}

/// How long things have to last, ms.
#[derive(Clone, Copy, Debug)]
pub(super) struct Waits {
    pub(super) fire_ms: u64,
    pub(super) keep_ms: u64,
}

/// One sample.
#[derive(Clone, Copy, Debug)]
pub(super) struct Seen {
    pub(super) verdict: Verdict,
    /// Since the sample before; `None` after a gap.
    pub(super) passed_ms: Option<u64>,
    /// All time that was watched so far.
    pub(super) watched_ms: u64,
    /// How often the thing itself changed since; `None`: the verdicts are counted.
    pub(super) changes: Option<u32>,
}

/// The course of one alert.
#[derive(Clone, Debug, Default)]
pub(super) struct Course {
    pub(super) phase: Phase,
    /// For how long it was so: towards firing, towards being well, towards being steady.
    waited_ms: u64,
    flaps: Flaps,
    /// How often it changed since it began to flap.
    pub(super) changed: u32,
    was_hit: bool,
}

impl Course {
    /// One that goes on after a restart.
    pub(super) fn restored(phase: Phase, changed: u32) -> Self {
        let was_hit = matches!(phase, Phase::Firing | Phase::Pending);
        Self { phase, changed, was_hit, ..Self::default() }
    }

    /// Whether there is nothing to remember.
    pub(super) fn is_idle(&self) -> bool {
        self.phase == Phase::Inactive && self.flaps.is_empty()
    }

    /// How long it still has to be well, ms.
    pub(super) fn clears_in_ms(&self, waits: Waits) -> Option<u64> {
        (self.phase == Phase::Clearing).then(|| waits.keep_ms.saturating_sub(self.waited_ms))
    }

    /// Takes back what was waited for: what caused it is over, and it begins anew.
    pub(super) fn wait_anew(&mut self) {
        if self.phase == Phase::Pending {
            self.waited_ms = 0;
        }
    }

    pub(super) fn step(&mut self, seen: Seen, waits: Waits) -> Option<Turn> {
        // Old changes are let go of as time passes.
        self.flaps.count(seen.watched_ms);
        let is_hit = matches!(seen.verdict, Verdict::Hit(_));
        let known = is_hit || seen.verdict == Verdict::Clear;
        let flipped = known && is_hit != self.was_hit;
        if known {
            self.was_hit = is_hit;
        }
        if self.phase == Phase::Flapping {
            return self.flap(seen, seen.changes.unwrap_or(u32::from(flipped)));
        }
        if let Some(changes) = seen.changes
            && let Some(turn) = self.changed(changes, seen.watched_ms)
        {
            return Some(turn);
        }
        let turn = self.turn(seen, waits)?;
        let counts =
            matches!(turn, Turn::Fired | Turn::Clearing | Turn::Again) || (turn == Turn::Cleared && waits.keep_ms == 0);
        if seen.changes.is_none() && counts {
            return Some(self.changed(1, seen.watched_ms).unwrap_or(turn));
        }
        Some(turn)
    }

    /// Notes changes; flapping where there are too many.
    fn changed(&mut self, changes: u32, watched_ms: u64) -> Option<Turn> {
        self.flaps.note(changes, watched_ms);
        if changes == 0 || self.flaps.count(watched_ms) < MANY {
            return None;
        }
        self.changed = u32::try_from(self.flaps.count(watched_ms)).unwrap_or(u32::MAX);
        self.flaps.forget();
        (self.phase, self.waited_ms) = (Phase::Flapping, 0);
        Some(Turn::Flapping)
    }

    fn flap(&mut self, seen: Seen, changes: u32) -> Option<Turn> {
        if changes > 0 {
            self.changed = self.changed.saturating_add(changes);
            self.waited_ms = 0;
            return None;
        }
        self.waited_ms += seen.passed_ms.unwrap_or(0);
        if self.waited_ms < WINDOW_MS {
            return None;
        }
        let stands = match seen.verdict {
            Verdict::Hit(_) => true,
            Verdict::Clear => false,
            Verdict::Between => self.was_hit,
            Verdict::Unknown => return None,
        };
        (self.phase, self.waited_ms) = (if stands { Phase::Firing } else { Phase::Inactive }, 0);
        Some(Turn::Steady { stands })
    }

    fn turn(&mut self, seen: Seen, waits: Waits) -> Option<Turn> {
        let before = self.phase;
        let mut to = |phase, turn| {
            (self.phase, self.waited_ms) = (phase, 0);
            Some(turn)
        };
        match (before, seen.verdict) {
            (_, Verdict::Unknown) => {
                // What has to last without a gap did not.
                if seen.passed_ms.is_none() {
                    self.waited_ms = 0;
                }
                None
            }
            (Phase::Inactive, Verdict::Hit(_)) if waits.fire_ms == 0 => to(Phase::Firing, Turn::Fired),
            (Phase::Inactive, Verdict::Hit(_)) => to(Phase::Pending, Turn::Began),
            (Phase::Pending, Verdict::Hit(_)) => {
                self.waited_ms = seen.passed_ms.map_or(0, |passed| self.waited_ms + passed);
                (self.waited_ms >= waits.fire_ms).then(|| {
                    (self.phase, self.waited_ms) = (Phase::Firing, 0);
                    Turn::Fired
                })
            }
            (Phase::Pending, Verdict::Clear | Verdict::Between) => to(Phase::Inactive, Turn::Dropped),
            (Phase::Firing, Verdict::Clear) if waits.keep_ms == 0 => to(Phase::Inactive, Turn::Cleared),
            (Phase::Firing, Verdict::Clear) => to(Phase::Clearing, Turn::Clearing),
            (Phase::Clearing, Verdict::Hit(_) | Verdict::Between) => to(Phase::Firing, Turn::Again),
            (Phase::Clearing, Verdict::Clear) => {
                self.waited_ms = seen.passed_ms.map_or(0, |passed| self.waited_ms + passed);
                (self.waited_ms >= waits.keep_ms).then(|| {
                    (self.phase, self.waited_ms) = (Phase::Inactive, 0);
                    Turn::Cleared
                })
            }
            (Phase::Inactive, _) | (Phase::Firing, _) | (Phase::Flapping, _) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WAITS: Waits = Waits { fire_ms: 60_000, keep_ms: 30_000 };
    const HIT: Verdict = Verdict::Hit(None);

    struct Run {
        course: Course,
        watched_ms: u64,
    }

    impl Run {
        fn new() -> Self {
            Self { course: Course::default(), watched_ms: 0 }
        }

        /// What turns while samples 10 s apart say this.
        fn see(&mut self, verdict: Verdict, samples: usize) -> Vec<Turn> {
            (0..samples).filter_map(|_| self.one(verdict, Some(10_000), None)).collect()
        }

        fn one(&mut self, verdict: Verdict, passed_ms: Option<u64>, changes: Option<u32>) -> Option<Turn> {
            self.watched_ms += passed_ms.unwrap_or(0);
            self.course.step(Seen { verdict, passed_ms, watched_ms: self.watched_ms, changes }, WAITS)
        }
    }

    #[test]
    fn what_lasts_fires_and_what_does_not_stays_silent() {
        let mut run = Run::new();
        assert_eq!(run.see(HIT, 6), [Turn::Began]);
        assert_eq!(run.see(Verdict::Clear, 1), [Turn::Dropped]);
        assert_eq!(run.see(HIT, 7), [Turn::Began, Turn::Fired]);
        assert_eq!(run.see(HIT, 50), []);
    }

    #[test]
    fn being_well_has_to_last_too_and_between_the_bounds_is_not_well() {
        let mut run = Run::new();
        run.see(HIT, 7);
        assert_eq!(run.see(Verdict::Between, 20), [], "hysteresis");
        assert_eq!(run.see(Verdict::Clear, 2), [Turn::Clearing]);
        assert_eq!(run.see(Verdict::Between, 1), [Turn::Again]);
        assert_eq!(run.see(Verdict::Clear, 4), [Turn::Clearing, Turn::Cleared]);
    }

    #[test]
    fn a_gap_interrupts_what_has_to_last_and_never_completes_it() {
        let mut run = Run::new();
        assert_eq!(run.see(HIT, 6), [Turn::Began]);
        assert_eq!(run.one(HIT, None, None), None);
        assert_eq!(run.see(HIT, 5), []);
        assert_eq!(run.see(HIT, 1), [Turn::Fired]);
    }

    #[test]
    fn what_cannot_be_said_changes_nothing() {
        let mut run = Run::new();
        run.see(HIT, 3);
        assert_eq!(run.see(Verdict::Unknown, 100), []);
        assert_eq!(run.see(HIT, 4), [Turn::Fired]);
        assert_eq!(run.see(Verdict::Unknown, 100), []);
        assert_eq!(run.see(Verdict::Clear, 4), [Turn::Clearing, Turn::Cleared]);
    }

    #[test]
    fn many_changes_are_one_word_and_ten_steady_minutes_another() {
        let mut run = Run::new();
        let mut turns = Vec::new();
        for flap in 0..100 {
            let verdict = if flap % 2 == 0 { HIT } else { Verdict::Clear };
            turns.extend(run.one(verdict, Some(6_000), Some(1)));
        }
        assert_eq!(turns.iter().filter(|turn| **turn == Turn::Flapping).count(), 1);
        assert!(!turns.contains(&Turn::Fired), "it never lasted: {turns:?}");
        assert_eq!(run.course.changed, 100);
        let steady: Vec<_> = (0..60).filter_map(|_| run.one(Verdict::Clear, Some(10_000), Some(0))).collect();
        assert_eq!(steady, [Turn::Steady { stands: false }]);
        assert!(run.course.is_idle());
    }

    #[test]
    fn time_in_which_nothing_is_known_is_not_steady() {
        let mut run = Run::new();
        for flap in 0..6 {
            run.one(if flap % 2 == 0 { HIT } else { Verdict::Clear }, Some(1_000), Some(1));
        }
        assert_eq!(run.course.phase, Phase::Flapping);
        for _ in 0..1_000 {
            assert_eq!(run.one(Verdict::Unknown, None, Some(0)), None);
        }
        assert_eq!(run.course.phase, Phase::Flapping);
    }

    #[test]
    fn verdicts_that_fire_and_clear_again_and_again_are_flapping_too() {
        let mut run = Run::new();
        let none = Waits { fire_ms: 0, keep_ms: 0 };
        let mut turns = Vec::new();
        for flap in 0..20 {
            run.watched_ms += 10_000;
            let verdict = if flap % 2 == 0 { HIT } else { Verdict::Clear };
            let seen = Seen { verdict, passed_ms: Some(10_000), watched_ms: run.watched_ms, changes: None };
            turns.extend(run.course.step(seen, none));
        }
        assert_eq!(turns, [Turn::Fired, Turn::Cleared, Turn::Fired, Turn::Cleared, Turn::Flapping]);
    }
}
