//! Lines are shared where they are: a link that opens without a login, shows these lines alone, ends, and is revoked.

use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

use crate::harness::browser::{Look, browse};
use crate::harness::eventually::{eventually, s, when};
use crate::harness::page::Page;
use crate::harness::router::Router;
use crate::harness::server::Server;

const MEASURE: &str = include_str!("text_boxes.js");
const PASSWORD: &str = "kata sandi panjang";
const BUDI: &str = "<pppoe-budi>";
/// What the embedded element says.
const SAID: &str =
    "return [...document.querySelectorAll('lalin-traffic')].map((one) => one.shadowRoot?.textContent ?? '').join(' ')";

#[tokio::test]
async fn lines_are_shared_where_they_are_and_the_link_shows_these_alone_until_it_is_revoked() {
    let router = Router::start().await;
    let server = Server::quick(&router).await;
    browse(Look { width: 1366, height: 768, ..Look::DESKTOP }, async |page| {
        enter(page, &server).await;
        page.choose(&["ether1", BUDI]).await;
        page.moves("ether1", 1, 20).await;
        page.click("share").await;
        eventually(s(10), "the dialog", async || {
            when(page.eval("return document.getElementById('share')?.open === true").await, |open| *open == true)
        })
        .await;
        // What it will look like is seen before the link is made.
        eventually(s(20), "the preview is live", async || {
            when(page.eval(SAID).await, |said| said.as_str().is_some_and(|said| said.contains("budi")))
        })
        .await;
        assert_eq!(page.eval(&format!("{MEASURE}; return textFaults();")).await, json!([]), "every text has its room");
        page.screenshot("share").await;
        page.click("share-make").await;
        let link = eventually(s(10), "the link", async || {
            when(page.text_of("[data-testid=share-link] code").await, |link| link.contains("token="))
        })
        .await;
        page.screenshot("share-made").await;
        page.click("share-as-element").await;
        let element = page.text_of("[data-testid=share-element] code").await;
        assert!(element.contains("<lalin-traffic ") && element.contains("&lt;pppoe-budi&gt;"), "{element}");
        page.click("share-as-frame").await;
        assert!(page.text_of("[data-testid=share-frame] code").await.starts_with("<iframe "));

        browse(Look::DESKTOP, async |guest| {
            guest.client().goto(&link).await.unwrap();
            let said = eventually(s(20), "the lines' speeds, without a login", async || {
                when(guest.eval(SAID).await, |said| {
                    said.as_str().is_some_and(|said| said.contains("100.") && said.contains("20."))
                })
            })
            .await;
            let said = said.as_str().unwrap();
            assert!(said.contains("ether1") && said.contains("budi"), "{said}");
            assert!(!said.contains("ether2") && !said.contains("siti"), "{said}");
            // Nor is anything else told to whoever has the link.
            let asked = "const token = new URLSearchParams(location.search).get('token'); \
                         return fetch(`/api/v1/interfaces?token=${token}`).then((answer) => answer.json())";
            let told = guest.eval(asked).await;
            let names: Vec<&str> =
                told["interfaces"].as_array().unwrap().iter().filter_map(|one| one["name"].as_str()).collect();
            assert_eq!(names, ["ether1", BUDI], "{told}");
            guest.screenshot("shared").await;

            // It is listed beside what it shows, and ends as soon as it is revoked, where it is seen too.
            page.click("share-revoke").await;
            page.click("share-revoke").await;
            eventually(s(10), "there is no link any more", async || {
                when(page.eval("return document.querySelectorAll('[data-testid=share-existing]').length").await, |n| {
                    *n == 0
                })
            })
            .await;
            eventually(s(15), "it has ended", async || {
                when(guest.eval(SAID).await, |said| said.as_str().is_some_and(|said| said.contains("link has ended")))
            })
            .await;
        })
        .await;
    })
    .await;
}

#[tokio::test]
async fn a_link_ends_when_its_time_is_over() {
    let router = Router::start().await;
    let server = Server::quick(&router).await;
    browse(Look::DESKTOP, async |page| {
        enter(page, &server).await;
        page.moves("ether1", 1, 20).await;
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis();
        let ends = u64::try_from(now).unwrap() + 12_000;
        let asked = "const [ends] = arguments; const {guard} = await (await fetch('/api/v1/me')).json(); \
             const {routers} = await (await fetch('/api/v1/routers')).json(); \
             const body = {kind: 'share', name: 'sebentar', lines: [{router: routers[0].id, interface: 'ether1'}], expires: ends}; \
             const answer = await fetch('/api/v1/tokens', {method: 'POST', body: JSON.stringify(body), \
               headers: {'Content-Type': 'application/json', 'X-Lalin-Guard': guard}}); \
             return answer.json()";
        let script = format!("return (async () => {{ {} }})()", asked.replace("arguments", &json!([ends]).to_string()));
        let told = page.eval(&script).await;
        let token = told["token"].as_str().unwrap_or_else(|| panic!("{told}")).to_owned();
        browse(Look::DESKTOP, async |guest| {
            guest.client().goto(&server.url(&format!("/embed?interface=ether1&lang=en&token={token}"))).await.unwrap();
            eventually(s(15), "it is good", async || {
                when(guest.eval(SAID).await, |said| said.as_str().is_some_and(|said| said.contains("100.")))
            })
            .await;
            eventually(s(30), "its time is over", async || {
                when(guest.eval(SAID).await, |said| said.as_str().is_some_and(|said| said.contains("link has ended")))
            })
            .await;
        })
        .await;
    })
    .await;
}

#[tokio::test]
async fn without_accounts_the_dialog_says_that_every_door_is_open() {
    let router = Router::start().await;
    let server = Server::quick(&router).await;
    browse(Look::PHONE, async |page| {
        page.open_dashboard(&server).await;
        page.moves("ether1", 1, 20).await;
        open_by_hand(page, "ether1").await;
        let link = eventually(s(10), "an address", async || {
            when(page.text_of("[data-testid=share-link] code").await, |link| link.contains("/embed?"))
        })
        .await;
        assert!(!link.contains("token"), "{link}");
        assert_eq!(page.eval("return document.querySelector('[data-testid=share-make]')").await, Value::Null);
        assert_eq!(page.overflow().await, 0.0);
        page.screenshot("share-phone").await;
    })
    .await;
}

/// The dialog for one line, as its menu in the list opens it.
async fn open_by_hand(page: &Page, interface: &str) {
    let script = "const [name] = arguments; \
         const main = document.querySelector('script[src*=\"app/dashboard.js\"]').src; \
         const {lang, texts} = JSON.parse(document.body.dataset.page); \
         return import(new URL('../account/share-dialog.js', main)).then(({shareDialog}) => \
           shareDialog({lang, texts, router: null, lines: [name]})).then(() => true)";
    page.eval_with(script, vec![json!(interface)]).await;
}

/// Makes the first account on the page of the settings, which logs it in, and opens the dashboard.
async fn enter(page: &Page, server: &Server) {
    page.client().goto(&server.url("/settings")).await.unwrap();
    let made = "const [password] = arguments; \
         return fetch('/api/v1/setup', {method: 'POST', headers: {'Content-Type': 'application/json'}, \
           body: JSON.stringify({code: '', name: 'sari', password})}).then((answer) => answer.status)";
    assert_eq!(page.eval_with(made, vec![json!(PASSWORD)]).await, 200);
    page.open_dashboard(server).await;
    page.reaches(20, "live").await;
}
