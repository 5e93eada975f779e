//! The page as an app and in a browser's tab: its title and icon, that it can be installed, and what is there without
//! the server.

use routeros_simulator::Fault;
use serde_json::json;

use crate::harness::browser::{Look, browse};
use crate::harness::eventually::{eventually, s, when};
use crate::harness::page::Page;
use crate::harness::router::Router;
use crate::harness::server::Server;

async fn title(page: &Page) -> String {
    page.eval("return document.title").await.as_str().unwrap_or_default().to_owned()
}

async fn icon(page: &Page) -> String {
    page.attribute("link[rel=icon]", "href").await
}

/// Waits until the worker has everything that it keeps.
async fn worker_is_ready(page: &Page) {
    eventually(s(30), "the page without a server is kept", async || {
        let kept = page
            .eval("return caches.match('/offline').then(found => Boolean(found && navigator.serviceWorker.controller))")
            .await;
        when(kept, |kept| kept == true)
    })
    .await;
}

#[tokio::test]
async fn the_tab_says_what_flows_and_what_is_wrong() {
    let router = Router::start().await;
    let server = Server::quick(&router).await;
    browse(Look::DESKTOP, async |page| {
        page.open_dashboard(&server).await;
        page.moves("ether1", 1, 20).await;
        let shown =
            eventually(s(20), "the figures", async || when(title(page).await, |title| title.contains('↓'))).await;
        // By the simulated router's own truth: 100 and 10 Mbps, within what a busy machine is sure of.
        let (figures, name) = shown.split_once(" Mbps · ").unwrap_or_else(|| panic!("{shown}"));
        assert_eq!(name, "ether1");
        let figures: Vec<f64> = figures.split(' ').map(|part| part[3..].parse().unwrap()).collect();
        assert!((figures[0] - Router::RX / 1e6).abs() < 10.0 && (figures[1] - Router::TX / 1e6).abs() < 2.0, "{shown}");
        let well = icon(page).await;
        assert!(well.starts_with("data:image/svg+xml,"), "{well}");

        router.handle.set_fault(Fault::Refuse);
        router.handle.cut_connections();
        page.reaches(30, "unreachable").await;
        let word = page.text_of("#state-word").await;
        let told =
            eventually(s(10), "the trouble", async || when(title(page).await, |title| title.starts_with('⚠'))).await;
        assert!(told.contains(&word), "as the pill says it, {word}: {told}");
        assert_ne!(icon(page).await, well);

        router.handle.clear_faults();
        eventually(s(40), "the figures again", async || when(title(page).await, |title| title.contains('↓'))).await;
        assert_eq!(icon(page).await, well);
        // The browser showed each of them: it would have complained of a forbidden picture.
        assert_eq!(page.complaints().await, Vec::<String>::new());
    })
    .await;
}

#[tokio::test]
async fn the_tab_of_the_list_counts_what_is_in_trouble() {
    let router = Router::start().await;
    router.handle.set_fault(Fault::Refuse);
    let server = Server::over(&router).await;
    browse(Look::DESKTOP, async |page| {
        page.client().goto(&server.url("/prepaid/fleet")).await.unwrap();
        let counted = async || when(title(page).await, |title| title.starts_with("(1) "));
        eventually(s(30), "a trouble in the tab", counted).await;
        assert!(icon(page).await.contains("%3E1%3C"), "and in its icon");
        router.handle.clear_faults();
        eventually(s(60), "none", async || when(title(page).await, |title| !title.starts_with('('))).await;
    })
    .await;
}

#[tokio::test]
async fn a_browser_offers_to_install_it() {
    let router = Router::start().await;
    let server = Server::over(&router).await;
    for (languages, lang) in [("id-ID,id", "id"), ("en-US,en", "en")] {
        browse(Look::DESKTOP.asking_for(languages), async |page| {
            page.open_dashboard(&server).await;
            worker_is_ready(page).await;
            let found = page.devtools("Page.getAppManifest", json!({})).await;
            assert_eq!(found["errors"], json!([]), "{found}");
            assert!(found["url"].as_str().unwrap().ends_with(&format!("lang={lang}")), "{}", found["url"]);
            let missing = page.devtools("Page.getInstallabilityErrors", json!({})).await;
            // A browser that is driven by a test is always of a person who wants nothing kept.
            let missing: Vec<_> = missing["installabilityErrors"].as_array().cloned().unwrap_or_default();
            let missing: Vec<_> = missing.iter().filter(|error| error["errorId"] != "in-incognito").collect();
            assert!(missing.is_empty(), "{missing:?}");
        })
        .await;
    }
}

#[tokio::test]
async fn without_the_server_the_page_says_how_old_it_is_and_comes_back_by_itself() {
    let router = Router::start().await;
    let mut server = Server::quick(&router).await;
    browse(Look::DESKTOP, async |page| {
        page.open_dashboard(&server).await;
        page.moves("ether1", 2, 20).await;
        worker_is_ready(page).await;
        // Written once in a while; what was written is what is shown later.
        let last = async || when(page.eval("return localStorage.getItem('lalin-last')").await, |last| last.is_string());
        eventually(s(30), "what was seen is kept", last).await;

        server.kill().await;
        page.client().goto(&server.url("/prepaid/dashboard")).await.unwrap();
        let title = async || when(page.text_of("[data-testid=offline-title]").await, |text| !text.is_empty());
        assert!(eventually(s(20), "the page without a server", title).await.contains("cannot be reached"));
        let old = page.text_of("[data-testid=offline-old]").await;
        assert!(old.contains("Old data") && old.contains(" ago"), "{old}");
        let lines = page.text_of("#offline-lines").await;
        assert!(lines.contains("ether1") && lines.contains("Mbps"), "the figures that were seen: {lines}");
        assert_eq!(page.eval("return typeof window.lalin").await, "undefined", "nothing of the dashboard is here");
        page.screenshot("without-server").await;

        server.restart().await;
        page.runs().await;
        page.reaches(30, "live").await;
        page.moves("ether1", 1, 20).await;
        // After an update there is only what the new version keeps.
        let caches = page.eval("return caches.keys()").await;
        assert_eq!(caches.as_array().map(Vec::len), Some(1), "{caches}");
    })
    .await;
}
