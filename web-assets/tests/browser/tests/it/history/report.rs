//! The monthly report: its figures are the API's, it says how they were computed, and it prints on white.

use serde_json::json;

use crate::harness::browser::{Look, browse};
use crate::harness::page::Page;
use crate::harness::past::{DAY, Past};
use crate::harness::router::Router;
use crate::history::{asked, figure, recorded, until};

/// So much is lost where a figure of the report is rounded, GB or Mbps.
const ROUNDED: f64 = 0.51;

#[tokio::test]
async fn its_figures_are_those_of_the_api_and_it_prints_black_on_white() {
    let router = Router::start().await;
    let business = "[business]\nname = \"RT/RW Net Sukamaju\"\naddress = \"Jl. Melati 5\"\n";
    let (server, past) = recorded(&router, business).await;
    browse(Look::DESKTOP.dark(), async |page| {
        page.open_dashboard(&server).await;
        // The month of the outage.
        let month = page.eval_with("return new Date(arguments[0]).toISOString().slice(0, 7)", vec![json!(past.outage)]);
        let month = month.await.as_str().unwrap().to_owned();
        let before = answers(page, &past, &month).await;
        let report = format!("/prepaid/report?router=pusat&interface=ether1&month={month}");
        page.client().goto(&server.url(&report)).await.unwrap();
        until(page, "the report", "return document.querySelector('#report h1') !== null").await;
        let text = page.text_of("#report").await;
        for part in ["RT/RW Net Sukamaju", "Jl. Melati 5", "ether1", "router did not answer", "40 min"] {
            assert!(text.contains(part), "{part}: {text}");
        }
        let figures = page.eval("return [...document.querySelectorAll('#report dd')].map(e => e.textContent)").await;
        let after = answers(page, &past, &month).await;
        // The recording went on while the page asked: each figure is between what the API answered before and after it.
        for (at, (before, after)) in before.into_iter().zip(after).enumerate() {
            let shown = figure(figures[at].as_str().unwrap());
            let (least, most) = (before.min(after) - ROUNDED, before.max(after) + ROUNDED);
            assert!((least..=most).contains(&shown), "{at}: {shown} of {before} to {after}: {figures}");
        }
        page.devtools("Emulation.setEmulatedMedia", json!({"media": "print"})).await;
        let printed = page
            .eval(
                "return [getComputedStyle(document.querySelector('.report-tools')).display, \
                 getComputedStyle(document.querySelector('#report')).color, \
                 getComputedStyle(document.querySelector('#report')).backgroundColor]",
            )
            .await;
        assert_eq!(printed, json!(["none", "rgb(0, 0, 0)", "rgb(255, 255, 255)"]));
    })
    .await;
}

/// What the API tells of the month now: GB received and sent, and the percentile received, Mbps.
async fn answers(page: &Page, past: &Past, month: &str) -> [f64; 3] {
    let (from, to) = (past.begin - 40 * DAY, past.end + DAY);
    let usage = format!("/api/v1/usage?router=pusat&interface=ether1&by=month&from={from}&to={to}");
    let answer = asked(page, &usage).await;
    let periods = answer["periods"].as_array().unwrap_or_else(|| panic!("{answer}"));
    let of_month = periods.iter().find(|period| period["from"].as_str().unwrap().starts_with(month));
    let period = of_month.unwrap_or_else(|| panic!("no {month}: {answer}"));
    let percentile = format!("/api/v1/percentile?router=pusat&interface=ether1&month={month}&rule=separate");
    let percentile = asked(page, &percentile).await;
    let gigabytes = |key: &str| period[key].as_f64().unwrap_or_else(|| panic!("{period}")) / 1e9;
    let mbps = percentile["rxBps"].as_f64().unwrap_or_else(|| panic!("{percentile}")) / 1e6;
    [gigabytes("rxBytes"), gigabytes("txBytes"), mbps]
}
