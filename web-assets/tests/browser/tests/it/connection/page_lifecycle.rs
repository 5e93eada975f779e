//! What happens to a page in a day: put behind another, cut off from the network, its server's clock set right.

use std::time::Duration;

use serde_json::json;
use tokio::time::Instant;

use crate::harness::browser::{Look, browse};
use crate::harness::eventually::{eventually, s, stays, when};
use crate::harness::page::Page;
use crate::harness::proxy::{Habit, Proxy};
use crate::harness::router::Router;
use crate::harness::server::Server;

/// The half minute after which a page that nobody sees leaves, made shorter before the page's scripts run.
const IMPATIENT: &str = "const real = setTimeout.bind(window); \
      window.setTimeout = (done, ms, ...rest) => real(done, ms === 30000 ? 3000 : ms, ...rest);";

#[tokio::test]
async fn a_page_behind_another_leaves_and_catches_up_when_it_is_seen_again() {
    let router = Router::start().await;
    let server = Server::quick(&router).await;
    // Somebody else goes on watching: then there is something to catch up with.
    let mut other = server.stream().await;
    other.next("tick").await;
    browse(Look::DESKTOP, async |page| {
        page.devtools("Page.addScriptToEvaluateOnNewDocument", json!({"source": IMPATIENT})).await;
        page.open_dashboard(&server).await;
        page.moves("ether1", 2, 20).await;
        viewers(&server, 2).await;
        put(page, true).await;
        let begun = Instant::now();
        viewers(&server, 1).await;
        assert!(begun.elapsed() > Duration::from_secs(1), "a glance elsewhere is no leaving");
        let before = page.series("ether1").await;
        for _ in 0..8 {
            other.next("tick").await;
        }
        assert_eq!(page.series("ether1").await.known(), before.known());

        put(page, false).await;
        let after = page.moves("ether1", 8, 20).await;
        viewers(&server, 2).await;
        after.is_steady(Router::RX, Router::TX);
        let known = after.known();
        let widest = known.windows(2).map(|pair| pair[1].t - pair[0].t).fold(0.0, f64::max);
        // A busy machine does not know every rate; what was not asked for would be eight seconds.
        assert!(widest <= 6_000.0, "all of it is there now: {widest} ms of {after:?}");
        assert!(known.iter().any(|point| point.t > before.end() && point.t < before.end() + 4_000.0), "{after:?}");
        page.reaches(10, "live").await;
        assert_eq!(router.usage().logins, 1);
    })
    .await;
}

#[tokio::test]
async fn a_page_without_a_network_says_so_and_comes_back_at_once() {
    let router = Router::start().await;
    let server = Server::quick(&router).await;
    let proxy = Proxy::start(&server.address, Habit::Pass).await;
    browse(Look::DESKTOP, async |page| {
        page.open(&format!("http://{}/", proxy.address)).await;
        page.moves("ether1", 2, 20).await;
        let network = async |offline: bool| {
            let conditions =
                json!({"offline": offline, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1});
            page.devtools("Network.enable", json!({})).await;
            page.devtools("Network.emulateNetworkConditions", conditions).await;
        };
        network(true).await;
        let state = page.reaches(10, "reconnecting").await;
        assert!(state.text.contains("offline"), "{state:?}");
        page.screenshot("offline").await;
        assert!(!page.shows("try-now").await, "trying is no use");
        // What the developer tools leave open, a missing network does not.
        proxy.cut();
        eventually(s(10), "no viewer", async || {
            when(server.get("/healthz").await.json["viewers"].clone(), |viewers| viewers == 0)
        })
        .await;
        let before = page.series("ether1").await;
        // Long enough for a gap, and for some attempts.
        stays(s(5), "points while offline", async || page.series("ether1").await.known().len()).await;
        assert_eq!(page.state().await.code, "reconnecting");
        network(false).await;
        page.reaches(15, "live").await;
        let after = eventually(s(20), "a rate after the gap", async || {
            // What the server sampled before it noticed comes too.
            when(page.series("ether1").await, |series| series.end() > before.end() + 4_000.0)
        })
        .await;
        after.has_gap_between(before.end(), after.end());
        after.is_steady(Router::RX, Router::TX);
    })
    .await;
}

#[tokio::test]
async fn a_server_whose_clock_was_set_back_is_followed() {
    let router = Router::start().await;
    let server = Server::quick(&router).await;
    let proxy = Proxy::start(&server.address, Habit::Pass).await;
    browse(Look::DESKTOP, async |page| {
        page.open(&format!("http://{}/", proxy.address)).await;
        let before = page.moves("ether1", 3, 20).await;
        proxy.set_clock_back();
        let after = eventually(s(30), "a curve of the new time", async || {
            let series = page.series("ether1").await;
            let ends = series.end();
            if ends < before.end() - 3_000_000.0 && series.known().len() > 2 {
                Ok(series)
            } else {
                Err(ends.to_string())
            }
        })
        .await;
        after.is_steady(Router::RX, Router::TX);
        assert!(
            after.points.iter().all(|point| point.t < before.end() - 3_000_000.0),
            "the old time is gone: {after:?}"
        );
        page.moves("ether1", 2, 10).await;
        page.reaches(10, "live").await;
        let card = page.card("ether1").await.expect("its card");
        assert!(card.rx_bps.is_some_and(|rx| (rx - Router::RX).abs() < Router::RX * 0.1), "{card:?}");
    })
    .await;
}

/// Puts the page behind another, or in front again. Without a screen a browser shows all its pages, so the page is
/// told what it would be told.
async fn put(page: &Page, behind: bool) {
    let script = "const [behind] = arguments; \
         Object.defineProperty(document, 'hidden', {configurable: true, get: () => behind}); \
         Object.defineProperty(document, 'visibilityState', {configurable: true, get: () => behind ? 'hidden' : 'visible'}); \
         document.dispatchEvent(new Event('visibilitychange', {bubbles: true}));";
    page.eval_with(script, vec![json!(behind)]).await;
}

async fn viewers(server: &Server, wanted: u64) {
    eventually(s(15), &format!("{wanted} viewers"), async || {
        when(server.get("/healthz").await.json["viewers"].clone(), |viewers| *viewers == wanted)
    })
    .await;
}
