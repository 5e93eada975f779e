//! The tools above the chart and the chart itself under the hand: which stretch of time is seen, and what of it is said.

use serde_json::json;

use crate::harness::browser::{Look, browse};
use crate::harness::eventually::{eventually, s, when};
use crate::harness::figures::{is_about, spoken};
use crate::harness::input::{END, ESCAPE, HOME, LEFT, RIGHT, SHIFT};
use crate::harness::page::Page;
use crate::harness::router::Router;
use crate::harness::server::Server;

/// The stretch of time that is seen, in seconds of the day, as the head of the legend has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Seen {
    from: i64,
    to: i64,
    long: i64,
}

#[tokio::test]
async fn the_view_has_windows_stands_still_and_returns_to_live() {
    let router = Router::start().await;
    let server = Server::quick(&router).await;
    browse(Look::DESKTOP, async |page| {
        page.open_dashboard(&server).await;
        page.moves("ether1", 3, 20).await;

        // Windows: by hand and by keys, and remembered. Five minutes are the usual one.
        assert_eq!(pressed_window(page).await, 300_000);
        page.click_on("[data-testid=window][data-ms='60000']").await;
        lasts(page, 60).await;
        page.click_on("[data-testid=window][data-ms='300000']").await;
        lasts(page, 300).await;
        assert_eq!(pressed_window(page).await, 300_000);
        page.client().refresh().await.unwrap();
        page.runs().await;
        page.moves("ether1", 1, 20).await;
        lasts(page, 300).await;
        page.press('[').await;
        lasts(page, 60).await;
        page.press(']').await;
        lasts(page, 300).await;
        page.press('[').await;
        lasts(page, 60).await;

        // Paused, what is seen stands still while the data go on.
        assert!(!page.shows("live").await);
        page.click("pause").await;
        eventually(s(5), "a way back", async || when(page.shows("live").await, |shows| *shows)).await;
        let still = settled(page).await;
        let drawn = drawing(page).await;
        page.moves("ether1", 3, 20).await;
        assert_eq!((seen(page).await, drawing(page).await), (still, drawn), "it stands still");
        let behind = page.text_of("[data-testid=live]").await;
        assert!(behind.contains("−0:0"), "how far behind: {behind:?}");
        assert_eq!(page.attribute("[data-testid=pause]", "aria-pressed").await, "true");
        page.screenshot("paused").await;
        page.click("live").await;
        eventually(s(5), "the newest", async || {
            when(seen(page).await, |seen| seen.long == 60 && seen.to >= still.to + 2)
        })
        .await;
        assert!(!page.shows("live").await);
        // By the key there and back.
        page.press('p').await;
        eventually(s(5), "paused", async || when(page.shows("live").await, |shows| *shows)).await;
        page.press('p').await;
        eventually(s(5), "live", async || when(page.shows("live").await, |shows| !*shows)).await;

        // What the visible comes to: all is steady, so peak, mean and percentile are one, and the total is their sum.
        for (row, truth) in [(0, Router::RX), (1, Router::TX)] {
            for column in ["peak", "average", "p95"] {
                is_about(spoken(&measure(page, row, column).await), truth, column);
            }
            eventually(s(10), "the total of what is known", async || {
                let series = page.series("ether1").await;
                let known = (series.end() - series.known()[0].t) / 1000.0;
                let seconds = spoken(&measure(page, row, "total").await) * 8.0 / truth;
                when((seconds, known), |(seconds, known)| (seconds - known).abs() <= 3.0)
            })
            .await;
        }
        assert_eq!(page.complaints().await, Vec::<String>::new());
        assert_eq!(router.usage().logins, 1);
    })
    .await;
}

#[tokio::test]
async fn the_chart_is_zoomed_moved_and_read_by_hand_and_by_keys() {
    let router = Router::start().await;
    let server = Server::quick(&router).await;
    browse(Look::DESKTOP, async |page| {
        page.open_dashboard(&server).await;
        page.moves("ether1", 4, 20).await;
        page.click_on("[data-testid=window][data-ms='60000']").await;
        lasts(page, 60).await;

        // A drag looks closer, with shift it moves, Ctrl and the wheel zoom, a double click shows all again.
        let plot = page.plot().await;
        page.drag(plot.at(0.5, 0.5), plot.at(0.9, 0.5)).await;
        let zoomed =
            eventually(s(5), "24 s", async || when(settled(page).await, |seen| (22..=27).contains(&seen.long))).await;
        assert!(page.shows("live").await, "what is zoomed stands still, and there is a way back");
        assert!(page.text_of("[data-testid=live]").await.starts_with("Back to live"));
        assert!(page.shows("unzoom").await, "and out of the zoom");
        page.drag_with_shift(plot.at(0.4, 0.5), plot.at(0.65, 0.5)).await;
        eventually(s(5), "earlier", async || {
            when(seen(page).await, |seen| (seen.long - zoomed.long).abs() <= 1 && seen.to <= zoomed.to - 4)
        })
        .await;
        page.wheel_with_ctrl(plot.at(0.5, 0.5), -100.0).await;
        eventually(s(5), "closer", async || when(seen(page).await, |seen| seen.long < zoomed.long - 2)).await;
        page.screenshot("zoomed").await;
        page.double_click(plot.at(0.5, 0.5)).await;
        lasts(page, 60).await;
        assert!(!page.shows("live").await, "after the zoom it follows again");
        page.drag(plot.at(0.5, 0.5), plot.at(0.9, 0.5)).await;
        eventually(s(5), "zoomed", async || when(page.shows("unzoom").await, |shows| *shows)).await;
        page.click("unzoom").await;
        lasts(page, 60).await;
        assert!(!page.shows("unzoom").await && !page.shows("live").await);

        // The pointer is told what is there.
        page.point_at(plot.at(0.995, 0.4)).await;
        let told = eventually(s(5), "figures at the pointer", async || {
            when(page.text_of("[data-testid=hover]").await, |text| text.contains("Mbps"))
        })
        .await;
        assert!(told.contains("ether1") && told.contains('↓') && told.contains("RX"), "{told:?}");
        assert!(told.contains("seen from the network"), "from which side it is: {told:?}");
        for (way, truth) in [("down", Router::RX), ("up", Router::TX)] {
            let figure = page.text_of(&format!("[data-testid=hover-{way}]")).await;
            is_about(spoken(&format!("{figure} Mbps")), truth, &told);
        }
        page.screenshot("hover").await;
        page.point_at((plot.x + 20.0, plot.y - 60.0)).await;
        eventually(s(5), "no figures", async || when(page.shows("hover").await, |shows| !*shows)).await;

        // The same by keys: the chart is a slider over its points, and says what is at each.
        page.eval("document.getElementById('chart').focus()").await;
        page.press('+').await;
        lasts(page, 48).await;
        page.press('-').await;
        lasts(page, 60).await;
        page.press('+').await;
        lasts(page, 48).await;
        page.press(ESCAPE).await;
        lasts(page, 60).await;
        page.press(LEFT).await;
        let here = said(page).await;
        assert!(here.contains("ether1"), "{here:?}");
        is_about(spoken(here.split('↓').nth(1).unwrap_or_default()), Router::RX, &here);
        assert!(page.shows("hover").await, "the cross-hair is seen too");
        page.press(LEFT).await;
        let earlier = said(page).await;
        assert!(clock(&earlier) < clock(&here), "{earlier:?} before {here:?}");
        page.press(RIGHT).await;
        assert!(clock(&said(page).await) > clock(&earlier));
        page.press(HOME).await;
        let first = said(page).await;
        assert!(clock(&first) < clock(&earlier), "{first:?}");
        page.press(END).await;
        assert!(clock(&said(page).await) > clock(&earlier));
        page.press(ESCAPE).await;
        eventually(s(5), "no cross-hair", async || when(page.shows("hover").await, |shows| !*shows)).await;
        // Shift with an arrow goes back in time, as far as there is something.
        page.click_on("[data-testid=window][data-ms='60000']").await;
        page.eval("document.getElementById('chart').focus()").await;
        page.press('+').await;
        let before = settled(page).await;
        page.press_with(Some(SHIFT), LEFT).await;
        eventually(s(5), "a quarter earlier", async || {
            when(seen(page).await, |seen| (10..=14).contains(&(before.to - seen.to)))
        })
        .await;

        // And for those who see none of it: a sentence, now and then.
        let summary =
            eventually(s(20), "a summary", async || when(page.text_of("#summary").await, |text| !text.is_empty()))
                .await;
        let figures = summary.strip_prefix("ether1: download ").unwrap_or_else(|| panic!("{summary:?}"));
        is_about(spoken(figures), Router::RX, &summary);
        assert_eq!(page.attribute("#summary", "aria-live").await, "polite");
        assert_eq!(page.complaints().await, Vec::<String>::new());
    })
    .await;
}

/// What is seen, by the page's own words.
async fn seen(page: &Page) -> Seen {
    let title = page.attribute("[data-testid=legend-range]", "title").await;
    let mut clocks = title.split(|c: char| !c.is_ascii_digit() && c != ':').filter(|part| part.len() > 3);
    let mut next = || clocks.next().map_or(-1, seconds);
    Seen { from: next(), to: next(), long: next() }
}

/// The same, after the words have followed the drawing.
async fn settled(page: &Page) -> Seen {
    let before = seen(page).await;
    tokio::time::sleep(s(1) + s(1) / 5).await;
    let after = seen(page).await;
    if before == after { before } else { after }
}

/// Waits until the visible stretch is so many seconds long.
async fn lasts(page: &Page, long: i64) {
    eventually(s(8), &format!("{long} s are seen"), async || when(seen(page).await, |seen| seen.long == long)).await;
}

/// `1:05` or `12:01:05` in seconds.
fn seconds(clock: &str) -> i64 {
    clock.split(':').fold(0, |sum, part| sum * 60 + part.parse::<i64>().unwrap_or_default())
}

/// The time of day that a text begins with.
fn clock(text: &str) -> i64 {
    seconds(text.get(..8).unwrap_or_default())
}

/// What the chart says of the point at its cross-hair.
async fn said(page: &Page) -> String {
    page.attribute("#chart", "aria-valuetext").await
}

/// A figure of the first line in the legend, with the unit that stands in the head.
async fn measure(page: &Page, row: usize, column: &str) -> String {
    let script = "const cell = document.querySelectorAll(`[data-testid=card] td[data-testid=${arguments[0]}]`)[arguments[1]]; \
                  const head = document.querySelector(`[data-testid=legend-unit-${arguments[0] === 'total' ? 'total' : 'now'}]`); \
                  return `${cell?.textContent.trim() ?? ''} ${head?.textContent ?? ''}`";
    let text = page.eval_with(script, vec![json!(column), json!(row)]).await;
    text.as_str().unwrap_or_default().to_owned()
}

async fn pressed_window(page: &Page) -> u64 {
    let script = "return Number(document.querySelector('[data-testid=window][aria-pressed=true]')?.dataset.ms)";
    page.eval(script).await.as_u64().expect("a window is chosen")
}

/// A number that is another one when another pixel is drawn.
async fn drawing(page: &Page) -> String {
    let script = "const chart = document.querySelector('[data-testid=chart] canvas'); \
         const copy = document.createElement('canvas'); [copy.width, copy.height] = [chart.width, chart.height]; \
         const paper = copy.getContext('2d', {willReadFrequently: true}); paper.drawImage(chart, 0, 0); \
         let hash = 0; for (const v of new Uint32Array(paper.getImageData(0, 0, copy.width, copy.height).data.buffer)) \
           hash = (Math.imul(hash, 31) + v) | 0; return hash;";
    page.eval(script).await.to_string()
}
