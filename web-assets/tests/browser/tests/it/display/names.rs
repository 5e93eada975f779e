//! Names and comments are whatever somebody typed into a router: data, never markup.

use routeros_simulator::{InterfaceSpec, Traffic};
use serde_json::{Value, json};

use crate::harness::browser::{Look, browse};
use crate::harness::eventually::{eventually, s};
use crate::harness::router::Router;
use crate::harness::server::Server;

const MARKUP: &str = "<img src=x onerror=alert(1)>";
const QUOTES: &str = "\"'><script>alert(2)</script>&amp;{{ 7*7 }}";
const RIGHT_TO_LEFT: &str = "\u{202e}txt.exe \u{5e9}\u{5dc}\u{5d5}\u{5dd}";

#[tokio::test]
async fn names_and_comments_are_text_never_markup() {
    let flow = || Traffic::Constant { bps: 3e6 };
    let router = Router::with(vec![
        InterfaceSpec::ether(MARKUP).traffic(flow(), flow()).comment(QUOTES),
        InterfaceSpec::ether(QUOTES).traffic(flow(), flow()).comment(MARKUP),
        InterfaceSpec::ether("long").traffic(flow(), flow()).comment("komentar ".repeat(455)),
        InterfaceSpec::ether(b"caf\xe9 \x93Bu Sri\x94".as_slice()).traffic(flow(), flow()),
        InterfaceSpec::ether(RIGHT_TO_LEFT).traffic(flow(), flow()),
    ])
    .await;
    let server = Server::over(&router).await;
    browse(Look::PHONE, async |page| {
        page.open_dashboard(&server).await;
        page.reaches(10, "live").await;
        let listed = eventually(s(10), "five interfaces", async || {
            let answer = server.get("/api/v1/interfaces").await;
            let names: Vec<Value> =
                answer.json["interfaces"].as_array().into_iter().flatten().map(|i| i["name"].clone()).collect();
            if names.len() == 5 { Ok(names) } else { Err(format!("{answer:?}")) }
        })
        .await;
        let names: Vec<&str> = listed.iter().filter_map(Value::as_str).collect();
        assert!(names.contains(&"café “Bu Sri”"), "of another code page, and still a name: {names:?}");

        // Choose them all: each name stands in a card and in the list, word for word.
        page.choose(&names).await;
        for name in &names {
            let card =
                eventually(s(10), "its card", async || page.card(name).await.ok_or_else(|| (*name).to_owned())).await;
            let seen = name.replace('\u{202e}', "⟦U+202E⟧");
            assert!(squeezed(&card.text).contains(&squeezed(&seen)), "{seen:?} in {card:?}");
            page.moves(name, 1, 10).await;
        }
        let made = page
            .eval("return [...document.querySelectorAll('img:not([src^=\"/assets/\"]), script:not([src]), [onerror]')].map(e => e.outerHTML)")
            .await;
        assert_eq!(made, json!([]), "markup was made of a name");
        assert!(page.client().get_alert_text().await.is_err(), "no dialogue");
        assert_eq!(page.complaints().await, Vec::<String>::new());

        // A name in a script that runs the other way turns its own place only; the sign that turns others is told.
        let isolated = page
            .eval_with(
                "const holder = [...document.querySelectorAll('[data-testid=card] *')]\
                   .filter(e => e.textContent.includes(arguments[0])).at(-1); \
                 const kinds = []; \
                 for (let e = holder; e && e.dataset.testid !== 'card'; e = e.parentElement) \
                   kinds.push(getComputedStyle(e).unicodeBidi); \
                 return kinds;",
                vec![json!(RIGHT_TO_LEFT.trim_start_matches('\u{202e}'))],
            )
            .await;
        let isolated: Vec<String> = serde_json::from_value(isolated).unwrap();
        assert!(isolated.iter().any(|kind| kind.starts_with("isolate") || kind == "plaintext"), "{isolated:?}");
        assert_eq!(page.overflow().await, 0.0, "a long comment makes no page wider");
        page.screenshot("hostile-names").await;
    })
    .await;
}

#[tokio::test]
async fn every_printable_name_is_chosen_and_found_again_by_its_address() {
    let flow = || Traffic::Constant { bps: 3e6 };
    let names = ["a,b", "a", "100% & #1", "x+y/z?\"'", "😀 <script>", "a%2Cb", "tail "];
    let specs = names.map(|name| InterfaceSpec::ether(name).traffic(flow(), flow()));
    let router = Router::with(specs.into()).await;
    let server = Server::over(&router).await;
    browse(Look::DESKTOP, async |page| {
        page.open_dashboard(&server).await;
        page.reaches(10, "live").await;
        page.choose(&names).await;
        let address = page.eval("return location.href").await;
        for reload in [false, true] {
            if reload {
                page.client().goto(address.as_str().unwrap()).await.unwrap();
                page.reaches(10, "live").await;
            }
            let chosen = page.eval("return window.lalin.state().chosen").await;
            assert_eq!(chosen, json!(names), "after a reload: {reload}, {address}");
            for name in names {
                page.moves(name, 1, 20).await;
            }
        }
        assert_eq!(page.complaints().await, Vec::<String>::new());
    })
    .await;
}

#[tokio::test]
async fn two_interfaces_of_one_name_are_two_on_the_page() {
    let constant = |bps| Traffic::Constant { bps };
    let mut vlan = InterfaceSpec::ether("management").traffic(constant(9e6), constant(1e6));
    vlan.kind = "vlan".to_owned();
    let ether = InterfaceSpec::ether("management").traffic(constant(3e6), constant(1e6));
    let router = Router::with(vec![ether, vlan]).await;
    let server = Server::over(&router).await;
    browse(Look::DESKTOP, async |page| {
        page.open_dashboard(&server).await;
        page.reaches(10, "live").await;
        let listed = server.get("/api/v1/interfaces").await;
        let keys: Vec<String> = listed.json["interfaces"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|one| one["key"].as_str().map(str::to_owned))
            .collect();
        let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
        let [ether, vlan] = keys[..] else { panic!("{listed:?}") };
        assert!(ether.starts_with("management (ether *") && vlan.starts_with("management (vlan *"), "{keys:?}");
        page.choose(&[ether, vlan]).await;
        page.moves(ether, 3, 20).await.is_true(3e6, 1e6);
        page.moves(vlan, 3, 20).await.is_true(9e6, 1e6);
        assert_eq!(page.complaints().await, Vec::<String>::new());
    })
    .await;
}

/// Without the white space, which a browser lays out as it likes.
fn squeezed(text: &str) -> String {
    text.split_whitespace().collect()
}

/// Rows recorded from a real router, see `crates/routeros/tests/data/SOURCES.md`.
const RECORDED: &str = include_str!("../../../../../../crates/routeros/tests/data/v7-chr-interface-print.json");

#[tokio::test]
async fn the_interfaces_of_a_real_router_are_listed_with_kind_and_comment() {
    let recorded: Vec<Value> = serde_json::from_str(RECORDED).unwrap();
    let text = |row: &Value, key: &str| row[key].as_str().unwrap_or_default().to_owned();
    let counter = |row: &Value, key: &str| text(row, key).parse::<u64>().unwrap();
    let specs = recorded.iter().map(|row| {
        let mut spec = InterfaceSpec::ether(text(row, "name")).comment(text(row, "comment"));
        spec.kind = text(row, "type");
        spec.counters(counter(row, "rx-byte"), counter(row, "tx-byte"))
    });
    let router = Router::with(specs.collect()).await;
    let server = Server::over(&router).await;
    browse(Look::DESKTOP, async |page| {
        page.open_dashboard(&server).await;
        page.reaches(10, "live").await;
        page.open_picker().await;
        let mut wanted: Vec<String> = recorded.iter().map(|row| text(row, "name")).collect();
        wanted.sort_unstable();
        eventually(s(10), "every interface", async || {
            let mut shown = page.options().await;
            shown.sort_unstable();
            if shown == wanted { Ok(()) } else { Err(format!("{shown:?}")) }
        })
        .await;
        let listed = page.text().await;
        for row in &recorded {
            for key in ["type", "comment"] {
                assert!(listed.contains(&text(row, key)), "{key} of {row}");
            }
        }
        page.close_picker().await;
        // Nothing flows: that is a known 0, not an unknown.
        page.choose(&["lo1"]).await;
        page.moves("lo1", 1, 20).await.is_true(0.0, 0.0);
        assert_eq!(page.complaints().await, Vec::<String>::new());
    })
    .await;
}
