//! `/metrics`: both formats, what is in them, and what a scrape does to routers.

use std::sync::atomic::Ordering;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use actix_web::body::MessageBody;
use actix_web::http::header::{ACCEPT, CONTENT_TYPE};
use actix_web::test::{TestRequest, read_body};
use futures_util::future::join_all;
use lalin_http::{ApiSettings, ExtraFamily, ExtraMetrics, MetricsSettings};
use tokio::time::{Instant, sleep};

use crate::test_server::{BASE, TestServer};

/// What a scrape answers: its type, and its text.
async fn scrape(server: &TestServer, path: &str, accept: &str) -> (String, String) {
    let response = server.call(TestRequest::get().uri(path).insert_header((ACCEPT, accept))).await;
    assert_eq!(response.status(), 200);
    assert_eq!(response.response().body().size(), actix_web::body::BodySize::Stream, "it is made while it is sent");
    let kind = response.headers().get(CONTENT_TYPE).unwrap().to_str().unwrap().to_owned();
    (kind, String::from_utf8(read_body(response).await.to_vec()).unwrap())
}

/// The value and the timestamp of a sample.
fn sample<'a>(text: &'a str, name: &str) -> Option<(&'a str, Option<&'a str>)> {
    let rest = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '))?;
    let mut parts = rest.split(' ');
    Some((parts.next()?, parts.next()))
}

async fn watched(server: &TestServer, id: &str) {
    let router = server.monitor.get(&id.parse().unwrap()).unwrap();
    router.poll().await;
}

#[actix_web::test]
async fn a_line_has_its_counters_with_the_time_they_were_read() {
    tokio::time::pause();
    let server = TestServer::new();
    server.router("a");
    watched(&server, "a").await;
    let (kind, text) = scrape(&server, "/metrics", "").await;
    assert_eq!(kind, "text/plain; version=0.0.4; charset=utf-8");
    let (value, at) = sample(&text, r#"lalin_interface_rx_bytes_total{router="a",interface="ether1"}"#).unwrap();
    assert!(value.parse::<u64>().unwrap() >= BASE, "exact beyond 2^53: {value}");
    assert!(at.unwrap().parse::<u64>().unwrap() > 1_700_000_000_000, "ms: {at:?}");
    assert_eq!(sample(&text, r#"lalin_interface_running{router="a",interface="ether1"}"#).unwrap().0, "1");
    assert_eq!(sample(&text, r#"lalin_router_up{router="a"}"#).unwrap().0, "1");
    assert!(
        text.contains(r#"lalin_interface_info{router="a",interface="ether1",interface_type="ether",comment="uplink""#)
    );
    assert!(!text.contains("pppoe"), "what the router made itself is left out");
    assert_eq!(sample(&text, "lalin_scrape_left_out_interfaces").unwrap().0, "1");
    assert!(!text.ends_with("# EOF\n"));

    let accept = "application/openmetrics-text;version=1.0.0,text/plain;q=0.5";
    let (kind, text) = scrape(&server, "/metrics?dynamic=1", accept).await;
    assert_eq!(kind, "application/openmetrics-text; version=1.0.0; charset=utf-8");
    let (_, at) = sample(&text, r#"lalin_interface_tx_bytes_total{router="a",interface="<pppoe-budi>"}"#).unwrap();
    assert!(at.unwrap().split_once('.').unwrap().0.parse::<u64>().unwrap() < 2_000_000_000, "s: {at:?}");
    assert!(text.contains("# TYPE lalin_interface_rx_bytes counter\n# UNIT lalin_interface_rx_bytes bytes\n"));
    assert!(text.ends_with("# EOF\n"));
}

#[actix_web::test]
async fn the_samples_of_a_family_stand_together_and_every_family_has_its_head_once() {
    tokio::time::pause();
    let server = TestServer::new();
    for id in ["a", "b", "c"] {
        server.router(id);
        watched(&server, id).await;
    }
    let (_, text) = scrape(&server, "/metrics?dynamic=1", "").await;
    let mut seen = Vec::new();
    for line in text.lines().filter(|line| line.starts_with("# TYPE ")) {
        let name = line.split(' ').nth(2).unwrap();
        assert!(!seen.contains(&name), "{name} twice");
        seen.push(name);
    }
    assert!(seen.len() > 25, "{seen:?}");
    let mut family = "";
    for line in text.lines() {
        if let Some(head) = line.strip_prefix("# TYPE ") {
            family = head.split(' ').next().unwrap();
        } else if !line.starts_with('#') {
            assert!(line.starts_with(family), "{line} under {family}");
        }
    }
    let lines = text.lines().filter(|line| line.starts_with("lalin_interface_rx_bytes_total{")).count();
    assert_eq!(lines, 6);
}

#[actix_web::test]
async fn a_scrape_reads_no_router_unless_it_is_to_record() {
    tokio::time::pause();
    let server = TestServer::new();
    let source = server.router("a");
    for _ in 0..10 {
        scrape(&server, "/metrics", "").await;
        sleep(Duration::from_secs(15)).await;
    }
    assert_eq!(source.reads.load(Ordering::SeqCst), 0);
    let metrics = MetricsSettings { record: true, ..MetricsSettings::default() };
    let server = TestServer::with_settings(ApiSettings { metrics, ..ApiSettings::default() });
    let source = server.router("a");
    scrape(&server, "/metrics", "").await;
    sleep(Duration::from_secs(8)).await;
    assert!(source.reads.load(Ordering::SeqCst) >= 4);
    let (_, text) = scrape(&server, "/metrics", "").await;
    assert!(sample(&text, r#"lalin_interface_rx_bytes_total{router="a",interface="ether1"}"#).is_some());
}

#[actix_web::test]
async fn lines_whose_newest_sample_is_old_are_left_out_and_the_router_says_so() {
    tokio::time::pause();
    let server = TestServer::new();
    server.router("a");
    watched(&server, "a").await;
    sleep(Duration::from_secs(60)).await;
    let begun = Instant::now();
    let (_, text) = scrape(&server, "/metrics", "").await;
    assert_eq!(begun.elapsed(), Duration::ZERO, "a scrape waits for nothing");
    assert!(!text.contains("lalin_interface_rx_bytes_total{"));
    assert_eq!(sample(&text, r#"lalin_router_up{router="a"}"#).unwrap().0, "0");
    assert!(sample(&text, r#"lalin_router_last_sample_timestamp_seconds{router="a"}"#).is_some());
}

#[actix_web::test]
async fn the_number_of_lines_has_a_limit_and_what_is_beyond_is_counted() {
    tokio::time::pause();
    let metrics = MetricsSettings { most_lines: 3, dynamic: true, timestamps: false, ..MetricsSettings::default() };
    let server = TestServer::with_settings(ApiSettings { metrics, ..ApiSettings::default() });
    for id in ["a", "b"] {
        server.router(id);
        watched(&server, id).await;
    }
    let (_, text) = scrape(&server, "/metrics", "").await;
    assert_eq!(text.lines().filter(|line| line.starts_with("lalin_interface_rx_bytes_total{")).count(), 3);
    assert_eq!(sample(&text, "lalin_scrape_left_out_interfaces").unwrap().0, "1");
    let (_, at) = sample(&text, r#"lalin_interface_rx_bytes_total{router="a",interface="ether1"}"#).unwrap();
    assert_eq!(at, None, "timestamps can be left out");
}

#[actix_web::test]
async fn the_format_can_be_named_and_what_is_neither_is_refused() {
    tokio::time::pause();
    let server = TestServer::new();
    server.router("a");
    let accept = "application/openmetrics-text;version=1.0.0";
    let (kind, text) = scrape(&server, "/metrics?format=classic", accept).await;
    assert!(kind.starts_with("text/plain") && !text.ends_with("# EOF\n"));
    let (kind, text) = scrape(&server, "/metrics?format=openmetrics", "").await;
    assert!(kind.starts_with("application/openmetrics-text") && text.ends_with("# EOF\n"));
    let refused = server.call(TestRequest::get().uri("/metrics?format=json")).await;
    assert_eq!(refused.status(), 400);
}

#[actix_web::test]
async fn other_rooms_metrics_are_shown_and_late_reads_counted() {
    tokio::time::pause();
    let extra = ExtraMetrics::new(|| {
        let lost = [("too_old".to_owned(), 2.0), ("a\"b".to_owned(), 0.0)];
        vec![
            ExtraFamily::gauge("lalin_history_size_bytes", "What it takes.", 7.0),
            ExtraFamily::by("lalin_lost_samples", true, "Lost.", "reason", lost),
        ]
    });
    let server = TestServer::with_settings(ApiSettings { extra_metrics: Some(extra), ..ApiSettings::default() });
    server.router("a");
    watched(&server, "a").await;
    let (_, text) = scrape(&server, "/metrics", "").await;
    assert_eq!(sample(&text, "lalin_history_size_bytes").unwrap().0, "7");
    assert_eq!(sample(&text, r#"lalin_lost_samples_total{reason="too_old"}"#).unwrap().0, "2");
    assert!(text.contains(r#"reason="a\"b""#), "{text}");
    let began: u64 = sample(&text, r#"lalin_tick_lag_seconds_bucket{le="+Inf"}"#).unwrap().0.parse().unwrap();
    assert!(began > 0, "{text}");
}

#[actix_web::test]
async fn a_scrape_is_made_piece_by_piece_however_many_lines_it_shows() {
    tokio::time::pause();
    let scraped = async |routers: usize| {
        let server = TestServer::new();
        let ids: Vec<String> = (0..routers).map(|at| format!("pop-{at}")).collect();
        for id in &ids {
            *server.router(id).ports.lock().unwrap() = vec![Some(1_000_000); 48];
        }
        join_all(ids.iter().map(|id| watched(&server, id))).await;
        let response = server.call(TestRequest::get().uri("/metrics")).await;
        let mut body = std::pin::pin!(response.into_body());
        let (mut whole, mut pieces, mut longest) = (0, 0, 0);
        // All that is asked for is there, so that nothing waits: every poll is answered at once.
        let used = allocation_counter::measure(|| {
            let mut context = Context::from_waker(Waker::noop());
            while let Poll::Ready(Some(piece)) = body.as_mut().poll_next(&mut context) {
                let length = piece.unwrap().len();
                // The first piece is what routers and Lalin itself say; lines come after it.
                longest = if pieces == 0 { 0 } else { longest.max(length) };
                (whole, pieces) = (whole + length, pieces + 1);
            }
        });
        (whole, pieces, longest, used.bytes_max)
    };
    let (few, ..) = scraped(20).await;
    let (whole, pieces, longest, held) = scraped(200).await;
    assert!(whole > 8 * few && whole > 4_000_000, "{whole} bytes, {few} for a tenth of the routers");
    assert!(pieces > 80 && longest < 64 * 1_024, "{pieces} pieces, the longest of {longest} bytes");
    assert!(held < 1_000_000, "{held} bytes were held at once for an answer of {whole}");
}

#[actix_web::test]
async fn the_pieces_of_a_router_with_thousands_of_lines_are_no_longer_and_leave_none_out() {
    tokio::time::pause();
    let server = TestServer::new();
    const LINES: usize = 5_000;
    *server.router("a").ports.lock().unwrap() = vec![Some(1_000_000); LINES];
    watched(&server, "a").await;
    let response = server.call(TestRequest::get().uri("/metrics?dynamic=1")).await;
    let mut body = std::pin::pin!(response.into_body());
    let (mut text, mut longest) = (Vec::new(), 0);
    while let Some(piece) = std::future::poll_fn(|context| body.as_mut().poll_next(context)).await {
        let piece = piece.unwrap();
        longest = longest.max(piece.len());
        text.extend_from_slice(&piece);
    }
    assert!(longest < 64 * 1_024, "{longest} bytes at once of {}", text.len());
    let text = String::from_utf8(text).unwrap();
    for family in ["rx_bytes_total", "running", "info"] {
        let name = format!("lalin_interface_{family}");
        let mut each: Vec<&str> = text
            .lines()
            .filter(|line| line.starts_with(&format!("{name}{{")))
            .map(|line| line.split(' ').next().unwrap())
            .collect();
        let all = each.len();
        each.sort_unstable();
        each.dedup();
        assert!(all >= LINES && each.len() == all, "{all} of {name}, {} of them different", each.len());
        assert_eq!(text.matches(&format!("# TYPE {name} ")).count(), 1, "one head of {name}");
    }
}
