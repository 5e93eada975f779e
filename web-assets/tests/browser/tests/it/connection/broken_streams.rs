//! Proxies that break event streams.

use crate::harness::browser::{Look, browse};
use crate::harness::eventually::s;
use crate::harness::proxy::{Habit, Proxy};
use crate::harness::router::Router;
use crate::harness::server::Server;

#[tokio::test]
async fn a_proxy_that_breaks_streams_falls_back_to_polling() {
    falls_back(Habit::Refuse, 30).await;
}

#[tokio::test]
async fn a_proxy_that_swallows_streams_falls_back_to_polling() {
    falls_back(Habit::Swallow, 60).await;
}

async fn falls_back(habit: Habit, limit: u64) {
    let router = Router::start().await;
    let server = Server::over(&router).await;
    let proxy = Proxy::start(&server.address, habit).await;
    browse(Look::DESKTOP.recording_requests(), async |page| {
        page.open(&format!("http://{}/", proxy.address)).await;
        let series = page.moves("ether1", 4, limit).await;
        series.is_true(Router::RX, Router::TX);
        page.reaches(10, "live").await;
        let requested = page.requested().await;
        assert!(requested.iter().any(|url| url.contains("/api/interface-stats")), "{requested:?}");
        let usage = router.usage();
        assert_eq!(usage.logins, 1, "{usage:?}");
        // Stopped, it polls no more.
        page.click("stop").await;
        page.reaches(5, "stopped").await;
        page.requested().await;
        let stopped = page.series("ether1").await;
        // How many alerts stand is asked of the server each half minute, and of no router.
        let of_routers = |urls: &[String]| urls.iter().filter(|url| !url.contains("/api/v1/alerts")).count();
        let asked = async || of_routers(&page.requested().await);
        crate::harness::eventually::stays(s(5), "requests after stop", asked).await;
        assert_eq!(page.series("ether1").await.known(), stopped.known());
    })
    .await;
}
