//! Nothing that is written is cut off, runs out of its box or over its neighbour: on every page, at every width, in both
//! languages, with names as long as people make them. Figures are whole; a name may end in an ellipsis where its whole
//! is told to whoever points at it. What is measured is in `text_boxes.js`.

use std::fmt::Write as _;

use routeros_simulator::{InterfaceSpec, Traffic};
use serde_json::json;

use crate::harness::browser::{Look, browse};
use crate::harness::eventually::{eventually, s};
use crate::harness::page::Page;
use crate::harness::router::Router;
use crate::harness::server::Server;

const MEASURE: &str = include_str!("text_boxes.js");
const LONG: &str = "vlan2048-pelanggan-perumahan-griya-asri-blok-c-nomor-dua-belas-a";
const ROUTER: &str = "RTRWNET Sukamaju Makmur Sejahtera Abadi Cabang Kabupaten Utara";

const DESKTOP: &[(u32, u32)] = &[(1366, 768), (1400, 900), (1920, 1080)];
const HAND: &[(u32, u32)] = &[(768, 1024), (375, 812), (320, 640)];

#[tokio::test]
async fn no_text_is_cut_off_on_a_desktop_in_indonesian() {
    measured(Look::DESKTOP.asking_for("id-ID,id"), DESKTOP).await;
}

#[tokio::test]
async fn no_text_is_cut_off_on_a_desktop_in_english() {
    measured(Look::DESKTOP, DESKTOP).await;
}

#[tokio::test]
async fn no_text_is_cut_off_in_a_hand_in_indonesian() {
    measured(Look::PHONE.asking_for("id-ID,id"), HAND).await;
}

#[tokio::test]
async fn no_text_is_cut_off_in_a_hand_in_english() {
    measured(Look::PHONE, HAND).await;
}

/// All pages of a server with long names, then with its router away, then its login.
async fn measured(look: Look, sizes: &[(u32, u32)]) {
    let router = Router::with(interfaces()).await;
    let login = router.login();
    let address = login.strip_prefix("admin@").unwrap_or(&login);
    let server = Server::from_file(&format!(
        "[[router]]\nname = \"{ROUTER}\"\naddress = \"{address}\"\nuser = \"admin\"\npassword = \"{}\"\n\
         [sampling]\ninterval = \"1s\"\n",
        Router::PASSWORD
    ))
    .await;
    browse(look, async |page| {
        let mut wrong = String::new();
        let dashboard = format!("/prepaid/dashboard?{}", chosen());
        page.open(&server.url(&dashboard)).await;
        page.moves("ether1", 3, 30).await;
        at_each(page, sizes, "dashboard", &mut wrong).await;
        if look.phone {
            page.open_picker().await;
            at_each(page, sizes, "list", &mut wrong).await;
            page.click_on("#overview-close").await;
            page.click("site-open").await;
            at_each(page, sizes, "menu", &mut wrong).await;
        }
        for (path, ready) in [
            ("/prepaid/fleet", ".fleet-row"),
            ("/settings", "#set-users:not([hidden])"),
            ("/embed?interface=ether1", "lalin-traffic"),
        ] {
            page.client().goto(&server.url(path)).await.unwrap();
            there_is(page, ready).await;
            at_each(page, sizes, path, &mut wrong).await;
        }
        page.open(&server.url(&dashboard)).await;
        page.moves("ether1", 2, 30).await;
        router.handle.set_password("sekarang lain");
        router.handle.cut_connections();
        page.reaches(20, "unreachable").await;
        at_each(page, sizes, "a dashboard whose router is away", &mut wrong).await;
        page.client().goto("about:blank").await.unwrap();
        server.add_administrator("sari", "kata sandi panjang").await;
        page.client().goto(&server.url("/login")).await.unwrap();
        there_is(page, "[data-testid=login-form]").await;
        at_each(page, sizes, "login", &mut wrong).await;
        assert!(wrong.is_empty(), "{wrong}");
    })
    .await;
}

/// Eight lines to choose, with names and figures of every length, and more than fit.
fn interfaces() -> Vec<InterfaceSpec> {
    let flow = |bps| Traffic::Constant { bps };
    let mut specs = vec![
        InterfaceSpec::ether("ether1").traffic(flow(987.6e6), flow(123.4e6)).comment("WAN fiber ".repeat(12)),
        InterfaceSpec::ether(LONG).traffic(flow(88.8e6), flow(999.9e6)).comment("Warga ".repeat(20)),
        InterfaceSpec::ether("ether3"),
        InterfaceSpec::pppoe("pelanggan-dengan-nama-yang-sangat-panjang-sekali@rtrwnet.example")
            .traffic(flow(888.8e3), flow(777.7e6)),
    ];
    specs.extend((4..30).map(|n| {
        InterfaceSpec::ether(format!("{n}-{LONG}")).traffic(flow(f64::from(n) * 31.3e6), flow(1e3)).comment(LONG)
    }));
    specs
}

fn chosen() -> String {
    let mut query = format!("interface=ether1&interface={LONG}&interface=ether3");
    for n in 4..9 {
        let _ = write!(query, "&interface={n}-{LONG}");
    }
    query
}

/// What is wrong at each size, written behind what was wrong before.
pub(crate) async fn at_each(page: &Page, sizes: &[(u32, u32)], place: &str, wrong: &mut String) {
    for &(width, height) in sizes {
        let hand = width < 960;
        let metrics = json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": hand});
        page.devtools("Emulation.setDeviceMetricsOverride", metrics).await;
        // What follows the size does so in the next frames.
        page.eval("return new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done())))").await;
        let faults = page.eval(&format!("{MEASURE}\nreturn textFaults();")).await;
        for fault in faults.as_array().into_iter().flatten() {
            let _ = writeln!(wrong, "{place}, {width} px: {}", fault.as_str().unwrap_or_default());
        }
    }
}

async fn there_is(page: &Page, selector: &str) {
    let script = format!("return document.querySelector({selector:?}) !== null");
    eventually(
        s(20),
        selector,
        async || {
            if page.eval(&script).await == true { Ok(()) } else { Err("not yet".to_owned()) }
        },
    )
    .await;
}
