//! Routers and servers that go away and come back: the page says so, never lies, and needs no hand.

use std::time::Duration;

use routeros_simulator::Fault;
use tokio::time::{Instant, sleep_until};

use crate::harness::browser::{Look, browse};
use crate::harness::eventually::{eventually, s, stays};
use crate::harness::page::Page;
use crate::harness::router::Router;
use crate::harness::series::{DOUBT, Series};
use crate::harness::server::Server;

/// How long a router is away.
const AWAY: Duration = s(20);
/// The longest pause between two attempts is 30 s; then a sample, and the next that makes a rate.
const BACK: u64 = 45;

#[tokio::test]
async fn a_router_cut_for_20_s_is_stale_then_unreachable_and_comes_back_untouched() {
    outage(Fault::Refuse, &["refused", "unreachable"]).await;
}

#[tokio::test]
async fn a_router_silent_for_20_s_is_stale_then_unreachable_and_comes_back_untouched() {
    outage(Fault::Silent, &["timed-out"]).await;
}

async fn outage(fault: Fault, reasons: &[&str]) {
    let router = Router::start().await;
    let server = Server::over(&router).await;
    browse(Look::DESKTOP, async |page| {
        page.open_dashboard(&server).await;
        page.moves("ether1", 2, 20).await;
        let refuses = matches!(fault, Fault::Refuse);
        router.handle.set_fault(fault);
        if refuses {
            router.handle.cut_connections();
        }
        let begun = Instant::now();
        let stale = page.reaches(10, "stale").await;
        let shown = page.card("ether1").await.expect("the card stays");
        assert_ne!(shown.rx_bps, Some(0.0), "stale is not zero: {shown:?}");
        let unreachable = page.reaches(15, "unreachable").await;
        assert!(reasons.contains(&unreachable.reason.as_str()), "{unreachable:?}");
        assert!(unreachable.text.len() > stale.code.len() && !unreachable.text.trim().is_empty(), "{unreachable:?}");
        let before = page.series("ether1").await;
        sleep_until(begun + AWAY).await;
        assert_eq!(page.series("ether1").await.known(), before.known(), "nothing is drawn while nothing is known");
        router.handle.clear_faults();
        let after = page.moves("ether1", 3, BACK).await;
        came_back(page, &before, &after).await;
    })
    .await;
}

#[tokio::test]
async fn a_killed_and_restarted_server_is_survived_by_the_page() {
    let router = Router::start().await;
    let mut server = Server::over(&router).await;
    browse(Look::DESKTOP, async |page| {
        page.open_dashboard(&server).await;
        page.moves("ether1", 2, 20).await;
        server.kill().await;
        let begun = Instant::now();
        page.reaches(15, "reconnecting").await;
        let before = page.series("ether1").await;
        assert!(!before.known().is_empty(), "the curve stays while the server is gone");
        sleep_until(begun + AWAY).await;
        assert_eq!(page.state().await.code, "reconnecting");
        assert!(page.shows("try-now").await, "nobody has to wait for the pause to end");
        assert_eq!(page.series("ether1").await.known(), before.known(), "nothing is drawn while nothing is known");
        server.restart().await;
        let after = page.moves("ether1", 3, 30).await;
        came_back(page, &before, &after).await;
    })
    .await;
}

/// The old curve, a gap, the new curve; all of it true.
async fn came_back(page: &Page, before: &Series, after: &Series) {
    page.reaches(10, "live").await;
    let old = before.end();
    let new = after.known().iter().map(|point| point.t).find(|&t| t > old).expect("a new point");
    assert!(new - old > 10_000.0, "a point in the outage: {after:?}");
    after.has_gap_between(old, new);
    after.is_true(Router::RX, Router::TX);
}

#[tokio::test]
async fn a_wrong_password_is_said_and_tried_once_a_minute() {
    let router = Router::start().await;
    let server = Server::with(&["--router", &router.login()], Some("salah")).await;
    browse(Look::DESKTOP, async |page| {
        page.open_dashboard(&server).await;
        let state = page.reaches(15, "unreachable").await;
        assert_eq!(state.reason, "wrong-credentials", "{state:?}");
        assert!(page.text().await.to_lowercase().contains("password"), "the page says what is wrong");
        stays(s(30), "one failed login", async || router.usage().failed_logins).await;
        let usage = router.usage();
        assert_eq!((usage.failed_logins, usage.logins, usage.commands), (1, 0, 0));
    })
    .await;
}

#[tokio::test]
async fn a_first_sample_after_a_reboot_is_no_spike() {
    let router = Router::start().await;
    let server = Server::over(&router).await;
    browse(Look::DESKTOP, async |page| {
        page.open_dashboard(&server).await;
        page.moves("ether1", 2, 20).await;
        router.handle.reboot();
        let rebooted = page.series("ether1").await.end();
        let after = page.moves("ether1", 3, 20).await;
        after.is_true(Router::RX, Router::TX);
        // Counters from zero, then absurdly high, then low: each gives no point rather than a false one.
        router.handle.set_counters("ether1", u64::MAX / 2, u64::MAX / 2);
        page.moves("ether1", 2, 20).await.is_true(Router::RX, Router::TX);
        router.handle.set_counters("ether1", 17, 4);
        let after = page.moves("ether1", 2, 20).await;
        after.is_true(Router::RX, Router::TX);
        assert!(after.end() > rebooted);
        let card = eventually(s(5), "a rate on the card", async || {
            let card = page.card("ether1").await;
            card.clone().and_then(|card| card.rx_bps).ok_or_else(|| format!("{card:?}"))
        });
        assert!((card.await - Router::RX).abs() <= Router::RX * DOUBT);
    })
    .await;
}
