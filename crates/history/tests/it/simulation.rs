//! A month with everything that happens in one, held against what really passed.

use lalin_history::{By, History, HistoryQuery, LineId, Lines, Resolution, Settings, UsageQuery, Zone};

use crate::truth::{Passed, Router, name, record, settings};

const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;
/// 2026-03-01 00:00 in Berlin; on the 29th the clock goes forward.
const MARCH: i64 = 1_772_319_600_000;

fn usage(history: &History, line: LineId, by: By, from_ms: i64, to_ms: i64) -> Vec<lalin_history::Period> {
    let query = UsageQuery { lines: Lines::One(line), by, from_ms, to_ms, offset: 0, limit: 1 };
    history.reader().usage(&query).unwrap().lines.remove(0).periods
}

/// What of the truth lies in a period, within a byte for each of its two edges; and how long was measured, exactly.
fn expected(truth: &[Passed], from_ms: i64, to_ms: i64) -> (f64, f64, i64) {
    let mut sum = (0.0, 0.0, 0);
    for passed in truth {
        let inside = passed.to_ms.min(to_ms) - passed.from_ms.max(from_ms);
        if inside > 0 {
            let share = inside as f64 / (passed.to_ms - passed.from_ms) as f64;
            sum.0 += passed.rx as f64 * share;
            sum.1 += passed.tx as f64 * share;
            sum.2 += inside;
        }
    }
    sum
}

fn check(history: &History, router: &Router, line: &str, from_ms: i64, to_ms: i64) {
    let id = history.reader().find(&router.id, &name(line)).unwrap().unwrap().id;
    let truth = &router.truth[line];
    for by in [By::Hour, By::Day, By::Month, By::Range] {
        let periods = usage(history, id, by, from_ms, to_ms);
        for period in &periods {
            let (rx, tx, measured) = expected(truth, period.from_ms, period.to_ms);
            let totals = period.totals;
            assert!((totals.rx_bytes as f64 - rx).abs() <= 2.0, "{line} {by:?} {period:?}, really {rx}");
            assert!((totals.tx_bytes as f64 - tx).abs() <= 2.0, "{line} {by:?} {period:?}, really {tx}");
            assert_eq!(totals.measured_ms as i64, measured, "{line} {by:?} {period:?}");
        }
        let sum: u64 = periods.iter().map(|period| period.totals.rx_bytes).sum();
        let whole: u64 = truth.iter().map(|passed| passed.rx).sum();
        assert_eq!(sum, whole, "{line} {by:?}: the sum over all periods, to the byte");
    }
}

fn reopen(history: History, settings: &Settings) -> History {
    history.close();
    let history = History::open(settings.clone()).unwrap();
    // It answers before the journal is read; here the whole is asked for.
    history.flush().unwrap();
    history
}

#[test]
fn a_month_with_everything_that_happens_in_one_is_right_to_the_byte() {
    let folder = crate::truth::folder();
    let settings = Settings { zone: Zone::named("Europe/Berlin").unwrap(), ..settings(folder.path()) };
    let mut history = History::open(settings.clone()).unwrap();
    let mut router = Router::new("r1", MARCH, 60_000, 11);
    router.come("ether1", "ether1");
    router.come("budi", "<pppoe-budi>");
    let mut random = fastrand::Rng::with_seed(5);
    let end = MARCH + 31 * DAY;
    while router.wall_ms < end {
        record(&history, &history.recorder(), &router.tick());
        match random.u32(0..2_000) {
            0 => router.unwatched(random.i64(10..300) * 60_000),
            1 => {
                router.reboot();
                router.unwatched(240_000);
            }
            2..=6 => {
                router.go("budi");
                for _ in 0..random.u32(0..5) {
                    record(&history, &history.recorder(), &router.tick());
                }
                router.come("budi", if random.bool() { "<pppoe-budi>" } else { "<pppoe-budi-1>" });
            }
            7 => {
                router.go("ether1");
                router.come("ether1", "ether1");
            }
            8 => {
                history = reopen(history, &settings);
                router.restarted();
                router.unwatched(random.i64(5_000..90_000));
            }
            _ => {}
        }
    }
    history.flush().unwrap();
    for line in ["ether1", "budi"] {
        check(&history, &router, line, MARCH - DAY, end + DAY);
    }
    history.compact().unwrap();
    for line in ["ether1", "budi"] {
        check(&history, &router, line, MARCH - DAY, end + DAY);
    }
    let history = reopen(history, &settings);
    for line in ["ether1", "budi"] {
        check(&history, &router, line, MARCH - DAY, end + DAY);
    }
    assert_eq!(history.reader().lines(None).unwrap().len(), 2, "who reconnects is one line");
    let verified = history.reader().verify(&mut |_| ()).unwrap();
    assert!(verified.damaged.is_empty() && verified.chunks > 60, "{verified:?}");

    let budi = history.reader().find_shown(&router.id, "interface", "<pppoe-budi-1>").unwrap().unwrap();
    let query =
        |points| HistoryQuery { line: budi.id, from_ms: MARCH, to_ms: end, resolution: Resolution::Points(points) };
    for points in [1, 2, 10, 333, 1_000, 10_000] {
        let answer = history.reader().history(&query(points)).unwrap();
        assert!(answer.points.len() <= points as usize, "{points}");
        // A rate is a mean over measured time, so each point's bytes are its mean times that.
        let bytes: f64 = answer
            .points
            .iter()
            .map(|point| {
                point.rates.map_or(0.0, |rates| {
                    rates.rx.mean_bps as f64 / 8.0 * point.coverage * answer.step_ms as f64 / 1_000.0
                })
            })
            .sum();
        let really: u64 = router.truth["budi"].iter().map(|passed| passed.rx).sum();
        assert!((bytes / really as f64 - 1.0).abs() < 0.002, "{points}: {bytes} of {really}");
        assert!(!answer.gaps.is_empty());
    }
}
