//! The server's wall clock is set while a page is open: an RTC in local time until the time is synchronised, a suspend.

use std::time::{SystemTime, UNIX_EPOCH};

use crate::harness::browser::{Look, browse};
use crate::harness::eventually::{eventually, s};
use crate::harness::router::Router;
use crate::harness::series::Point;
use crate::harness::server::Server;
use crate::harness::wall_clock::WallClock;

const HOURS: i64 = 7 * 3_600;

/// The machine's own clock, ms since 1970.
fn now() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs_f64() * 1_000.0
}

#[tokio::test]
async fn a_server_whose_clock_was_hours_ahead_goes_on_at_once_when_it_is_set_right() {
    let router = Router::start().await;
    let clock = WallClock::new(HOURS);
    let server = Server::within(&router, clock.environment()).await;
    browse(Look::DESKTOP, async |page| {
        page.open_dashboard(&server).await;
        let before = page.moves("ether1", 4, 30).await;
        let hours_ms = HOURS as f64 * 1_000.0;
        assert!((before.end() - now() - hours_ms).abs() < 30_000.0, "it is ahead: {}", before.end() - now());
        clock.set(0);
        let after = eventually(s(30), "points of now", async || {
            let series = page.series("ether1").await;
            if series.end() > 0.0 && series.end() < now() + 60_000.0 {
                Ok(series)
            } else {
                Err(series.end().to_string())
            }
        })
        .await;
        // None is lost, and none is left at the old time.
        assert!(after.known().len() >= before.known().len(), "{before:?}, then {after:?}");
        assert!(
            after.points.iter().all(|point| point.t <= now() + 1_000.0 && point.t > now() - 120_000.0),
            "{after:?}"
        );
        after.is_steady(Router::RX, Router::TX);
        let moved = page.moves("ether1", 4, 30).await;
        moved.is_steady(Router::RX, Router::TX);
        page.reaches(10, "live").await;
        page.screenshot("clock-set-back").await;
        assert_eq!(router.usage().logins, 1);
    })
    .await;
}

#[tokio::test]
async fn a_server_whose_clock_jumps_forward_keeps_what_was_and_draws_a_gap() {
    let router = Router::start().await;
    let clock = WallClock::new(0);
    let server = Server::within(&router, clock.environment()).await;
    browse(Look::DESKTOP, async |page| {
        page.open_dashboard(&server).await;
        let before = page.moves("ether1", 4, 30).await;
        clock.set(300);
        let after = eventually(s(30), "points of five minutes later", async || {
            let series = page.series("ether1").await;
            if series.end() > now() + 250_000.0 { Ok(series) } else { Err(series.end().to_string()) }
        })
        .await;
        // The first sample by the new time begins a new line: it has no rate, and the line is interrupted at it.
        after.has_gap_between(before.end(), after.end());
        let (old, new): (Vec<Point>, Vec<Point>) = after.points.iter().partition(|point| point.t < now() + 250_000.0);
        assert!(
            old.iter().rev().take(before.known().len()).all(|point| point.rx.is_some()),
            "what was stays: {after:?}"
        );
        assert_eq!((new[0].rx, new[0].tx), (None, None), "{after:?}");
        after.is_steady(Router::RX, Router::TX);
        page.moves("ether1", 3, 30).await;
        page.reaches(10, "live").await;
    })
    .await;
}
