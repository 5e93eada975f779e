//! The same mix in VictoriaMetrics, where it is installed: its bytes a sample after it has merged everything.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::bytes_in;
use crate::generator::{Router, mixed};

const BEGIN: i64 = 1_772_323_200_000;
const TICKS: usize = 8_640;
const LINES: usize = 100;

/// Ended when it is dropped.
struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn ask(port: u16, head: &str, body: &[u8]) -> Result<String, String> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).map_err(|error| error.to_string())?;
    stream.set_read_timeout(Some(Duration::from_secs(120))).map_err(|error| error.to_string())?;
    let head = format!("{head} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {}\r\n\r\n", body.len());
    let mut answer = String::new();
    let done = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body));
    done.and_then(|()| stream.read_to_string(&mut answer)).map_err(|error| error.to_string())?;
    if answer.starts_with("HTTP/1.1 2") { Ok(answer) } else { Err(answer.lines().next().unwrap_or_default().into()) }
}

/// Each counter is a series; `grid` puts the times on the even grid, which VictoriaMetrics likes better.
pub(crate) fn bytes_a_sample(grid: bool) -> Result<f64, String> {
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    let port =
        std::net::TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).map_err(|e| e.to_string())?.port();
    let data = folder.path().join("data");
    let started = Command::new("victoria-metrics")
        .arg(format!("-storageDataPath={}", data.display()))
        .arg(format!("-httpListenAddr=127.0.0.1:{port}"))
        .arg("-retentionPeriod=100y")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    let server = Server(started.map_err(|_| "victoria-metrics is not installed".to_owned())?);
    let begin = Instant::now();
    while ask(port, "GET /health", b"").is_err() {
        if begin.elapsed() > Duration::from_secs(20) {
            return Err("it does not answer".into());
        }
        std::thread::park_timeout(Duration::from_millis(50));
    }
    let mut router = Router::new(1, (0..LINES).map(mixed), BEGIN, 10_000);
    let mut series: Vec<[Vec<u64>; 4]> = vec![Default::default(); LINES];
    let mut times = Vec::new();
    for tick in 0..TICKS {
        let readings = router.tick().readings;
        times.push(if grid { BEGIN + (tick as i64 + 1) * 10_000 } else { router.wall_ms });
        for (series, reading) in series.iter_mut().zip(readings) {
            let counters = reading.counters;
            let all = [counters.rx_bytes, counters.tx_bytes, counters.rx_packets, counters.tx_packets];
            series.iter_mut().zip(all).for_each(|(series, counter)| series.push(counter.unwrap_or_default()));
        }
    }
    let joined = |numbers: &mut dyn Iterator<Item = String>| numbers.collect::<Vec<_>>().join(",");
    let stamps = joined(&mut times.iter().map(ToString::to_string));
    for (line, four) in series.iter().enumerate() {
        let mut body = String::new();
        for (counter, values) in four.iter().enumerate() {
            let values = joined(&mut values.iter().map(ToString::to_string));
            body += &format!(
                "{{\"metric\":{{\"__name__\":\"c{counter}\",\"line\":\"{line}\"}},\"values\":[{values}],\"timestamps\":[{stamps}]}}\n"
            );
        }
        ask(port, "POST /api/v1/import", body.as_bytes())?;
    }
    ask(port, "GET /internal/force_flush", b"")?;
    ask(port, "GET /internal/force_merge", b"")?;
    // The merge is over when nothing changes any more.
    let (mut before, mut since) = (0, Instant::now());
    while since.elapsed() < Duration::from_secs(5) {
        std::thread::park_timeout(Duration::from_millis(250));
        let now = bytes_in(&data.join("data"));
        if now != before {
            (before, since) = (now, Instant::now());
        }
    }
    drop(server);
    Ok(bytes_in(&data.join("data")) as f64 / (LINES * TICKS) as f64)
}
