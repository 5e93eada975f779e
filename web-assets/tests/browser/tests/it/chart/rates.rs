//! The figures and the curve are the truth, at once and after a reload.

use serde_json::json;

use crate::harness::browser::{Look, browse};
use crate::harness::eventually::{eventually, s, when};
use crate::harness::figures::spoken;
use crate::harness::router::Router;
use crate::harness::series::DOUBT;
use crate::harness::server::Server;

#[tokio::test]
async fn the_shown_speed_is_the_true_one() {
    let router = Router::start().await;
    let server = Server::over(&router).await;
    browse(Look::DESKTOP, async |page| {
        page.open_dashboard(&server).await;
        page.reaches(10, "live").await;
        // Ten seconds of ticks: the curve is compared point by point, the card each time the page changed it.
        let mut last = page.moves("ether1", 1, 10).await.end();
        for _ in 0..5 {
            let series = page.moves("ether1", 1, 10).await;
            assert!(series.end() > last, "{series:?}");
            last = series.end();
            let card = page.card("ether1").await.expect("ether1 is chosen by itself: it runs and is the first");
            let (rx, tx) = (card.rx_bps.expect("a rate"), card.tx_bps.expect("a rate"));
            assert!((rx - Router::RX).abs() <= Router::RX * DOUBT, "{card:?}");
            assert!((tx - Router::TX).abs() <= Router::TX * DOUBT, "{card:?}");
            let (rx, tx) = (spoken(&card.rx), spoken(&card.tx));
            assert!((rx - Router::RX).abs() <= Router::RX * DOUBT, "shown {:?}", card.rx);
            assert!((tx - Router::TX).abs() <= Router::TX * DOUBT, "shown {:?}", card.tx);
        }
        let series = page.series("ether1").await;
        series.is_true(Router::RX, Router::TX);
        assert!(series.known().len() >= 6, "{series:?}");
        assert_eq!(router.usage().logins, 1);
    })
    .await;
}

#[tokio::test]
async fn a_reload_shows_the_curve_so_far_at_once() {
    let router = Router::start().await;
    let server = Server::over(&router).await;
    browse(Look::DESKTOP, async |page| {
        page.open_dashboard(&server).await;
        let before = page.moves("ether1", 5, 20).await;
        // From the next page's very start: when does it have a curve, and how long is that?
        let watch = "const watch = setInterval(() => { \
                       const n = window.lalin?.series('ether1')?.t.length ?? 0; \
                       if (n) { window.firstCurve = {n, ms: performance.now()}; clearInterval(watch); } \
                     }, 5);";
        page.devtools("Page.addScriptToEvaluateOnNewDocument", json!({"source": watch})).await;
        page.client().refresh().await.unwrap();
        let first = eventually(s(10), "a curve", async || {
            when(page.eval("return window.firstCurve ?? null").await, |first| first.is_object())
        })
        .await;
        let points = first["n"].as_u64().unwrap();
        assert!(points >= before.points.len() as u64, "{first} of {}", before.points.len());
        // How soon is measured, not judged: a busy machine is late with everything.
        println!("the curve was there after {} ms", first["ms"]);
        let after = page.moves("ether1", 1, 10).await;
        for point in before.points {
            assert!(after.points.contains(&point), "{point:?} in {after:?}");
        }
        after.is_true(Router::RX, Router::TX);
        assert_eq!(router.usage().logins, 1);
    })
    .await;
}
