//! The list of interfaces: its order, what it leaves out, what it says of each, and that it stays still under the hand.

use std::collections::BTreeSet;

use fantoccini::Locator;
use routeros_simulator::{InterfaceSpec, Traffic};
use serde_json::{Value, json};

use crate::harness::browser::{Look, browse};
use crate::harness::eventually::{eventually, s, when};
use crate::harness::figures::{is_about, spoken};
use crate::harness::page::Page;
use crate::harness::router::Router;
use crate::harness::server::Server;

pub(super) const BUDI: &str = "<pppoe-budi>";
pub(super) const SITI: &str = "<pppoe-siti>";

/// The heading of the customers' group.
const CUSTOMERS: &str = "return [...document.querySelectorAll('#picker-list .group:not(.pinned)')]\
      .find(group => group.textContent.startsWith('PPPoE')).querySelector('.down').textContent";

/// Of every kind one: an uplink, silent and busy ones, one switched off, a VLAN, two customers.
pub(super) fn interfaces() -> Vec<InterfaceSpec> {
    let flow = |bps| Traffic::Constant { bps };
    vec![
        InterfaceSpec::ether("ether10").traffic(flow(1.4e6), flow(2.6e6)),
        InterfaceSpec::ether("ether2").traffic(flow(5e6), flow(30e6)).comment("Kantor lantai dua"),
        InterfaceSpec::ether("ether1").traffic(flow(100e6), flow(10e6)).comment("WAN"),
        InterfaceSpec::ether("ether3"),
        InterfaceSpec::ether("ether4").disabled(),
        InterfaceSpec::vlan("tamu").traffic(flow(3e6), flow(4e6)),
        InterfaceSpec::pppoe("siti").traffic(flow(1e6), flow(8e6)),
        InterfaceSpec::pppoe("budi").traffic(flow(2e6), flow(20e6)),
    ]
}

#[tokio::test]
async fn the_list_is_sorted_grouped_filtered_and_searched() {
    let router = Router::with(interfaces()).await;
    let server = Server::quick(&router).await;
    browse(Look::DESKTOP, async |page| {
        page.open_dashboard(&server).await;
        page.moves("ether1", 3, 20).await;

        // Grouped, and in each group as people count.
        lists(page, &["ether1", "ether2", "ether3", "ether4", "ether10", "tamu", BUDI, SITI]).await;
        assert_eq!(headings(page).await, ["WAN 1", "Ethernet 4", "VLAN 1", "PPPoE 2"]);
        let customers = page.eval(CUSTOMERS).await;
        let customers = customers.as_str().unwrap_or_default().to_owned();
        is_about(spoken(&customers), 28e6, &customers);
        scroll(page, 1.0).await;
        // A customer is his user name, and his download what the router sends.
        let budi = row(page, BUDI).await;
        assert!(budi.contains("budi") && budi.contains("pppoe-in") && !budi.contains('<'), "{budi:?}");
        page.flows(BUDI, ".down", 20e6).await;
        assert!(row(page, "ether4").await.contains("disabled"));
        // Where something flows there is a curve.
        eventually(s(10), "a curve", async || when(sparkled(page, BUDI).await, |&pixels| pixels > 40)).await;
        assert!(sparkled(page, BUDI).await > sparkled(page, "ether3").await);
        page.screenshot("overview").await;

        page.switch_filter("overview-grouped").await;
        lists(page, &[BUDI, "ether1", "ether2", "ether3", "ether4", "ether10", SITI, "tamu"]).await;
        assert_eq!(headings(page).await, Vec::<String>::new());
        for (by, wanted) in [
            ("down", ["ether1", BUDI, SITI, "ether2", "tamu", "ether10", "ether3", "ether4"]),
            ("up", ["ether2", "ether1", "tamu", "ether10", BUDI, SITI, "ether3", "ether4"]),
            ("total", ["ether1", "ether2", BUDI, SITI, "tamu", "ether10", "ether3", "ether4"]),
            ("type", ["ether1", "ether2", "ether3", "ether4", "ether10", BUDI, SITI, "tamu"]),
        ] {
            sort_by(page, by).await;
            lists(page, &wanted).await;
        }
        page.switch_filter("overview-active").await;
        lists(page, &["ether1", "ether2", "ether10", BUDI, SITI, "tamu"]).await;
        assert_eq!(page.text_of("#overview-count").await, "6 of 8");

        // Remembered on this device.
        page.client().refresh().await.unwrap();
        page.runs().await;
        page.moves("ether1", 1, 20).await;
        lists(page, &["ether1", "ether2", "ether10", BUDI, SITI, "tamu"]).await;
        page.switch_filter("overview-active").await;
        page.switch_filter("overview-grouped").await;
        sort_by(page, "name").await;

        // Kinds, several at once.
        page.click_on("[data-group=pppoe]").await;
        lists(page, &[BUDI, SITI]).await;
        page.click_on("[data-group=vlan]").await;
        lists(page, &["tamu", BUDI, SITI]).await;
        page.click_on("[data-group=pppoe]").await;
        lists(page, &["tamu"]).await;
        page.click_on("[data-group=vlan]").await;

        // The search looks through name, comment and type; every word must be there.
        for (search, wanted) in
            [("LANTAI", vec!["ether2"]), ("pppoe-in", vec![BUDI, SITI]), ("ether 1", vec!["ether1", "ether10"])]
        {
            page.keys("picker-search", search).await;
            lists(page, &wanted).await;
            page.close_picker().await;
        }
        page.keys("picker-search", "tidak ada").await;
        lists(page, &[]).await;
        assert!(page.text().await.contains("Nothing matches"));
        assert_eq!(page.complaints().await, Vec::<String>::new());
    })
    .await;
}

#[tokio::test]
async fn the_point_of_view_is_shown_turned_and_remembered() {
    let router = Router::with(interfaces()).await;
    let server = Server::quick(&router).await;
    browse(Look::DESKTOP, async |page| {
        page.open_dashboard(&server).await;
        page.choose(&["ether2", BUDI]).await;
        page.moves(BUDI, 2, 20).await;
        assert_eq!(views(page).await, ["network", "customer"]);
        is_about(page.direction("ether2", "Download").await, 5e6, "ether2");
        let words = || page.attribute("[data-testid=card-view]", "title");
        assert!(words().await.starts_with("seen from the network (↓ RX)"), "{}", words().await);

        // In its row of the legend, with the words; the list follows.
        page.click("card-view").await;
        eventually(s(5), "turned", async || when(views(page).await, |views| views == &["customer", "customer"])).await;
        is_about(page.direction("ether2", "Download").await, 30e6, "ether2");
        assert!(words().await.starts_with("seen from the customer (↓ TX)"), "{}", words().await);
        page.flows("ether2", ".down", 30e6).await;
        // And what the visible time comes to.
        let script = "return document.querySelector('[data-testid=card] [data-testid=peak]').textContent.trim()";
        eventually(s(5), "its figures", async || {
            when(page.eval(script).await, |text| {
                text.as_str().is_some_and(|text| text.starts_with("30") || text.starts_with("29"))
            })
        })
        .await;
        page.screenshot("turned").await;

        // In the list, and remembered.
        page.choose_of_line(BUDI, "line-turn").await;
        eventually(s(5), "turned", async || when(views(page).await, |views| views == &["customer", "network"])).await;
        page.client().refresh().await.unwrap();
        page.runs().await;
        page.moves(BUDI, 1, 20).await;
        assert_eq!(views(page).await, ["customer", "network"]);
        is_about(page.direction(BUDI, "Download").await, 2e6, "budi");
        assert_eq!(page.complaints().await, Vec::<String>::new());
    })
    .await;
}

#[tokio::test]
async fn of_2000_interfaces_only_those_in_view_exist_and_they_stay_where_they_are() {
    let flow = |bps| Traffic::Constant { bps };
    let customer = |n: u32| InterfaceSpec::pppoe(format!("p{n:04}")).traffic(flow(1e5), flow(2e6));
    let mut interfaces = vec![InterfaceSpec::ether("ether1").traffic(flow(100e6), flow(10e6)).comment("WAN")];
    interfaces.extend((1..2_000).map(customer));
    let router = Router::with(interfaces).await;
    let server = Server::over(&router).await;
    browse(Look::DESKTOP, async |page| {
        page.open_dashboard(&server).await;
        page.moves("ether1", 1, 30).await;
        eventually(s(10), "all are counted", async || when(page.text_of("#overview-count").await, |n| n == "2000"))
            .await;
        let mut met = BTreeSet::new();
        for part in [0.0, 0.3, 0.999] {
            scroll(page, part).await;
            let rows =
                eventually(s(5), "rows in view", async || when(page.options().await, |rows| rows.len() > 8)).await;
            assert!(rows.len() < 40, "{} rows exist", rows.len());
            met.extend(rows);
        }
        assert!(met.contains("ether1") && met.contains("<pppoe-p1999>") && met.len() > 24, "{met:?}");
        let spread = page.eval("return document.querySelectorAll('#picker-list *').length").await;
        assert!(spread.as_u64().is_some_and(|elements| elements < 1_500), "{spread} elements");

        // Nobody is at the list: those above go and come, and what is looked at stays.
        scroll(page, 0.5).await;
        let before = eventually(s(5), "rows", async || when(first_row(page).await, Value::is_array)).await;
        for n in 1..=9 {
            router.handle.remove_interface(format!("<pppoe-p{n:04}>"));
        }
        counts(page, 1_991).await;
        assert_eq!(first_row(page).await, before, "what is looked at stays where it is");
        for n in 1..=9 {
            router.handle.add_interface(customer(n));
        }
        counts(page, 2_000).await;
        assert_eq!(first_row(page).await, before);

        // Somebody points at a row: even those who are gone keep their places, and say so.
        let list = page.place_of("#picker-list").await;
        let (x, y) = list.at(0.5, 0.5);
        page.point_at((x, y - 2.0)).await;
        page.point_at((x, y)).await;
        let under = under(page, x, y).await;
        router.handle.remove_interface(&*under);
        eventually(s(10), "he is gone", async || when(row(page, &under).await, |text| text.contains("gone"))).await;
        assert_eq!(
            (crate::display::interface_list::under(page, x, y).await, first_row(page).await),
            (under.clone(), before)
        );
        page.screenshot("overview-2000").await;
        // And once the hand is away, so is he.
        page.point_at((x + 500.0, y)).await;
        counts(page, 1_999).await;
        assert_eq!(page.complaints().await, Vec::<String>::new());
    })
    .await;
}

/// Waits until the list has exactly these, in this order.
pub(super) async fn lists(page: &Page, wanted: &[&str]) {
    eventually(s(12), "the list", async || {
        let mut shown = in_order(page).await;
        shown.retain(|name| !name.is_empty());
        when(shown, |shown| shown == wanted)
    })
    .await;
}

/// The names in the list from top to bottom: rows are used again and stand in any order in the page.
async fn in_order(page: &Page) -> Vec<String> {
    let shown = page
        .eval(
            "return [...document.querySelectorAll('[data-testid=picker-option]')]\
               .sort((a, b) => a.ariaPosInSet - b.ariaPosInSet).map(option => option.dataset.interface)",
        )
        .await;
    serde_json::from_value(shown).unwrap()
}

/// The headings of the list, each with how many it has.
async fn headings(page: &Page) -> Vec<String> {
    let script = "const y = e => e.getBoundingClientRect().y; \
         return [...document.querySelectorAll('#picker-list .group:not(.pinned)')].sort((a, b) => y(a) - y(b))\
           .map(group => `${group.querySelector('b').textContent} ${group.querySelector('.count').textContent}`)";
    serde_json::from_value(page.eval(script).await).unwrap()
}

/// What an interface's row says.
pub(super) async fn row(page: &Page, interface: &str) -> String {
    let script = "return [...document.querySelectorAll('[data-testid=picker-option]')]\
                  .find(row => row.dataset.interface === arguments[0])?.innerText ?? ''";
    page.eval_with(script, vec![json!(interface)]).await.as_str().unwrap_or_default().to_owned()
}

/// How many pixels of an interface's small curve are drawn.
pub(super) async fn sparkled(page: &Page, interface: &str) -> u64 {
    let script = "const spark = [...document.querySelectorAll('[data-testid=picker-option]')]\
           .find(row => row.dataset.interface === arguments[0])?.querySelector('canvas'); if (!spark?.width) return 0; \
         const copy = document.createElement('canvas'); [copy.width, copy.height] = [spark.width, spark.height]; \
         const paper = copy.getContext('2d', {willReadFrequently: true}); paper.drawImage(spark, 0, 0); \
         return paper.getImageData(0, 0, copy.width, copy.height).data.filter((v, at) => at % 4 === 3 && v > 0).length;";
    page.eval_with(script, vec![json!(interface)]).await.as_u64().unwrap()
}

async fn sort_by(page: &Page, by: &str) {
    let select = page.client().find(Locator::Css("[data-testid=overview-sort]")).await.unwrap();
    select.select_by_value(by).await.unwrap();
}

/// From whose side each card is seen.
async fn views(page: &Page) -> Vec<String> {
    let seen = page.eval("return [...document.querySelectorAll('[data-testid=card]')].map(c => c.dataset.view)").await;
    serde_json::from_value(seen).unwrap()
}

/// Scrolls the list to this part of it.
async fn scroll(page: &Page, part: f64) {
    let script = "const list = document.getElementById('picker-list'); \
         list.scrollTop = (list.scrollHeight - list.clientHeight) * arguments[0]; \
         const {x, y, width, height} = list.getBoundingClientRect(); \
         return [0.4, 0.5, 0.6].some(part => \
           document.elementFromPoint(x + width / 2, y + height * part)?.closest('[role=option]') != null);";
    eventually(s(5), "rows come into view", async || {
        when(page.eval_with(script, vec![json!(part)]).await, |there| *there == true)
    })
    .await;
}

/// The first whole row that is seen, and how far from the list's top.
async fn first_row(page: &Page) -> Value {
    let script = "const top = document.getElementById('picker-list').getBoundingClientRect().top; \
         const seen = [...document.querySelectorAll('[data-testid=picker-option]')]\
           .map(row => [row.dataset.interface, Math.round(row.getBoundingClientRect().top - top)]).filter(([, y]) => y >= 0); \
         return seen.sort((a, b) => a[1] - b[1])[0] ?? null;";
    page.eval(script).await
}

/// The interface whose row is there.
async fn under(page: &Page, x: f64, y: f64) -> String {
    let script = "return document.elementFromPoint(...arguments)?.closest('[role=option]')?.dataset.interface ?? ''";
    page.eval_with(script, vec![json!(x), json!(y)]).await.as_str().unwrap_or_default().to_owned()
}

/// Waits until the list counts so many.
async fn counts(page: &Page, wanted: u32) {
    let wanted = wanted.to_string();
    eventually(s(15), &wanted, async || when(page.text_of("#overview-count").await, |n| *n == wanted)).await;
}
