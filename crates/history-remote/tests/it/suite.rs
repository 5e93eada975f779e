//! The same questions to both: files and store.

use lalin_history::{
    By, Gap, History, HistoryQuery, Line, LineName, Lines, Month, Percentile, PercentileQuery, PercentilesQuery,
    Period, Resolution, Rule, Tier, TopBy, TopQuery, UsageQuery,
};

use crate::past::{Both, Router};
use crate::stores::{Kind, Server};

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;
/// 2026-10-31 00:00 in Jakarta: the second day is the first of a month.
const BEGIN: i64 = 1_793_379_600_000;
const LINES: [&str; 3] = ["ether1", "budi", "uplink"];

/// Two days with outages, resets, reconnects and a new name.
fn record(both: &mut Both) -> (Router, Router) {
    let mut one = Router::new("r1", BEGIN + 7_300, 9);
    let mut other = Router::new("r2", BEGIN + 7_301, 5);
    one.come("ether1", "ether1");
    one.come("budi", "<pppoe-budi>");
    one.come("uplink", "ether5");
    other.come("ether1", "ether1");
    let mut until = |both: &mut Both, one: &mut Router, interval_ms: i64, end_ms: i64| {
        while one.wall_ms < end_ms {
            both.tick(one, interval_ms);
            // A store takes nothing that is much older than what it has.
            while one.wall_ms > other.wall_ms + 60_000 {
                both.tick(&mut other, 60_000);
            }
        }
    };
    until(both, &mut one, 10_000, BEGIN + 3 * HOUR);
    one.reboot();
    until(both, &mut one, 10_000, BEGIN + 5 * HOUR);
    both.outage(&mut one, 20 * MINUTE, true);
    until(both, &mut one, 10_000, BEGIN + 7 * HOUR);
    one.go("budi");
    until(both, &mut one, 10_000, BEGIN + 8 * HOUR);
    one.come("budi", "<pppoe-budi>");
    until(both, &mut one, 10_000, BEGIN + 9 * HOUR);
    // Somebody looks on.
    until(both, &mut one, 2_000, BEGIN + 9 * HOUR + 30 * MINUTE);
    one.rename("uplink", "uplink-isp");
    until(both, &mut one, 10_000, BEGIN + 20 * HOUR);
    both.outage(&mut one, 7 * MINUTE + 11_000, false);
    // Over the end of the day and of the month, at a minute.
    until(both, &mut one, 60_000, BEGIN + DAY + 2 * HOUR);
    until(both, &mut one, 10_000, BEGIN + DAY + 6 * HOUR + 2 * MINUTE + 33_000);
    (one, other)
}

fn line(history: &History, router: &Router, name: &str) -> Line {
    history.reader().find(&router.id, &LineName::interface(name)).unwrap().unwrap()
}

fn near(one: u64, other: u64, within: u64) -> bool {
    one.abs_diff(other) <= within
}

/// A row of minutes keeps its extremes in steps of 1 %; a store keeps them as they were.
fn alike(one: u64, other: u64) -> bool {
    near(one, other, one.max(other) / 50 + 2)
}

fn same_periods(what: &str, files: &[Period], store: &[Period]) {
    assert_eq!(files.len(), store.len(), "{what}");
    for (files, store) in files.iter().zip(store) {
        assert_eq!((files.from_ms, files.to_ms), (store.from_ms, store.to_ms), "{what}");
        let (a, b) = (files.totals, store.totals);
        let told = format!("{what}\nfiles {a:?}\nstore {b:?}");
        assert_eq!((a.measured_ms, a.resets), (b.measured_ms, b.resets), "{told}");
        assert_eq!((a.errors, a.drops), (b.errors, b.drops), "{told}");
        // A sample that is cut at five minutes and at the end of a range is rounded twice.
        assert!(near(a.rx_bytes, b.rx_bytes, 2) && near(a.tx_bytes, b.tx_bytes, 2), "{told}");
        assert!(near(a.rx_packets, b.rx_packets, 2) && near(a.tx_packets, b.tx_packets, 2), "{told}");
        assert_eq!(a.unmeasured_rx_bytes, b.unmeasured_rx_bytes, "{told}");
        assert_eq!(a.unmeasured_tx_bytes, b.unmeasured_tx_bytes, "{told}");
        // At the ends of a period that is shorter than some samples files look half a minute further.
        if files.to_ms - files.from_ms >= MINUTE {
            assert!(alike(a.rx_max_bps, b.rx_max_bps) && alike(a.tx_max_bps, b.tx_max_bps), "{told}");
        }
    }
}

fn usage(both: &Both, one: &Router, ranges: &[(i64, i64)]) {
    for by in [By::Hour, By::Day, By::Month, By::Range] {
        for &(from_ms, to_ms) in ranges {
            for name in LINES {
                let [files, store] = both.each().map(|history| {
                    let lines = Lines::One(line(history, one, name).id);
                    let query = UsageQuery { lines, by, from_ms, to_ms, offset: 0, limit: 1 };
                    history.reader().usage(&query).unwrap().lines.remove(0).periods
                });
                same_periods(&format!("{name} {by:?} {from_ms} {to_ms}"), &files, &store);
            }
            let [files, store] = both.each().map(|history| {
                let query =
                    UsageQuery { lines: Lines::Router(one.id.clone()), by, from_ms, to_ms, offset: 0, limit: 2 };
                history.reader().usage(&query).unwrap()
            });
            assert!(files.more && store.more, "two of three lines");
            for (files, store) in files.lines.iter().zip(&store.lines) {
                same_periods(&format!("router {by:?} {from_ms} {to_ms}"), &files.periods, &store.periods);
            }
        }
    }
}

/// The gaps of files are known to the ms where samples are read, and to five minutes where rows are; a store's always
/// to the ms.
fn same_gaps(what: &str, tier: Tier, files: &[Gap], store: &[Gap]) {
    let within = if tier == Tier::Raw { 2 } else { 5 * MINUTE + 10_000 };
    let told = format!("{what}\nfiles {files:?}\nstore {store:?}");
    assert_eq!(files.len(), store.len(), "{told}");
    for (a, b) in files.iter().zip(store) {
        assert_eq!((a.cause, &a.detail), (b.cause, &b.detail), "{told}");
        assert!((a.from_ms - b.from_ms).abs() <= within && (a.to_ms - b.to_ms).abs() <= within, "{told}");
    }
}

fn curves(both: &Both, one: &Router) {
    let (begin, end) = (BEGIN, BEGIN + DAY + 7 * HOUR);
    let asked = [
        (begin, end, Resolution::Points(600)),
        (begin, end, Resolution::Points(37)),
        (begin, end, Resolution::StepMs(5 * MINUTE as u64)),
        (begin + 5 * HOUR - 90_000, begin + 6 * HOUR, Resolution::Points(600)),
        (begin + 6 * HOUR + 3_333, begin + 10 * HOUR, Resolution::StepMs(10_000)),
        (begin + DAY - HOUR, begin + DAY + 3 * HOUR, Resolution::Points(200)),
        (begin + 19 * HOUR, begin + 21 * HOUR + 1, Resolution::Points(1)),
    ];
    for (from_ms, to_ms, resolution) in asked {
        for name in LINES {
            let [files, store] = both.each().map(|history| {
                let line = line(history, one, name).id;
                history.reader().history(&HistoryQuery { line, from_ms, to_ms, resolution }).unwrap()
            });
            let what = format!("{name} {from_ms} {to_ms} {resolution:?}");
            assert_eq!((files.step_ms, files.points.len()), (store.step_ms, store.points.len()), "{what}");
            for (a, b) in files.points.iter().zip(&store.points) {
                let told = format!("{what}\nfiles {a:?}\nstore {b:?}");
                assert_eq!(a.from_ms, b.from_ms, "{told}");
                assert!((a.coverage - b.coverage).abs() < 1e-3, "{told}");
                assert_eq!(a.rates.is_some(), b.rates.is_some(), "no data is not zero: {told}");
                let Some((a, b)) = a.rates.zip(b.rates) else { continue };
                for (a, b) in [(a.rx, b.rx), (a.tx, b.tx)] {
                    assert!(near(a.mean_bps, b.mean_bps, 2 + 16_000 / store.step_ms), "{told}");
                    let alike = |of: u64, other: u64| near(of, other, of.max(other).max(a.mean_bps) / 50 + 2);
                    assert!(alike(a.max_bps, b.max_bps) && alike(a.min_bps, b.min_bps), "{told}");
                }
            }
            same_gaps(&what, files.tier, &files.gaps, &store.gaps);
        }
    }
}

fn percentiles(both: &Both, one: &Router) {
    for month in [10, 11] {
        let month = Month { year: 2026, month };
        for rule in [Rule::Max, Rule::Sum, Rule::Separate] {
            for p in [50.0, 95.0, 99.9] {
                let [files, store] = both.each().map(|history| {
                    let lines = LINES.map(|name| line(history, one, name).id);
                    let query = PercentilesQuery { lines: &lines, month, p, rule };
                    let many = history.reader().percentiles(&query).unwrap();
                    let alone = PercentileQuery { line: lines[0], month, p, rule };
                    assert_eq!(history.reader().percentile(&alone).unwrap(), many[0]);
                    many
                });
                for (a, b) in files.iter().zip(&store) {
                    let counted = |of: &Percentile| (of.used, of.missing, of.from_ms, of.to_ms, of.value_bps.is_some());
                    assert_eq!(counted(a), counted(b), "{month:?} {rule:?} {p}");
                    let told = format!("{month:?} {rule:?} {p}\nfiles {a:?}\nstore {b:?}");
                    assert!(near(a.rx_bps, b.rx_bps, 1) && near(a.tx_bps, b.tx_bps, 1), "{told}");
                    assert!(near(a.value_bps.unwrap_or(0), b.value_bps.unwrap_or(0), 2), "{told}");
                }
            }
        }
    }
}

fn top(both: &Both, one: &Router) {
    for router in [None, Some(one.id.clone())] {
        for by in [TopBy::Bytes, TopBy::Peak] {
            for (from_ms, to_ms) in [(BEGIN, BEGIN + DAY + 7 * HOUR), (BEGIN + HOUR, BEGIN + 2 * HOUR + 77_777)] {
                let [files, store] = both.each().map(|history| {
                    let query = TopQuery { router: router.clone(), by, from_ms, to_ms, limit: 10 };
                    let named = |line: lalin_history::LineId| history.reader().line(line).unwrap();
                    let top = history.reader().top(&query).unwrap().into_iter();
                    top.map(|top| (named(top.line).router, named(top.line).name, top.totals)).collect::<Vec<_>>()
                });
                let names = |top: &[(_, _, lalin_history::Totals)]| {
                    top.iter()
                        .map(|(router, name, _): &(lalin_stats::RouterId, LineName, _)| (router.clone(), name.clone()))
                        .collect::<Vec<_>>()
                };
                assert_eq!(files.len(), if router.is_some() { 3 } else { 4 });
                assert_eq!(names(&files), names(&store), "{by:?}");
                for (a, b) in files.iter().zip(&store) {
                    assert!(near(a.2.rx_bytes, b.2.rx_bytes, 2) && a.2.measured_ms == b.2.measured_ms, "{a:?} {b:?}");
                }
            }
        }
    }
}

fn names(both: &Both, one: &Router) {
    let folder = tempfile::tempdir().unwrap();
    let elsewhere = both.elsewhere(&folder);
    let of = |history: &History| {
        let lines = history.reader().lines(None).unwrap();
        lines.into_iter().map(|line| (line.router, line.name, line.shown)).collect::<Vec<_>>()
    };
    let expected = of(&both.files);
    assert_eq!(expected.len(), 4);
    assert_eq!(of(&both.store), expected);
    assert_eq!(of(&elsewhere), expected, "a machine that recorded nothing learns the lines from the store");
    for history in [&both.files, &both.store, &elsewhere] {
        for shown in ["ether5", "uplink-isp"] {
            let found = history.reader().find_shown(&one.id, "interface", shown).unwrap().unwrap();
            assert_eq!(&*found.name.name, "uplink", "by the name it has or had");
        }
    }
    // What it then answers is the same.
    let (from_ms, to_ms) = (BEGIN, BEGIN + DAY);
    let [here, there] = [&both.store, &elsewhere].map(|history| {
        let lines = Lines::One(line(history, one, "uplink").id);
        let query = UsageQuery { lines, by: By::Day, from_ms, to_ms, offset: 0, limit: 1 };
        history.reader().usage(&query).unwrap().lines.remove(0).periods
    });
    assert_eq!(here, there);
}

fn all(kind: Kind) {
    let server = Server::start(kind);
    let mut both = Both::open(&server, "WIB");
    let (one, _) = record(&mut both);
    both.each().into_iter().for_each(|history| history.flush().unwrap());
    both.stray_row(&one, "uplink");
    both.settle(&server);
    let ranges = [
        (BEGIN, BEGIN + DAY + 7 * HOUR),
        (BEGIN + HOUR + 1_234, BEGIN + DAY + 5 * HOUR + 55_555),
        (BEGIN + 4 * HOUR + 290_001, BEGIN + 4 * HOUR + 299_000),
        (one.wall_ms - 3 * MINUTE, one.wall_ms),
    ];
    for compacted in [false, true] {
        if compacted {
            both.files.compact().unwrap();
        }
        curves(&both, &one);
        usage(&both, &one, &ranges);
        percentiles(&both, &one);
        top(&both, &one);
    }
    names(&both, &one);
    // Days and months of another zone, of what is there already.
    for zone in ["WIT", "WITA", "Asia/Kathmandu"] {
        for history in both.each() {
            history.set_zone(lalin_history::Zone::named(zone).unwrap()).unwrap();
            history.flush().unwrap();
        }
        usage(&both, &one, &ranges[..2]);
    }
}

#[test]
fn prometheus_answers_as_files_do() {
    all(Kind::Prometheus);
}

#[test]
fn victoria_metrics_answers_as_files_do() {
    all(Kind::Victoria);
}
