//! The monthly report: its figures are the API's, it says how they were computed, and it prints on white.

use serde_json::json;

use crate::harness::browser::{Look, browse};
use crate::harness::past::DAY;
use crate::harness::router::Router;
use crate::history::{asked, figure, recorded, until};

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
        let report = format!("/prepaid/report?router=pusat&interface=ether1&month={month}");
        page.client().goto(&server.url(&report)).await.unwrap();
        until(page, "the report", "return document.querySelector('#report h1') !== null").await;
        let text = page.text_of("#report").await;
        for part in ["RT/RW Net Sukamaju", "Jl. Melati 5", "ether1", "router did not answer", "40 min"] {
            assert!(text.contains(part), "{part}: {text}");
        }
        let usage = format!(
            "/api/v1/usage?router=pusat&interface=ether1&by=month&from={}&to={}",
            past.begin - 40 * DAY,
            past.end
        );
        let answer = asked(page, &usage).await;
        let periods = answer["periods"].as_array().unwrap();
        let period = periods.iter().find(|period| period["from"].as_str().unwrap().starts_with(&month)).unwrap();
        let figures = page.eval("return [...document.querySelectorAll('#report dd')].map(e => e.textContent)").await;
        let shown = |at: usize| figure(figures[at].as_str().unwrap());
        let bytes = |key: &str| period[key].as_f64().unwrap() / 1e9;
        // What has been recorded since the page asked is little.
        assert!((shown(0) - bytes("rxBytes")).abs() < 1.0, "{figures} {period}");
        assert!((shown(1) - bytes("txBytes")).abs() < 1.0, "{figures} {period}");
        let percentile = format!("/api/v1/percentile?router=pusat&interface=ether1&month={month}&rule=separate");
        let percentile = asked(page, &percentile).await;
        assert!((shown(2) - percentile["rxBps"].as_f64().unwrap() / 1e6).abs() < 0.1, "{figures} {percentile}");
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
