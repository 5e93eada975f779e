//! Where nothing was measured, and why.

use std::time::{SystemTime, UNIX_EPOCH};

use super::filling::Stretch;
use crate::meta::Happening;
use crate::segment::TimesCache;
use crate::store::{View, lock};
use crate::{Cause, Error, Line, Reader};

/// A stretch of time without a measured rate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gap {
    /// From when.
    pub from_ms: i64,
    /// Until when.
    pub to_ms: i64,
    /// Why.
    pub cause: Cause,
    /// More of it: a code or a sentence, where there is one.
    pub detail: Option<String>,
}

/// No answer has more; the shortest are left out.
const MOST: usize = 1_000;
/// A clock that is slewed leaves less between two parts.
const SHORTEST_MS: i64 = 1_500;

/// The gaps of a line between the measured stretches.
pub(super) fn find(
    reader: &Reader,
    view: &View,
    line: &Line,
    measured: &[Stretch],
    (from_ms, to_ms): (i64, i64),
    step_ms: i64,
    cache: &mut TimesCache,
) -> Result<Vec<Gap>, Error> {
    // Before the first sample there is no gap, and after the last one of all nothing was recorded yet: unless it is known
    // what it is that lasts.
    let from_ms = from_ms.max(line.first_ms);
    let router = reader.router_number(&line.router)?;
    let happened = reader.database().happenings(router, line.id.number(), from_ms, to_ms)?;
    let lasts = happened.iter().any(|one| one.to_ms.is_none());
    let to_ms = to_ms.min(if lasts { latest(view).max(now_ms()) } else { latest(view) });
    let read = |from_ms, to_ms| Ok(was_read(view, router, from_ms, to_ms, cache));
    explained(between(measured, from_ms, to_ms), &happened, step_ms, read)
}

/// Each stretch with its cause; `was_read` says whether the router was read in it.
pub(super) fn explained(
    mut stretches: Vec<Stretch>,
    happened: &[Happening],
    step_ms: i64,
    mut was_read: impl FnMut(i64, i64) -> Result<bool, Error>,
) -> Result<Vec<Gap>, Error> {
    if stretches.len() > MOST {
        stretches.retain(|(from, to)| to - from >= step_ms);
        stretches.sort_by_key(|(from, to)| from - to);
        stretches.truncate(MOST);
        stretches.sort_unstable();
    }
    let gap = |(from_ms, to_ms): Stretch| {
        let main = happened.iter().max_by_key(|one| weight(one, from_ms, to_ms));
        let main = main.filter(|one| overlap(one, from_ms, to_ms) > 0);
        let (cause, detail) = match main {
            Some(one) => (one.cause, Some(one.detail.clone()).filter(|detail| !detail.is_empty())),
            None if was_read(from_ms, to_ms)? => (Cause::Absent, None),
            None => (Cause::Unwatched, None),
        };
        Ok(Gap { from_ms, to_ms, cause, detail })
    };
    stretches.into_iter().map(gap).collect()
}

pub(super) fn between(measured: &[Stretch], from_ms: i64, to_ms: i64) -> Vec<Stretch> {
    let mut gaps = Vec::new();
    if to_ms <= from_ms {
        return gaps;
    }
    let mut end = from_ms;
    for (from, to) in measured {
        if *from - end >= SHORTEST_MS {
            gaps.push((end, (*from).min(to_ms)));
        }
        end = end.max(*to);
        if end >= to_ms {
            break;
        }
    }
    if to_ms - end >= SHORTEST_MS {
        gaps.push((end, to_ms));
    }
    gaps.retain(|(from, to)| to > from);
    gaps
}

fn overlap(one: &Happening, from_ms: i64, to_ms: i64) -> i64 {
    one.to_ms.unwrap_or(i64::MAX).min(to_ms) - one.from_ms.max(from_ms)
}

/// The cause that explains most of the gap; of equal ones, the one that says more.
fn weight(one: &Happening, from_ms: i64, to_ms: i64) -> (i64, u8) {
    let told = match one.cause {
        Cause::Unreachable | Cause::Rebooted | Cause::DiskFull | Cause::Damaged => 3,
        Cause::Off | Cause::Dropped | Cause::Clock => 2,
        Cause::Restarted => 1,
        Cause::Unwatched | Cause::Absent => 0,
    };
    // The edges of what is told by different witnesses are never quite the same.
    (overlap(one, from_ms, to_ms) / 30_000, told)
}

pub(crate) fn now_ms() -> i64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(now.as_millis()).unwrap_or(i64::MAX)
}

fn latest(view: &View) -> i64 {
    let sealed = view.raw.iter().filter_map(|segment| Some(segment.range()?.1));
    let open = view.hours.iter().filter_map(|hour| Some(lock(hour).range()?.1));
    sealed.chain(open).max().unwrap_or(i64::MIN)
}

/// Whether the router was read in a stretch of time.
fn was_read(view: &View, router: u32, from_ms: i64, to_ms: i64, cache: &mut TimesCache) -> bool {
    let inside = |at: i64| at > from_ms && at < to_ms;
    let sealed = view.raw.iter().any(|segment| {
        segment.parts.iter().enumerate().any(|(number, part)| {
            part.router == router
                && part.from_ms < to_ms
                && part.to_ms > from_ms
                && cache
                    .times(segment, number as u32)
                    .is_ok_and(|times| (0..times.offsets.len() as u32).any(|tick| inside(times.at(tick))))
        })
    });
    sealed
        || view.hours.iter().any(|hour| {
            let hour = lock(hour);
            let mut parts = hour.parts.iter().filter(|part| part.router == router);
            parts.any(|part| (0..part.times.offsets.len() as u32).any(|tick| inside(part.times.at(tick))))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gaps_are_what_lies_between() {
        let measured = [(10_000, 20_000), (20_500, 30_000), (25_000, 27_000), (40_000, 50_000)];
        assert_eq!(between(&measured, 0, 60_000), [(0, 10_000), (30_000, 40_000), (50_000, 60_000)]);
        assert_eq!(between(&measured, 12_000, 35_000), [(30_000, 35_000)]);
        assert_eq!(between(&[], 0, 5_000), [(0, 5_000)]);
        assert!(between(&measured, 12_000, 19_000).is_empty());
        // Nothing was recorded at all.
        assert!(between(&[], 5, i64::MIN).is_empty());
    }
}
