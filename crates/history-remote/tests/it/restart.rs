//! Lalin is started anew, and the samples of the hour before are there once.

use lalin_history::{By, Cause, HistoryQuery, LineName, Lines, Resolution, UsageQuery};

use crate::past::{Both, Router};
use crate::stores::{Kind, Server};

const BEGIN: i64 = 1_793_379_600_000;
const HOUR: i64 = 3_600_000;

fn through_a_restart(kind: Kind) {
    let server = Server::start(kind);
    let mut both = Both::open(&server, "WIB");
    let mut router = Router::new("r1", BEGIN + 7_300, 3);
    router.come("ether1", "ether1");
    while router.wall_ms < BEGIN + HOUR + 133_000 {
        both.tick(&mut router, 10_000);
    }
    both.restart();
    router.pass(95_000);
    router.mono_ms = 7;
    while router.wall_ms < BEGIN + 2 * HOUR {
        both.tick(&mut router, 10_000);
    }
    both.settle(&server);
    let ether1 = LineName::interface("ether1");
    let [files, store] = both.each().map(|history| {
        let line = history.reader().find(&router.id, &ether1).unwrap().unwrap().id;
        let (from_ms, to_ms) = (BEGIN, BEGIN + 2 * HOUR);
        let query = UsageQuery { lines: Lines::One(line), by: By::Hour, from_ms, to_ms, offset: 0, limit: 1 };
        let periods = history.reader().usage(&query).unwrap().lines.remove(0).periods;
        let resolution = Resolution::StepMs(10_000);
        let gaps = history.reader().history(&HistoryQuery { line, from_ms, to_ms, resolution }).unwrap().gaps;
        (periods, gaps)
    });
    for (a, b) in files.0.iter().zip(&store.0) {
        assert_eq!(a.totals.measured_ms, b.totals.measured_ms, "{a:?} {b:?}");
        assert!(a.totals.rx_bytes.abs_diff(b.totals.rx_bytes) <= 2, "{a:?} {b:?}");
    }
    // Files remember what the counters showed before, a store is not asked: what passed meanwhile is in neither sum.
    assert!(files.0[1].totals.unmeasured_rx_bytes > 0 && store.0[1].totals.unmeasured_rx_bytes == 0);
    let ends =
        |gaps: &[lalin_history::Gap]| gaps.iter().map(|gap| (gap.from_ms, gap.to_ms, gap.cause)).collect::<Vec<_>>();
    assert_eq!(ends(&files.1), ends(&store.1));
    assert!(store.1.iter().any(|gap| gap.cause == Cause::Restarted), "{:?}", store.1);
}

#[test]
fn a_restart_loses_and_doubles_nothing_in_prometheus() {
    through_a_restart(Kind::Prometheus);
}

#[test]
fn a_restart_loses_and_doubles_nothing_in_victoria_metrics() {
    through_a_restart(Kind::Victoria);
}
