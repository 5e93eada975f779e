//! Who cannot see well, or at all, finds everything too: axe-core has nothing to say against any state of the page.

use serde_json::json;

use crate::harness::browser::{Look, browse};
use crate::harness::eventually::{eventually, s, when};
use crate::harness::input::ESCAPE;
use crate::harness::page::Page;
use crate::harness::router::Router;
use crate::harness::server::Server;

const AXE: &str = include_str!("../../../vendor/axe-core/axe.min.js");

#[tokio::test]
async fn a_desktop_has_no_barriers() {
    let router = Router::start().await;
    let server = Server::quick(&router).await;
    browse(Look::DESKTOP, async |page| {
        page.open_dashboard(&server).await;
        page.choose(&["ether1", "<pppoe-budi>"]).await;
        page.moves("ether1", 2, 20).await;
        for scheme in ["light", "dark"] {
            prefers(page, scheme).await;
            no_barriers(page, &format!("desktop, {scheme}")).await;
            page.click("more").await;
            no_barriers(page, &format!("the menu, {scheme}")).await;
            page.click("table").await;
            let table = "return document.querySelector('dialog[open] table') !== null";
            eventually(s(10), "the table", async || when(page.eval(table).await, |there| *there == true)).await;
            no_barriers(page, &format!("the table, {scheme}")).await;
            page.press(ESCAPE).await;
            page.press('?').await;
            let help = "return document.querySelector('dialog#help')?.open === true";
            eventually(s(10), "the help", async || when(page.eval(help).await, |open| *open == true)).await;
            no_barriers(page, &format!("the help, {scheme}")).await;
            page.press(ESCAPE).await;
            page.click("pause").await;
            no_barriers(page, &format!("paused, {scheme}")).await;
            page.click("pause").await;
            page.keys("picker-search", "tidak ada").await;
            no_barriers(page, &format!("nothing found, {scheme}")).await;
            page.close_picker().await;
            page.click("overview-filter").await;
            no_barriers(page, &format!("the list's filters, {scheme}")).await;
            page.click("overview-filter").await;
            page.choose_of_line("ether2", "line-limit").await;
            no_barriers(page, &format!("a line's package, {scheme}")).await;
            page.press(ESCAPE).await;
            page.press('o').await;
            no_barriers(page, &format!("a line's menu, {scheme}")).await;
            page.press(ESCAPE).await;
            page.click("stop").await;
            page.reaches(5, "stopped").await;
            no_barriers(page, &format!("stopped, {scheme}")).await;
            page.click("start").await;
            page.reaches(10, "live").await;
        }
    })
    .await;
}

#[tokio::test]
async fn a_phone_has_no_barriers() {
    let router = Router::start().await;
    let server = Server::quick(&router).await;
    browse(Look::PHONE.asking_for("id-ID,id"), async |page| {
        page.open_dashboard(&server).await;
        page.choose(&["ether1", "<pppoe-budi>"]).await;
        page.moves("ether1", 2, 20).await;
        for scheme in ["light", "dark"] {
            prefers(page, scheme).await;
            no_barriers(page, &format!("phone, {scheme}")).await;
            page.open_picker().await;
            no_barriers(page, &format!("the sheet, {scheme}")).await;
            page.close_picker().await;
        }
    })
    .await;
}

#[tokio::test]
async fn the_list_of_routers_the_wall_and_its_editor_have_no_barriers() {
    let router = Router::start().await;
    let server = Server::quick(&router).await;
    let away = Server::with(&["--router", "admin@127.0.0.1:1"], Some("x")).await;
    let there_is = async |page: &Page, selector: &str| {
        let script = format!("return document.querySelector({selector:?}) !== null");
        eventually(s(20), selector, async || when(page.eval(&script).await, |there| *there == true)).await;
    };
    browse(Look::DESKTOP, async |page| {
        for scheme in ["light", "dark"] {
            prefers(page, scheme).await;
            page.client().goto(&server.url("/prepaid/fleet")).await.unwrap();
            there_is(page, "[data-router][data-is=live]").await;
            no_barriers(page, &format!("routers, {scheme}")).await;
            page.click_on("[data-testid=view-wall]").await;
            there_is(page, "[data-testid=wall-tile]").await;
            no_barriers(page, &format!("wall of routers, {scheme}")).await;
            page.click_on("[data-testid=wall-edit]").await;
            there_is(page, "[data-testid=editor-add]").await;
            no_barriers(page, &format!("editor of the wall, {scheme}")).await;
            page.press(ESCAPE).await;
            page.client().goto(&away.url("/prepaid/fleet")).await.unwrap();
            there_is(page, "[data-router][data-trouble=true]").await;
            no_barriers(page, &format!("a router in trouble, {scheme}")).await;
        }
    })
    .await;
}

#[tokio::test]
async fn a_wall_and_what_goes_wrong_have_no_barriers() {
    let router = Router::start().await;
    let server = Server::quick(&router).await;
    let nobody = Server::with(&[], None).await;
    let away = Server::with(&["--router", "admin@127.0.0.1:1"], Some("x")).await;
    browse(Look::DESKTOP, async |page| {
        for scheme in ["light", "dark"] {
            prefers(page, scheme).await;
            page.open(&server.url("/prepaid/dashboard?kiosk")).await;
            page.moves("ether1", 1, 20).await;
            no_barriers(page, &format!("wall, {scheme}")).await;
            page.open_dashboard(&away).await;
            page.reaches(20, "unreachable").await;
            no_barriers(page, &format!("unreachable, {scheme}")).await;
            page.screenshot(&format!("unreachable-{scheme}")).await;
            page.open_dashboard(&nobody).await;
            page.reaches(10, "no-router").await;
            no_barriers(page, &format!("no router, {scheme}")).await;
        }
    })
    .await;
}

#[tokio::test]
async fn the_first_steps_the_settings_and_sharing_have_no_barriers() {
    let router = Router::start().await;
    let server = Server::quick(&router).await;
    let nobody = Server::with(&[], None).await;
    browse(Look { width: 1366, height: 768, ..Look::DESKTOP }, async |page| {
        for scheme in ["light", "dark"] {
            prefers(page, scheme).await;
            page.open_dashboard(&nobody).await;
            page.reaches(10, "no-router").await;
            there_is(page, "form.setup").await;
            page.eval("document.querySelector('form.setup [name=address]').value = '127.0.0.1:1'").await;
            page.click("setup-more").await;
            page.click("setup-test").await;
            there_is(page, "[data-testid=check-report]").await;
            no_barriers(page, &format!("a test that failed, {scheme}")).await;
        }
        prefers(page, "light").await;
        page.client().goto(&server.url("/settings")).await.unwrap();
        there_is(page, "[data-testid=user-add]").await;
        page.click("user-add").await;
        no_barriers(page, "the first administrator").await;
        let made = "return fetch('/api/v1/setup', {method: 'POST', headers: {'Content-Type': 'application/json'}, \
               body: JSON.stringify({code: '', name: 'sari', password: 'kata sandi panjang'})}).then((answer) => answer.status)";
        assert_eq!(page.eval(made).await, 200);
        for scheme in ["light", "dark"] {
            prefers(page, scheme).await;
            page.client().goto(&server.url("/settings")).await.unwrap();
            there_is(page, "#set-audit:not([hidden])").await;
            no_barriers(page, &format!("the settings, {scheme}")).await;
            page.click("token-add").await;
            no_barriers(page, &format!("a new token, {scheme}")).await;
            page.open_dashboard(&server).await;
            page.moves("ether1", 1, 20).await;
            page.click("share").await;
            there_is(page, "[data-testid=share-form]").await;
            no_barriers(page, &format!("sharing, {scheme}")).await;
            page.click("share-make").await;
            there_is(page, "[data-testid=share-link]").await;
            page.click("share-as-element").await;
            there_is(page, "[data-testid=share-existing]").await;
            no_barriers(page, &format!("a link, {scheme}")).await;
        }
        page.client().delete_all_cookies().await.unwrap();
        page.client().goto(&server.url("/login")).await.unwrap();
        there_is(page, "[data-testid=login-form]").await;
        no_barriers(page, "the login").await;
    })
    .await;
}

async fn there_is(page: &Page, selector: &str) {
    let script = format!("return document.querySelector({selector:?}) !== null");
    eventually(s(20), selector, async || when(page.eval(&script).await, |there| *there == true)).await;
}

/// What axe-core finds in the page as it is now.
pub(crate) async fn no_barriers(page: &Page, what: &str) {
    // Colours that are still changing are no colours of the page.
    let rests = "return document.getAnimations().every(motion => motion.playState !== 'running')";
    eventually(s(5), "the page rests", async || when(page.eval(rests).await, |rests| *rests == true)).await;
    if page.eval("return typeof window.axe").await == "undefined" {
        page.eval(AXE).await;
    }
    let answer = page.client().execute_async(RUN, Vec::new()).await.unwrap();
    assert!(answer["passed"].as_u64().is_some_and(|passed| passed > 10), "{what}: {answer}");
    assert_eq!(answer["found"], json!([]), "{what}");
}

/// Runs axe-core. That the state's line is in no landmark is passed over: it is said wherever somebody is.
const RUN: &str = "const done = arguments[0]; \
      const stands = ({id, nodes}) => nodes.filter(({target}) => \
        id !== 'region' || !document.querySelector(target.at(-1))?.closest('#state')); \
      const words = ({id, help, nodes}) => `${id}: ${help}: ` + \
        nodes.map(node => `${node.html.slice(0, 160)} ${node.any[0]?.message ?? ''}`).join(' | '); \
      axe.run(document, {resultTypes: ['violations']}).then(({violations, passes}) => done({passed: passes.length, \
        found: violations.map(one => ({...one, nodes: stands(one)})).filter(({nodes}) => nodes.length > 0).map(words)}), \
        error => done(String(error)));";

async fn prefers(page: &Page, scheme: &str) {
    let features = json!({"features": [{"name": "prefers-color-scheme", "value": scheme}]});
    page.devtools("Emulation.setEmulatedMedia", features).await;
}
