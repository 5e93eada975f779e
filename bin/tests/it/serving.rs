//! A serving `lalin`.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::time::Duration;

use lalin_test_client::Answer;
use routeros_simulator::{Config, Fault, InterfaceSpec, Traffic};

use crate::program::{Lalin, Server};
use crate::simulated_router::SimulatedRouter;

const PASSWORD: &str = "s3cr3t-of-the-router";

/// A simulated router with a steady `ether1`.
struct Router {
    simulator: SimulatedRouter,
}

impl Router {
    fn new() -> Self {
        let steady = |bps: f64| Traffic::Constant { bps };
        let ether1 = InterfaceSpec::ether("ether1").traffic(steady(100e6), steady(10e6));
        let config = Config::default().password(PASSWORD).interfaces([ether1]);
        Self { simulator: SimulatedRouter::start(config) }
    }

    fn serve(&self, password: &str) -> Server {
        let router = format!("admin@{}", self.simulator.addr().unwrap());
        let flags = ["serve", "--router", &router, "--listen", "127.0.0.1:0", "--log", "trace"];
        Lalin::new(&flags).env("LALIN_ROUTER_PASSWORD", password).serve()
    }
}

#[test]
fn nothing_configured_is_a_state_not_a_failure() {
    let server = Lalin::new(&["serve", "--listen", "127.0.0.1:0"]).serve();
    assert_eq!(server.get("/healthz").json["routers"], 0);
    assert_eq!(server.get("/").header("Location"), "/prepaid/dashboard");
    let page = server.get("/prepaid/dashboard");
    assert_eq!((page.status, page.header("Content-Type")), (200, "text/html; charset=utf-8"));
    assert_eq!(server.get("/api/interface-stats").json["code"], "no-router");
}

#[test]
fn the_demo_needs_nothing_and_shows_live_interfaces() {
    let server = Lalin::new(&["demo", "--listen", "127.0.0.1:0", "--interfaces", "12"]).serve();
    let answer = server.eventually("/api/v1/interfaces", |answer| answer.json["state"]["code"] == "live");
    assert_eq!(answer.json["interfaces"].as_array().unwrap().len(), 12);
}

#[test]
fn a_router_is_watched_through_a_real_socket_at_its_true_rate() {
    let router = Router::new();
    let server = router.serve(PASSWORD);
    let shown = |answer: &Answer| answer.json[0]["rxBps"].as_f64().unwrap_or_default();
    let answer = server.eventually("/api/interface-stats", |answer| shown(answer) > 0.0);
    assert!((shown(&answer) / 100e6 - 1.0).abs() < 0.05, "{}", answer.text);
    let address = server.address.clone();
    let status = Lalin::new(&["status", "--listen", &address]).output();
    let said = String::from_utf8(status.stdout).unwrap();
    assert!(status.status.success() && said.contains("live"), "{said}");
    let json = Lalin::new(&["status", "--json", "--listen", &address]).output();
    let json: serde_json::Value = serde_json::from_slice(&json.stdout).unwrap();
    assert_eq!((&json["running"], &json["routers"][0]["state"]["code"]), (&true.into(), &"live".into()));
}

#[test]
fn a_wrong_password_is_said_and_tried_once() {
    let router = Router::new();
    let server = router.serve("wrong");
    let answer =
        server.eventually("/api/interface-stats", |answer| answer.json["state"]["reason"] == "wrong-credentials");
    assert_eq!(answer.status, 503);
    assert!(!answer.text.contains(PASSWORD));
    for _ in 0..10 {
        server.get("/api/interface-stats");
    }
    assert_eq!(router.simulator.handle().usage().failed_logins, 1);
}

#[test]
fn a_router_that_accepts_and_never_answers_is_answered_for_in_time_over_one_session() {
    let router = Router::new();
    router.simulator.handle().set_fault(Fault::Silent);
    let server = router.serve(PASSWORD);
    let asked = std::thread::scope(|scope| {
        let ask = || {
            let begun = tokio::time::Instant::now();
            (server.get("/api/interface-stats").status, begun.elapsed())
        };
        let askers: Vec<_> = (0..50).map(|_| scope.spawn(ask)).collect();
        askers.into_iter().map(|asker| asker.join().unwrap()).collect::<Vec<_>>()
    });
    for (status, took) in asked {
        assert_eq!(status, 503);
        // The limit is 3 s; whatever a busy machine adds, it does not hang.
        assert!(took <= Duration::from_secs(8), "{took:?}");
    }
    assert_eq!(router.simulator.handle().usage().connections, 1);
}

#[cfg(unix)]
#[test]
fn sigterm_closes_viewers_and_sessions_in_order_and_soon() {
    let router = Router::new();
    let server = router.serve(PASSWORD);
    let mut viewer = TcpStream::connect(&server.address).unwrap();
    viewer.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    write!(viewer, "GET /api/v1/stream HTTP/1.1\r\nHost: localhost\r\n\r\n").unwrap();
    let mut lines = BufReader::new(viewer).lines();
    assert!(lines.by_ref().map_while(Result::ok).any(|line| line == "event: tick"), "the stream runs");
    assert_eq!(router.simulator.handle().usage().open_sessions, 1);
    let (status, took) = server.terminate();
    assert!(status.success(), "{status}");
    assert!(took < Duration::from_secs(10), "{took:?}");
    assert_eq!(lines.map_while(Result::ok).last().as_deref(), Some(""), "the stream ends in order");
    let handle = router.simulator.handle();
    let closed = async {
        while handle.usage().open_sessions > 0 {
            tokio::task::yield_now().await;
        }
    };
    router.simulator.runtime().block_on(async { tokio::time::timeout(Duration::from_secs(10), closed).await }).unwrap();
}

#[test]
fn a_server_with_a_certificate_and_an_account_is_found_running() {
    let made = rcgen::generate_simple_self_signed(["lalin.example".to_owned()]).unwrap();
    let file = "[server]\nlisten = '0.0.0.0:0'\ntls-certificate = 'chain.pem'\ntls-key = 'key.pem'\n";
    let server = Lalin::new(&["serve"])
        .file("lalin.toml", file)
        .file("chain.pem", &made.cert.pem())
        .file("key.pem", &made.signing_key.serialize_pem())
        .serve();
    let port = server.address.rsplit(':').next().unwrap();
    let status = |words: &[&str]| {
        let listen = format!("0.0.0.0:{port}");
        let words = [&["status", "--listen", &listen], words].concat();
        let done = Lalin::new(&words).file("lalin.toml", file).output();
        (done.status.success(), String::from_utf8(done.stdout).unwrap())
    };
    let (running, said) = status(&[]);
    assert!(running && said.contains(&format!("runs at https://127.0.0.1:{port}/")), "{said}");
    let (running, said) = status(&["--json"]);
    let json: serde_json::Value = serde_json::from_str(&said).unwrap();
    assert_eq!((running, json["url"].as_str().unwrap()), (true, format!("https://127.0.0.1:{port}/").as_str()));
}
