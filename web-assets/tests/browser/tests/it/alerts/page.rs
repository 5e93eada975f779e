//! The page of alerts: the editor of rules, channels that are tried, maintenance; in both languages, without barriers.

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use crate::display::accessibility::no_barriers;
use crate::display::text_boxes::at_each;
use crate::harness::browser::{Look, browse};
use crate::harness::eventually::{eventually, s};
use crate::harness::page::Page;
use crate::harness::router::Router;
use crate::harness::server::Server;

const KINDS: [&str; 15] = [
    "line-down",
    "traffic-above",
    "traffic-below",
    "usage-above",
    "percentile-near",
    "router-unreachable",
    "router-rebooted",
    "flapping",
    "errors-above",
    "drops-above",
    "cpu-above",
    "memory-above",
    "clock-off",
    "disk-low",
    "no-data",
];

#[tokio::test]
async fn a_rule_of_each_kind_is_made_in_english() {
    rules_of_each_kind(Look::DESKTOP).await;
}

#[tokio::test]
async fn a_rule_of_each_kind_is_made_in_indonesian() {
    rules_of_each_kind(Look::DESKTOP.asking_for("id-ID,id")).await;
}

/// Every kind can be filled in, saved, found in the list with the figures that were typed, and changed.
async fn rules_of_each_kind(look: Look) {
    let router = Router::start().await;
    let server = watching(&router).await;
    browse(look, async |page| {
        open(page, &server).await;
        let before = rules(page).await.len();
        for kind in KINDS {
            page.click("rule-add").await;
            choose(page, "kind", kind).await;
            for (name, value) in [("bound", "80"), ("name", kind)] {
                fill(page, name, value).await;
            }
            page.click("rule-save").await;
            saved(page, kind).await;
        }
        let made = rules(page).await;
        assert_eq!(made.len(), before + KINDS.len());
        let of = |name: &str| made.iter().find(|rule| rule["name"] == name).unwrap_or_else(|| panic!("no {name}"));
        assert_eq!(of("traffic-above")["bound"].as_f64(), Some(80_000_000.0), "typed in Mbps");
        assert_eq!(of("usage-above")["bound"].as_f64(), Some(80_000_000_000.0), "typed in GB");
        assert_eq!(of("usage-above")["period"], "month");
        assert_eq!(of("cpu-above")["bound"].as_f64(), Some(80.0));
        assert_eq!(of("disk-low")["unit"], "percent");
        page.click_on("[data-rule] [aria-label$='traffic-above'][data-testid=rule-change]").await;
        choose(page, "unit", "percent-of-link").await;
        for (name, value) in [("bound", "90,5"), ("forSeconds", "2 jam"), ("quietFrom", "22:00")] {
            fill(page, name, value).await;
        }
        page.click("rule-save").await;
        assert_eq!(page.focused_name().await, "quietTo", "half of the quiet hours is no quiet hours");
        fill(page, "quietTo", "06:00").await;
        fill(page, "forSeconds", "lama").await;
        page.click("rule-save").await;
        assert_eq!(page.focused_name().await, "forSeconds", "no time");
        fill(page, "forSeconds", "2 h").await;
        page.click("rule-save").await;
        saved(page, "traffic-above").await;
        let changed = rules(page).await;
        let changed = changed.iter().find(|rule| rule["name"] == "traffic-above").unwrap();
        assert_eq!(changed["bound"].as_f64(), Some(90.5));
        assert_eq!((&changed["unit"], &changed["forSeconds"]), (&json!("percent-of-link"), &json!(7_200)));
        assert_eq!(changed["quiet"], json!({"from": "22:00", "to": "06:00"}));
    })
    .await;
}

#[tokio::test]
async fn a_channel_is_tried_and_its_secret_never_comes_back() {
    let router = Router::start().await;
    let server = watching(&router).await;
    let receiver = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let url = format!("http://{}/hook", receiver.local_addr().unwrap());
    // Answers each request with the same words.
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = receiver.accept().await {
            let mut asked = [0; 4_096];
            let _ = stream.read(&mut asked).await;
            let answer = "HTTP/1.1 200 OK\r\nContent-Length: 8\r\nConnection: close\r\n\r\nditerima";
            let _ = stream.write_all(answer.as_bytes()).await;
        }
    });
    browse(Look::DESKTOP, async |page| {
        open(page, &server).await;
        page.click("channel-add").await;
        choose(page, "kind", "webhook").await;
        for (name, value) in [("name", "NOC"), ("url", &url), ("token", "rahasia sekali")] {
            fill(page, name, value).await;
        }
        page.click("channel-save").await;
        saved(page, "NOC").await;
        page.click("channel-test").await;
        eventually(s(20), "the receiver's answer", async || {
            let told = page.text_of("[data-testid=channel-tried]").await;
            if told.contains("diterima") { Ok(()) } else { Err(told) }
        })
        .await;
        page.click("channel-change").await;
        assert_eq!(page.eval("return document.querySelector('form [name=token]').value").await, "");
        let answer = page.eval("return fetch('/api/v1/alert-channels').then(answer => answer.text())").await;
        assert!(!answer.as_str().unwrap().contains("rahasia sekali"), "{answer}");
    })
    .await;
}

#[tokio::test]
async fn an_alert_is_shown_acknowledged_and_counted() {
    let router = Router::start().await;
    let server = watching(&router).await;
    router.handle.set_password("sekarang lain");
    router.handle.cut_connections();
    browse(Look::DESKTOP, async |page| {
        open(page, &server).await;
        // A router that does not answer is told after a while; this one at once.
        page.click("rule-add").await;
        choose(page, "kind", "router-unreachable").await;
        for (name, value) in [("name", "mati"), ("forSeconds", "1 s")] {
            fill(page, name, value).await;
        }
        page.click("rule-save").await;
        saved(page, "mati").await;
        let firing = "[data-testid=alerts-active] [data-testid=alert][data-state=firing]";
        eventually(s(60), "an alert that stands", async || {
            let there = page.eval(&format!("return document.querySelector({firing:?}) !== null")).await;
            if there == true { Ok(()) } else { Err(page.text_of("#alerts-now").await) }
        })
        .await;
        there_is(page, "[data-testid=alert-count]:not([hidden]):not(:empty)").await;
        page.click_on(&format!("{firing} [data-testid=alert-acknowledge]")).await;
        eventually(s(10), "who acknowledged it", async || {
            let told = page.text_of(&format!("{firing} .facts")).await;
            if told.contains("acknowledged") { Ok(()) } else { Err(told) }
        })
        .await;
    })
    .await;
}

#[tokio::test]
async fn the_page_of_alerts_has_no_barriers_on_a_desktop() {
    barriers(Look::DESKTOP, &[(1366, 768)]).await;
}

#[tokio::test]
async fn the_page_of_alerts_has_no_barriers_in_a_hand() {
    barriers(Look::PHONE.asking_for("id-ID,id").dark(), &[(768, 1024), (375, 812), (320, 640)]).await;
}

async fn barriers(look: Look, sizes: &[(u32, u32)]) {
    let router = Router::start().await;
    let server = watching(&router).await;
    browse(look, async |page| {
        let mut wrong = String::new();
        open(page, &server).await;
        no_barriers(page, "alerts").await;
        at_each(page, sizes, "alerts", &mut wrong).await;
        for (button, form) in
            [("rule-add", "rule-form"), ("channel-add", "channel-form"), ("maintenance-add", "maintenance-form")]
        {
            // On a phone a bar lies over the end of the page.
            page.eval(&format!("document.querySelector('[data-testid={button}]').click()")).await;
            there_is(page, &format!("[data-testid={form}]")).await;
            no_barriers(page, form).await;
            at_each(page, sizes, form, &mut wrong).await;
            page.click_on("#settings-dialog .close").await;
        }
        assert!(wrong.is_empty(), "{wrong}");
    })
    .await;
}

/// A server whose rules are watched.
pub(super) async fn watching(router: &Router) -> Server {
    Server::within(router, vec![("LALIN_ALERTS", "true".to_owned())]).await
}

pub(super) async fn open(page: &Page, server: &Server) {
    page.log_in_to(server).await;
    page.client().goto(&server.url("/prepaid/alerts")).await.unwrap();
    there_is(page, "#alert-maintenance:not([hidden])").await;
}

async fn rules(page: &Page) -> Vec<Value> {
    let told = page.eval("return fetch('/api/v1/alert-rules').then(answer => answer.json())").await;
    told["rules"].as_array().cloned().unwrap_or_default()
}

/// Chooses in the form that is open.
pub(super) async fn choose(page: &Page, name: &str, value: &str) {
    let script = "const choice = document.querySelector(`dialog[open] form [name=${arguments[0]}]`); \
                  choice.value = arguments[1]; choice.dispatchEvent(new Event('change', {bubbles: true})); \
                  return choice.value";
    there_is(page, &format!("dialog[open] form [name={name}]")).await;
    assert_eq!(page.eval_with(script, vec![json!(name), json!(value)]).await, value, "{name}");
}

/// Types into the form that is open, where the field is asked for.
pub(super) async fn fill(page: &Page, name: &str, value: &str) {
    let script = "const field = document.querySelector(`dialog[open] form [name=${arguments[0]}]`); \
                  field.value = arguments[1]; field.dispatchEvent(new Event('input', {bubbles: true}))";
    page.eval_with(script, vec![json!(name), json!(value)]).await;
}

/// The dialog has closed, and the list has it.
pub(super) async fn saved(page: &Page, name: &str) {
    let script = "return document.querySelector('dialog[open]') === null \
        && [...document.querySelectorAll('.things .name')].some(one => one.textContent.includes(arguments[0]))";
    eventually(s(10), name, async || {
        let there = page.eval_with(script, vec![json!(name)]).await;
        if there == true { Ok(()) } else { Err(page.text_of("dialog[open] .wrong:not([hidden])").await) }
    })
    .await;
}

pub(super) async fn there_is(page: &Page, selector: &str) {
    let script = format!("return document.querySelector({selector:?}) !== null");
    // The count beside the way to the page is asked for again each 30 s.
    eventually(
        s(45),
        selector,
        async || {
            if page.eval(&script).await == true { Ok(()) } else { Err("not yet".to_owned()) }
        },
    )
    .await;
}
