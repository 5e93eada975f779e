//! What a hundred routers of 2,000 lines take in memory while one line of each comes and one goes with every sample, and
//! somebody watches them all: `cargo run --release -p lalin-monitor --example memory [ROUTERS] [LINES]`.
//!
//! In simulated time: as many samples as the recent window promises, and a quarter more.

use std::collections::VecDeque;
use std::process::ExitCode;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use lalin_monitor::{Label, Monitor, Settings};
use lalin_stats::{Counters, Failure, Interface, Reading, Row, Snapshot, Source};
use tokio::time::{Instant, sleep};

/// Of the unit's `MemoryMax`, 1 GiB, what is left beside the history's lines and the viewers.
const BAR_MB: f64 = 640.0;

/// A router whose customers come and go.
struct Changing {
    begun: Instant,
    lines: Mutex<(u64, VecDeque<Arc<Interface>>)>,
}

impl Changing {
    fn new(lines: u64) -> Self {
        Self { begun: Instant::now(), lines: Mutex::new((lines, (0..lines).map(line).collect())) }
    }
}

fn line(number: u64) -> Arc<Interface> {
    let name = format!("<pppoe-customer-{number:05}>");
    let interface = Interface::new(&format!("*F{number:05X}"), &name, "pppoe-in");
    let (comment, mtu) = (Some("Jl. Merdeka 17, paket 20M".into()), Some("1480".into()));
    let last_link_up = Some("nov/26/2026 21:30:11".into());
    Arc::new(Interface { dynamic: true, running: true, comment, mtu, last_link_up, ..interface })
}

#[async_trait]
impl Source for Changing {
    type Data = Snapshot;
    type Error = Failure;

    async fn read(&self) -> Result<Reading, Failure> {
        let passed = u64::try_from(self.begun.elapsed().as_millis()).unwrap_or_default();
        let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        let (next, there) = &mut *lines;
        there.pop_front();
        there.push_back(line(*next));
        *next += 1;
        let rows = there.iter().zip(0..).map(|(interface, place): (_, u64)| {
            let packets = Counters { rx_packets: Some(passed), tx_packets: Some(passed), ..Counters::default() };
            let bytes = Counters { rx_bytes: Some(passed * (100 + place)), tx_bytes: Some(passed * 10), ..packets };
            Row::new(interface.clone(), bytes)
        });
        let rows = rows.collect();
        drop(lines);
        Ok(Reading::fresh(Arc::new(Snapshot::at(Instant::now(), 1_790_000_000_000 + passed, rows))))
    }
}

fn resident_mb() -> Option<f64> {
    let text = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = text.lines().find(|line| line.starts_with("VmRSS"))?;
    Some(line.split_whitespace().nth(1)?.parse::<f64>().ok()? / 1_000.0)
}

fn main() -> ExitCode {
    let argument = |place: usize, usual: u64| std::env::args().nth(place).and_then(|n| n.parse().ok()).unwrap_or(usual);
    let (routers, lines) = (argument(1, 100), argument(2, 2_000));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build();
    let Ok(runtime) = runtime else { return ExitCode::FAILURE };
    let (most, windows, reach, seconds) = runtime.block_on(watch(routers, lines));
    println!("| what | found | bar |\n| --- | --- | --- |");
    println!(
        "| {routers} routers of {lines} lines, one change a sample: memory of the process | {most:.0} MB | {BAR_MB} MB |"
    );
    println!("| of it the recent windows | {windows:.0} MB | 168 MB |");
    println!("| how far back they reach | {reach} s | - |");
    println!("| CPU time of a sample of all of them | {seconds:.3} s | - |");
    if most <= BAR_MB { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

async fn watch(routers: u64, lines: u64) -> (f64, f64, u64, f64) {
    let settings = Settings::default();
    let monitor = Monitor::new(settings);
    let mut viewers = Vec::new();
    for number in 0..routers {
        let Ok(id) = format!("pop-{number}").parse() else { continue };
        let router = monitor.add(id, Label::new("pop", "192.0.2.1:8728"), Arc::new(Changing::new(lines)));
        viewers.push(router.subscribe(None, Duration::ZERO));
    }
    let samples = settings.window.as_secs() / settings.interval.as_secs() * 5 / 4;
    let (mut most, begun) = (0.0f64, cpu_seconds());
    for sample in 0..samples {
        sleep(settings.interval).await;
        if sample % 10 == 0 {
            most = most.max(resident_mb().unwrap_or_default());
        }
        // Whoever watches keeps up.
        for viewer in &mut viewers {
            while let Ok(Some(_)) = tokio::time::timeout(Duration::ZERO, viewer.next()).await {}
        }
    }
    let of_one = monitor.routers().first().map(|router| router.recent_window(settings.longest_window));
    let reach = of_one.and_then(|window| Some(window.times().last()? - window.times().next()?)).unwrap_or_default();
    let seconds = (cpu_seconds() - begun) / samples as f64;
    (most.max(resident_mb().unwrap_or_default()), monitor.window_bytes() as f64 / 1e6, reach / 1_000, seconds)
}

fn cpu_seconds() -> f64 {
    let text = std::fs::read_to_string("/proc/self/schedstat").unwrap_or_default();
    text.split(' ').next().and_then(|ns| ns.parse::<f64>().ok()).unwrap_or_default() / 1e9
}
