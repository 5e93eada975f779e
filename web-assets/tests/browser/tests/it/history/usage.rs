//! The usage page: every line with what it used, sorted and searched; one of them in detail; the table as a file.

use serde_json::Value;

use crate::harness::browser::{Look, browse};
use crate::harness::page::Page;
use crate::harness::past::{DAY, Past};
use crate::harness::router::Router;
use crate::history::{asked, figure, recorded, until};

const READY: &str = "return document.querySelectorAll('.usage-row').length > 0 \
                     && !document.getElementById('usage-table').hasAttribute('aria-busy') \
                     && document.querySelector('#usage-detail h2') !== null";

#[tokio::test]
async fn every_line_is_listed_sorted_and_searched() {
    let router = Router::start().await;
    let (server, past) = recorded(&router, "").await;
    browse(Look::DESKTOP, async |page| {
        page.client().goto(&server.url(&format!("/prepaid/usage?router=pusat&day={}", day(&past)))).await.unwrap();
        until(page, "the table", READY).await;
        assert_eq!(rows(page).await[0], "ether1", "the most first");
        page.click_on(".usage-head [data-by=name]").await;
        let names = rows(page).await;
        let mut sorted = names.clone();
        sorted.sort();
        assert_eq!(names, sorted);
        page.click_on(".usage-head [data-by=down]").await;
        assert_eq!(page.attribute(".usage-head .down", "aria-sort").await, "descending");
        assert_eq!(rows(page).await[..2], ["ether1", "budi"], "a customer's download is what the router sends");
        page.keys("usage-search", "bud").await;
        assert_eq!(rows(page).await, ["budi"]);
        page.click_on(".usage-row").await;
        until(page, "the detail", "return document.querySelector('#usage-detail h2').textContent.startsWith('budi')")
            .await;
        assert!(page.eval("return document.querySelector('#usage-detail .hour-map') !== null").await == true);
        let address = page.eval("return location.search").await;
        assert!(address.as_str().unwrap().contains("interface="), "{address}");
    })
    .await;
}

#[tokio::test]
async fn its_figures_and_its_file_are_those_of_the_api() {
    let router = Router::start().await;
    let (server, past) = recorded(&router, "").await;
    browse(Look::DESKTOP, async |page| {
        page.client().goto(&server.url(&format!("/prepaid/usage?router=pusat&day={}", day(&past)))).await.unwrap();
        until(page, "the table", READY).await;
        let (from, to) = (past.begin + DAY, past.begin + 2 * DAY);
        let usage = format!("/api/v1/usage?router=pusat&interface=ether1&by=day&from={from}&to={to}");
        let period = &asked(page, &usage).await["periods"][0];
        let shown = figure(&page.text_of(".usage-row[data-name=ether1] .down").await);
        let bytes = period["rxBytes"].as_f64().unwrap();
        assert!((shown - bytes / 1e9).abs() <= 0.6, "{shown} GB of {bytes}");
        let covered = figure(&page.text_of(".usage-row[data-name=ether1] .coverage").await);
        assert!((covered - 100.0 * period["coverage"].as_f64().unwrap()).abs() <= 0.1, "{covered} % of {period}");
        let file =
            page.eval("return fetch(document.getElementById('usage-csv').href).then(answer => answer.text())").await;
        let file = file.as_str().unwrap();
        let row = file.lines().find(|line| line.contains("ether1")).unwrap_or_else(|| panic!("{file}"));
        assert!(row.contains(&period["rxBytes"].to_string()), "{row}");
    })
    .await;
}

/// The first whole day.
fn day(past: &Past) -> String {
    let days = (past.begin + DAY) / DAY;
    // Days since 1970 as a date, by the usual calendar.
    let (z, era) = (days + 719_468, (days + 719_468).div_euclid(146_097));
    let doe = z - era * 146_097;
    let yoe = (doe - doe / 1_460 + doe / 36_524 - doe / 146_096) / 365;
    let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    let mp = (5 * doy + 2) / 153;
    let month = if mp < 10 { mp + 3 } else { mp - 9 };
    let year = yoe + era * 400 + i64::from(month <= 2);
    format!("{year:04}-{month:02}-{:02}", doy - (153 * mp + 2) / 5 + 1)
}

async fn rows(page: &Page) -> Vec<String> {
    let script = "return [...document.querySelectorAll('.usage-row')]\
        .toSorted((one, other) => one.ariaRowIndex - other.ariaRowIndex)\
        .map(row => row.querySelector('bdi').textContent)";
    let told = page.eval(script).await;
    told.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}
