//! The list's rows: how many fit, what each says from its own side, how they look while the router is away, and what
//! people set for a line.

use routeros_simulator::{Fault, InterfaceSpec, Traffic};
use serde_json::json;

use crate::display::interface_list::{BUDI, SITI, interfaces, lists, row, sparkled};
use crate::harness::browser::{Look, browse};
use crate::harness::eventually::{eventually, s, when};
use crate::harness::input::{END, ENTER};
use crate::harness::page::Page;
use crate::harness::router::Router;
use crate::harness::server::Server;

const PASSWORD: &str = "kata sandi panjang";

/// A provider's router: an uplink, ports, and so many customers.
fn provider(customers: u32) -> Vec<InterfaceSpec> {
    let flow = |bps| Traffic::Constant { bps };
    let mut all = vec![
        InterfaceSpec::ether("ether1").traffic(flow(100e6), flow(10e6)).comment("WAN fiber"),
        InterfaceSpec::ether("ether2").traffic(flow(5e6), flow(30e6)).comment("ke OLT"),
        InterfaceSpec::vlan("tamu").traffic(flow(3e6), flow(4e6)),
    ];
    all.extend((0..customers).map(|n| InterfaceSpec::pppoe(format!("p{n:02}")).traffic(flow(1e6), flow(8e6))));
    all
}

#[tokio::test]
async fn at_1366_by_768_at_least_15_whole_lines_are_listed() {
    let router = Router::with(provider(40)).await;
    let server = Server::quick(&router).await;
    let look = Look { width: 1366, height: 768, ..Look::DESKTOP };
    browse(look, async |page| {
        page.open_dashboard(&server).await;
        page.devtools(
            "Emulation.setDeviceMetricsOverride",
            json!({"width": 1366, "height": 768, "deviceScaleFactor": 1, "mobile": false}),
        )
        .await;
        page.moves("ether1", 2, 20).await;
        // Whole, and covered by no heading.
        let whole = "const list = document.getElementById('picker-list').getBoundingClientRect(); \
             return [...document.querySelectorAll('[data-testid=picker-option]')].filter(row => { \
               const {left, top, bottom, width} = row.getBoundingClientRect(); \
               return top >= list.top && bottom <= list.bottom + 0.5 && [top + 2, bottom - 2].every(y => \
                 document.elementFromPoint(left + width / 2, y)?.closest('[role=option]') === row); \
             }).length";
        eventually(s(5), "15 whole rows", async || {
            when(page.eval(whole).await, |rows| rows.as_u64().is_some_and(|rows| rows >= 15))
        })
        .await;
        page.screenshot("list-1366").await;
        assert_eq!(page.complaints().await, Vec::<String>::new());
    })
    .await;
}

#[tokio::test]
async fn the_list_says_download_and_upload_of_each_line_from_its_own_side() {
    let router = Router::with(interfaces()).await;
    let server = Server::quick(&router).await;
    browse(Look::DESKTOP, async |page| {
        page.open_dashboard(&server).await;
        page.moves("ether1", 2, 20).await;
        // What the simulator lets flow, by name: an uplink's download is what the router receives, a customer's what
        // it sends.
        for (name, customer) in [("ether1", false), ("ether2", false), (BUDI, true), (SITI, true)] {
            scroll_to(page, name).await;
            let (rx, tx) = router.handle.rate(name).expect("it is there");
            let (down, up) = if customer { (tx, rx) } else { (rx, tx) };
            page.flows(name, ".down", down).await;
            page.flows(name, ".up", up).await;
        }
        assert_eq!(page.complaints().await, Vec::<String>::new());
    })
    .await;
}

#[tokio::test]
async fn while_the_router_is_away_no_row_looks_as_if_all_was_well() {
    let router = Router::with(interfaces()).await;
    let server = Server::quick(&router).await;
    browse(Look::DESKTOP, async |page| {
        page.open_dashboard(&server).await;
        // Long enough for its curve to be seen.
        page.moves("ether10", 12, 40).await;
        page.flows("ether1", ".down", 100e6).await;
        let shapes = "return [...new Set([...document.querySelectorAll('.option .stand')].map(e => e.dataset.is))].sort()";
        assert_eq!(page.eval(shapes).await, json!(["disabled", "running"]));
        router.handle.set_fault(Fault::Refuse);
        router.handle.cut_connections();
        page.reaches(30, "unreachable").await;
        eventually(s(5), "every row", async || when(page.eval(shapes).await, |shapes| *shapes == json!(["unknown"])))
            .await;
        let figures = "return [...new Set([...document.querySelectorAll('#picker-list :is(.v, .use)')]\
                         .filter(e => !e.closest('[hidden]')).map(e => e.textContent))]";
        eventually(s(5), "no figures", async || when(page.eval(figures).await, |figures| *figures == json!(["–"])))
            .await;
        let greens = "const good = getComputedStyle(document.documentElement).getPropertyValue('--good').trim(); \
             const probe = document.createElement('i'); probe.style.color = good; document.body.append(probe); \
             const green = getComputedStyle(probe).color; probe.remove(); \
             return [...document.querySelectorAll('#overview *')].filter(e => getComputedStyle(e).color === green).length";
        assert_eq!(page.eval(greens).await, 0);
        // What was measured stays, in the colour of its line; what is missing is hatched.
        let (ink, all) = (inked(page, "ether10", "--l1").await, sparkled(page, "ether10").await);
        assert!(ink > 4 && all > ink + 40, "{ink} of {all} pixels");
        page.screenshot("list-away").await;

        router.handle.clear_faults();
        page.reaches(45, "live").await;
        page.flows("ether1", ".down", 100e6).await;
        assert_eq!(page.eval(shapes).await, json!(["disabled", "running"]));
    })
    .await;
}

#[tokio::test]
async fn a_line_is_named_made_a_favourite_put_away_and_given_its_package() {
    let router = Router::with(interfaces()).await;
    let server = Server::quick(&router).await;
    browse(Look::DESKTOP, async |page| {
        page.open_dashboard(&server).await;
        page.flows(BUDI, ".down", 20e6).await;

        page.choose_of_line(BUDI, "line-alias").await;
        page.keys("line-alias-text", "Pak Budi").await;
        page.click("line-save").await;
        eventually(s(5), "his name", async || {
            when(row(page, BUDI).await, |text| text.contains("Pak Budi") && text.contains("budi"))
        })
        .await;
        page.choose_of_line(BUDI, "line-limit").await;
        page.keys("line-limit-down", "cepat").await;
        page.click("line-save").await;
        eventually(s(5), "it is no speed", async || when(page.text().await, |text| text.contains("12.5"))).await;
        page.keys("line-limit-down", "\u{e009}a\u{e000}25").await;
        page.click("line-save").await;
        // 20 of 25 Mbps.
        eventually(s(10), "his share", async || {
            let text = page.figure(BUDI, ".use").await;
            let percent: f64 = text.trim_end_matches(" %").parse().unwrap_or(0.0);
            if (percent - 80.0).abs() <= 4.0 { Ok(()) } else { Err(text) }
        })
        .await;

        page.choose_of_line(BUDI, "line-favourite").await;
        page.click_on("[data-group='*favourites']").await;
        lists(page, &[BUDI]).await;
        page.click_on("[data-group='']").await;
        page.choose_of_line("tamu", "line-hide").await;
        lists(page, &["ether1", "ether2", "ether3", "ether4", "ether10", BUDI, SITI]).await;
        page.keys("picker-search", "tamu").await;
        eventually(s(5), "where it is", async || {
            when(page.text().await, |text| text.contains("1 that match are hidden"))
        })
        .await;
        page.close_picker().await;
        page.click_on("[data-group='*hidden']").await;
        lists(page, &["tamu"]).await;
        page.screenshot("line-hidden").await;

        // Remembered; and by the keys it comes back.
        page.client().refresh().await.unwrap();
        page.runs().await;
        page.flows(BUDI, ".down", 20e6).await;
        lists(page, &["ether1", "ether2", "ether3", "ether4", "ether10", BUDI, SITI]).await;
        page.click_on("[data-group='*hidden']").await;
        lists(page, &["tamu"]).await;
        page.eval("document.getElementById('picker-list').focus()").await;
        page.press('o').await;
        eventually(s(5), "the row's menu", async || when(page.shows("line-menu").await, |open| *open)).await;
        page.press(END).await;
        eventually(s(5), "the last item", async || when(page.focused().await, |id| id == "line-hide")).await;
        page.press(ENTER).await;
        lists(page, &["ether1", "ether2", "ether3", "ether4", "ether10", "tamu", BUDI, SITI]).await;
        assert_eq!(page.complaints().await, Vec::<String>::new());
    })
    .await;
}

#[tokio::test]
async fn what_is_set_with_an_account_is_there_in_another_browser() {
    let router = Router::with(interfaces()).await;
    let server = Server::quick(&router).await;
    server.add_administrator("sari", PASSWORD).await;
    browse(Look::DESKTOP, async |page| {
        log_in(page, &server).await;
        page.flows(BUDI, ".down", 20e6).await;
        page.choose_of_line(BUDI, "line-favourite").await;
        page.choose_of_line("tamu", "line-hide").await;
        page.choose_of_line(SITI, "line-alias").await;
        page.keys("line-alias-text", "Bu Siti").await;
        page.click("line-save").await;
        page.choose_of_line("ether2", "line-turn").await;
        page.flows("ether2", ".down", 30e6).await;
        // By her name she stands before him.
        lists(page, &["ether1", "ether2", "ether3", "ether4", "ether10", SITI, BUDI]).await;
        assert_eq!(page.complaints().await, Vec::<String>::new());
    })
    .await;
    browse(Look::DESKTOP, async |page| {
        log_in(page, &server).await;
        page.flows("ether2", ".down", 30e6).await;
        lists(page, &["ether1", "ether2", "ether3", "ether4", "ether10", SITI, BUDI]).await;
        assert!(row(page, SITI).await.contains("Bu Siti"));
        page.click_on("[data-group='*favourites']").await;
        lists(page, &[BUDI]).await;
        page.click_on("[data-group='']").await;
        page.click_on("[data-group='*hidden']").await;
        lists(page, &["tamu"]).await;
        assert_eq!(page.complaints().await, Vec::<String>::new());
    })
    .await;
}

/// Opens the dashboard with the account.
async fn log_in(page: &Page, server: &Server) {
    page.client().goto(&server.url("/login")).await.unwrap();
    let login = "const [name, password, done] = arguments; \
         fetch('/api/v1/login', {method: 'POST', headers: {'Content-Type': 'application/json'}, \
           body: JSON.stringify({name, password})}).then(answer => done(answer.status))";
    let answer = page.client().execute_async(login, vec![json!("sari"), json!(PASSWORD)]).await.unwrap();
    assert_eq!(answer, 200);
    page.open_dashboard(server).await;
}

/// How many pixels of an interface's small curve have the colour that the page calls so.
async fn inked(page: &Page, interface: &str, colour: &str) -> u64 {
    let script = "const spark = [...document.querySelectorAll('[data-testid=picker-option]')]\
           .find(row => row.dataset.interface === arguments[0]).querySelector('canvas'); \
         const paper = document.createElement('canvas').getContext('2d', {willReadFrequently: true}); \
         paper.fillStyle = getComputedStyle(document.documentElement).getPropertyValue(arguments[1]).trim(); \
         paper.fillRect(0, 0, 1, 1); const wanted = paper.getImageData(0, 0, 1, 1).data; paper.clearRect(0, 0, 1, 1); \
         paper.drawImage(spark, 0, 0); const {data} = paper.getImageData(0, 0, spark.width, spark.height); let n = 0; \
         for (let i = 0; i < data.length; i += 4) \
           if (data[i + 3] > 100 && [0, 1, 2].every(at => Math.abs(data[i + at] - wanted[at]) < 24)) n++; \
         return n;";
    page.eval_with(script, vec![json!(interface), json!(colour)]).await.as_u64().unwrap()
}

/// Scrolls the list until this row is there.
async fn scroll_to(page: &Page, interface: &str) {
    let script = "const list = document.getElementById('picker-list'); \
         const there = [...document.querySelectorAll('[data-testid=picker-option]')]\
           .find(row => row.dataset.interface === arguments[0]); \
         if (!there) list.scrollTop = (list.scrollTop + list.clientHeight / 2) % list.scrollHeight; return Boolean(there)";
    eventually(s(5), interface, async || {
        when(page.eval_with(script, vec![json!(interface)]).await, |there| *there == true)
    })
    .await;
}
