//! What was recorded, as a person looks at it: the chart's past, the usage page, the report, the switch.

mod barriers;
mod chart;
mod recording;
mod report;
mod usage;

use serde_json::Value;

use crate::harness::eventually::{eventually, s};
use crate::harness::page::Page;
use crate::harness::past::Past;
use crate::harness::router::Router;
use crate::harness::server::Server;

/// A server over a router with a past.
pub(crate) async fn recorded(router: &Router, lines: &str) -> (Server, Past) {
    let past = Past::now();
    let server = Server::with_past(router, |folder| past.write(folder), lines).await;
    (server, past)
}

/// Waits until a script says `true`.
async fn until(page: &Page, what: &str, script: &str) {
    eventually(s(20), what, async || {
        let told = page.eval(script).await;
        if told == true { Ok(()) } else { Err(told.to_string()) }
    })
    .await;
}

/// What the API answers the page.
async fn asked(page: &Page, path: &str) -> Value {
    let script = format!("return fetch({path:?}).then(answer => answer.json())");
    page.eval(&script).await
}

/// The first figure in a text, in English: `1,234.5 GB`.
fn figure(text: &str) -> f64 {
    let begin = text.find(|c: char| c.is_ascii_digit()).unwrap_or_else(|| panic!("no figure: {text:?}"));
    let digits = text[begin..].chars().take_while(|c| c.is_ascii_digit() || ",.".contains(*c));
    digits.filter(|c| *c != ',').collect::<String>().parse().unwrap()
}
