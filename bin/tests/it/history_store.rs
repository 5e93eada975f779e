//! The program with its history in a store: what is recorded is shown, and while the store is away that is said, samples
//! wait, and none is lost or there twice.

use std::thread;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use routeros_simulator::{Config, InterfaceSpec, Traffic};
use tokio::time::Instant;

use crate::program::{Lalin, Server};
use crate::simulated_router::SimulatedRouter;
use crate::stores::{Kind, Store};

const BPS: f64 = 80e6;
/// The longest anything here may take, on a busy machine.
const LIMIT: Duration = Duration::from_secs(90);

/// The last ten minutes, by 2 s.
fn history() -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis();
    format!("/api/v1/history?router=pusat&interface=ether1&step=2&from={}", now - 600_000)
}

fn until(what: &str, wanted: impl Fn() -> bool) {
    let begun = Instant::now();
    while !wanted() {
        assert!(begun.elapsed() < LIMIT, "not in time: {what}");
        thread::park_timeout(Duration::from_millis(200));
    }
}

/// The points that have a rate: when they begin, and bit/s received.
fn rates(lalin: &Server) -> Vec<(i64, f64)> {
    let answer = lalin.get(&history());
    let points = answer.json["points"].as_array().cloned().unwrap_or_default();
    points.iter().filter_map(|point| Some((point["t"].as_i64()?, point["rxBps"].as_f64()?))).collect()
}

fn waiting(lalin: &Server) -> Option<f64> {
    let text = lalin.get("/metrics").text;
    let line = text.lines().find_map(|line| line.strip_prefix("lalin_history_store_pending_samples "))?;
    line.split(' ').next()?.parse().ok()
}

fn shown_and_kept(kind: Kind) {
    let steady = Traffic::Constant { bps: BPS };
    let config = Config::default().interfaces([InterfaceSpec::ether("ether1").traffic(steady, Traffic::Idle)]);
    let router = SimulatedRouter::start(config);
    let mut store = Store::start(kind, "");
    let configuration = format!(
        "[history]\ninterval = \"2s\"\nstore = \"prometheus\"\nwrite = \"{}\"\nquery = \"http://{}\"\n\
         [[router]]\nid = \"pusat\"\naddress = \"{}\"\nuser = \"admin\"\npassword = \"\"\n",
        store.write_address(),
        store.address,
        router.addr().unwrap()
    );
    let lalin = Lalin::new(&["serve", "--listen", "127.0.0.1:0", "--config", "lalin.toml"]);
    let lalin = lalin.env("LALIN_HISTORY", "true").file("lalin.toml", &configuration).serve();
    until("what is recorded is shown", || rates(&lalin).len() >= 2);
    assert_eq!(lalin.get("/api/v1/recording").json["store"], "prometheus");

    store.away();
    let answer = lalin.eventually(&history(), |answer| answer.status == 502);
    assert_eq!(answer.json["code"], "history-unreachable", "{}", answer.text);
    until("samples wait", || waiting(&lalin).is_some_and(|waiting| waiting >= 15.0));

    store.resume();
    until("nothing waits", || waiting(&lalin) == Some(0.0));
    let usage = "/api/v1/usage?router=pusat&interface=ether1&by=hour";
    until("all is measured, without a hole", || {
        let answer = lalin.get(&history());
        answer.status == 200
            && answer.json["gaps"].as_array().is_some_and(Vec::is_empty)
            && rates(&lalin).iter().any(|(at_ms, _)| *at_ms >= 0)
    });
    let answer = lalin.get(usage);
    let periods = answer.json["periods"].as_array().unwrap().clone();
    let sum = |key: &str| periods.iter().map(|period| period[key].as_f64().unwrap()).sum::<f64>();
    let bps = sum("rxBytes") * 8.0 / sum("measuredSeconds");
    assert!((bps / BPS - 1.0).abs() < 0.1, "neither lost nor doubled: {bps} in {}", answer.text);
    assert!(lalin.get("/metrics").text.contains("\nlalin_history_store_lost_samples_total 0"));
}

#[test]
fn a_history_in_prometheus_is_shown_and_outlives_an_outage() {
    shown_and_kept(Kind::Prometheus);
}

#[test]
fn a_history_in_victoria_metrics_is_shown_and_outlives_an_outage() {
    shown_and_kept(Kind::Victoria);
}

#[test]
fn commands_about_files_say_where_the_samples_are() {
    let configuration =
        "[history]\nstore = \"prometheus\"\nwrite = \"http://127.0.0.1:1/w\"\nquery = \"http://127.0.0.1:1\"\n";
    for command in [["history", "stats"], ["history", "export"]] {
        let arguments = [&command[..], &["--config", "lalin.toml"]].concat();
        let output = Lalin::new(&arguments).file("lalin.toml", configuration).output();
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(64), "{said}");
        assert!(said.contains("http://127.0.0.1:1"), "{said}");
    }
}
