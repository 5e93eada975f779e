//! The switch of the recording: by router in the settings, by line in its menu; with what it costs and takes.

use crate::harness::browser::{Look, browse};
use crate::harness::router::Router;
use crate::history::{asked, figure, recorded, until};

#[tokio::test]
async fn recording_is_switched_by_router_and_by_line_and_says_what_it_costs() {
    let router = Router::start().await;
    let (server, _) = recorded(&router, "").await;
    browse(Look::DESKTOP, async |page| {
        page.log_in_to(&server).await;
        page.open(&server.url("/prepaid/dashboard?router=pusat&interface=ether1")).await;
        page.moves("ether1", 2, 20).await;
        page.open_line_menu("ether2").await;
        until(page, "the menu's switch", "return document.querySelector('[data-testid=line-record]') !== null").await;
        page.click("line-record").await;
        until(page, "the menu is done", "return document.querySelector('[data-testid=line-menu]') === null").await;
        page.client().goto(&server.url("/settings")).await.unwrap();
        until(page, "the switch", "return document.querySelector('#set-recording:not([hidden])') !== null").await;
        assert!(page.text_of("[data-testid=rec-lines]").await.contains("ether2"));
        assert!(figure(&page.text_of("[data-testid=rec-disk] dd").await) > 0.0, "what is used");
        let reads = page.text_of("#set-recording .things tbody td").await;
        assert!((5.0..=65.0).contains(&figure(&reads)), "reads a minute: {reads}");
        page.click("rec-line-again").await;
        until(page, "the line again", "return document.querySelector('[data-testid=rec-lines]') === null").await;
        page.click("rec-router-pusat").await;
        until(
            page,
            "the router is left out",
            "return fetch('/api/v1/recording').then(answer => answer.json()) \
             .then(how => how.chosen.routers.pusat === false)",
        )
        .await;
        assert_eq!(asked(page, "/api/v1/recording").await["enabled"], true, "the others are recorded");
        // One change is under way at a time: what is pressed meanwhile is pressed again.
        until(
            page,
            "nothing is recorded",
            "const all = document.querySelector('#rec-all'); if (all.checked) all.click(); \
             return fetch('/api/v1/recording').then(answer => answer.json()).then(how => !how.enabled)",
        )
        .await;
    })
    .await;
}
