//! How wide the points of an answer are.

use crate::Error;

/// No answer has more points.
pub const MAX_POINTS: u32 = 10_000;

/// How fine an answer is to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resolution {
    /// At most so many points, of a width that is easy to read.
    Points(u32),
    /// Points of exactly this width, ms.
    StepMs(u64),
}

const SECOND: i64 = 1_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;
/// Widths that people read a chart by.
const STEPS: [i64; 26] = [
    SECOND,
    2 * SECOND,
    5 * SECOND,
    10 * SECOND,
    15 * SECOND,
    20 * SECOND,
    30 * SECOND,
    MINUTE,
    2 * MINUTE,
    3 * MINUTE,
    5 * MINUTE,
    10 * MINUTE,
    15 * MINUTE,
    20 * MINUTE,
    30 * MINUTE,
    45 * MINUTE,
    HOUR,
    90 * MINUTE,
    2 * HOUR,
    3 * HOUR,
    4 * HOUR,
    6 * HOUR,
    8 * HOUR,
    12 * HOUR,
    DAY,
    2 * DAY,
];

/// The grid of an answer: where it begins, how wide its points are, and how many.
pub(super) fn grid(from_ms: i64, to_ms: i64, resolution: Resolution) -> Result<(i64, i64, usize), Error> {
    const LONGEST: i64 = 200 * 366 * DAY;
    if from_ms >= to_ms {
        return Err(Error::Question("the range is empty"));
    }
    if to_ms.checked_sub(from_ms).is_none_or(|length| length > LONGEST) {
        return Err(Error::Question("the range is longer than two hundred years"));
    }
    let count = |step: i64| (to_ms + step - 1).div_euclid(step) - from_ms.div_euclid(step);
    let (step, most) = match resolution {
        Resolution::Points(0) | Resolution::StepMs(0) => return Err(Error::Question("no points are asked for")),
        Resolution::Points(points) => {
            let most = i64::from(points.min(MAX_POINTS));
            let days = (3..).map(|days| days * DAY);
            let step = STEPS.into_iter().chain(days).find(|step| count(*step) <= most);
            // A range on both sides of an edge is two points of any even width: then the one point is the range.
            let Some(step) = step.filter(|step| *step <= LONGEST && most > 1) else {
                return Ok((from_ms, to_ms - from_ms, 1));
            };
            (step, most)
        }
        Resolution::StepMs(step) => {
            let step = i64::try_from(step).map_err(|_| Error::Question("the step is too long"))?;
            (step, i64::from(MAX_POINTS))
        }
    };
    if count(step) > most {
        return Err(Error::Question("more points than an answer has: ask for a longer step or a shorter range"));
    }
    Ok((from_ms.div_euclid(step) * step, step, count(step) as usize))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn never_more_points_than_asked_and_all_of_the_range(
            from in -10 * DAY..60 * 365 * DAY, length in 1i64..3_000 * DAY, points in 1u32..20_000
        ) {
            let (begin, step, count) = grid(from, from + length, Resolution::Points(points)).unwrap();
            prop_assert!(count as u32 <= points.min(MAX_POINTS) && count > 0);
            prop_assert!(begin <= from && begin + step * count as i64 >= from + length);
            prop_assert!(count == 1 || begin % step == 0);
        }
    }

    #[test]
    fn a_step_that_is_too_short_or_a_range_that_is_none_is_refused() {
        assert!(grid(0, 30 * DAY, Resolution::StepMs(1_000)).is_err());
        assert!(grid(5, 5, Resolution::Points(5)).is_err());
        assert!(grid(0, 5, Resolution::Points(0)).is_err());
        assert!(grid(0, i64::MAX, Resolution::Points(5)).is_err());
        assert_eq!(grid(0, DAY, Resolution::StepMs(300_000)).unwrap(), (0, 300_000, 288));
    }
}
