//! One port has no counters: every figure that it belongs to says that it is not the whole, and none falls to zero.

use routeros_simulator::{InterfaceSpec, Traffic};

use crate::harness::browser::{Look, browse};
use crate::harness::eventually::{eventually, s};
use crate::harness::page::Page;
use crate::harness::router::Router;
use crate::harness::server::Server;

const NAMES: [&str; 4] = ["ether1", "ether2", "ether3", "ether4"];

#[tokio::test]
async fn a_port_without_counters_makes_sums_partial_and_never_zero() {
    let rates = [8e6, 8e6, 5e6, 1e6];
    let constant = |bps| Traffic::Constant { bps };
    let ports =
        NAMES.iter().zip(rates).map(|(name, bps)| InterfaceSpec::ether(*name).traffic(constant(bps), constant(bps)));
    let router = Router::with(ports.collect()).await;
    router.handle.hide_counters("ether3", true);
    let server = Server::quick(&router).await;
    browse(Look::DESKTOP, async |page| {
        page.open_dashboard(&server).await;
        for way in [".down", ".up"] {
            groups_say(page, way, |groups| groups.iter().any(|text| text.starts_with('≥') && text.ends_with("Mbps")))
                .await;
        }
        let listed = server.get("/api/v1/routers").await.json["routers"][0].clone();
        let rx = listed["rxBps"].as_f64().expect("a sum");
        assert!((rx - 17e6).abs() < 17e6 * 0.1, "{listed}");
        assert_eq!((&listed["rxUnknown"], &listed["txUnknown"]), (&1.into(), &1.into()));
        for name in NAMES {
            router.handle.hide_counters(name, true);
        }
        for way in [".down", ".up"] {
            groups_say(page, way, |groups| !groups.is_empty() && groups.iter().all(|text| text == "–")).await;
        }
        for name in NAMES.iter().filter(|name| **name != "ether3") {
            router.handle.hide_counters(name, false);
        }
        page.client().goto(&server.url("/prepaid/fleet")).await.unwrap();
        // What leads to the internet is what a router carries: the default route goes through ether1.
        says(page, ".fleet-row .rate.down b", "8.0").await;
        says(page, "#fleet-totals .down b", "8.0").await;
        assert_eq!(page.text_of("[data-testid=fleet-unknown]").await, "");
        router.handle.hide_counters("ether1", true);
        says(page, "[data-testid=fleet-unknown]", "without 1 routers not known").await;
        says(page, ".fleet-row .rate.down b", "–").await;
        says(page, "#fleet-totals .down b", "–").await;
        page.screenshot("partial-fleet").await;
    })
    .await;
}

/// Waits until what the groups of the list carry this way is so.
async fn groups_say(page: &Page, way: &str, so: impl Fn(&[String]) -> bool) {
    let script = "return [...document.querySelectorAll('#overview .group:not([hidden])')] \
                  .map((group) => group.querySelector(arguments[0]).innerText.replace(/\\s/g, ''))";
    eventually(s(30), way, async || {
        let seen = page.eval_with(script, vec![way.into()]).await;
        let groups: Vec<String> = serde_json::from_value(seen.clone()).unwrap_or_default();
        if so(&groups) { Ok(()) } else { Err(seen.to_string()) }
    })
    .await;
}

/// Waits until the first element of this selector says so, as far as a busy machine lets its tenths be steady.
async fn says(page: &Page, selector: &str, wanted: &str) {
    let digits = |text: &str| text.replace(|c: char| c.is_ascii_digit() || c == '.', "");
    eventually(s(30), &format!("{selector}: {wanted}"), async || {
        let text = page.text_of(selector).await;
        if digits(&text) == digits(wanted) { Ok(()) } else { Err(text) }
    })
    .await;
}
