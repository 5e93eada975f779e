//! Stop, start, and pages that are closed: nobody watches, nothing is asked of the router.

use crate::harness::browser::{Look, browse};
use crate::harness::eventually::{eventually, s, stays, when};
use crate::harness::router::Router;
use crate::harness::server::Server;

#[tokio::test]
async fn stop_ends_the_load_and_start_resumes() {
    let router = Router::start().await;
    let server = Server::over(&router).await;
    browse(Look::DESKTOP, async |page| {
        page.open_dashboard(&server).await;
        let moving = page.moves("ether1", 2, 20).await;

        page.click("stop").await;
        page.reaches(5, "stopped").await;
        nobody_watches(&server).await;
        let stopped = page.series("ether1").await;
        stays(s(10), "commands while stopped", async || router.usage().commands).await;
        assert_eq!(page.series("ether1").await.known(), stopped.known());
        assert_eq!(page.state().await.code, "stopped");

        page.click("start").await;
        let after = page.moves("ether1", 2, 20).await;
        page.reaches(10, "live").await;
        after.has_gap_between(stopped.end(), after.end());
        after.is_true(Router::RX, Router::TX);
        assert!(after.points.contains(&moving.points[0]), "what was drawn stays");

        page.client().goto("about:blank").await.unwrap();
        nobody_watches(&server).await;
        stays(s(10), "commands after the page is left", async || router.usage().commands).await;
        assert_eq!(router.usage().logins, 1, "the session is kept meanwhile");
    })
    .await;
}

/// Waits until the server knows it, and the tick of that moment is over.
async fn nobody_watches(server: &Server) {
    eventually(s(5), "no viewer", async || {
        when(server.get("/healthz").await.json["viewers"].clone(), |viewers| viewers == 0)
    })
    .await;
    let routers = || async { server.get("/api/v1/routers").await.json["routers"][0]["state"].clone() };
    eventually(s(5), "the router is left alone", async || when(routers().await, |state| state["code"] == "idle")).await;
}

#[tokio::test]
async fn a_second_page_of_the_same_browser_shares_the_session() {
    let router = Router::start().await;
    let server = Server::over(&router).await;
    browse(Look::DESKTOP, async |page| {
        page.open_dashboard(&server).await;
        page.moves("ether1", 1, 20).await;
        let first = page.client().window().await.unwrap();
        let second = page.client().new_window(true).await.unwrap();
        page.client().switch_to_window(second.handle).await.unwrap();
        page.open_dashboard(&server).await;
        page.moves("ether1", 2, 20).await.is_true(Router::RX, Router::TX);
        assert_eq!(router.usage().logins, 1);
        // The closed tab leaves; the other one goes on.
        page.client().close_window().await.unwrap();
        page.client().switch_to_window(first).await.unwrap();
        eventually(s(5), "one viewer", async || {
            when(server.get("/healthz").await.json["viewers"].clone(), |viewers| viewers == 1)
        })
        .await;
        page.moves("ether1", 2, 20).await;
    })
    .await;
}
