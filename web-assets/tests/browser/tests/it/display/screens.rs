//! The page in its places: on a wall, in the dark, in a hand, and where there is no mouse.

use serde_json::{Value, json};

use crate::harness::browser::{Look, browse};
use crate::harness::eventually::{eventually, s, when};
use crate::harness::input::{DOWN, END, ENTER, ESCAPE, HOME, TAB, UP};
use crate::harness::page::Page;
use crate::harness::router::Router;
use crate::harness::server::Server;

const BUDI: &str = "<pppoe-budi>";

#[tokio::test]
async fn the_wall_shows_a_clock_large_figures_and_nothing_to_press() {
    let router = Router::start().await;
    let server = Server::quick(&router).await;
    browse(Look { width: 1920, height: 1080, ..Look::DESKTOP }, async |page| {
        page.open_dashboard(&server).await;
        page.choose(&["ether1", BUDI]).await;
        page.moves("ether1", 2, 20).await;
        let desk = height(page, "[data-testid=rx-now]").await;
        page.press('f').await;
        let url = page.client().current_url().await.unwrap();
        assert!(url.query_pairs().any(|(key, _)| key == "kiosk"), "{url}");
        // The address brings it back.
        page.client().refresh().await.unwrap();
        page.runs().await;
        page.moves("ether1", 2, 20).await;
        let first = page.text_of("#clock").await;
        assert!(first.len() == 8 && first.contains(':'), "{first:?}");
        eventually(s(5), "the clock goes", async || when(page.text_of("#clock").await, |now| *now != first)).await;
        for id in ["stop", "picker-search", "pause", "theme", "lang", "measures", "card-remove"] {
            assert!(!page.shows(id).await, "{id} has no place on a wall");
        }
        for id in ["state", "chart", "card"] {
            assert!(page.shows(id).await, "{id}");
        }
        let wall = height(page, "[data-testid=rx-now]").await;
        assert!(wall >= 2.0 * desk, "figures of {wall} px, at the desk {desk} px");
        let rest = page.eval("return document.documentElement.scrollHeight - innerHeight").await;
        assert!(rest.as_f64().is_some_and(|rest| rest <= 0.0) && page.overflow().await == 0.0, "{rest} px do not fit");
        let chart = page.place_of("[data-testid=chart]").await;
        assert!(chart.height > 300.0 && chart.y + chart.height <= 1080.5, "{chart:?}");
        page.screenshot("wall").await;
        // Nothing can stand still there, since nobody would see that it does.
        page.press('p').await;
        page.moves("ether1", 2, 20).await;
        page.press(ESCAPE).await;
        eventually(s(5), "the desk again", async || when(page.shows("stop").await, |shows| *shows)).await;
        assert!(!page.shows("live").await);
        let url = page.client().current_url().await.unwrap();
        assert!(url.query_pairs().all(|(key, _)| key != "kiosk"), "{url}");
        assert_eq!(page.complaints().await, Vec::<String>::new());
    })
    .await;
}

#[tokio::test]
async fn the_theme_follows_the_system_until_somebody_chooses() {
    let router = Router::start().await;
    let server = Server::quick(&router).await;
    browse(Look::DESKTOP, async |page| {
        page.open_dashboard(&server).await;
        page.moves("ether1", 2, 20).await;
        assert!(!is_dark(page).await);
        prefers(page, "dark").await;
        eventually(s(5), "dark", async || when(is_dark(page).await, |dark| *dark)).await;
        eventually(s(5), "the chart is dark, too", async || {
            when(page.painted(Some(grid(page).await)).await, |&pixels| pixels > 200)
        })
        .await;
        eventually(s(5), "the small curves are, too", async || when(page.eval(SPARKS).await, |right| *right == true))
            .await;
        prefers(page, "light").await;
        eventually(s(5), "light", async || when(is_dark(page).await, |dark| !*dark)).await;

        // System, light, dark, and round again; each says what it is.
        for (theme, dark) in [("light", false), ("dark", true)] {
            page.click("theme").await;
            assert_eq!((page.attribute("html", "data-theme").await.as_str(), is_dark(page).await), (theme, dark));
            assert!(page.attribute("[data-testid=theme]", "aria-label").await.contains(theme));
        }
        eventually(s(5), "the chart is dark, too", async || {
            when(page.painted(Some(grid(page).await)).await, |&pixels| pixels > 200)
        })
        .await;
        page.screenshot("dark-chosen").await;
        prefers(page, "light").await;
        page.client().refresh().await.unwrap();
        page.runs().await;
        assert!(is_dark(page).await, "what was chosen stays, against the system");
        page.click("theme").await;
        assert!(!is_dark(page).await && page.attribute("html", "data-theme").await.is_empty());
        assert_eq!(page.complaints().await, Vec::<String>::new());
    })
    .await;
}

#[tokio::test]
async fn on_a_phone_the_list_is_a_sheet_that_lies_over_the_page() {
    let router = Router::start().await;
    let server = Server::quick(&router).await;
    browse(Look::PHONE, async |page| {
        page.open_dashboard(&server).await;
        page.moves("ether1", 1, 20).await;
        assert!(!page.shows("picker-search").await);
        assert_eq!(page.attribute("#picker", "aria-expanded").await, "false");

        page.open_picker().await;
        assert_eq!(page.attribute("#overview", "role").await, "dialog");
        assert_eq!(page.attribute("#picker", "aria-expanded").await, "true");
        assert_eq!(page.focused().await, "picker-list", "no keyboard comes up over half of the list");
        assert_eq!(page.eval("return document.getElementById('stage').inert").await, true);
        assert_eq!(page.overflow().await, 0.0);
        let sheet = page.place_of("#overview").await;
        assert!(sheet.width <= 360.5 && sheet.y > 0.0 && sheet.y + sheet.height <= 740.5, "{sheet:?}");
        let button = page.place_of("#overview-close").await;
        assert!(button.height >= 44.0, "{button:?}");
        page.tick(BUDI).await;
        page.screenshot("sheet").await;
        page.click_on("#overview-close").await;
        closed(page).await;
        assert_eq!(page.focused().await, "picker");
        eventually(s(5), "both", async || when(page.cards().await, |cards| cards == &["ether1", BUDI])).await;

        // The large figures are those of the first; a chip shows the other's.
        assert_eq!(page.text_of(".lead-name").await, "ether1");
        page.click_on(&format!(".lead-chips [data-name='{BUDI}']")).await;
        eventually(s(5), "budi leads", async || when(page.text_of(".lead-name").await, |name| name == "budi")).await;

        page.open_picker().await;
        page.press(ESCAPE).await;
        closed(page).await;
        page.open_picker().await;
        page.eval("document.getElementById('overview-back').click()").await;
        closed(page).await;
        assert_eq!(page.eval("return document.getElementById('stage').inert").await, false);
        assert_eq!(page.complaints().await, Vec::<String>::new());
    })
    .await;
}

#[tokio::test]
async fn interfaces_are_found_and_chosen_without_a_mouse() {
    let router = Router::start().await;
    let server = Server::quick(&router).await;
    browse(Look::DESKTOP, async |page| {
        page.open_dashboard(&server).await;
        page.moves("ether1", 1, 20).await;
        // Tab comes to everything, and what has the focus is seen to have it.
        let mut met = Vec::new();
        for _ in 0..80 {
            page.press(TAB).await;
            let here = page.focused().await;
            let seen = page.eval(RINGED).await;
            assert_eq!(seen, true, "nobody sees that {here} has the focus");
            met.push(here);
            // What comes after the first line of the legend is as it.
            if met.iter().any(|here| here == "card-remove") {
                break;
            }
        }
        for id in ["theme", "lang", "picker-search", "overview-sort", "overview-filter", "picker-list"] {
            assert!(met.iter().any(|here| here == id), "{id} in {met:?}");
        }
        for id in [
            "split",
            "stop",
            "window",
            "pause",
            "mode-mirror",
            "unit",
            "share",
            "more",
            "chart",
            "sort-now-down",
            "legend-name",
            "card-view",
        ] {
            assert!(met.iter().any(|here| here == id), "{id} in {met:?}");
        }

        // Where one may type, a key is a letter.
        page.eval("document.getElementById('chart').focus()").await;
        page.press('/').await;
        for key in "kantor".chars() {
            page.press(key).await;
        }
        eventually(s(5), "only ether2", async || when(page.options().await, |options| options == &["ether2"])).await;
        page.press(ENTER).await;
        chosen(page, &["ether1", "ether2"]).await;
        page.press(ESCAPE).await;
        eventually(s(5), "all again", async || when(page.options().await, |options| options.len() == 5)).await;

        // Arrows move a mark through the rows; space adds and takes away, V turns.
        page.press(DOWN).await;
        assert_eq!(page.focused().await, "picker-list");
        page.press(END).await;
        assert_eq!(marked(page).await, "<pppoe-siti>");
        page.press(UP).await;
        assert_eq!(marked(page).await, BUDI);
        page.press(' ').await;
        chosen(page, &["ether1", "ether2", BUDI]).await;
        let script =
            "return document.querySelector(`[data-testid=card][data-interface=\"<pppoe-budi>\"]`)?.dataset.view";
        page.press('v').await;
        eventually(s(5), "turned", async || when(page.eval(script).await, |view| view == "network")).await;
        // A rate is not known at every tick.
        let told = "return document.querySelector('.option.marked').getAttribute('aria-description')";
        eventually(s(15), "the row in words", async || {
            when(page.eval(told).await, |told| {
                told.as_str().is_some_and(|told| told.contains("Download") && told.contains("network"))
            })
        })
        .await;
        page.screenshot("keyboard").await;
        page.press(' ').await;
        chosen(page, &["ether1", "ether2"]).await;
        page.press(HOME).await;
        assert_eq!(marked(page).await, "ether1");
        page.press(UP).await;
        assert_eq!(page.focused().await, "picker-search", "above the first row is the search");
        assert_eq!(page.complaints().await, Vec::<String>::new());
    })
    .await;
}

/// Whether the element with the focus has a ring around it, or a row in it that is marked.
const RINGED: &str = "const e = document.activeElement; if (e === document.body) return true; \
      const {outlineStyle, outlineWidth} = getComputedStyle(e); \
      return (outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2) || e.querySelector('.marked') !== null;";

async fn chosen(page: &Page, wanted: &[&str]) {
    eventually(s(5), "the cards", async || when(page.cards().await, |cards| cards == wanted)).await;
}

/// The row that the keys have come to.
async fn marked(page: &Page) -> String {
    let script = "const list = document.getElementById('picker-list'); \
                  return document.getElementById(list.getAttribute('aria-activedescendant'))?.dataset.interface ?? ''";
    page.eval(script).await.as_str().unwrap_or_default().to_owned()
}

async fn closed(page: &Page) {
    eventually(s(5), "the sheet is away", async || when(page.shows("picker-search").await, |shows| !*shows)).await;
}

/// How high an element's largest letters are, px.
async fn height(page: &Page, selector: &str) -> f64 {
    let script = "const root = document.querySelector(arguments[0]); \
         return Math.max(...[root, ...root.querySelectorAll('*')].map(e => parseFloat(getComputedStyle(e).fontSize)))";
    page.eval_with(script, vec![json!(selector)]).await.as_f64().unwrap()
}

async fn prefers(page: &Page, scheme: &str) {
    let features = json!({"features": [{"name": "prefers-color-scheme", "value": scheme}]});
    page.devtools("Emulation.setEmulatedMedia", features).await;
}

async fn is_dark(page: &Page) -> bool {
    page.eval("return getComputedStyle(document.body).backgroundColor").await.as_str().is_some_and(|colour| {
        let parts = colour.split(|c: char| !c.is_ascii_digit() && c != '.').filter_map(|part| part.parse::<f64>().ok());
        parts.take(3).sum::<f64>() < 3.0 * 96.0
    })
}

/// Whether a small curve, which stands on a line of another colour, is drawn in the one that the page's present theme has
/// for it.
const SPARKS: &str = "const spark = document.querySelector('[data-interface=ether2] .spark'); \
      const paper = document.createElement('canvas').getContext('2d', {willReadFrequently: true}); \
      paper.drawImage(spark, 0, 0); const {data} = paper.getImageData(0, 0, spark.width, spark.height); \
      paper.fillStyle = getComputedStyle(document.documentElement).getPropertyValue('--soft').trim(); \
      paper.fillRect(0, 0, 1, 1); const wanted = paper.getImageData(0, 0, 1, 1).data; \
      for (let i = 0; i < data.length; i += 4) \
        if (data[i + 3] >= 128 && [0, 1, 2].every(at => Math.abs(data[i + at] - wanted[at]) < 24)) return true; \
      return false;";

/// The colour of the chart's grid, as the page's present theme has it.
async fn grid(page: &Page) -> [u8; 3] {
    let script = "const paper = document.createElement('canvas').getContext('2d', {willReadFrequently: true}); \
         paper.fillStyle = getComputedStyle(document.documentElement).getPropertyValue('--grid').trim(); \
         paper.fillRect(0, 0, 1, 1); return [...paper.getImageData(0, 0, 1, 1).data].slice(0, 3);";
    let colour: Vec<Value> = serde_json::from_value(page.eval(script).await).unwrap();
    [0, 1, 2].map(|at| colour[at].as_u64().and_then(|part| u8::try_from(part).ok()).unwrap())
}
