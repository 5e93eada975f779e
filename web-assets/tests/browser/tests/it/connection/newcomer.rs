//! The first minutes: from a server without a router to traffic, with few clicks and nothing to look for further down.

use serde_json::json;

use crate::harness::browser::{Look, browse};
use crate::harness::eventually::{eventually, s, when};
use crate::harness::page::Page;
use crate::harness::router::Router;
use crate::harness::server::Server;

const MEASURE: &str = include_str!("../display/text_boxes.js");
/// The screen of a small notebook.
const NOTEBOOK: Look = Look { width: 1366, height: 768, ..Look::DESKTOP };
/// The most clicks from the first page to traffic.
const CLICKS: u64 = 6;

#[tokio::test]
async fn a_newcomer_sees_traffic_within_six_clicks_and_never_scrolls() {
    for (number, language) in [(1, "id-ID,id"), (2, "en-US,en")] {
        // Where a router is found, its API has the usual port.
        let address = own_loopback(number);
        let router = Router::waiting_for_its_user(&address, "lalin").await;
        let server = Server::with(&[], None).await;
        browse(NOTEBOOK.asking_for(language), async |page| {
            watch_the_hand(page, &address).await;
            page.open_dashboard(&server).await;
            page.reaches(10, "no-router").await;

            // The router that was found, its script, the test, saving: that is all.
            let found = "[data-testid=neighbour]";
            eventually(s(15), "a router is found", async || when(page.text_of(found).await, |text| !text.is_empty()))
                .await;
            page.click_on(found).await;
            let script = eventually(s(10), "its script", async || {
                when(page.text_of("#setup-script code").await, |text| text.contains("/user add"))
            })
            .await;
            page.click_on("[data-testid=setup-copy]").await;
            paste(&router, &script);
            page.click_on("[data-testid=setup-test]").await;
            eventually(s(20), "one good line", async || {
                when(page.attribute("[data-testid=check-report]", "data-ok").await, |ok| ok == "true")
            })
            .await;
            assert_eq!(page.text_of(".okline .about").await.split(" · ").next(), Some("MikroTik"));
            assert_eq!(shown(page, ".step").await, 0, "step by step only on demand");
            assert_eq!(cut(page).await, json!([]), "every text has its room");
            page.screenshot(&format!("newcomer-tested-{}", &language[..2])).await;
            page.click_on("[data-testid=setup-save]").await;
            eventually(s(10), "it says so", async || {
                let wanted = if number == 1 { "MikroTik tersimpan" } else { "MikroTik saved" };
                when(page.text_of("[data-testid=short-note]").await, |said| said == wanted)
            })
            .await;
            page.reaches(20, "live").await;
            page.moves("ether1", 1, 20).await;
            eventually(s(10), "the router's own name", async || {
                when(page.text_of("#router-name").await, |name| name.contains("MikroTik"))
            })
            .await;
            page.screenshot(&format!("newcomer-{}", &language[..2])).await;
            let hand = page.eval("return window.hand").await;
            assert!(hand["clicks"].as_u64().is_some_and(|clicks| (4..=CLICKS).contains(&clicks)), "{hand}");
            assert_eq!(hand["scrolls"], json!([]));
            assert_eq!(page.complaints().await, Vec::<String>::new());
        })
        .await;
    }
}

#[tokio::test]
async fn a_wrong_password_is_named_and_mended_where_it_is_met() {
    let address = own_loopback(3);
    let router = Router::waiting_for_its_user(&address, "lalin").await;
    let server = Server::with(&[], None).await;
    browse(NOTEBOOK, async |page| {
        watch_the_hand(page, &address).await;
        page.open_dashboard(&server).await;
        let found = "[data-testid=neighbour]";
        eventually(s(15), "a router is found", async || when(page.text_of(found).await, |text| !text.is_empty())).await;
        page.click_on(found).await;
        // The script was not pasted.
        page.click_on("[data-testid=setup-test]").await;
        let command = eventually(s(20), "what mends it", async || {
            when(page.text_of("[data-testid=check-report] .command code").await, |text| text.contains("password="))
        })
        .await;
        let password = page.text_of("#setup-script mark").await;
        assert_eq!(command, format!("/user set [find name=lalin] password=\"{password}\""));
        let save = page.place_of("[data-testid=setup-save]").await;
        assert!(save.y > 0.0 && save.y + save.height <= 768.0, "it is in sight: {save:?}");
        assert_eq!(cut(page).await, json!([]), "every text has its room");
        page.screenshot("newcomer-wrong-password").await;

        router.handle.set_password(password);
        page.click_on("[data-testid=setup-test]").await;
        eventually(s(20), "now it works", async || {
            when(page.attribute("[data-testid=check-report]", "data-ok").await, |ok| ok == "true")
        })
        .await;
        // Another connection was not tested.
        page.click_on("[data-testid=setup-renew]").await;
        assert_eq!(page.attribute("[data-testid=check-report]", "data-ok").await, "");
    })
    .await;
}

#[tokio::test]
async fn how_often_is_said_in_seconds_and_not_as_an_age() {
    let server = Server::with(&[], None).await;
    browse(NOTEBOOK.asking_for("id-ID,id"), async |page| {
        page.open_dashboard(&server).await;
        page.reaches(10, "no-router").await;
        let options = "return [...document.querySelectorAll('form.setup [name=intervalMs] option')].map((one) => one.textContent)";
        let options = eventually(s(10), "the form", async || {
            when(page.eval(options).await, |options| options.as_array().is_some_and(|all| !all.is_empty()))
        })
        .await;
        assert_eq!(options[2], "2 detik");
        assert_eq!(options[6], "1 menit");
    })
    .await;
}

/// An address of this machine for this test process alone: where a router is found it listens on the usual port.
fn own_loopback(number: u8) -> String {
    let [.., high, low] = std::process::id().to_be_bytes();
    format!("127.{}.{}.{}", high.max(1), low.max(1), 10 + number)
}

/// From now on clicks are counted and whatever scrolls is noted; and the network has this router.
async fn watch_the_hand(page: &Page, address: &str) {
    let heard = json!({
        "listening": true, "gateway": null,
        "neighbours": [{"address": address, "addresses": [address], "identity": "MikroTik", "board": "CHR",
            "version": "7.18.2 (stable)", "mac": null, "interface": null, "ageMs": 100}],
    });
    let script = format!(
        "window.hand = {{clicks: 0, scrolls: []}}; \
         addEventListener('click', (event) => {{ if (event.isTrusted && event.detail > 0) hand.clicks += 1; }}, true); \
         addEventListener('scroll', ({{target}}) => {{ hand.scrolls.push(target.nodeName + ' ' + (target.className ?? '')); }}, true); \
         const ask = window.fetch; \
         window.fetch = (url, ...more) => String(url).endsWith('/api/v1/discovery') \
           ? Promise.resolve(Response.json({heard})) : ask(url, ...more);"
    );
    page.devtools("Page.enable", json!({})).await;
    page.devtools("Page.addScriptToEvaluateOnNewDocument", json!({"source": script})).await;
}

/// What a router does with the script: the user is there, with its password.
fn paste(router: &Router, script: &str) {
    let line = script.lines().find(|line| line.starts_with("/user add ")).unwrap_or_else(|| panic!("{script}"));
    assert!(line.contains("name=\"lalin\" group=lalin"), "{line}");
    let password = line.split("password=\"").nth(1).and_then(|rest| rest.split('"').next());
    router.handle.set_password(password.unwrap_or_else(|| panic!("{line}")));
}

/// How many of these are seen.
async fn shown(page: &Page, selector: &str) -> u64 {
    let script = "return [...document.querySelectorAll(arguments[0])].filter((one) => one.checkVisibility()).length";
    page.eval_with(script, vec![json!(selector)]).await.as_u64().unwrap()
}

/// What is wrong with the texts that are seen.
async fn cut(page: &Page) -> serde_json::Value {
    page.eval(&format!("{MEASURE}; return textFaults();")).await
}
