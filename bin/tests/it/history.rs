//! The history of a serving `lalin`: recorded without a viewer, asked over HTTP, and still there after a kill.

use lalin_test_client::Answer;
use routeros_simulator::{Config, InterfaceSpec, Traffic};

use crate::program::{Lalin, Server};
use crate::simulated_router::SimulatedRouter;

pub(crate) const PASSWORD: &str = "s3cr3t-of-the-router";

/// A simulated router with 80 Mbit/s down and 8 Mbit/s up on `ether1`.
pub(crate) struct Router {
    simulator: SimulatedRouter,
}

impl Router {
    pub(crate) fn new() -> Self {
        let steady = |bps: f64| Traffic::Constant { bps };
        let ether1 = InterfaceSpec::ether("ether1").traffic(steady(80e6), steady(8e6));
        let config = Config::default().password(PASSWORD).interfaces([ether1]);
        Self { simulator: SimulatedRouter::start(config) }
    }

    pub(crate) fn address(&self) -> std::net::SocketAddr {
        self.simulator.addr().unwrap()
    }

    pub(crate) fn command(&self) -> Lalin {
        let router = format!("admin@{}", self.simulator.addr().unwrap());
        let configuration =
            "[history]\ninterval = \"2s\"\ntime-zone = \"Asia/Jakarta\"\n[business]\nname = \"Sukamaju\"\n";
        Lalin::new(&["serve", "--router", &router, "--listen", "127.0.0.1:0", "--config", "lalin.toml"])
            .env("LALIN_ROUTER_PASSWORD", PASSWORD)
            .env("LALIN_HISTORY", "true")
            .file("lalin.toml", configuration)
    }
}

pub(crate) fn received(answer: &Answer) -> u64 {
    answer.json["periods"].as_array().and_then(|periods| periods.last()?["rxBytes"].as_u64()).unwrap_or_default()
}

/// Until something was recorded; the router's id is its address.
pub(crate) fn recorded(server: &Server) -> Answer {
    server.eventually("/api/v1/usage?interface=ether1&by=month", |answer| received(answer) > 0)
}

#[test]
fn what_flows_without_a_viewer_is_recorded_and_told_in_every_way() {
    let router = Router::new();
    let server = router.command().serve();
    let usage = recorded(&server);
    assert_eq!((&usage.json["zone"], &usage.json["by"]), (&"Asia/Jakarta".into(), &"month".into()));
    let period = usage.json["periods"].as_array().unwrap().last().unwrap();
    let rate = received(&usage) as f64 * 8.0 / period["measuredSeconds"].as_f64().unwrap();
    assert!((rate / 80e6 - 1.0).abs() < 0.05, "{}", usage.text);
    assert!(period["from"].as_str().unwrap().ends_with("17:00:00.000Z"), "midnight in Jakarta: {}", usage.text);

    let all = server.get("/api/v1/usage?by=day");
    assert_eq!((&all.json["lines"][0]["interface"], &all.json["more"]), (&"ether1".into(), &false.into()));
    let table = server.get("/api/v1/usage?by=day&format=csv");
    assert!(table.text.starts_with("interface,from,to,rxBytes,txBytes,"), "{}", table.text);
    assert!(table.text.lines().any(|line| line.starts_with("ether1,")), "{}", table.text);

    let curve = server.get("/api/v1/history?interface=ether1&points=50");
    let points = curve.json["points"].as_array().unwrap();
    assert!(points.len() <= 50 && points.iter().any(|point| point["rxBps"].is_u64()), "{}", curve.text);
    assert!(points.iter().any(|point| point["rxBps"].is_null()), "before it began there is nothing, not 0");
    let top = server.get("/api/v1/top?by=bytes&limit=3");
    assert_eq!(top.json["lines"][0]["interface"], "ether1");
    let percentile = server.get("/api/v1/percentile?interface=ether1&month=2020-01");
    assert_eq!((&percentile.json["valueBps"], &percentile.json["samplesUsed"]), (&().into(), &0.into()));

    let recording = server.get("/api/v1/recording");
    assert_eq!((&recording.json["enabled"], &recording.json["intervalMs"]), (&true.into(), &2_000.into()));
    assert_eq!(recording.json["routers"][0]["readsPerMinute"], 30.0);
    assert_eq!(server.get("/api/v1/business").json["name"], "Sukamaju");
    for (path, code) in [
        ("/api/v1/history?interface=ether9", "unknown-interface"),
        ("/api/v1/history", "bad-parameter"),
        ("/api/v1/history?interface=ether1&points=0", "bad-parameter"),
        ("/api/v1/history?interface=ether1&points=5&step=5", "bad-parameter"),
        ("/api/v1/history?interface=ether1&from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z", "bad-parameter"),
        ("/api/v1/percentile?interface=ether1&month=2026-13", "bad-parameter"),
        ("/api/v1/usage?by=year", "bad-parameter"),
        ("/api/v1/usage?router=gone&interface=ether1", "unknown-interface"),
    ] {
        assert_eq!(server.get(path).json["code"], code, "{path}");
    }
}

#[test]
fn what_was_recorded_is_there_after_a_kill() {
    let router = Router::new();
    let server = router.command().serve();
    let before = received(&recorded(&server));
    let folder = server.kill();
    let again = router.command().again(folder).serve();
    let usage = "/api/v1/usage?interface=ether1&by=month";
    again.eventually(usage, |answer| received(answer) >= before);
}

#[test]
fn a_history_that_is_off_says_so_and_asks_no_router() {
    let server = Lalin::new(&["serve", "--listen", "127.0.0.1:0"]).serve();
    assert_eq!(server.get("/api/v1/recording").json["enabled"], false);
    let answer = server.get("/api/v1/usage");
    assert_eq!((answer.status, &answer.json["code"]), (503, &"no-router".into()), "{}", answer.text);
    assert_eq!(server.get("/api/v1/top").json["code"], "no-history");
}
