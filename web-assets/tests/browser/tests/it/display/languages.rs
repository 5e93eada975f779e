//! Indonesian and English.

use crate::harness::browser::{Look, browse};
use crate::harness::eventually::{eventually, s, when};
use crate::harness::page::Page;
use crate::harness::router::Router;
use crate::harness::server::Server;

#[tokio::test]
async fn the_language_follows_the_browser_and_can_be_switched() {
    let router = Router::start().await;
    let server = Server::over(&router).await;
    browse(Look::DESKTOP.asking_for("id-ID,id,en"), async |page| {
        page.open_dashboard(&server).await;
        page.reaches(10, "live").await;
        assert_eq!(language(page).await, "id");
        let text = page.text().await;
        assert!(text.contains("Stop Monitor") && page.state().await.text.contains("Live"), "{text}");
        page.moves("ether1", 1, 20).await;
        let card = page.card("ether1").await.expect("a card");
        assert!(card.rx.contains(','), "a decimal comma: {card:?}");
        page.screenshot("indonesian").await;

        page.switch_language().await;
        page.runs().await;
        eventually(s(10), "English", async || when(language(page).await, |language| language == "en")).await;
        let live = page.reaches(10, "live").await;
        assert!(live.text.contains("Live"), "{live:?}");
        page.moves("ether1", 1, 20).await;
        let card = page.card("ether1").await.expect("a card");
        assert!(card.rx.contains('.') && !card.rx.contains(','), "a decimal point: {card:?}");

        // The choice is remembered, against what the browser asks for.
        page.open_dashboard(&server).await;
        assert_eq!(language(page).await, "en");
        assert_eq!(page.complaints().await, Vec::<String>::new());
    })
    .await;
    browse(Look::DESKTOP.asking_for("en-GB,en"), async |page| {
        page.open_dashboard(&server).await;
        assert_eq!(language(page).await, "en");
    })
    .await;
}

async fn language(page: &Page) -> String {
    page.eval("return document.documentElement.lang").await.as_str().unwrap_or_default().to_owned()
}
