//! With no router: the form, what its test finds, and the way to a live page without a reload.

use serde_json::json;

use crate::harness::browser::{Look, browse};
use crate::harness::eventually::{eventually, s, when};
use crate::harness::page::Page;
use crate::harness::router::Router;
use crate::harness::server::Server;

async fn fill(page: &Page, name: &str, text: &str) {
    let script = "const [name, text] = arguments; const input = document.querySelector(`form.setup [name=\"${name}\"]`); \
                  input.value = text; input.dispatchEvent(new Event('input', {bubbles: true}));";
    page.eval_with(script, vec![json!(name), json!(text)]).await;
}

/// How the test went, step by step.
async fn report(page: &Page) -> serde_json::Value {
    page.eval(
        "const root = document.querySelector('[data-testid=check-report]'); \
         return root && {ok: root.dataset.ok, steps: Object.fromEntries([...root.querySelectorAll('.step')].map((step) => [step.dataset.step, step.dataset.state])), \
           fix: root.querySelector('.command code')?.textContent ?? ''}",
    )
    .await
}

#[tokio::test]
async fn a_router_is_set_up_in_the_page_tested_step_by_step_and_watched_without_a_reload() {
    let router = Router::start().await;
    let server = Server::with(&[], None).await;
    browse(Look::DESKTOP, async |page| {
        page.open_dashboard(&server).await;
        page.reaches(10, "no-router").await;
        eventually(s(10), "the form", async || {
            when(page.eval("return document.querySelector('form.setup') !== null").await, |there| *there == true)
        })
        .await;
        page.eval("window.notReloaded = true").await;
        assert_eq!(page.eval("return document.querySelector('#unconfigured svg').dataset.picture").await, "no-router");
        // Without an address nothing is sent, and it is said where.
        page.click_on("[data-testid=setup-test]").await;
        assert_eq!(page.eval("return document.activeElement.name").await, "address");

        let login = router.login();
        let (user, address) = login.split_once('@').unwrap();
        fill(page, "address", address).await;
        fill(page, "user", user).await;
        fill(page, "password", "salah").await;
        page.click_on("[data-testid=setup-test]").await;
        let bad =
            eventually(s(20), "what the test found", async || when(report(page).await, |told| told.is_object())).await;
        assert_eq!(
            (&bad["ok"], &bad["steps"]["reach"], &bad["steps"]["login"]),
            (&json!("false"), &json!("ok"), &json!("failed"))
        );
        assert_eq!(bad["steps"]["interfaces"], "skipped");
        assert!(bad["fix"].as_str().unwrap().starts_with("/user set"), "what mends it: {bad}");
        page.screenshot("setup-wrong-password").await;

        // The script stands beside the form, for the user that the form names and with a password of its own.
        let script = "return document.querySelector('#setup-script code')?.textContent ?? ''";
        let script = eventually(s(10), "the script", async || {
            when(page.eval(script).await, |text| {
                text.as_str().is_some_and(|text| text.contains("/user group add name=lalin"))
            })
        })
        .await;
        assert!(!script.as_str().unwrap().contains("PUT-A-PASSWORD"), "nothing is left to fill in: {script}");
        let own = page.text_of("#setup-script mark").await;
        assert_ne!(own, "salah", "what somebody types is not shown");
        page.click_on("[data-testid=setup-renew]").await;
        let filled = "return document.querySelector('form.setup [name=password]').value";
        let renewed = page.eval(filled).await.as_str().unwrap().to_owned();
        assert_eq!(renewed, page.text_of("#setup-script mark").await, "the form has the script's password");
        assert_ne!(renewed, own);

        fill(page, "password", Router::PASSWORD).await;
        page.click_on("[data-testid=setup-test]").await;
        eventually(s(20), "everything works", async || when(report(page).await, |told| told["ok"] == "true")).await;
        page.screenshot("setup-works").await;
        page.click_on("[data-testid=setup-save]").await;
        page.reaches(20, "live").await;
        page.moves("ether1", 1, 20).await;
        assert_eq!(page.eval("return window.notReloaded === true").await, true);
        assert_eq!(page.complaints().await, Vec::<String>::new());
    })
    .await;
}
