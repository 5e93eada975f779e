//! Where the page's requests go, and that nothing in it complains.

use crate::harness::browser::{Look, browse};
use crate::harness::router::Router;
use crate::harness::server::Server;

#[tokio::test]
async fn no_request_leaves_the_servers_address() {
    let router = Router::start().await;
    let server = Server::over(&router).await;
    let page_answer = server.get("/prepaid/dashboard").await;
    let policy = page_answer.header("content-security-policy");
    assert!(policy.contains("default-src 'self'") || policy.contains("default-src 'none'"), "{policy:?}");
    assert!(!policy.contains("unsafe-") && !policy.contains("http"), "{policy:?}");
    browse(Look::DESKTOP.recording_requests(), async |page| {
        page.requested().await;
        page.open_dashboard(&server).await;
        page.moves("ether1", 3, 20).await;
        page.click("stop").await;
        page.reaches(5, "stopped").await;
        page.click("start").await;
        page.moves("ether1", 1, 20).await;

        let own = server.url("/");
        let requested = page.requested().await;
        assert!(requested.iter().any(|url| url.contains("/api/v1/stream")), "{requested:?}");
        // What is in the page already, as its icon is, goes nowhere.
        let goes = |url: &&String| !url.starts_with("data:");
        let foreign: Vec<&String> =
            requested.iter().filter(goes).filter(|url| url.contains("://") && !url.starts_with(&own)).collect();
        assert!(foreign.is_empty(), "{foreign:?}");
        assert!(!requested.iter().any(|url| url.contains("interface-stats")), "no polling beside the stream");
        let entries = page.eval("return performance.getEntriesByType('resource').map(e => e.name)").await;
        let entries: Vec<String> = serde_json::from_value(entries).unwrap();
        let entries: Vec<&String> = entries.iter().filter(goes).collect();
        assert!(entries.len() >= 3 && entries.iter().all(|url| url.starts_with(&own)), "{entries:?}");
        assert_eq!(page.complaints().await, Vec::<String>::new());
    })
    .await;
}

#[tokio::test]
async fn nothing_configured_is_a_state() {
    let server = Server::with(&[], None).await;
    browse(Look::DESKTOP.asking_for("id-ID,id"), async |page| {
        page.open_dashboard(&server).await;
        let state = page.reaches(10, "no-router").await;
        let text = page.text().await;
        assert!(text.contains("MikroTik tidak terhubung atau belum dikonfigurasi"), "{state:?}: {text}");
        assert!(text.contains("lalin.toml"), "how to configure: {text}");
        assert_eq!(page.complaints().await, Vec::<String>::new());
        page.screenshot("no-router").await;
    })
    .await;
}
