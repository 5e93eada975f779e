//! The clock that leases are counted by: it runs on while the machine is suspended.
//!
//! The usual clock of programs stands still meanwhile, so a laptop or a virtual machine that was frozen for an hour would
//! believe that it still holds everything. This clock cannot be paused by a test; what is computed from it takes the
//! moment as a value instead.

use std::ops::{Add, Sub};
use std::time::Duration;

/// A moment since the machine was started.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct BootTime(Duration);

impl BootTime {
    /// Now.
    #[cfg(any(target_os = "linux", target_os = "android"))]
    pub(crate) fn now() -> Self {
        Self::of(rustix::time::ClockId::Boottime)
    }

    /// Now. On these systems the monotonic clock runs on by itself, or nothing better is there.
    #[cfg(all(unix, not(any(target_os = "linux", target_os = "android"))))]
    pub(crate) fn now() -> Self {
        Self::of(rustix::time::ClockId::Monotonic)
    }

    #[cfg(unix)]
    fn of(clock: rustix::time::ClockId) -> Self {
        let time = rustix::time::clock_gettime(clock);
        let nanoseconds = u32::try_from(time.tv_nsec).unwrap_or(0);
        Self(Duration::new(u64::try_from(time.tv_sec).unwrap_or(0), nanoseconds))
    }

    /// Now, counted from the first call: Windows' counter runs on while it sleeps.
    #[cfg(not(unix))]
    #[allow(clippy::disallowed_types, reason = "a lease is counted in real time, which no test may pause")]
    pub(crate) fn now() -> Self {
        static START: std::sync::OnceLock<std::time::Instant> = std::sync::OnceLock::new();
        Self(START.get_or_init(std::time::Instant::now).elapsed())
    }

    /// As nanoseconds, for an atomic; in 584 years too many.
    pub(crate) fn nanoseconds(self) -> u64 {
        u64::try_from(self.0.as_nanos()).unwrap_or(u64::MAX)
    }

    pub(crate) fn from_nanoseconds(nanoseconds: u64) -> Self {
        Self(Duration::from_nanos(nanoseconds))
    }

    #[cfg(test)]
    pub(crate) fn at(seconds: f64) -> Self {
        Self(Duration::from_secs_f64(seconds))
    }
}

impl Add<Duration> for BootTime {
    type Output = Self;

    fn add(self, time: Duration) -> Self {
        Self(self.0 + time)
    }
}

/// How much later; nothing if it is earlier.
impl Sub for BootTime {
    type Output = Duration;

    fn sub(self, other: Self) -> Duration {
        self.0.saturating_sub(other.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_goes_forward_and_survives_an_atomic() {
        let first = BootTime::now();
        let second = BootTime::now();
        assert!(second >= first);
        assert_eq!(BootTime::from_nanoseconds(second.nanoseconds()), second);
        assert_eq!(BootTime::at(1.0) - BootTime::at(2.0), Duration::ZERO);
    }
}
