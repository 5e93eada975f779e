//! What many viewers cost the router. No browser: they are plain connections.

use std::time::Duration;

use futures_util::future::join_all;
use routeros_simulator::Fault;
use tokio::time::{Instant, timeout_at};

use crate::harness::eventually::{eventually, s, stays, when};
use crate::harness::router::Router;
use crate::harness::server::Server;

/// A read is given up after 3 s; the rest is for a machine that is busy with other things.
const NEVER_HANGS: Duration = s(3 + 3);

#[tokio::test]
async fn the_router_sees_one_login_for_20_viewers_in_60_s() {
    let router = Router::start().await;
    let server = Server::over(&router).await;
    let end = Instant::now() + s(60);
    let viewers = (0..20).map(|_| async {
        let mut events = server.stream().await;
        let mut ticks = Vec::new();
        while let Ok(tick) = timeout_at(end, events.next("tick")).await {
            ticks.push(tick["t"].as_u64().expect("a time"));
        }
        (ticks, events)
    });
    let seen = join_all(viewers).await;
    let usage = router.usage();
    assert_eq!(usage.logins, 1, "{usage:?}");
    assert_eq!(usage.failed_logins, 0, "{usage:?}");
    assert!(usage.prints <= 60 / 2 + 3, "{usage:?}");
    assert!(usage.commands <= usage.prints + 3, "the links' rates once a minute, the routes once: {usage:?}");
    let (first, _) = &seen[0];
    assert!(first.len() >= 28, "{} ticks in 60 s", first.len());
    for (ticks, _) in &seen {
        // They came within the same moments; one may have opened a tick later or ended one earlier.
        let common = ticks.iter().filter(|tick| first.contains(tick)).count();
        assert!(common + 2 >= first.len(), "everybody sees the same ticks: {ticks:?} {first:?}");
    }
    drop(seen);
    eventually(s(5), "no viewer", async || {
        when(server.get("/healthz").await.json["viewers"].clone(), |viewers| viewers == 0)
    })
    .await;
    let state = || async { server.get("/api/v1/routers").await.json["routers"][0]["state"].clone() };
    eventually(s(5), "the router is left alone", async || when(state().await, |state| state["code"] == "idle")).await;
    stays(s(10), "commands with no viewer", async || router.usage().commands).await;
}

#[tokio::test]
async fn a_silent_router_is_answered_for_after_the_read_limit_by_one_session() {
    let router = Router::start().await;
    router.handle.set_fault(Fault::Silent);
    let server = Server::over(&router).await;
    let before = router.usage().connections;
    let asks = (0..50).map(|_| async {
        let asked = Instant::now();
        let answer = server.get("/api/interface-stats").await;
        (asked.elapsed(), answer)
    });
    for (took, answer) in join_all(asks).await {
        assert!(took < NEVER_HANGS, "{took:?}: {answer:?}");
        assert_eq!(answer.status, 503, "{answer:?}");
        assert_eq!(answer.header("content-type"), "application/problem+json");
        assert_eq!(answer.json["code"], "no-data");
        assert!(answer.json["detail"].is_string() && answer.json["title"].is_string(), "{answer:?}");
    }
    let usage = router.usage();
    assert_eq!(usage.connections, before + 1, "{usage:?}");
}

#[tokio::test]
async fn a_router_that_falls_silent_is_answered_for_at_once_with_its_age() {
    let router = Router::start().await;
    let server = Server::over(&router).await;
    let fresh = server.get("/api/interface-stats").await;
    assert_eq!((fresh.status, fresh.header("x-lalin-state")), (200, "live"), "{fresh:?}");
    router.handle.set_fault(Fault::Silent);
    let stale = eventually(s(15), "stale", async || {
        let asked = Instant::now();
        let answer = server.get("/api/interface-stats").await;
        assert!(asked.elapsed() < NEVER_HANGS, "{:?}: {answer:?}", asked.elapsed());
        assert_eq!(answer.status, 200, "the last good data: {answer:?}");
        let state = answer.header("x-lalin-state").to_owned();
        if state == "live" { Err(state) } else { Ok(answer) }
    })
    .await;
    assert_eq!(stale.header("x-lalin-reason"), "timed-out", "{stale:?}");
    let age: u64 = stale.header("x-lalin-age-ms").parse().unwrap();
    assert!(age >= 2_000, "{stale:?}");
    assert_eq!(router.usage().logins, 1);
}
