//! The wall over routers: each figure is its own line's, a router that dies changes its tile and not the order, layouts
//! are saved and opened by their link, and a wall that nobody touches has nothing to touch.

use routeros_simulator::{Fault, InterfaceSpec, Traffic};
use serde_json::{Value, json};

use super::fleet::add;
use crate::harness::browser::{Look, browse};
use crate::harness::eventually::{eventually, s, when};
use crate::harness::figures::{is_about, spoken};
use crate::harness::page::Page;
use crate::harness::router::Router;
use crate::harness::server::Server;

const LOOK: Look = Look { width: 1920, height: 1080, ..Look::DESKTOP };

/// A router whose WAN carries this, bit/s.
async fn with_wan(down: f64, up: f64) -> Router {
    let constant = |bps| Traffic::Constant { bps };
    let wan = InterfaceSpec::ether("ether1").traffic(constant(down), constant(up)).comment("WAN");
    let lan = InterfaceSpec::ether("ether2").traffic(constant(up), constant(down));
    Router::with(vec![wan, lan]).await
}

/// Keeps a layout with the first port of each router on a tile of its own; its number.
async fn layout(page: &Page, routers: &[&str]) -> Value {
    let tiles: Vec<Value> =
        routers.iter().map(|id| json!({"title": null, "lines": [{"router": id, "interface": "ether1"}]})).collect();
    let script = "const [tiles] = arguments; \
                  return fetch('/api/v1/layouts', {method: 'POST', headers: {'Content-Type': 'application/json'}, \
                    body: JSON.stringify({name: 'Semua', tiles})}).then((answer) => answer.json())";
    page.eval_with(script, vec![json!(tiles)]).await["id"].clone()
}

/// Each tile: its name, figures, and whether it is red.
async fn tiles(page: &Page) -> Value {
    page.eval(
        "return [...document.querySelectorAll('[data-testid=wall-tile]')].map((tile) => ({ \
           name: tile.querySelector('.of').textContent, bad: tile.dataset.bad === 'true', \
           down: tile.querySelector('.figures .down').textContent, up: tile.querySelector('.figures .up').textContent, \
           cause: tile.querySelector('.says b').textContent, last: tile.querySelector('.last').textContent}))",
    )
    .await
}

fn names(tiles: &Value) -> Vec<String> {
    tiles.as_array().unwrap().iter().map(|tile| tile["name"].as_str().unwrap().to_owned()).collect()
}

/// The tile of this name.
fn tile<'a>(tiles: &'a Value, name: &str) -> &'a Value {
    tiles.as_array().unwrap().iter().find(|tile| tile["name"] == name).unwrap_or_else(|| panic!("{name}: {tiles}"))
}

#[tokio::test]
async fn lines_of_three_routers_have_their_own_figures_and_one_that_dies_keeps_its_place() {
    let rates = [("Alun", 100e6, 10e6), ("Bukit", 300e6, 20e6), ("Candi", 40e6, 5e6)];
    let routers = [with_wan(rates[0].1, rates[0].2).await, with_wan(300e6, 20e6).await, with_wan(40e6, 5e6).await];
    let server = Server::with(&[], None).await;
    browse(LOOK, async |page| {
        page.client().goto(&server.url("/settings")).await.unwrap();
        for ((name, ..), router) in rates.iter().zip(&routers) {
            add(page, name, &router.login(), Router::PASSWORD, "off").await;
        }
        let layout = layout(page, &["alun", "bukit", "candi"]).await;
        page.client().goto(&server.url(&format!("/prepaid/fleet?layout={layout}&kiosk"))).await.unwrap();
        let seen = eventually(s(40), "all figures", async || {
            when(tiles(page).await, |tiles| {
                tiles.as_array().is_some_and(|all| {
                    all.len() == 3 && all.iter().all(|tile| tile["down"].as_str().unwrap().contains("Mbps"))
                })
            })
        })
        .await;
        assert_eq!(names(&seen), ["Alun", "Bukit", "Candi"]);
        for (name, down, up) in rates {
            is_about(spoken(tile(&seen, name)["down"].as_str().unwrap()), down, name);
            is_about(spoken(tile(&seen, name)["up"].as_str().unwrap()), up, name);
        }
        let sum = page.text_of("[data-testid=wall-down]").await;
        is_about(spoken(&sum), 440e6, "the sum");
        // Touched by nobody: no header, no controls.
        let shown = "return ['.top', '.wall-tools'].map((part) => document.querySelector(part).checkVisibility())";
        assert_eq!(page.eval(shown).await, json!([false, false]));
        page.screenshot("wall").await;

        routers[1].handle.set_fault(Fault::Silent);
        let seen = eventually(s(60), "its tile turns", async || {
            when(tiles(page).await, |tiles| tile(tiles, "Bukit")["bad"] == true)
        })
        .await;
        assert_eq!(names(&seen), ["Alun", "Bukit", "Candi"], "the order stays");
        let fallen = tile(&seen, "Bukit");
        assert_eq!(fallen["cause"], "No answer", "{fallen}");
        assert!(fallen["last"].as_str().unwrap().contains("Mbps"), "the last figures: {fallen}");
        assert!(page.text_of("[data-testid=wall-bad]").await.contains("Bukit"));
        page.screenshot("wall-fallen").await;
        routers[1].handle.clear_faults();
        eventually(s(60), "it is back", async || when(tiles(page).await, |tiles| tile(tiles, "Bukit")["bad"] == false))
            .await;
    })
    .await;
}

#[tokio::test]
async fn the_wall_shows_the_wans_of_all_routers_and_sums_nothing_twice() {
    let routers = [with_wan(100e6, 10e6).await, with_wan(300e6, 20e6).await];
    let server = Server::with(&[], None).await;
    browse(LOOK, async |page| {
        page.client().goto(&server.url("/settings")).await.unwrap();
        for (name, router) in ["Alun", "Bukit"].iter().zip(&routers) {
            add(page, name, &router.login(), Router::PASSWORD, "off").await;
        }
        page.client().goto(&server.url("/prepaid/fleet?kiosk")).await.unwrap();
        let seen = eventually(s(40), "both WANs", async || {
            when(tiles(page).await, |tiles| {
                tiles.as_array().is_some_and(|all| {
                    all.len() == 2 && all.iter().all(|tile| tile["down"].as_str().unwrap().contains("Mbps"))
                })
            })
        })
        .await;
        assert_eq!(names(&seen), ["Alun", "Bukit"]);
        is_about(spoken(tile(&seen, "Alun")["down"].as_str().unwrap()), 100e6, "the WAN of Alun");
        is_about(spoken(tile(&seen, "Bukit")["down"].as_str().unwrap()), 300e6, "the WAN of Bukit");
        is_about(spoken(&page.text_of("[data-testid=wall-down]").await), 400e6, "the sum");
        // The table says the same: what goes through the other port is not counted again.
        page.client().goto(&server.url("/prepaid/fleet")).await.unwrap();
        let total = "return ['.down b', '.down span'].map((part) => \
                     document.querySelector(`#fleet-totals ${part}`)?.textContent).join(' ')";
        let total = eventually(s(30), "the total", async || {
            when(page.eval(total).await, |text| text.as_str().is_some_and(|text| text.contains("Mbps")))
        })
        .await;
        is_about(spoken(total.as_str().unwrap()), 400e6, "the total of the table");
    })
    .await;
}

#[tokio::test]
async fn a_layout_is_put_together_saved_and_opened_by_its_link_in_another_browser() {
    let [one, two] = [with_wan(100e6, 10e6).await, with_wan(300e6, 20e6).await];
    let server = Server::with(&[], None).await;
    let mut link = String::new();
    browse(LOOK, async |page| {
        page.client().goto(&server.url("/settings")).await.unwrap();
        add(page, "Alun", &one.login(), Router::PASSWORD, "off").await;
        add(page, "Bukit", &two.login(), Router::PASSWORD, "off").await;
        page.client().goto(&server.url("/prepaid/fleet?view=wall")).await.unwrap();
        eventually(s(40), "both tiles", async || {
            when(tiles(page).await, |tiles| tiles.as_array().is_some_and(|all| all.len() == 2))
        })
        .await;
        page.click_on("[data-testid=wall-edit]").await;
        // Two lines of two routers on one tile, and one of them alone, by search and Enter.
        let offered = |line: &str| format!("[data-line=\"{line}\"]");
        // The editor is there, and the routers have told of all their lines.
        for selector in ["[data-testid=editor-clear]", &offered("alun/ether2"), &offered("bukit/ether2")] {
            eventually(s(20), selector, async || {
                let there = format!("return document.querySelector({selector:?}) !== null");
                when(page.eval(&there).await, |there| *there == true)
            })
            .await;
        }
        page.click_on("[data-testid=editor-clear]").await;
        page.click_on(&offered("alun/ether1")).await;
        page.click_on("[data-testid=editor-choose]").await;
        page.click_on(&offered("bukit/ether1")).await;
        page.click_on("[data-testid=editor-choose]").await;
        let search = page.client().find(fantoccini::Locator::Css("[data-testid=editor-search]")).await.unwrap();
        search.send_keys("bukit ether2\u{e007}").await.unwrap();
        // The second tile to the first place, by the keys alone.
        page.eval("document.querySelectorAll('[data-testid=editor-tile]')[1].focus()").await;
        let tile = page.client().active_element().await.unwrap();
        tile.send_keys("\u{e00a}\u{e013}").await.unwrap();
        let name = page.client().find(fantoccini::Locator::Css("#wall-editor [name=name]")).await.unwrap();
        name.send_keys("Pusat").await.unwrap();
        page.screenshot("wall-editor").await;
        page.click_on("[data-testid=editor-save]").await;
        eventually(s(20), "it is shown", async || {
            when(names(&tiles(page).await), |names| *names == ["Bukit", "Alun, Bukit"])
        })
        .await;
        link = page.eval("return location.pathname + location.search").await.as_str().unwrap().to_owned();
        assert!(link.contains("layout="), "{link}");
    })
    .await;
    browse(LOOK, async |page| {
        page.client().goto(&server.url(&format!("{link}&kiosk"))).await.unwrap();
        let seen = eventually(s(40), "its figures", async || {
            when(tiles(page).await, |tiles| {
                tiles.as_array().is_some_and(|all| {
                    all.len() == 2 && all.iter().all(|tile| tile["down"].as_str().unwrap().contains("Mbps"))
                })
            })
        })
        .await;
        assert_eq!(names(&seen), ["Bukit", "Alun, Bukit"]);
        // Its second line is what the router's LAN port carries; the tile of two is the sum of both.
        is_about(spoken(seen[0]["down"].as_str().unwrap()), 20e6, "ether2 of Bukit");
        is_about(spoken(seen[1]["down"].as_str().unwrap()), 400e6, "both WANs");
        assert_eq!(page.text_of(".wall-head h1").await, "Pusat");
        page.screenshot("wall-layout").await;
    })
    .await;
}
