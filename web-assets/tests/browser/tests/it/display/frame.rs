//! The dashboard's frame: what fits on an ordinary screen, the list that is as wide as somebody makes it, and a router
//! that was never reached.

use routeros_simulator::{InterfaceSpec, Traffic};
use serde_json::{Value, json};

use crate::harness::browser::{Look, browse};
use crate::harness::eventually::{eventually, s, when};
use crate::harness::input::{END, HOME, LEFT, RIGHT};
use crate::harness::page::Page;
use crate::harness::router::Router;
use crate::harness::server::Server;

const ORDINARY: Look = Look { width: 1366, height: 768, ..Look::DESKTOP };

#[tokio::test]
async fn at_1366_x_768_fifteen_lines_are_listed_and_the_chart_of_eight_is_420_px_high() {
    let flow = |bps| Traffic::Constant { bps };
    let mut specs = Router::interfaces();
    specs.extend((0..40).map(|n| InterfaceSpec::pppoe(format!("warga-{n:02}")).traffic(flow(2e6), flow(9e6))));
    let router = Router::with(specs).await;
    let server = Server::quick(&router).await;
    browse(ORDINARY, async |page| {
        let chosen: Vec<String> = (0..7).map(|n| format!("interface=%3Cpppoe-warga-0{n}%3E")).collect();
        page.open(&server.url(&format!("/prepaid/dashboard?interface=ether1&{}", chosen.join("&")))).await;
        page.moves("ether1", 3, 20).await;
        assert_eq!(page.eval("return window.lalin.state().chosen.length").await, 8);
        eventually(s(5), "fifteen whole rows", async || {
            when(page.eval(WHOLE_ROWS).await, |rows| rows.as_u64().is_some_and(|rows| rows >= 15))
        })
        .await;
        let chart = page.place_of("[data-testid=chart]").await;
        assert!(chart.height >= 420.0, "{chart:?}");
        let rest = page.eval("return document.documentElement.scrollHeight - innerHeight").await;
        assert_eq!((rest, page.overflow().await), (json!(0), 0.0), "the page does not scroll");
        // What does not fit under the chart is reached by scrolling there.
        let under = page.place_of(".under").await;
        assert!(under.y + under.height <= 768.0, "{under:?}");
        page.screenshot("fold-1366").await;
        assert_eq!(page.complaints().await, Vec::<String>::new());
    })
    .await;
}

/// How many rows of the list are seen whole.
const WHOLE_ROWS: &str = "const list = document.getElementById('picker-list').getBoundingClientRect(); \
      return [...document.querySelectorAll('[data-testid=picker-option]')].filter(row => { \
        const {top, bottom} = row.getBoundingClientRect(); \
        return bottom > top && top >= list.top - 0.5 && bottom <= list.bottom + 0.5; }).length;";

#[tokio::test]
async fn the_list_is_as_wide_as_somebody_makes_it_and_stays_so() {
    let router = Router::start().await;
    let server = Server::quick(&router).await;
    browse(ORDINARY, async |page| {
        page.open_dashboard(&server).await;
        page.moves("ether1", 1, 20).await;
        assert!((list(page).await - 504.0).abs() < 1.0, "{}", list(page).await);
        page.eval("document.getElementById('split').focus()").await;
        page.press(RIGHT).await;
        assert!((list(page).await - 520.0).abs() < 1.0, "{}", list(page).await);
        assert_eq!(page.attribute("#split", "aria-valuenow").await, "520");
        page.press(END).await;
        let stage = page.place_of("#stage").await;
        assert!(stage.width >= 470.0, "the chart keeps its room: {stage:?}");
        page.press(HOME).await;
        assert!((list(page).await - 300.0).abs() < 1.0, "{}", list(page).await);
        page.press(LEFT).await;
        assert!((list(page).await - 300.0).abs() < 1.0, "no less than a name and two figures need");

        // By hand, to the pointer's place.
        drag(page, 302.0, 460.0).await;
        assert!((list(page).await - 458.0).abs() < 4.0, "{}", list(page).await);
        let dragged = list(page).await;
        page.client().refresh().await.unwrap();
        page.runs().await;
        page.moves("ether1", 1, 20).await;
        assert!((list(page).await - dragged).abs() < 1.0, "{} after {dragged}", list(page).await);
        assert_eq!(page.complaints().await, Vec::<String>::new());
    })
    .await;
}

#[tokio::test]
async fn a_router_that_was_never_reached_has_a_sentence_and_no_axis() {
    let router = Router::start().await;
    let server = Server::with(&["--router", &router.login()], Some("salah")).await;
    browse(ORDINARY, async |page| {
        page.open_dashboard(&server).await;
        let state = page.reaches(20, "unreachable").await;
        assert!(state.text.contains("Wrong password"), "named by its cause: {state:?}");
        for id in ["stage-blank", "list-blank", "mend"] {
            eventually(s(5), id, async || when(page.shows(id).await, |shows| *shows)).await;
        }
        for id in ["chart", "overview-list", "window"] {
            assert!(!page.shows(id).await, "{id} has nothing to show");
        }
        page.screenshot("dead-1366").await;
        // The right password, and all of it is there by itself.
        router.handle.set_password("salah");
        page.click("router-retry").await;
        page.reaches(30, "live").await;
        page.moves("ether1", 1, 20).await;
        eventually(s(5), "the chart", async || when(page.shows("chart").await, |shows| *shows)).await;
        assert!(!page.shows("stage-blank").await && !page.shows("list-blank").await);
    })
    .await;
}

async fn list(page: &Page) -> f64 {
    page.place_of("#overview").await.width
}

/// Presses the line at `from`, and lets it go at `to`.
async fn drag(page: &Page, from: f64, to: f64) {
    let mouse = |kind: &str, x: f64| -> Value {
        json!({"type": kind, "x": x, "y": 300, "button": "left", "buttons": 1, "clickCount": 1})
    };
    for (kind, x) in
        [("mousePressed", from), ("mouseMoved", f64::midpoint(from, to)), ("mouseMoved", to), ("mouseReleased", to)]
    {
        page.devtools("Input.dispatchMouseEvent", mouse(kind, x)).await;
    }
}
