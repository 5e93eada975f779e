//! How late a tick comes to many viewers, and what memory each of them takes.
//!
//! `cargo run --release -p lalin-http --example viewers -- [VIEWERS] [SECONDS] [INTERFACES]` starts a server as a process of
//! its own, opens that many event streams on raw sockets over loopback, and waits: the time from a sample to its arrival
//! at each viewer, and the server's resident memory before and after. Both processes share the machine's processors.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use actix_web::App;
use actix_web::middleware::from_fn;
use async_trait::async_trait;
use lalin_http::{Api, ApiSettings, Auth, AuthSettings, ConnectionLimits, StreamLimits, WebServer, guard};
use lalin_monitor::{Label, Monitor, Settings};
use lalin_stats::{Counters, Failure, Interface, Reading, Row, Snapshot, Source};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep};

const WORKERS: usize = 2;

/// A router whose traffic is different at each reading.
struct Steady {
    interfaces: usize,
    begun: Instant,
}

#[async_trait]
impl Source for Steady {
    type Data = Snapshot;
    type Error = Failure;

    async fn read(&self) -> Result<Reading, Failure> {
        let elapsed = u64::try_from(self.begun.elapsed().as_micros()).unwrap_or(u64::MAX);
        let row = |n: usize| {
            let interface = Interface::new(&format!("*{n:X}"), &format!("<pppoe-customer{n:04}>"), "pppoe-in");
            let per_us = 1 + n as u64 % 20;
            Row::new(Arc::new(interface), Counters::bytes(elapsed * per_us, elapsed * per_us / 7))
        };
        let rows = (0..self.interfaces).map(row).collect();
        let unix_ms = u64::try_from(now().as_millis()).unwrap_or_default();
        Ok(Reading::fresh(Arc::new(Snapshot::at(Instant::now(), unix_ms, rows))))
    }
}

fn now() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
}

/// The server's process: tells its address, and serves until it is killed.
async fn serve(interfaces: usize) -> std::io::Result<()> {
    let settings = Settings { interval: Duration::from_secs(1), ..Settings::default() };
    let monitor = Arc::new(Monitor::new(settings));
    let source = Arc::new(Steady { interfaces, begun: Instant::now() });
    monitor.add("r".parse().map_err(std::io::Error::other)?, Label::new("r", "192.0.2.1:8728"), source);
    let limits = raised();
    let streams = StreamLimits { streams: 50_000, ..StreamLimits::default() };
    let api = Api::new(monitor, ApiSettings { streams, ..ApiSettings::default() });
    let mut settings = AuthSettings::default();
    settings.loopback = true;
    let auth = Auth::without_accounts(settings);
    let listener = lalin_http::listen(SocketAddr::from(([127, 0, 0, 1], 0)))?;
    println!("{}", listener.local_addr()?);
    let app = move || {
        let app = App::new().wrap(from_fn(guard)).configure(lalin_http::request_bodies);
        app.configure(auth.routes()).configure(api.routes())
    };
    let mut server = WebServer::new(limits);
    server.workers = WORKERS;
    server.serve(listener, app)?.await
}

/// The limits, after the process may have as many open files as the system allows.
fn raised() -> ConnectionLimits {
    ConnectionLimits::default().within_descriptors()
}

/// The resident memory of a process, kB.
fn resident(process: &Child) -> usize {
    let status = std::fs::read_to_string(format!("/proc/{}/status", process.id())).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or_default();
    line.trim().trim_end_matches(" kB").parse().unwrap_or_default()
}

/// CPU time a process has used, in hundredths of a second.
fn ticks(process: &Child) -> u64 {
    let stat = std::fs::read_to_string(format!("/proc/{}/stat", process.id())).unwrap_or_default();
    let rest = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
    rest.split_whitespace().skip(11).take(2).filter_map(|used| used.parse::<u64>().ok()).sum()
}

/// One viewer: reads its stream, and tells how late each tick came while `measuring`, ms.
async fn view(
    address: SocketAddr,
    open: Arc<AtomicUsize>,
    measuring: Arc<AtomicBool>,
    late: Arc<std::sync::Mutex<Vec<u64>>>,
    bytes: Arc<AtomicUsize>,
) -> std::io::Result<()> {
    let mut stream = TcpStream::connect(address).await?;
    stream.write_all(b"GET /api/v1/stream?window=0 HTTP/1.1\r\nHost: localhost\r\n\r\n").await?;
    let mut first = true;
    loop {
        stream.readable().await?;
        let mut buffer = [0; 16 << 10];
        let read = match stream.try_read(&mut buffer) {
            Ok(0) => return Ok(()),
            Ok(read) => read,
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => continue,
            Err(error) => return Err(error),
        };
        bytes.fetch_add(read, Ordering::Relaxed);
        let text = String::from_utf8_lossy(&buffer[..read]);
        if let Some((_, rest)) = text.split_once("\"t\":").filter(|_| text.contains("event: tick")) {
            let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
            let at: u64 = digits.parse().unwrap_or_default();
            if std::mem::take(&mut first) {
                open.fetch_add(1, Ordering::Relaxed);
            }
            if measuring.load(Ordering::Relaxed) {
                let now = u64::try_from(now().as_millis()).unwrap_or_default();
                late.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push(now.saturating_sub(at));
            }
        }
    }
}

async fn measure(viewers: usize, seconds: u64, interfaces: usize) -> Result<(), Box<dyn std::error::Error>> {
    raised();
    let mut server = Command::new(std::env::current_exe()?)
        .args(["--serve", &interfaces.to_string()])
        .stdout(Stdio::piped())
        .spawn()?;
    let mut address = String::new();
    BufReader::new(server.stdout.take().ok_or("no output")?).read_line(&mut address)?;
    let address: SocketAddr = address.trim().parse()?;
    let (open, bytes) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let (measuring, late) = (Arc::new(AtomicBool::new(false)), Arc::default());
    let one = || view(address, open.clone(), measuring.clone(), Arc::clone(&late), bytes.clone());
    let mut all = tokio::task::JoinSet::new();
    // The first one makes the server do all that it does once.
    all.spawn(one());
    sleep(Duration::from_secs(5)).await;
    let before = resident(&server);
    for n in 1..viewers {
        all.spawn(one());
        if n % 100 == 0 {
            sleep(Duration::from_millis(5)).await;
        }
    }
    let until = Instant::now() + Duration::from_secs(60);
    while open.load(Ordering::Relaxed) < viewers && Instant::now() < until {
        sleep(Duration::from_millis(100)).await;
    }
    sleep(Duration::from_secs(3)).await;
    let (used, sent) = (ticks(&server), bytes.load(Ordering::Relaxed));
    measuring.store(true, Ordering::Relaxed);
    sleep(Duration::from_secs(seconds)).await;
    measuring.store(false, Ordering::Relaxed);
    let (used, sent) = (ticks(&server) - used, bytes.load(Ordering::Relaxed) - sent);
    let after = resident(&server);
    let open = open.load(Ordering::Relaxed);
    let ended = viewers - all.len();
    server.kill()?;
    server.wait()?;
    let mut late: Vec<u64> = std::mem::take(&mut *late.lock().unwrap_or_else(std::sync::PoisonError::into_inner));
    late.sort_unstable();
    let part = |part: usize| late.get((late.len() * part / 1_000).min(late.len().saturating_sub(1))).copied();
    println!("viewers {open} of {viewers}, {ended} ended, {interfaces} interfaces, {seconds} s");
    println!(
        "ticks received {}, ms after the sample: p50 {:?}, p99 {:?}, most {:?}",
        late.len(),
        part(500),
        part(990),
        part(1_000)
    );
    println!(
        "resident {before} kB with one viewer, {after} kB: {:.1} kB a viewer; {:.2} core; {:.1} kB/s a viewer",
        after.saturating_sub(before) as f64 / open.saturating_sub(1).max(1) as f64,
        used as f64 / 100.0 / seconds as f64,
        sent as f64 / 1_000.0 / seconds as f64 / open.max(1) as f64,
    );
    Ok(())
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let number = |at: usize, default: u64| arguments.get(at).and_then(|text| text.parse().ok()).unwrap_or(default);
    if arguments.first().is_some_and(|first| first == "--serve") {
        let interfaces = usize::try_from(number(1, 50))?;
        return Ok(actix_web::rt::System::new().block_on(serve(interfaces))?);
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let (viewers, interfaces) = (usize::try_from(number(0, 10_000))?, usize::try_from(number(2, 50))?);
    runtime.block_on(measure(viewers, number(1, 20), interfaces))
}
