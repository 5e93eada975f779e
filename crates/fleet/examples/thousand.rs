//! A server with many simulated routers: how soon all are live, what it costs, and whether those that hang or refuse hold up
//! the others.
//!
//! A measurement and no test: what it prints depends on the machine. `cargo xtask bench fleet [ROUTERS]` builds and runs
//! it; by hand: `LALIN_BIN=target/release/lalin cargo run --release -p lalin-fleet --example thousand -- 1000`.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a measurement fails by panicking")]

use std::collections::HashMap;
use std::fmt::Write as _;
use std::process::Stdio;
use std::time::Duration;

use routeros_simulator::{Config, Fault, InterfaceSpec, Simulator, Traffic};
use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::process::{Child, Command};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, timeout};

const INTERFACES: usize = 50;
const INTERVAL: Duration = Duration::from_secs(2);
/// So many routers one stream carries.
const A_STREAM: usize = 16;
/// How long ticks are looked at.
const LOOK: Duration = Duration::from_secs(30);

#[tokio::main]
async fn main() {
    let count: usize = std::env::args().nth(1).map_or(1_000, |count| count.parse().expect("how many routers?"));
    let (hanging, refusing) = (count / 10, count / 10);
    let (simulators, file) = routers(count, hanging, refusing).await;
    let folder = std::env::temp_dir().join(format!("lalin-thousand-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("lalin.toml"), file).unwrap();
    let (mut server, address) = serve(&folder).await;
    let healthy = count - hanging - refusing;
    println!("{count} routers of {INTERFACES} interfaces: {healthy} well, {hanging} hang, {refusing} refuse");

    let begun = Instant::now();
    let mut live = 0;
    while live < healthy && begun.elapsed() < Duration::from_secs(120) {
        live = states(&address).await.get("live").copied().unwrap_or(0);
        sleep(Duration::from_millis(500)).await;
    }
    println!("live: {live} of {healthy} after {:.1} s", begun.elapsed().as_secs_f64());

    let pid = server.id().expect("it runs");
    let before = (cpu(pid), Instant::now());
    let mut delays = watch(&address, healthy).await;
    let share = (cpu(pid) - before.0) / before.1.elapsed().as_secs_f64();
    delays.sort_unstable();
    let at =
        |part: f64| delays.get(((delays.len() as f64 * part) as usize).min(delays.len().saturating_sub(1))).copied();
    println!("CPU: {:.2} of a core; memory: {} MB (most: {} MB)", share, memory(pid, "VmRSS:"), memory(pid, "VmHWM:"));
    println!(
        "ticks: {} of {healthy} routers; off their time by ms: median {:?}, p99 {:?}, most {:?}",
        delays.len(),
        at(0.5).unwrap_or_default(),
        at(0.99).unwrap_or_default(),
        delays.last().copied().unwrap_or_default()
    );
    println!("states: {:?}", states(&address).await);
    let _ = server.kill().await;
    drop(simulators);
    let _ = std::fs::remove_dir_all(folder);
}

/// The simulated routers, the ill ones last, and a configuration of all.
async fn routers(count: usize, hanging: usize, refusing: usize) -> (Vec<Simulator>, String) {
    let mut file = format!("[sampling]\ninterval = \"{}s\"\n", INTERVAL.as_secs());
    let mut simulators = Vec::new();
    for at in 0..count - refusing {
        let steady = |bps: f64| Traffic::Constant { bps };
        let port = |n: usize| InterfaceSpec::ether(format!("ether{n}")).traffic(steady(1e6 * n as f64), steady(1e5));
        let config = Config::default().interfaces((1..=INTERFACES).map(port));
        let simulator = Simulator::start(config, "127.0.0.1:0".parse().unwrap()).await.unwrap();
        if at >= count - refusing - hanging {
            simulator.handle().set_fault(Fault::Silent);
        }
        let address = simulator.addr().unwrap();
        let _ =
            writeln!(file, "[[router]]\nid = \"r{at}\"\naddress = \"{address}\"\nuser = \"admin\"\npassword = \"\"");
        simulators.push(simulator);
    }
    for at in count - refusing..count {
        // Nobody listens on the ports of those that refuse.
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let _ = writeln!(
            file,
            "[[router]]\nid = \"r{at}\"\naddress = \"127.0.0.1:{port}\"\nuser = \"admin\"\npassword = \"\""
        );
    }
    (simulators, file)
}

async fn serve(folder: &std::path::Path) -> (Child, String) {
    let program = std::env::var_os("LALIN_BIN").expect("LALIN_BIN names the built server");
    let program = std::path::absolute(program).unwrap();
    let mut server = Command::new(program)
        .args(["serve", "--listen", "127.0.0.1:0", "--log", "error", "--open"])
        .current_dir(folder)
        .env_clear()
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(server.stdout.take().unwrap()).lines();
    let line = lines.next_line().await.unwrap().expect("it says where it is");
    let address = line.trim_start_matches("Lalin: http://").trim_end_matches('/').to_owned();
    (server, address)
}

/// Opens a request; the body follows.
async fn ask(address: &str, path: &str) -> BufReader<TcpStream> {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = format!("GET {path} HTTP/1.0\r\nHost: {address}\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    while reader.read_line(&mut line).await.unwrap() > 2 {
        line.clear();
    }
    reader
}

/// How many routers are in each state; asking is watching all of them.
async fn states(address: &str) -> HashMap<String, usize> {
    let mut body = String::new();
    ask(address, "/api/v1/routers?watch=1").await.read_to_string(&mut body).await.unwrap();
    let answer: Value = serde_json::from_str(&body).unwrap();
    let mut states = HashMap::new();
    for router in answer["routers"].as_array().unwrap() {
        *states.entry(router["state"]["code"].as_str().unwrap().to_owned()).or_default() += 1;
    }
    states
}

/// By how many ms each tick of the healthy routers missed its time, over a while.
async fn watch(address: &str, healthy: usize) -> Vec<u64> {
    let mut streams = JoinSet::new();
    for first in (0..healthy).step_by(A_STREAM) {
        let address = address.to_owned();
        streams.spawn(async move {
            let names: Vec<_> = (first..healthy.min(first + A_STREAM)).map(|at| format!("r{at}/ether1")).collect();
            let mut stream = ask(&address, &format!("/api/v1/stream?window=0&watch={}", names.join(","))).await;
            let (mut last, mut delays) = (HashMap::new(), Vec::new());
            let read = async {
                let (mut line, mut tick) = (String::new(), false);
                while stream.read_line(&mut line).await.unwrap_or(0) > 0 {
                    match line.trim_end() {
                        "event: tick" => tick = true,
                        data if tick && data.starts_with("data: ") => {
                            let data: Value = serde_json::from_str(&data[6..]).unwrap();
                            let (router, t) = (data["router"].to_string(), data["t"].as_u64().unwrap());
                            if let Some(before) = last.insert(router, t) {
                                delays.push((t - before).abs_diff(INTERVAL.as_millis() as u64));
                            }
                            tick = false;
                        }
                        _ => {}
                    }
                    line.clear();
                }
            };
            let _ = timeout(LOOK, read).await;
            delays
        });
    }
    streams.join_all().await.concat()
}

/// CPU time so far, s.
fn cpu(pid: u32) -> f64 {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap().split_whitespace().collect();
    // utime and stime, in hundredths on every Linux.
    (fields[11].parse::<f64>().unwrap() + fields[12].parse::<f64>().unwrap()) / 100.0
}

/// Memory, MB.
fn memory(pid: u32, what: &str) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix(what)).unwrap();
    line.split_whitespace().next().unwrap().parse::<u64>().unwrap() / 1_024
}
