//! How the curves are drawn and in which unit, and what is taken along of them: a picture, a file, a table. And the keys.
//!
//! Long because what is taken along looks like the mode that is chosen: both are tested on the same charts.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use routeros_simulator::{InterfaceSpec, Traffic};
use serde_json::{Value, json};

use crate::harness::browser::{Look, browse};
use crate::harness::eventually::{eventually, s, when};
use crate::harness::figures::{is_about, spoken};
use crate::harness::input::ESCAPE;
use crate::harness::page::Page;
use crate::harness::router::Router;
use crate::harness::server::Server;

/// The colours of the first two that are chosen.
const FIRST: [u8; 3] = [36, 86, 214];
const SECOND: [u8; 3] = [232, 104, 12];

#[tokio::test]
async fn the_curves_are_drawn_as_lines_mirrored_and_stacked_in_bits_and_bytes() {
    // What lines up in each mode only if it is drawn as it should be.
    let flow = |bps| Traffic::Constant { bps };
    let router = Router::with(vec![
        InterfaceSpec::ether("a").traffic(flow(40e6), flow(10e6)),
        InterfaceSpec::ether("b").traffic(flow(20e6), flow(30e6)),
    ])
    .await;
    let server = Server::quick(&router).await;
    browse(Look::DESKTOP, async |page| {
        page.open(&server.url("/prepaid/dashboard?interface=a,b")).await;
        page.moves("b", 8, 30).await;
        // Of a minute the curves are long enough to be found.
        page.click_on("[data-testid=window][data-ms='60000']").await;

        // [rx of a, tx of a, rx of b, tx of b] as they stand above zero.
        for (mode, heights) in [
            ("lines", [40.0, 10.0, 20.0, 30.0]),
            ("mirror", [40.0, -10.0, 20.0, -30.0]),
            ("stack", [40.0, -10.0, 60.0, -40.0]),
        ] {
            page.click(&format!("mode-{mode}")).await;
            eventually(s(5), mode, async || lie_at(page, heights).await).await;
            assert_eq!(page.attribute(&format!("[data-testid=mode-{mode}]"), "aria-pressed").await, "true");
            page.screenshot(&format!("mode-{mode}")).await;
        }
        // Each is remembered, and the keys go round.
        page.client().refresh().await.unwrap();
        page.runs().await;
        page.moves("b", 1, 20).await;
        eventually(s(5), "still stacked", async || lie_at(page, [40.0, -10.0, 60.0, -40.0]).await).await;
        page.press('m').await;
        eventually(s(5), "lines", async || lie_at(page, [40.0, 10.0, 20.0, 30.0]).await).await;

        // Bytes a second, everywhere on the page; the address may ask for them, too.
        page.click("unit").await;
        page.click("unit-byte").await;
        let card = in_unit(page, "MB/s").await;
        is_about(spoken(&card), 40e6, &card);
        page.screenshot("bytes").await;
        for selector in
            ["[data-testid=legend-unit-now]", "[data-testid=axis-unit]", "[data-testid=picker-option] .down"]
        {
            eventually(s(5), selector, async || when(page.text_of(selector).await, |text| text.ends_with("MB/s")))
                .await;
        }
        page.client().refresh().await.unwrap();
        page.runs().await;
        in_unit(page, "MB/s").await;
        page.press('u').await;
        in_unit(page, "Mbps").await;
        page.open(&server.url("/prepaid/dashboard?interface=a,b&unit=byte&mode=mirror")).await;
        in_unit(page, "MB/s").await;
        eventually(s(10), "mirrored", async || lie_at(page, [40.0, -10.0, 20.0, -30.0]).await).await;
        assert_eq!(page.complaints().await, Vec::<String>::new());
    })
    .await;
}

#[tokio::test]
async fn a_wan_and_a_customer_are_mirrored_each_from_its_own_side() {
    // The customer downloads 70 Mbps: on the router that is what it sends.
    let flow = |bps| Traffic::Constant { bps };
    let router = Router::with(vec![
        InterfaceSpec::ether("ether1").traffic(flow(100e6), flow(40e6)).comment("WAN"),
        InterfaceSpec::pppoe("budi").traffic(flow(30e6), flow(70e6)),
    ])
    .await;
    let server = Server::quick(&router).await;
    browse(Look::DESKTOP, async |page| {
        page.open(&server.url("/prepaid/dashboard?interface=ether1,%3Cpppoe-budi%3E&mode=mirror")).await;
        page.moves("ether1", 8, 30).await;
        page.click_on("[data-testid=window][data-ms='60000']").await;
        // Both downloads solid and above zero, both uploads dashed and below.
        eventually(s(10), "mirrored", async || lie_at(page, [100.0, -40.0, 70.0, -30.0]).await).await;
        page.screenshot("mirror-customer").await;
        // And the figures are the simulator's own, by name: in the legend, at the pointer, in its small print.
        let plot = page.plot().await;
        page.point_at(plot.at(0.99, 0.4)).await;
        for (name, down, up, ways) in
            [("ether1", 100e6, 40e6, ["RX", "TX"]), ("<pppoe-budi>", 70e6, 30e6, ["TX", "RX"])]
        {
            is_about(page.direction(name, "Download").await, down, name);
            is_about(page.direction(name, "Upload").await, up, name);
            for (column, truth) in [("peak", [down, up]), ("average", [down, up]), ("p95", [down, up])] {
                for (seen, truth) in legend(page, name, column).await.iter().zip(truth) {
                    is_about(*seen, truth, &format!("{column} of {name}"));
                }
            }
            let told = eventually(s(5), "the pointer's table", async || {
                let row = "const row = [...document.querySelectorAll('[data-testid=hover] tr')]\
                     .find(row => row.dataset.interface === arguments[0]); if (!row) return null; \
                   return [...row.cells, ...row.nextElementSibling.cells].map(cell => cell.textContent);";
                let told = page.eval_with(row, vec![json!(name)]).await;
                serde_json::from_value::<Vec<String>>(told).map_err(|error| error.to_string())
            })
            .await;
            is_about(spoken(&format!("{} Mbps", told[1])), down, name);
            is_about(spoken(&format!("{} Mbps", told[2])), up, name);
            assert_eq!(told[4..], ways, "{told:?}");
        }
        assert_eq!(page.complaints().await, Vec::<String>::new());
    })
    .await;
}

#[tokio::test]
async fn an_indonesian_file_is_for_an_indonesian_spreadsheet_and_a_program_has_its_own() {
    let router = Router::start().await;
    let server = Server::quick(&router).await;
    browse(Look::DESKTOP.asking_for("id-ID,id"), async |page| {
        page.open(&server.url("/prepaid/dashboard?interface=ether1,%3Cpppoe-budi%3E")).await;
        page.moves("ether1", 4, 20).await;
        page.click("pause").await;
        more(page, "csv").await;
        let file = String::from_utf8(downloaded(page, "csv").await).unwrap();
        let lines: Vec<&str> = file.strip_prefix('\u{feff}').expect("a byte order mark").split("\r\n").collect();
        assert_eq!(lines[0], "sep=;");
        assert!(lines[1].starts_with("time;local_time;\"ether1 download RX (bit/s)\";"), "{}", lines[1]);
        assert!(lines[1].contains("\"<pppoe-budi> download TX (bit/s)\""), "{}", lines[1]);
        let row: Vec<&str> = lines[2].split(';').collect();
        // As sure as the file says it is: on a busy machine a moment may come late, and the last two columns say so.
        let [low, high] = [row[6], row[7]].map(|factor| factor.replace(',', ".").parse::<f64>().unwrap());
        for (seen, truth) in [(row[2], Router::RX), (row[4], Router::PPPOE_TX)] {
            let seen: f64 = seen.parse().unwrap();
            assert!(seen * low * 0.95 <= truth && truth <= seen * high * 1.05, "{truth}: {}", lines[2]);
        }
        assert!(row[6].contains(',') || row[6] == "1", "a decimal comma: {}", lines[2]);
        fs::remove_dir_all(page.downloads()).unwrap();

        more(page, "csv-plain").await;
        let file = String::from_utf8(downloaded(page, "csv").await).unwrap();
        let lines: Vec<&str> = file.split("\r\n").collect();
        assert!(lines[0].starts_with("\u{feff}time,local_time,"), "{}", lines[0]);
        assert!(!lines[1].contains(';'), "{}", lines[1]);
    })
    .await;
}

#[tokio::test]
async fn what_is_seen_can_be_saved_and_read_as_a_table() {
    let router = Router::start().await;
    let server = Server::quick(&router).await;
    browse(Look::DESKTOP, async |page| {
        page.open(&server.url("/prepaid/dashboard?interface=ether1,%3Cpppoe-budi%3E")).await;
        page.moves("ether1", 5, 20).await;
        // What is saved must stand still to be compared.
        page.click("pause").await;
        let held = (page.series("ether1").await, page.series("<pppoe-budi>").await);
        tokio::time::sleep(s(2)).await;

        more(page, "csv").await;
        let csv = String::from_utf8(downloaded(page, "csv").await).unwrap();
        let csv = csv.strip_prefix('\u{feff}').expect("a byte order mark, for spreadsheets");
        let mut lines = csv.split("\r\n");
        let head = "time,local_time,\"ether1 download RX (bit/s)\",\"ether1 upload TX (bit/s)\",\
                    \"<pppoe-budi> download TX (bit/s)\",\"<pppoe-budi> upload RX (bit/s)\",low,high";
        assert_eq!(lines.next(), Some(head));
        let rows: Vec<Vec<&str>> = lines.filter(|line| !line.is_empty()).map(|line| line.split(',').collect()).collect();
        assert!(rows.len() >= 5, "{csv}");
        for (at, row) in rows.iter().enumerate() {
            let point = |series: &crate::harness::series::Series| series.known()[at];
            let (ether, budi) = (point(&held.0), point(&held.1));
            // The customer downloads what the router sends.
            let rates = [ether.rx, ether.tx, budi.tx, budi.rx].map(|rate| format!("{:.0}", rate.unwrap_or_default()));
            assert_eq!(row[2..6], rates, "row {at} of {csv}");
            let factors: Vec<f64> = row[6..].iter().map(|factor| factor.parse().unwrap()).collect();
            assert!(factors.len() == 2 && factors[0] <= 1.0 && factors[1] >= 1.0, "{row:?}");
            let moment = page.eval_with("return Date.parse(arguments[0])", vec![json!(row[0])]).await;
            assert_eq!(moment.as_f64(), Some(ether.t), "{row:?}");
        }

        more(page, "png").await;
        let png = downloaded(page, "png").await;
        assert!(png.starts_with(b"\x89PNG\r\n\x1a\n"), "{:?}", &png[..8]);
        let colours = colours_of(page, &png).await;
        for colour in [FIRST, SECOND] {
            assert!(colours.get(&colour).is_some_and(|&pixels| pixels > 100), "{colour:?} in the picture and its legend");
        }

        more(page, "table").await;
        assert!(page.shows("data-table").await);
        let table = page
            .eval("return [...document.querySelectorAll('#data-table tbody tr')].map(r => [...r.cells].map(c => c.textContent))")
            .await;
        // What was before the server began is a gap, in words over all columns; a file of figures has none.
        let (table, gaps): (Vec<Vec<String>>, Vec<_>) =
            serde_json::from_value::<Vec<_>>(table).unwrap().into_iter().partition(|row: &Vec<_>| row.len() > 2);
        assert!(gaps.len() <= 1, "{gaps:?}");
        assert_eq!(table.len(), rows.len(), "{table:?}");
        assert!(table[0][0] > table[table.len() - 1][0], "the newest first: {table:?}");
        for (shown, saved) in table.iter().rev().zip(&rows) {
            for (shown, saved) in shown[1..5].iter().zip(&saved[2..6]) {
                is_about(spoken(shown), saved.parse().unwrap(), shown);
            }
        }
        page.screenshot("table").await;
        page.press(ESCAPE).await;
        assert!(!page.shows("data-table").await);
        more(page, "table").await; // By its button too.
        page.click_on("#data-table .close").await;
        assert!(!page.shows("data-table").await);
        assert_eq!(page.complaints().await, Vec::<String>::new());
    })
    .await;
}

#[tokio::test]
async fn the_help_names_every_key_and_each_key_does_it() {
    let router = Router::start().await;
    let server = Server::quick(&router).await;
    browse(Look::DESKTOP, async |page| {
        page.open_dashboard(&server).await;
        page.moves("ether1", 1, 20).await;
        page.press('?').await;
        opened(page).await;
        let keys = page
            .eval("return [...document.querySelector('#help dl').querySelectorAll('kbd')].map(k => k.textContent)")
            .await;
        assert_eq!(keys, json!(["/", "P", "[", "]", "M", "U", "F", "D", "L", "?", "Esc"]));
        page.screenshot("help").await;
        // While it is open, the keys are its own.
        page.press('f').await;
        assert!(!root_has(page, "data-kiosk").await);
        page.press(ESCAPE).await;
        assert!(!shown(page).await);
        more(page, "help").await;
        opened(page).await;
        page.press(ESCAPE).await;

        // P, [, ], M and U are at home with what they change; here are the others.
        page.press('/').await;
        assert_eq!(page.focused().await, "picker-search");
        // Where somebody types, a key is a letter.
        page.press('f').await;
        assert!(!root_has(page, "data-kiosk").await);
        assert_eq!(page.eval("return document.getElementById('picker-search').value").await, "f");
        page.press(ESCAPE).await;
        page.press(ESCAPE).await;
        page.press('f').await;
        assert!(root_has(page, "data-kiosk").await);
        page.press(ESCAPE).await;
        assert!(!root_has(page, "data-kiosk").await);
        page.press('d').await;
        assert_eq!(page.attribute("html", "data-theme").await, "light");
        page.press('l').await;
        eventually(s(10), "the other language", async || {
            when(page.eval("return document.documentElement.lang").await, |lang| lang == "id")
        })
        .await;
        page.runs().await;
        assert_eq!(page.complaints().await, Vec::<String>::new());
    })
    .await;
}

async fn root_has(page: &Page, name: &str) -> bool {
    page.eval_with("return document.documentElement.hasAttribute(arguments[0])", vec![json!(name)]).await == true
}

/// Download and upload of a line in a column of the legend, bit/s.
async fn legend(page: &Page, name: &str, column: &str) -> [f64; 2] {
    let script = "const row = [...document.querySelectorAll('[data-testid=card]')]\
           .find(row => row.dataset.interface === arguments[0]); \
         const unit = document.querySelector('[data-testid=legend-unit-now]').textContent; \
         return ['down', 'up'].map(way => { const cell = row.querySelector(`[data-testid=${arguments[1]}][data-way=${way}]`); \
           return `${cell.textContent.trim()} ${unit}`; });";
    let text = page.eval_with(script, vec![json!(name), json!(column)]).await;
    let text: Vec<String> = serde_json::from_value(text).unwrap();
    [spoken(&text[0]), spoken(&text[1])]
}

/// Chooses from the menu beside the tools.
async fn more(page: &Page, what: &str) {
    page.click("more").await;
    page.click(what).await;
}

/// Waits until the first card speaks in this unit, and returns its download.
async fn in_unit(page: &Page, unit: &str) -> String {
    eventually(s(10), unit, async || {
        when(page.card("a").await.map_or(String::new(), |card| card.rx), |rx| rx.ends_with(unit))
    })
    .await
}

/// The four curves of the two interfaces lie where these rates belong, by one measure for all.
async fn lie_at(page: &Page, heights: [f64; 4]) -> Result<(), String> {
    let (a, b) = (curves(page, FIRST).await?, curves(page, SECOND).await?);
    let rows = [a[0], a[1], b[0], b[1]];
    let scale = (rows[1] - rows[0]) / (heights[1] - heights[0]);
    let off = |at: usize| (rows[0] + (heights[at] - heights[0]) * scale - rows[at]).abs();
    // Up is less on the screen. A rate may be off by a little, as one second is on a busy machine.
    let enough = (scale * 0.05 * heights.into_iter().fold(0.0, f64::max)).abs().max(3.0);
    if scale < 0.0 && off(2) <= enough && off(3) <= enough { Ok(()) } else { Err(format!("{rows:?} for {heights:?}")) }
}

/// In which rows of pixels the solid and the dashed curve of this colour run: the fullest row of the solid one has more
/// of them. A line that is no whole number of pixels wide has softer edges; a fill is paler than either.
async fn curves(page: &Page, colour: [u8; 3]) -> Result<[f64; 2], String> {
    let script = "const chart = document.querySelector('[data-testid=chart] canvas'); \
         const copy = document.createElement('canvas'); [copy.width, copy.height] = [chart.width, chart.height]; \
         const paper = copy.getContext('2d', {willReadFrequently: true}); paper.drawImage(chart, 0, 0); \
         const {data, width, height} = paper.getImageData(0, 0, copy.width, copy.height); const rows = []; \
         for (let y = 0; y < height; y++) { let n = 0; \
           for (let i = y * width * 4; i < (y + 1) * width * 4; i += 4) if (data[i + 3] > 140 && arguments[0].every((v, k) => Math.abs(v - data[i + k]) <= 40)) n++; \
           rows.push(n); } \
         return rows;";
    let rows: Vec<u64> = serde_json::from_value(page.eval_with(script, vec![json!(colour)]).await).unwrap();
    // Rows side by side are one line; what joins or ends lines is short.
    let mut lines: Vec<Line> = Vec::new();
    for (row, &pixels) in rows.iter().enumerate().filter(|&(_, &pixels)| pixels >= 10) {
        match lines.last_mut() {
            Some(line) if row - line.end <= 4 => line.add(row, pixels),
            _ => lines.push(Line { end: row, pixels, sum: row as u64 * pixels, fullest: pixels }),
        }
    }
    lines.sort_by_key(|line| std::cmp::Reverse(line.fullest));
    let [solid, dashed] = &lines[..] else { return Err(format!("of {colour:?} there are {lines:?}")) };
    Ok([solid.row(), dashed.row()])
}

/// Pixels that run together along rows.
#[derive(Debug)]
struct Line {
    end: usize,
    pixels: u64,
    sum: u64,
    fullest: u64,
}

impl Line {
    fn add(&mut self, row: usize, pixels: u64) {
        (self.end, self.pixels, self.sum) = (row, self.pixels + pixels, self.sum + row as u64 * pixels);
        self.fullest = self.fullest.max(pixels);
    }

    /// Where most of it runs.
    fn row(&self) -> f64 {
        self.sum as f64 / self.pixels as f64
    }
}

/// The newest file with this ending that the browser saved, whole.
/// Chromium keeps the name with an empty file until the download has ended.
async fn downloaded(page: &Page, ending: &str) -> Vec<u8> {
    let file: PathBuf = eventually(s(20), ending, async || {
        let files: Vec<PathBuf> =
            fs::read_dir(page.downloads()).into_iter().flatten().flatten().map(|f| f.path()).collect();
        let whole = |file: &PathBuf| fs::metadata(file).is_ok_and(|file| file.len() > 0);
        let found = files.iter().find(|file| file.extension().is_some_and(|is| is == ending) && whole(file));
        found.cloned().ok_or_else(|| format!("{files:?}"))
    })
    .await;
    let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
    assert!(name.starts_with("lalin_127.0.0.1_2-interface_"), "{name}");
    fs::read(file).unwrap()
}

/// How many pixels of a picture have each of the two curves' colours.
async fn colours_of(page: &Page, picture: &[u8]) -> BTreeMap<[u8; 3], u64> {
    let script = "const [bytes, colours, done] = arguments; \
         createImageBitmap(new Blob([new Uint8Array(bytes)], {type: 'image/png'})).then(image => { \
           const copy = document.createElement('canvas'); [copy.width, copy.height] = [image.width, image.height]; \
           const paper = copy.getContext('2d', {willReadFrequently: true}); paper.drawImage(image, 0, 0); \
           const {data} = paper.getImageData(0, 0, copy.width, copy.height); \
           done(colours.map(colour => { let n = 0; \
             for (let i = 0; i < data.length; i += 4) if (colour.every((v, k) => v === data[i + k])) n++; return n; })); \
         }, error => done(String(error)));";
    let colours = [FIRST, SECOND];
    let counts = page.client().execute_async(script, vec![json!(picture), json!(colours)]).await.unwrap();
    let counts: Vec<Value> = serde_json::from_value(counts).unwrap();
    colours.into_iter().zip(counts.iter().filter_map(Value::as_u64)).collect()
}

/// Whether the help is open. The menu's entry has the same name.
/// It is fetched when it is first asked for.
async fn opened(page: &Page) {
    eventually(s(5), "the help", async || when(shown(page).await, |shown| *shown)).await;
}

async fn shown(page: &Page) -> bool {
    page.eval("return document.querySelector('dialog#help')?.open ?? false").await == true
}
