//! Alerts on the live chart: the marks have a legend, words at the pointer and by keys, and come by the stream.

use serde_json::json;

use super::page::{choose, fill, open, saved, there_is, watching};
use crate::display::accessibility::no_barriers;
use crate::harness::browser::{Look, browse};
use crate::harness::eventually::{eventually, s};
use crate::harness::page::Page;
use crate::harness::router::Router;

#[tokio::test]
async fn an_alert_is_marked_on_the_live_chart_in_english() {
    marked(Look::DESKTOP, "fired").await;
}

#[tokio::test]
async fn an_alert_is_marked_on_the_live_chart_in_a_hand_in_indonesian() {
    marked(Look::PHONE.asking_for("id-ID,id").dark(), "mulai").await;
}

async fn marked(look: Look, fired: &str) {
    let router = Router::start().await;
    let server = watching(&router).await;
    browse(look.recording_requests(), async |page| {
        page.requested().await;
        open(page, &server).await;
        // The page of alerts is open elsewhere too: it makes the rule, the dashboard only looks.
        page.eval("document.querySelector('[data-testid=rule-add]').click()").await;
        choose(page, "kind", "traffic-above").await;
        for (name, value) in [("name", "penuh"), ("bound", "50"), ("forSeconds", "1 s")] {
            fill(page, name, value).await;
        }
        page.eval("document.querySelector('[data-testid=rule-save]').click()").await;
        saved(page, "penuh").await;
        page.open(&server.url("/prepaid/dashboard?interface=ether1")).await;
        page.moves("ether1", 2, 30).await;
        there_is(page, "[data-testid=alert-key]:not([hidden]) [data-testid=alert-mark]").await;
        let key = page.text_of("[data-testid=alert-key]").await;
        assert!(key.contains(fired) && key.contains("ether1"), "{key}");
        there_is(page, "[data-testid=alert-count]:not([hidden]):not(:empty)").await;
        no_barriers(page, "a marked chart").await;
        // By its button the chart is pointed at the moment, for the eye and for who hears it.
        page.eval("document.querySelector('[data-testid=alert-mark]').focus()").await;
        page.press(crate::harness::input::ENTER).await;
        assert_eq!(page.focused().await, "chart");
        let heard = page.attribute("#chart", "aria-valuetext").await;
        let mark = page.text_of("[data-testid=alert-mark]").await;
        let words = mark.split_once(' ').map_or("", |(_, words)| words);
        assert!(heard.contains(words) && !words.is_empty(), "{heard}: {mark}");
        // Its count is the stream's: nothing asked for it.
        let asked = page.requested().await;
        let counted = asked.iter().filter(|url| url.ends_with("/api/v1/alerts?state=active")).count();
        assert_eq!(counted, 0, "{asked:?}");
        acknowledged(page).await;
        // Told by the stream too.
        there_is(page, "[data-testid=alert-count][hidden]").await;
    })
    .await;
}

/// Somebody looks after all that stand, as on another page.
async fn acknowledged(page: &Page) {
    let script = "const {guard} = await (await fetch('/api/v1/me')).json(); \
        const {alerts} = await (await fetch('/api/v1/alerts')).json(); \
        const ask = (id) => fetch(`/api/v1/alerts/${id}/acknowledgement`, \
            {method: 'POST', headers: {'X-Lalin-Guard': guard, 'Content-Type': 'application/json'}}); \
        const done = await Promise.all(alerts.map(({id}) => ask(id))); return done.every((one) => one.ok)";
    eventually(s(20), "acknowledged", async || {
        let done = page.eval(&format!("return (async () => {{ {script} }})()")).await;
        if done == json!(true) { Ok(()) } else { Err(done.to_string()) }
    })
    .await;
}
