//! By remote write as the program does it: through the queue, a moment a request.

use std::thread;
use std::time::Duration;

use lalin_history::{By, History, LineName, Lines, Settings, UsageQuery, Zone};
use lalin_history_remote::{Address, Store};
use lalin_remote_write::{Protocol, Settings as WriteSettings};
use tokio::runtime::Runtime;
use tokio::time::Instant;

use crate::past::Router;
use crate::stores::{Kind, Server};

/// 2026-11-20 00:00 UTC.
const BEGIN: i64 = 1_795_132_800_000;
const LIMIT: Duration = Duration::from_secs(60);

fn sent(kind: Kind) {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let (server, runtime, folder) = (Server::start(kind), Runtime::new().unwrap(), tempfile::tempdir().unwrap());
    let settings = WriteSettings {
        protocol: Protocol::Auto,
        oldest: Duration::from_secs(3_650 * 86_400),
        ..WriteSettings::new(&server.write_address(), folder.path().join("queue")).unwrap()
    };
    let store = runtime.block_on(async { Store::open(settings, Address::new(&server.base()).unwrap()).unwrap() });
    let settings = Settings { zone: Zone::utc(), ..Settings::new(folder.path().join("history")) };
    let history = History::open_remote(settings, store.parts()).unwrap();
    let mut router = Router::new("r1", BEGIN, 1);
    router.come("<pppoe-a \"b\\c>", "<pppoe-a \"b\\c>");
    let mut ticks = Vec::new();
    while router.wall_ms < BEGIN + 900_000 {
        let tick = router.tick(10_000);
        ticks.push(tick.readings[0].counters.rx_bytes.unwrap());
        assert!(history.recorder().record(tick));
    }
    history.flush().unwrap();
    let line = history.reader().find(&router.id, &LineName::interface("<pppoe-a \"b\\c>")).unwrap().unwrap().id;
    let query = UsageQuery {
        lines: Lines::One(line),
        by: By::Range,
        from_ms: BEGIN,
        to_ms: BEGIN + 3_600_000,
        offset: 0,
        limit: 1,
    };
    let wanted = ticks.last().unwrap() - ticks[0];
    let begun = Instant::now();
    loop {
        server.settle();
        let found = history.reader().usage(&query).unwrap().lines.remove(0).periods[0].totals;
        if found.rx_bytes == wanted && store.counted().waiting == 0 {
            break;
        }
        let counted = store.counted();
        assert!(begun.elapsed() < LIMIT, "{found:?}, not {wanted}: {counted:?}");
        thread::park_timeout(Duration::from_millis(100));
    }
    assert_eq!(store.counted().lost, [0; 5]);
    // Rows are there for what is over, and make the same sum.
    assert_eq!(history.status().dropped_ticks, 0);
}

#[test]
fn what_is_recorded_reaches_prometheus_once() {
    sent(Kind::Prometheus);
}

#[test]
fn what_is_recorded_reaches_victoria_metrics_once() {
    sent(Kind::Victoria);
}
