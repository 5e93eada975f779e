//! The same mix in VictoriaMetrics, where it is installed: its bytes a sample after it has merged everything, how quickly it
//! takes samples and answers.

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

/// A server that was filled with the mix.
pub(crate) struct Victoria {
    port: u16,
    folder: tempfile::TempDir,
    _server: Server,
    /// How long it took to take everything in, s.
    pub(crate) import: f64,
}

impl Victoria {
    /// Each counter is a series; `grid` puts the times on the even grid, which VictoriaMetrics likes better.
    pub(crate) fn filled(grid: bool) -> Result<Self, String> {
        let text = |error: std::io::Error| error.to_string();
        let folder = tempfile::tempdir().map_err(text)?;
        let port = std::net::TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).map_err(text)?.port();
        let started = Command::new("victoria-metrics")
            .arg(format!("-storageDataPath={}", folder.path().display()))
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
        let bodies: Vec<String> = series
            .iter()
            .enumerate()
            .map(|(line, four)| {
                let mut body = String::new();
                for (counter, values) in four.iter().enumerate() {
                    let values = joined(&mut values.iter().map(ToString::to_string));
                    body += &format!(
                        "{{\"metric\":{{\"__name__\":\"c{counter}\",\"line\":\"{line}\"}},\"values\":[{values}],\"timestamps\":[{stamps}]}}\n"
                    );
                }
                body
            })
            .collect();
        let begin = Instant::now();
        for body in bodies {
            ask(port, "POST /api/v1/import", body.as_bytes())?;
        }
        ask(port, "GET /internal/force_flush", b"")?;
        Ok(Self { port, folder, _server: server, import: begin.elapsed().as_secs_f64() })
    }

    /// The highest rate of one line in each of 1,000 steps of the day.
    pub(crate) fn query(&self, line: usize) -> Result<usize, String> {
        let what = format!("max_over_time(rate(c0%7Bline%3D%22{line}%22%7D%5B20s%5D)%5B86s%3A10s%5D)");
        let (from, to) = (BEGIN / 1_000, (BEGIN + TICKS as i64 * 10_000) / 1_000);
        let path = format!("GET /api/v1/query_range?query={what}&start={from}&end={to}&step=86.4s&nocache=1");
        Ok(ask(self.port, &path, b"")?.len())
    }

    /// Bytes a sample after it has merged everything.
    pub(crate) fn bytes_a_sample(&self) -> Result<f64, String> {
        let data = self.folder.path().join("data");
        ask(self.port, "GET /internal/force_merge", b"")?;
        // The merge is over when nothing changes any more.
        let (mut before, mut since) = (0, Instant::now());
        while since.elapsed() < Duration::from_secs(5) {
            std::thread::park_timeout(Duration::from_millis(250));
            let now = bytes_in(&data);
            if now != before {
                (before, since) = (now, Instant::now());
            }
        }
        Ok(before as f64 / (LINES * TICKS) as f64)
    }
}
