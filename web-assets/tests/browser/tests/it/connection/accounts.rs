//! Accounts and many routers, as people meet them: the login, the fleet, the settings.

use serde_json::{Value, json};

use crate::harness::browser::{Look, browse};
use crate::harness::eventually::{eventually, s, when};
use crate::harness::page::Page;
use crate::harness::router::Router;
use crate::harness::server::Server;

const PASSWORD: &str = "kata sandi panjang";

/// Sends a change from the page, as the machine's own user may; the answer's status.
async fn send(page: &Page, path: &str, body: Value) -> Value {
    page.eval_with(
        "const [path, body] = arguments; \
         return fetch(path, {method: 'POST', headers: {'Content-Type': 'application/json'}, body: JSON.stringify(body)}).then((answer) => answer.status)",
        vec![json!(path), body],
    )
    .await
}

async fn path_is(page: &Page, wanted: &str) {
    eventually(s(15), wanted, async || when(page.eval("return location.pathname").await, |path| path == wanted)).await;
}

async fn type_in(page: &Page, form: &str, name: &str, text: &str) {
    let script = "const [form, name, text] = arguments; \
                  const input = document.querySelector(`[data-testid=${form}] [name=${name}]`); \
                  input.value = text; input.dispatchEvent(new Event('input', {bubbles: true}));";
    page.eval_with(script, vec![json!(form), json!(name), json!(text)]).await;
}

async fn there_is(page: &Page, selector: &str) {
    let script = format!("return document.querySelector({selector:?}) !== null");
    eventually(s(15), selector, async || when(page.eval(&script).await, |there| *there == true)).await;
}

#[tokio::test]
async fn with_an_account_one_logs_in_and_out_and_comes_back_to_where_one_was() {
    let router = Router::start().await;
    let server = Server::quick(&router).await;
    browse(Look::DESKTOP, async |page| {
        // A page without a stream: the first account ends what is open.
        page.client().goto(&server.url("/settings")).await.unwrap();
        let account = json!({"name": "sari", "password": PASSWORD, "role": "administrator"});
        assert_eq!(send(page, "/api/v1/users", account).await, 201);

        page.client().goto(&server.url("/prepaid/dashboard?kiosk")).await.unwrap();
        path_is(page, "/login").await;
        there_is(page, "[data-testid=login-form]").await;
        page.screenshot("login").await;
        type_in(page, "login-form", "name", "sari").await;
        type_in(page, "login-form", "password", "salah sekali").await;
        page.click_on("[data-testid=login-form] [type=submit]").await;
        eventually(s(15), "it is said", async || {
            let said =
                "return [...document.querySelectorAll('.wrong')].some((wrong) => !wrong.hidden && wrong.textContent)";
            when(page.eval(said).await, |said| *said == true)
        })
        .await;
        type_in(page, "login-form", "password", PASSWORD).await;
        page.click_on("[data-testid=login-form] [type=submit]").await;
        path_is(page, "/prepaid/dashboard").await;
        page.runs().await;
        assert_eq!(page.eval("return location.search").await, "?kiosk");
        page.reaches(20, "live").await;

        page.client().goto(&server.url("/settings")).await.unwrap();
        there_is(page, "#set-users:not([hidden])").await;
        eventually(s(10), "the account", async || {
            when(page.eval("return document.getElementById('set-users').textContent").await, |text| {
                text.as_str().is_some_and(|text| text.contains("sari"))
            })
        })
        .await;
        page.screenshot("settings").await;
        page.eval("document.querySelector('#site-account').open = true").await;
        page.click_on("[data-testid=logout]").await;
        path_is(page, "/login").await;
    })
    .await;
}

#[tokio::test]
async fn many_routers_are_seen_at_a_glance_and_switched_between() {
    let router = Router::start().await;
    let other = Router::start().await;
    let server = Server::quick(&router).await;
    browse(Look::DESKTOP, async |page| {
        page.open_dashboard(&server).await;
        page.moves("ether1", 1, 20).await;
        let login = other.login();
        let (user, address) = login.split_once('@').unwrap();
        let form = json!({"name": "Menara Utara", "address": address, "user": user, "password": Router::PASSWORD, "tags": ["utara"]});
        assert_eq!(send(page, "/api/v1/routers", form).await, 201);

        page.client().goto(&server.url("/prepaid/fleet")).await.unwrap();
        let rows = "return [...document.querySelectorAll('[data-router]')].map((row) => row.textContent)";
        let rows = eventually(s(20), "both are live", async || {
            let rows = page.eval(rows).await;
            let live = |row: &Value| row.as_str().is_some_and(|text| text.contains("CHR") && text.contains("Mbps"));
            when(rows, |rows| rows.as_array().is_some_and(|rows| rows.len() == 2 && rows.iter().all(live)))
        })
        .await;
        assert!(rows.to_string().contains("Menara Utara"), "{rows}");
        page.screenshot("fleet").await;
        page.click_on("[data-router=menara-utara] [data-testid=fleet-open]").await;
        path_is(page, "/prepaid/dashboard").await;
        page.runs().await;
        assert_eq!(page.eval("return new URLSearchParams(location.search).get('router')").await, "menara-utara");
        page.reaches(20, "live").await;
        eventually(s(10), "its name", async || {
            when(page.eval("return document.querySelector('header').textContent").await, |text| {
                text.as_str().is_some_and(|text| text.contains("Menara Utara"))
            })
        })
        .await;
        there_is(page, "#router-switch").await;
        page.click_on("#router-switch").await;
        there_is(page, "[data-testid=switch][open]").await;
        page.screenshot("switch").await;
    })
    .await;
}

#[tokio::test]
async fn what_is_seen_ends_with_the_right_to_it_and_begins_again_with_a_login() {
    let router = Router::start().await;
    let server = Server::quick(&router).await;
    browse(Look::DESKTOP, async |page| {
        page.open_dashboard(&server).await;
        page.moves("ether1", 1, 20).await;
        // Beside the server, as an administrator does on the machine: first an account, then another password for it.
        for (command, password) in [("add", PASSWORD), ("password", "kata sandi yang lain")] {
            server.command(&["user", command, "sari"], &format!("{password}\n")).await;
            path_is(page, "/login").await;
            there_is(page, "[data-testid=login-form]").await;
            type_in(page, "login-form", "name", "sari").await;
            type_in(page, "login-form", "password", password).await;
            page.click_on("[data-testid=login-form] [type=submit]").await;
            path_is(page, "/prepaid/dashboard").await;
            page.runs().await;
            page.moves("ether1", 1, 20).await;
        }
    })
    .await;
}

#[tokio::test]
async fn the_first_administrator_types_the_password_twice_and_is_logged_in_at_once() {
    let router = Router::start().await;
    let server = Server::quick(&router).await;
    browse(Look { width: 1366, height: 768, ..Look::DESKTOP }, async |page| {
        page.client().goto(&server.url("/settings")).await.unwrap();
        there_is(page, "[data-testid=user-add]").await;
        page.click_on("[data-testid=user-add]").await;
        there_is(page, "[data-testid=user-form]").await;
        page.keys_in("[data-testid=user-form] [name=name]", "sari").await;
        page.keys_in("[data-testid=user-form] [name=password]", PASSWORD).await;
        page.keys_in("[data-testid=user-form] [name=again]", "kata sandi lain").await;
        page.click_on("[data-testid=user-save]").await;
        let wrong =
            "return document.querySelector('[data-testid=user-form] [name=again]').getAttribute('aria-invalid')";
        eventually(s(5), "they differ", async || when(page.eval(wrong).await, |wrong| *wrong == "true")).await;
        // Shown, both are seen.
        page.click_on("[data-testid=user-form] [data-testid=password-show]").await;
        let types =
            "return [...document.querySelectorAll('[data-testid=user-form] .secret input')].map((one) => one.type)";
        assert_eq!(page.eval(types).await, json!(["text", "text"]));
        page.screenshot("first-administrator").await;
        type_in(page, "user-form", "again", PASSWORD).await;
        page.click_on("[data-testid=user-save]").await;
        // Not the login's page: the settings of somebody who is in.
        there_is(page, "#set-own:not([hidden])").await;
        there_is(page, "#set-tokens:not([hidden])").await;
        assert!(page.text_of("#set-own").await.contains("sari"));
        assert_eq!(page.eval("return location.pathname").await, "/settings");
        eventually(s(10), "how one is called in words", async || {
            when(page.text_of("#set-users").await, |text| text.contains("Administrator"))
        })
        .await;
        page.screenshot("settings-first").await;
    })
    .await;
}
