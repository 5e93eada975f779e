//! The chart's past: from live back without a seam, to single samples, to a moment, beside the day before; and a link
//! shows somebody else the same minutes.

use crate::harness::browser::{Look, browse};
use crate::harness::input::{ESCAPE, LEFT, SHIFT};
use crate::harness::page::Page;
use crate::harness::past::{BURST_MS, HOUR, MINUTE, OUTAGE_MS};
use crate::harness::router::Router;
use crate::history::{figure, recorded, until};

const THERE: &str = "return document.querySelector('[data-testid=past-view]') !== null \
                     && !document.querySelector('[data-testid=past-view]').hasAttribute('data-loading')";

#[tokio::test]
async fn a_link_shows_the_same_minutes_and_single_samples_when_looked_at_closely() {
    let router = Router::start().await;
    let (server, past) = recorded(&router, "").await;
    browse(Look::DESKTOP, async |page| {
        let (from, to) = (past.burst - 2 * HOUR, past.burst + HOUR);
        let link = format!("/prepaid/dashboard?router=pusat&interface=ether1&{}", past.stretch(from, to));
        page.open(&server.url(&link)).await;
        until(page, "the past", THERE).await;
        assert_eq!(seen(page).await, (from, to), "the stretch of the link");
        // Three hours are averages: the half minute's peak is told, its edges are not.
        let peak = figure(&page.text_of("[data-testid=past-lines] tbody td:nth-of-type(2)").await);
        assert!((380.0..=420.0).contains(&peak), "{peak} Mbps");
        // By hand as close as it gets, round the burst: each sample is there.
        let at = page.place_of("[data-testid=past-figure]").await;
        let x = 50.0 + (at.width - 64.0) * (past.burst + BURST_MS / 2 - from) as f64 / (to - from) as f64;
        for _ in 0..24 {
            page.wheel_with_ctrl((at.x + x, at.y + at.height / 2.0), -100.0).await;
        }
        until(page, "the closest look", THERE).await;
        let (from, to) = seen(page).await;
        assert!(to - from <= 3 * MINUTE && from < past.burst && past.burst + BURST_MS < to, "{from} to {to}");
        until(
            page,
            "samples of ten seconds or finer",
            "return /^(?:[1-9]|10) s\\b/.test(document.querySelector('[data-testid=past-resolution]').textContent)",
        )
        .await;
        page.open(page.eval("return location.href").await.as_str().unwrap()).await;
        until(page, "the past again", THERE).await;
        assert_eq!(seen(page).await, (from, to), "who follows the link sees the same minutes");
    })
    .await;
}

#[tokio::test]
async fn a_gap_has_its_cause_and_the_day_before_lies_under_it() {
    let router = Router::start().await;
    let (server, past) = recorded(&router, "").await;
    browse(Look::DESKTOP, async |page| {
        let (from, to) = (past.outage - 2 * HOUR, past.outage + 4 * HOUR);
        let link = format!("/prepaid/dashboard?router=pusat&interface=ether1&{}", past.stretch(from, to));
        page.open(&server.url(&link)).await;
        until(page, "the past", THERE).await;
        let gaps = page.text_of("[data-testid=past-gaps]").await;
        assert!(gaps.contains("router did not answer") && gaps.contains("41 min"), "{gaps}");
        until(page, "the band", "return document.querySelector('.past-picture .gap') !== null").await;
        let covered = figure(&page.text_of("[data-testid=past-coverage]").await);
        let expected = 100.0 * (1.0 - (OUTAGE_MS as f64) / (to - from) as f64);
        assert!((covered - expected).abs() < 1.0, "{covered} % of {expected} %");
        // The day before the outage has a curve all along.
        page.eval(
            "const choice = document.querySelector('[data-testid=past-compare]'); choice.value = 'day'; \
             choice.dispatchEvent(new Event('change'))",
        )
        .await;
        until(page, "the day before", "return document.querySelectorAll('.past-picture .before').length === 1").await;
        let address = page.eval("return location.search").await;
        assert!(address.as_str().unwrap().contains("compare=day"), "{address}");
    })
    .await;
}

#[tokio::test]
async fn a_moment_is_found_as_people_say_it() {
    let router = Router::start().await;
    let (server, past) = recorded(&router, "").await;
    browse(Look::DESKTOP, async |page| {
        page.open(&server.url("/prepaid/dashboard?router=pusat&interface=ether1")).await;
        page.moves("ether1", 2, 20).await;
        until(page, "a way into the past", "return document.querySelector('[data-testid=past]') !== null").await;
        page.click("past").await;
        until(page, "the past", THERE).await;
        page.click("past-when").await;
        page.keys("past-said", "entah kapan").await;
        page.click("past-say").await;
        assert!(!page.text_of("#past-unknown").await.is_empty(), "nonsense is told");
        page.eval("document.querySelector('[data-testid=past-said]').value = 'kemarin 21.10'").await;
        page.click("past-say").await;
        until(page, "the moment's mark", "return document.querySelector('.past-picture .mark') !== null").await;
        let (from, to) = seen(page).await;
        // Where the moment is less than three hours ago the stretch ends now, which goes on.
        assert!(from < past.burst && past.burst < to && to - from <= 6 * HOUR + MINUTE, "{from} to {to}");
        page.click("past-live").await;
        page.moves("ether1", 1, 20).await;
        let address = page.eval("return location.search").await;
        assert!(!address.as_str().unwrap().contains("from="), "live has no stretch: {address}");
    })
    .await;
}

#[tokio::test]
async fn the_past_begins_where_the_live_chart_ends_and_ends_there() {
    let router = Router::start().await;
    let (server, _) = recorded(&router, "").await;
    browse(Look::DESKTOP, async |page| {
        page.open(&server.url("/prepaid/dashboard?router=pusat&interface=ether1")).await;
        page.moves("ether1", 2, 20).await;
        until(page, "a way into the past", "return document.querySelector('[data-testid=past]') !== null").await;
        // All of what live remembers; before it there is the past.
        page.click_on("[data-testid=window]:last-of-type").await;
        page.eval("document.getElementById('chart').focus()").await;
        page.press_with(Some(SHIFT), LEFT).await;
        until(page, "the past, moved into by keys", THERE).await;
        let (from, _) = seen(page).await;
        assert!(from > 0, "the address names the stretch");
        page.press(ESCAPE).await;
        until(page, "live again", "return document.querySelector('[data-testid=past-view]') === null").await;
    })
    .await;
}

#[tokio::test]
async fn the_strip_leads_through_the_record_and_the_list_to_who_used_most() {
    let router = Router::start().await;
    let (server, past) = recorded(&router, "").await;
    browse(Look::DESKTOP, async |page| {
        let link =
            format!("/prepaid/dashboard?router=pusat&interface=ether1&{}", past.stretch(past.end - 6 * HOUR, past.end));
        page.open(&server.url(&link)).await;
        until(page, "the record", "return document.querySelector('[data-testid=past-strip]')?.hidden === false").await;
        // Nothing moves the strip any more once all is there.
        until(page, "the past", THERE).await;
        until(page, "who used most", "return document.querySelector('[data-testid=past-top]')?.hidden === false").await;
        let strip = page.place_of("[data-testid=past-strip]").await;
        let (x, y) = strip.at(0.5, 0.3);
        page.drag((x, y), (x - 40.0, y)).await;
        let (from, to) = seen(page).await;
        assert!(to < past.end - 12 * HOUR && to - from == 6 * HOUR, "{from} to {to}");
        until(page, "who used most", "return document.querySelector('[data-testid=past-top]')?.hidden === false").await;
        assert!(page.text_of("[data-testid=past-top-line]").await.contains("budi"));
        page.click("past-top-line").await;
        until(
            page,
            "the customer's line, in the same stretch",
            "return new URLSearchParams(location.search).get('interface') === '<pppoe-budi>' \
             && document.querySelector('[data-testid=past-lines] tbody').textContent.includes('budi')",
        )
        .await;
        assert_eq!(seen(page).await, (from, to));
    })
    .await;
}

/// What the address says is seen, ms.
async fn seen(page: &Page) -> (i64, i64) {
    let told = page
        .eval(
            "const said = new URLSearchParams(location.search); \
             return ['from', 'to'].map(key => said.get(key) === 'now' ? Date.now() : Date.parse(said.get(key)))",
        )
        .await;
    let ms = |at: usize| told[at].as_f64().unwrap_or_else(|| panic!("{told}")) as i64;
    (ms(0), ms(1))
}
