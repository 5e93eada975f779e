//! The page of the API: found by words, opened by keys, tried out; in both languages, without barriers.

use crate::display::accessibility::no_barriers;
use crate::display::text_boxes::at_each;
use crate::harness::browser::{Look, browse};
use crate::harness::eventually::{eventually, s, when};
use crate::harness::input::{ENTER, TAB};
use crate::harness::page::Page;
use crate::harness::router::Router;
use crate::harness::server::Server;

const SHOWN: &str = "return [...document.querySelectorAll('.api-operation:not([hidden]) > summary')]\
                     .filter((one) => one.checkVisibility()).map((one) => one.textContent)";

#[tokio::test]
async fn a_programmer_finds_and_tries_an_operation_in_english() {
    found_and_tried(Look::DESKTOP, "Parameters", "Nothing matches.").await;
}

#[tokio::test]
async fn a_programmer_finds_and_tries_an_operation_in_indonesian() {
    found_and_tried(Look::DESKTOP.asking_for("id-ID,id").dark(), "Parameter", "Tidak ada yang cocok.").await;
}

async fn found_and_tried(look: Look, parameters: &str, none: &str) {
    let router = Router::start().await;
    let server = Server::quick(&router).await;
    browse(look, async |page| {
        open(page, &server, "").await;
        let all = shown(page).await;
        let described = page.eval("return fetch('/api/v1/openapi.json').then(answer => answer.text())").await;
        let described: serde_json::Value = serde_json::from_str(described.as_str().unwrap()).unwrap();
        let operations = described["paths"].as_object().unwrap().values().map(|path| path.as_object().unwrap().len());
        assert_eq!(all.len(), operations.sum::<usize>(), "each operation is there once");
        no_barriers(page, "the API").await;

        page.keys("api-search", "interfaces get").await;
        let found = shown(page).await;
        assert!(!found.is_empty() && found.len() < all.len(), "{found:?}");
        assert!(found.iter().all(|one| one.to_lowercase().contains("interface")), "{found:?}");
        page.keys("api-search", " tidakada").await;
        assert!(shown(page).await.is_empty());
        assert_eq!(page.text_of("#api-none").await, none);
        page.eval(
            "const search = document.getElementById('api-search'); search.value = '/api/v1/interfaces'; \
             search.dispatchEvent(new Event('input')); search.focus()",
        )
        .await;

        // By keys alone: over the link to the file to the first operation, open it, fill it in, send it.
        page.press(TAB).await;
        page.press(TAB).await;
        page.press(ENTER).await;
        // Its parts are made when it has opened.
        eventually(s(10), "its parts", async || {
            let text = page.text_of("details[open]").await;
            if text.contains(parameters) && text.contains("200") { Ok(()) } else { Err(text) }
        })
        .await;
        no_barriers(page, "an operation").await;
        page.press(TAB).await;
        assert_eq!(page.eval("return document.activeElement.ariaLabel").await, "router");
        page.press(ENTER).await;
        let told = answered(page, "GET /api/v1/interfaces\n200 application/json", "ether1").await;
        let (_, json) = told.split_once("\n\n").unwrap();
        let json: serde_json::Value = serde_json::from_str(json).unwrap();
        let id = json["router"].as_str().unwrap();
        page.keys_in("details[open] [aria-label=router]", id).await;
        page.click_on("details[open] .api-try button").await;
        answered(page, &format!("GET /api/v1/interfaces?router={id}\n200 application/json"), "ether1").await;
        no_barriers(page, "an answer").await;
    })
    .await;
}

#[tokio::test]
async fn a_link_opens_its_operation_and_nothing_is_cut_off_at_any_width() {
    let router = Router::start().await;
    let server = Server::quick(&router).await;
    browse(Look::PHONE.asking_for("id-ID,id"), async |page| {
        open(page, &server, "#getInterfaces").await;
        let named = "return document.querySelector('details[open]')?.id";
        eventually(s(10), "the operation", async || when(page.eval(named).await, |id| *id == "getInterfaces")).await;
        no_barriers(page, "the API in a hand").await;
        let mut wrong = String::new();
        at_each(page, &[(1366, 768), (768, 1024), (375, 812), (320, 640)], "the API", &mut wrong).await;
        assert!(wrong.is_empty(), "{wrong}");
    })
    .await;
}

async fn open(page: &Page, server: &Server, named: &str) {
    page.client().goto(&server.url(&format!("/prepaid/api{named}"))).await.unwrap();
    let there = "return document.querySelector('.api-operation') !== null";
    eventually(s(20), "the operations", async || when(page.eval(there).await, |there| *there == true)).await;
}

async fn shown(page: &Page) -> Vec<String> {
    serde_json::from_value(page.eval(SHOWN).await).unwrap()
}

async fn answered(page: &Page, head: &str, body: &str) -> String {
    eventually(s(20), head, async || {
        let told = page.text_of("details[open] .api-result:not([hidden])").await;
        if told.contains(head) && told.contains(body) { Ok(told) } else { Err(told) }
    })
    .await
}
