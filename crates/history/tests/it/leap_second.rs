//! A second that is counted twice, one that is left out, and one that is spread over a day.

use lalin_history::{By, History, HistoryQuery, LineId, Lines, Resolution, UsageQuery};

use crate::truth::{Router, record, settings};

/// 2026-12-31, whose last minute may have 61 seconds.
const LAST_DAY: i64 = 1_798_675_200_000;
const DAY: i64 = 86_400_000;
const HOUR: i64 = 3_600_000;

/// How far the wall clock is moved at a moment of real time, ms.
type Moved = fn(i64) -> i64;

const CASES: [(&str, Moved); 3] = [
    ("counted twice", |real_ms| if real_ms >= LAST_DAY + DAY { -1_000 } else { 0 }),
    ("left out", |real_ms| if real_ms >= LAST_DAY + DAY { 1_000 } else { 0 }),
    ("spread over a day", |real_ms| -(real_ms - LAST_DAY - DAY / 2).clamp(0, DAY) * 1_000 / DAY),
];

#[test]
fn a_leap_second_loses_and_doubles_nothing_and_is_no_gap() {
    for (case, moved) in CASES {
        let folder = crate::truth::folder();
        let history = History::open(settings(folder.path())).unwrap();
        let mut router = Router::new("r1", LAST_DAY + 12 * HOUR, 2_000, 7);
        router.come("ether1", "ether1");
        let first_ms = router.wall_ms;
        while router.wall_ms < LAST_DAY + DAY + 14 * HOUR {
            let mut tick = router.tick();
            // As far off the grid as a router's answers are.
            let jitter = tick.mono_ms as i64 / 2_000 * 7 % 5;
            tick.wall_ms += moved(router.wall_ms) + jitter;
            tick.mono_ms += jitter as u64;
            record(&history, &history.recorder(), &tick);
        }
        history.flush().unwrap();
        let truth = &router.truth["ether1"];
        let (bytes, seconds) = (truth.iter().map(|passed| passed.rx).sum::<u64>(), truth.len() as u64 * 2);
        for compacted in [false, true] {
            let line = LineId::from_number(1);
            for by in [By::Hour, By::Day] {
                let (from_ms, to_ms) = (LAST_DAY, LAST_DAY + 2 * DAY);
                let query = UsageQuery { lines: Lines::One(line), by, from_ms, to_ms, offset: 0, limit: 1 };
                let periods = history.reader().usage(&query).unwrap().lines.remove(0).periods;
                let sum =
                    |pick: fn(&lalin_history::Totals) -> u64| periods.iter().map(|one| pick(&one.totals)).sum::<u64>();
                assert_eq!(sum(|totals| totals.rx_bytes), bytes, "{case}, {by:?}");
                let measured = sum(|totals| totals.measured_ms);
                assert!(measured.abs_diff(seconds * 1_000) <= 10, "{case}, {by:?}: {measured} of {seconds} s");
            }
            let resolution = Resolution::StepMs(60_000);
            let (from_ms, to_ms) = (first_ms + 60_000, LAST_DAY + DAY + 13 * HOUR);
            let answer = history.reader().history(&HistoryQuery { line, from_ms, to_ms, resolution }).unwrap();
            assert_eq!(answer.gaps, [], "{case}");
            assert!(answer.points.iter().all(|point| point.coverage <= 1.0 && point.coverage > 0.98), "{case}");
            if !compacted {
                history.compact().unwrap();
            }
        }
    }
}
