//! Remote write into the receivers that people run: through an outage, and a kill of `lalin` within it, every sample is
//! there once.
//!
//! The outage is as long as a few samples take; `LALIN_OUTAGE=60` makes it so many seconds.

use std::thread;
use std::time::Duration;

use routeros_simulator::{Config, InterfaceSpec, Simulator, Traffic};
use tempfile::TempDir;
use tokio::time::Instant;

use crate::program::{Lalin, Server};
use crate::simulated_router::SimulatedRouter;
use crate::stores::{Kind, Store};

const BPS: f64 = 80e6;
const SERIES: &str = "lalin_interface_rx_bytes_total{router=\"pusat\",interface=\"ether1\"}";
/// The longest anything here may take, on a busy machine.
const LIMIT: Duration = Duration::from_secs(90);

fn serve(router: &Simulator, store: &Store, folder: Option<TempDir>) -> Server {
    let configuration = format!(
        "[history]\ninterval = \"2s\"\n[remote-write]\nurl = \"{}\"\n[[router]]\nid = \"pusat\"\naddress = \"{}\"\n\
         user = \"admin\"\npassword = \"\"\n",
        store.write_address(),
        router.addr().unwrap()
    );
    let lalin = Lalin::new(&["serve", "--listen", "127.0.0.1:0", "--config", "lalin.toml"]);
    let lalin = match folder {
        Some(folder) => lalin.again(folder),
        None => lalin,
    };
    lalin.file("lalin.toml", &configuration).serve()
}

/// A number of `/metrics`.
fn metric(lalin: &Server, name: &str) -> f64 {
    let text = lalin.get("/metrics").text;
    let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    line.and_then(|value| value.split(' ').next()?.parse().ok()).unwrap_or_default()
}

/// How many samples there were of the router.
fn samples(lalin: &Server) -> f64 {
    metric(lalin, "lalin_router_reads_total{router=\"pusat\"}")
}

fn until(what: &str, wanted: impl Fn() -> bool) {
    let begun = Instant::now();
    while !wanted() {
        assert!(begun.elapsed() < LIMIT, "not in time: {what}");
        thread::park_timeout(Duration::from_millis(100));
    }
}

fn through_an_outage(kind: Kind) {
    let steady = Traffic::Constant { bps: BPS };
    let config = Config::default().interfaces([InterfaceSpec::ether("ether1").traffic(steady, Traffic::Idle)]);
    let router = SimulatedRouter::start(config);
    let mut store = Store::start(kind, "");
    let lalin = serve(&router, &store, None);
    until("the first samples are stored", || store.samples(SERIES).len() >= 2);

    let outage =
        Duration::from_secs(std::env::var("LALIN_OUTAGE").ok().and_then(|text| text.parse().ok()).unwrap_or(0));
    store.away();
    let (before, away) = (samples(&lalin), Instant::now());
    until("samples wait", || samples(&lalin) >= before + 3.0 && away.elapsed() >= outage / 2);
    assert!(metric(&lalin, "lalin_remote_write_pending_samples") > 0.0);
    let first = samples(&lalin);
    let folder = lalin.kill();
    let lalin = serve(&router, &store, Some(folder));
    until("more wait after the kill", || samples(&lalin) >= 3.0 && away.elapsed() >= outage);

    store.resume();
    until("the queue is empty", || {
        let (waiting, second) = (metric(&lalin, "lalin_remote_write_pending_samples"), samples(&lalin));
        waiting == 0.0 && store.samples(SERIES).len() as f64 >= first + second
    });
    let stored = store.samples(SERIES);
    // Between the last look at the first run and its end there may have been one more.
    let most = first + samples(&lalin) + 1.0;
    assert!(stored.len() as f64 <= most, "{} of at most {most}", stored.len());
    assert!(stored.windows(2).all(|pair| pair[0].0 < pair[1].0), "in order, each once: {stored:?}");
    for pair in stored.windows(2) {
        let bps = (pair[1].1 - pair[0].1) * 8e3 / (pair[1].0 - pair[0].0) as f64;
        assert!((bps / BPS - 1.0).abs() < 0.1, "the router's own counters at their own times: {bps} in {stored:?}");
    }
    for reason in ["too_old", "no_room", "refused", "not_queued", "clock_back"] {
        let name = format!("lalin_remote_write_dropped_samples_total{{reason=\"{reason}\"}}");
        assert_eq!(metric(&lalin, &name), 0.0, "{reason}");
    }
}

#[test]
fn prometheus_has_every_sample_once_after_an_outage_and_a_kill() {
    through_an_outage(Kind::Prometheus);
}

#[test]
fn victoria_metrics_has_every_sample_once_after_an_outage_and_a_kill() {
    through_an_outage(Kind::Victoria);
}
