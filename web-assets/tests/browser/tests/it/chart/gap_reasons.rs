//! A gap says why nothing is known there, also to a page that was opened later; where nobody watched there is no trouble
//! to tell.

use routeros_simulator::Fault;

use crate::harness::browser::{Look, browse};
use crate::harness::eventually::{eventually, s, when};
use crate::harness::input::ESCAPE;
use crate::harness::router::Router;
use crate::harness::server::Server;

#[tokio::test]
async fn a_page_that_is_opened_later_knows_why_there_is_a_gap() {
    let router = Router::start().await;
    let server = Server::quick(&router).await;
    // Somebody watches while the router is away.
    let mut viewer = server.stream().await;
    for _ in 0..4 {
        viewer.next("tick").await;
    }
    router.handle.set_fault(Fault::Refuse);
    router.handle.cut_connections();
    stands(&server, "unreachable").await;
    router.handle.clear_faults();
    stands(&server, "live").await;
    for _ in 0..3 {
        viewer.next("tick").await;
    }
    // Then nobody does, until the router is no longer asked.
    drop(viewer);
    eventually(s(60), "the router is left alone", async || {
        let before = router.usage().commands;
        tokio::time::sleep(s(5)).await;
        when(router.usage().commands, |now| *now == before)
    })
    .await;
    browse(Look::DESKTOP, async |page| {
        page.open(&server.url("/prepaid/dashboard?interface=ether1")).await;
        page.moves("ether1", 3, 30).await;
        let told = eventually(s(10), "both gaps in the table", async || {
            page.click("more").await;
            page.click("table").await;
            eventually(s(10), "the table", async || when(page.shows("data-table").await, |open| *open)).await;
            let gaps = "return [...document.querySelectorAll('#data-table tr.gap td')].map(cell => cell.textContent)";
            let gaps: Vec<String> = serde_json::from_value(page.eval(gaps).await).unwrap();
            page.press(ESCAPE).await;
            when(gaps, |gaps| gaps.len() >= 2)
        })
        .await;
        // The newest first.
        assert!(told[0].starts_with("not watched ("), "{told:?}");
        assert!(told.iter().any(|why| why.to_lowercase().starts_with("api off or wrong port")), "{told:?}");
        page.screenshot("gap-reasons").await;
    })
    .await;
}

/// Waits until the router stands like this.
async fn stands(server: &Server, code: &str) {
    eventually(s(60), code, async || {
        let state = server.get("/api/v1/routers").await.json["routers"][0]["state"]["code"].clone();
        when(state, |state| state == code)
    })
    .await;
}
