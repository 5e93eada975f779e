//! `/api/interface-stats` beside a bare handler with the same bytes and headers, and beside the first system's design, in
//! turns.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::time::timeout;

use crate::client::{ask, get};
use crate::report::{Effort, median, number, row};
use crate::server::{Lalin, configuration, near, ports};

const PATH: &str = "/api/interface-stats";
/// Of the bare handler's answers a second.
const OF_BARE: f64 = 0.9;
/// Of its p99.
const OF_ITS_P99: f64 = 1.3;
/// Of the first system's design.
const OF_THE_FIRST: f64 = 10.0;

/// What wrk says of a run.
#[derive(Clone, Copy)]
struct Run {
    rate: f64,
    p99_ms: f64,
}

pub(crate) async fn run(effort: Effort) {
    for lines in effort.pick(vec![50, 1_000], vec![50]) {
        let router = near(ports(lines)).await;
        let lalin = Lalin::start(&configuration(Duration::from_secs(2), [&router])).await;
        get(&lalin.address, PATH).await;
        let folder = std::env::temp_dir().join(format!("lalin-bare-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let sizes = prepare(&lalin.address, &folder).await;
        let mut bare = Command::new(std::env::current_exe().unwrap());
        let (bare, bare_address) = peer(bare.arg("bare").arg(&folder)).await.expect("the bare handler starts");
        let first = first_system(&router.addr().unwrap().to_string()).await;
        for (encoding, bytes) in [("plain", sizes[0]), ("gzip", sizes[1])] {
            for connections in effort.pick(vec![1, 64, 256], vec![1, 64]) {
                let ours = format!("http://{}{PATH}", lalin.address);
                let theirs = format!("http://{bare_address}/{encoding}");
                let of_first = first.as_ref().ok().filter(|_| encoding == "plain" && connections == 64);
                let of_first = of_first.map(|(_, address)| format!("http://{address}{PATH}"));
                let name = format!("{lines} interfaces, {encoding} ({} kB), {connections} connections", bytes / 1_000);
                cell(&name, encoding, connections, [&ours, &theirs], of_first.as_deref(), effort).await;
            }
        }
        if let Err(why) = &first {
            row("the first system's design", format!("not measured: {why}"), None);
        }
        drop((bare, first));
        let _ = std::fs::remove_dir_all(folder);
    }
}

/// One cell of the table: rounds in which each is asked in turn.
async fn cell(
    name: &str,
    encoding: &str,
    connections: usize,
    [ours, theirs]: [&str; 2],
    first: Option<&str>,
    effort: Effort,
) {
    let (mut rates, mut of_bare, mut of_p99, mut of_first) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let (mut p99, mut bare_rates, mut bare_p99) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..effort.pick(3, 1) {
        let bare = wrk(theirs, encoding, connections, effort).await;
        let own = wrk(ours, encoding, connections, effort).await;
        rates.push(own.rate);
        p99.push(own.p99_ms);
        bare_rates.push(bare.rate);
        bare_p99.push(bare.p99_ms);
        of_bare.push(own.rate / bare.rate);
        of_p99.push(own.p99_ms / bare.p99_ms);
        if let Some(first) = first {
            of_first.push(own.rate / wrk(first, encoding, connections, effort).await.rate);
        }
    }
    let (part, p99_part) = (median(of_bare), median(of_p99));
    row(
        name,
        format!(
            "{} a second, p99 {:.1} ms; bare {}, {:.1}; {part:.2} of it, p99 {p99_part:.2}",
            number(median(rates)),
            median(p99),
            number(median(bare_rates)),
            median(bare_p99),
        ),
        Some(("0.90 of the bare handler, p99 at most 1.3 of its", part >= OF_BARE && p99_part <= OF_ITS_P99)),
    );
    if !of_first.is_empty() {
        let times = median(of_first);
        row(
            format!("{name}: beside the first system's design"),
            format!("{} times as many answers", number(times)),
            Some(("at least 10", times >= OF_THE_FIRST)),
        );
    }
}

/// Asks as fast as it can for a while.
async fn wrk(url: &str, encoding: &str, connections: usize, effort: Effort) -> Run {
    let mut wrk = Command::new(std::env::var_os("BENCH_WRK").unwrap_or_else(|| "wrk".into()));
    wrk.args(["-t1", "--latency", &format!("-c{connections}"), &format!("-d{}s", effort.pick(2, 1))]);
    if encoding == "gzip" {
        wrk.args(["-H", "Accept-Encoding: gzip"]);
    }
    let output = wrk.arg(url).output().await.unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(!text.contains("Non-2xx"), "{url}: {text}");
    let after = |key: &str| text.split_once(key).and_then(|(_, rest)| rest.split_whitespace().next());
    let rate = after("Requests/sec:").and_then(|rate| rate.parse().ok()).unwrap_or_else(|| panic!("{url}: {text}"));
    // With a space before it: a deviation may lie within 98.99%.
    let p99_ms = after(" 99%").and_then(milliseconds).unwrap_or_else(|| panic!("{url}: {text}"));
    Run { rate, p99_ms }
}

/// `812.00us`, `1.20ms` or `1.01s`.
fn milliseconds(text: &str) -> Option<f64> {
    let units = [("us", 0.001), ("ms", 1.0), ("s", 1_000.0)];
    units.iter().find_map(|(unit, by)| Some(text.strip_suffix(unit)?.parse::<f64>().ok()? * by))
}

/// Writes down what Lalin answers, for the bare handler; how many bytes the bodies have.
async fn prepare(address: &str, folder: &Path) -> [usize; 2] {
    let mut sizes = [0; 2];
    for (at, (name, more)) in [("plain", ""), ("gzip", "Accept-Encoding: gzip\r\n")].into_iter().enumerate() {
        let answer = ask(address, "GET", PATH, more, "").await;
        std::fs::write(folder.join(format!("{name}.head")), &answer.head).unwrap();
        std::fs::write(folder.join(format!("{name}.body")), &answer.body).unwrap();
        sizes[at] = answer.body.len();
    }
    sizes
}

/// The first system's design, where its packages could be installed.
async fn first_system(router: &str) -> Result<(Child, String), String> {
    let modules = std::env::var_os("BENCH_NODE_MODULES").ok_or("express and node-routeros are not installed")?;
    let program = PathBuf::from(std::env::var_os("BENCH_FOLDER").ok_or("BENCH_FOLDER is not set")?);
    let mut node = Command::new("node");
    node.arg(program.join("first_system.js")).arg(router).env("NODE_PATH", modules);
    peer(&mut node).await
}

/// Starts a peer that prints its address.
async fn peer(command: &mut Command) -> Result<(Child, String), String> {
    let started = command.stdin(Stdio::null()).stdout(Stdio::piped()).kill_on_drop(true).spawn();
    let mut child = started.map_err(|error| error.to_string())?;
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let line = timeout(Duration::from_secs(30), lines.next_line()).await.map_err(|_| "it does not say where it is")?;
    let address = line.ok().flatten().ok_or("it ended")?;
    tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
    Ok((child, address))
}
