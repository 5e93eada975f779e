//! The pictures of the documents, taken of the demonstration as a visitor sees it; `cargo xtask pictures` puts them there.

use serde_json::json;

use crate::harness::browser::{Look, browse};
use crate::harness::eventually::{eventually, s, when};
use crate::harness::page::Page;
use crate::harness::server::Server;

const WIDE: Look = Look { width: 1366, height: 768, ..Look::DESKTOP };
const PHONE: Look = Look { width: 375, height: 812, ..Look::PHONE };

#[tokio::test]
async fn every_picture_of_the_documents_is_taken() {
    let server = Server::demo().await;
    browse(WIDE, async |page| {
        let chosen = "/prepaid/dashboard?router=sukamaju&interface=ether1,bridge-warga";
        page.open(&server.url(chosen)).await;
        live(page).await;
        taken(page, "dashboard").await;
        page.client().goto(&server.url("/prepaid/fleet")).await.unwrap();
        settled(page, "fleet-table").await;
        taken(page, "routers").await;
    })
    .await;
    browse(PHONE.dark(), async |page| {
        page.open(&server.url("/prepaid/dashboard?router=sukamaju&interface=ether1")).await;
        live(page).await;
        taken(page, "phone").await;
    })
    .await;
}

/// A few points after the past hour, so that nothing waits any more.
async fn live(page: &Page) {
    page.reaches(30, "live").await;
    page.moves("ether1", 3, 40).await;
}

/// The routers are listed, with rates for those that have any.
async fn settled(page: &Page, id: &str) {
    let script = "return document.querySelector(`[data-testid=${arguments[0]}]`)?.innerText ?? ''";
    eventually(s(40), "rates in the list", async || {
        let text = page.eval_with(script, vec![json!(id)]).await;
        when(text.as_str().unwrap_or_default().to_owned(), |text| text.matches("Mbps").count() >= 2)
    })
    .await;
}

async fn taken(page: &Page, name: &str) {
    let file = page.screenshot(&format!("docs-{name}")).await;
    let size = std::fs::metadata(&file).unwrap().len();
    assert!(size > 10_000, "{}: {size} bytes", file.display());
}
