//! The samples' times: computed from the monotonic clock, and only slowly drawn towards the wall clock.
//!
//! A chart must go on with the samples' real spacing, whatever is done to the machine's wall clock. So a sample's time
//! is not read from the wall clock but computed from the monotonic one. If the wall clock is found more than a second
//! away from that, it was set, or the machine slept, which the monotonic clock does not count. Then a new time base
//! begins, which says by how much the clock moved.
//!
//! The alternatives fail: `max(last + 1, now)` stands still for as long as the clock was ahead, and with the bare wall
//! clock two samples may be in the wrong order.

use std::time::Duration;

use tokio::time::Instant;

/// A wall clock further off than this was set.
const STEP_US: i64 = 1_000_000;
/// Times are drawn towards the wall clock by at most one part in this many of the elapsed time.
const SLEW: i64 = 200;

/// A sample's time, and its time base.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SampleTime {
    /// ms since 1970-01-01 UTC.
    pub(crate) unix_ms: u64,
    /// The number of the time base; 1 is the first.
    pub(crate) base: u64,
    /// Where a new base begins: by how much the wall clock was moved, ms; otherwise 0.
    pub(crate) step_ms: i64,
}

/// Maps the moments of one router's samples to wall-clock times.
#[derive(Debug, Default)]
pub(crate) struct TimeBase {
    base: u64,
    /// A moment, and the wall clock's time at that moment, us since 1970-01-01 UTC.
    line: Option<(Instant, i64)>,
    last_ms: u64,
}

impl TimeBase {
    /// The time of `moment`, given that the wall clock showed `wall_ms` at `read`. Moments are passed in rising order.
    pub(crate) fn time_of(&mut self, moment: Instant, read: Instant, wall_ms: u64) -> SampleTime {
        let wall = i64::try_from(wall_ms).unwrap_or(i64::MAX / 1_000).saturating_mul(1_000);
        let mut step_ms = 0;
        let line = match self.line {
            None => {
                self.base = 1;
                (read, wall)
            }
            Some((since, unix)) => {
                let expected = unix.saturating_add(between(since, read));
                let off = wall.saturating_sub(expected);
                if off.abs() > STEP_US {
                    self.base += 1;
                    self.last_ms = 0;
                    // More than a second, so it is never 0 ms.
                    step_ms = off / 1_000;
                    (read, wall)
                } else {
                    let most = between(since, read).max(0) / SLEW;
                    (read, expected.saturating_add(off.clamp(-most, most)))
                }
            }
        };
        self.line = Some(line);
        let unix_us = line.1.saturating_add(between(line.0, moment));
        let unix_ms = u64::try_from(unix_us.max(0) / 1_000).unwrap_or_default();
        // Two samples are never so near that a slew could put them in another order; a millisecond may hold both.
        self.last_ms = unix_ms.max(self.last_ms.saturating_add(1));
        SampleTime { unix_ms: self.last_ms, base: self.base, step_ms }
    }
}

impl TimeBase {
    /// The next time is after this one, which was not told here.
    pub(crate) fn after(&mut self, unix_ms: u64) {
        self.last_ms = self.last_ms.max(unix_ms);
    }
}

/// From one moment to another, us; negative where the second is the earlier.
fn between(from: Instant, to: Instant) -> i64 {
    let us = |duration: Duration| i64::try_from(duration.as_micros()).unwrap_or(i64::MAX);
    if to >= from { us(to - from) } else { -us(from - to) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WALL: u64 = 1_700_000_000_000;
    const HOUR: i64 = 3_600_000;

    /// A clock that is `off` ms from the truth, read every two seconds.
    fn told(offs: impl IntoIterator<Item = i64>) -> Vec<SampleTime> {
        let (mut base, begun) = (TimeBase::default(), Instant::now());
        let each = offs.into_iter().enumerate().map(|(tick, off)| {
            let passed = 2_000 * u64::try_from(tick).unwrap();
            let at = begun + Duration::from_millis(passed);
            base.time_of(at, at, (WALL + passed).saturating_add_signed(off))
        });
        each.collect()
    }

    fn spacings(told: &[SampleTime]) -> Vec<u64> {
        told.windows(2).map(|two| two[1].unix_ms - two[0].unix_ms).collect()
    }

    #[test]
    fn a_good_clock_is_told_as_it_is() {
        let told = told([0; 50]);
        assert!(told.iter().all(|one| one.base == 1 && one.step_ms == 0));
        assert_eq!((told[0].unix_ms, told[49].unix_ms), (WALL, WALL + 98_000));
    }

    #[test]
    fn a_clock_set_back_begins_a_new_base_at_the_right_time_with_real_spacing() {
        let told = told([7 * HOUR, 7 * HOUR, 7 * HOUR, 0, 0, 0]);
        assert_eq!(told.iter().map(|one| one.base).collect::<Vec<_>>(), [1, 1, 1, 2, 2, 2]);
        assert_eq!(told.iter().map(|one| one.step_ms).collect::<Vec<_>>(), [0, 0, 0, -7 * HOUR, 0, 0]);
        assert_eq!(told[3].unix_ms, WALL + 6_000);
        assert_eq!((spacings(&told[..3]), spacings(&told[3..])), (vec![2_000, 2_000], vec![2_000, 2_000]));
    }

    #[test]
    fn a_jump_forward_or_a_suspend_begins_a_new_base() {
        let told = told([0, 0, HOUR, HOUR]);
        assert_eq!((told[2].base, told[2].step_ms, told[2].unix_ms), (2, HOUR, WALL + 4_000 + 3_600_000));
        assert_eq!((told[3].base, told[3].step_ms), (2, 0));
    }

    #[test]
    fn a_small_slew_is_followed_smoothly() {
        for off in [-900, 900] {
            let told = told([0, 0].into_iter().chain([off; 400]));
            assert!(told.iter().all(|one| one.base == 1));
            for spacing in spacings(&told) {
                assert!((1_989..=2_011).contains(&spacing), "{spacing} ms between two ticks");
            }
            assert_eq!(told[401].unix_ms, (WALL + 802_000).saturating_add_signed(off), "at last it is there");
        }
    }

    #[test]
    fn a_clock_that_jitters_moves_no_tick() {
        let told = told((0..200).map(|tick| if tick % 3 == 0 { 4 } else { -4 }));
        for spacing in spacings(&told) {
            assert!((1_989..=2_011).contains(&spacing), "{spacing} ms");
        }
    }

    #[test]
    fn a_moment_before_the_reading_is_told_as_of_that_moment() {
        let (mut base, begun) = (TimeBase::default(), Instant::now());
        let ms = Duration::from_millis;
        assert_eq!(base.time_of(begun + ms(100), begun + ms(400), WALL).unix_ms, WALL - 300);
        let told = base.time_of(begun + ms(2_350), begun + ms(2_400), WALL + 2_000);
        assert_eq!((told.unix_ms, told.step_ms), (WALL + 1_950, 0));
    }

    #[test]
    fn a_clock_before_1970_or_beyond_all_time_is_survived() {
        let (mut base, begun) = (TimeBase::default(), Instant::now());
        for wall in [0, u64::MAX, 0, WALL] {
            base.time_of(begun, begun, wall);
        }
    }
}
