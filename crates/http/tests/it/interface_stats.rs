//! `/api/interface-stats`: what pages of the system before Lalin rely on.

use std::sync::atomic::Ordering;
use std::time::Duration;

use lalin_stats::SourceError;
use tokio::time::{Instant, sleep};

use crate::test_server::{BASE, RX_BPS, TestServer};

#[tokio::test(start_paused = true)]
async fn the_answer_is_a_bare_array_of_strings_in_both_spellings() {
    let world = TestServer::new();
    world.router("r");
    let answer = world.get("/api/interface-stats").await;
    assert_eq!(answer.status, 200);
    let ether1 = &answer.body[0];
    let spellings = [
        ("actual-mtu", "actualMtu"),
        ("mac-address", "macAddress"),
        ("last-link-up-time", "lastLinkUpTime"),
        ("link-downs", "linkDowns"),
        ("rx-byte", "rxByte"),
        ("tx-byte", "txByte"),
        ("rx-packet", "rxPacket"),
        ("tx-packet", "txPacket"),
        ("rx-drop", "rxDrop"),
        ("tx-drop", "txDrop"),
        ("tx-queue-drop", "txQueueDrop"),
        ("rx-error", "rxError"),
        ("tx-error", "txError"),
        (".id", "id"),
        ("name", "name"),
        ("type", "type"),
        ("mtu", "mtu"),
        ("l2mtu", "l2mtu"),
        ("disabled", "disabled"),
        ("running", "running"),
        ("comment", "comment"),
    ];
    for (dashed, camel) in spellings {
        assert!(ether1[dashed].is_string(), "{dashed}");
        assert_eq!(ether1[dashed], ether1[camel], "{dashed}");
    }
    assert_eq!(ether1["name"], "ether1");
    assert_eq!(ether1["running"], "true");
    assert_eq!(ether1["rx-drop"], "3");
    assert_eq!(ether1["tx-drop"], "", "a value the router did not send");
    assert!(ether1["rx-byte"].as_str().unwrap().parse::<u64>().unwrap() > BASE - RX_BPS, "no digit is lost past 2^53");
    assert_eq!(ether1["state"], "live");
    assert!(ether1["sampledAt"].as_str().unwrap().ends_with('Z'));
}

#[tokio::test(start_paused = true)]
async fn the_rate_comes_with_it_and_is_the_true_one() {
    let world = TestServer::new();
    world.router("r");
    let answer = world.get("/api/interface-stats").await;
    assert_eq!(answer.body[0]["rxBps"], RX_BPS);
    let factor = |name: &str| answer.body[0][name].as_f64().unwrap();
    assert!((0.9..=1.0).contains(&factor("low")) && (1.0..=1.1).contains(&factor("high")));
    assert_eq!(answer.body[0]["txBps"], RX_BPS / 10);
    assert_eq!(
        (&answer.body[0]["pointOfView"], &answer.body[1]["pointOfView"]),
        (&"network".into(), &"customer".into())
    );
}

#[tokio::test(start_paused = true)]
async fn polling_every_two_seconds_and_dividing_by_two_draws_the_truth_and_raw_is_what_was_sampled() {
    let world = TestServer::new();
    world.router("r");
    let mut last: Option<f64> = None;
    for _ in 0..30 {
        let asked = Instant::now();
        let answer = world.get("/api/interface-stats").await;
        let rx: f64 = answer.body[0]["rx-byte"].as_str().unwrap().parse().unwrap();
        if let Some(last) = last {
            let rate = (rx - last) * 8.0 / 2.0;
            assert!((rate / RX_BPS as f64 - 1.0).abs() <= 0.02, "{rate}");
        }
        last = Some(rx);
        assert_eq!(answer.header("X-Lalin-Delay-Ms"), "3000");
        let raw = world.get("/api/interface-stats?raw=1").await;
        assert!(raw.body[0]["rx-byte"].as_str().unwrap().parse::<f64>().unwrap() > rx, "sampled later than the moment");
        tokio::time::sleep_until(asked + Duration::from_secs(2)).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_router_that_dies_is_stale_with_its_age_and_then_unreachable_and_never_silently_old() {
    let world = TestServer::new();
    let router = world.router("r");
    world.get("/api/interface-stats").await;
    router.fail(SourceError::Closed { detail: "cut".into() });
    sleep(Duration::from_secs(4)).await;
    let answer = world.get("/api/interface-stats").await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.body[0]["state"], "stale");
    assert_eq!(answer.header("X-Lalin-State"), "stale");
    assert_eq!(answer.header("X-Lalin-Reason"), "closed");
    // The last good sample was the one the first answer waited for.
    assert_eq!(answer.header("Age"), "4");
    assert_eq!(answer.body[0]["ageMs"], 4_000);
    for _ in 0..8 {
        sleep(Duration::from_secs(2)).await;
        world.get("/api/interface-stats").await;
    }
    assert_eq!(world.get("/api/interface-stats").await.header("X-Lalin-State"), "unreachable");
}

#[tokio::test(start_paused = true)]
async fn with_no_data_at_all_the_answer_is_503_with_the_reason() {
    let world = TestServer::new();
    let router = world.router("r");
    router.fail(SourceError::WrongCredentials { detail: "invalid user name or password (6)".into() });
    let answer = world.get("/api/interface-stats").await;
    assert_eq!(answer.status, 503);
    assert_eq!(answer.header("Content-Type"), "application/problem+json");
    assert_eq!(answer.header("Retry-After"), "2");
    assert_eq!(answer.body["code"], "no-data");
    assert_eq!(answer.body["state"]["code"], "unreachable");
    assert_eq!(answer.body["state"]["reason"], "wrong-credentials");
    assert_eq!(answer.body["state"]["retryInMs"], 1_500);
}

#[tokio::test(start_paused = true)]
async fn a_router_that_never_answers_is_answered_for_within_the_limit_by_one_read() {
    let world = TestServer::new();
    let router = world.router("r");
    *router.hang.lock().unwrap() = true;
    let begun = Instant::now();
    let asking = futures_util::future::join_all((0..50).map(|_| world.get("/api/interface-stats")));
    let counting = async {
        sleep(Duration::from_millis(2_990)).await;
        router.reads.load(Ordering::SeqCst)
    };
    let (answers, reads) = futures_util::future::join(asking, counting).await;
    assert!(begun.elapsed() <= Duration::from_millis(3_200));
    assert!(answers.iter().all(|answer| answer.status == 503 && answer.body["code"] == "no-data"));
    assert_eq!(reads, 1);
}
