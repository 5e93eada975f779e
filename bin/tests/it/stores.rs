//! Prometheus and VictoriaMetrics as processes of their own: started with a folder that outlives them, asked for what they
//! have, and ended with the test.

use std::fmt::Write as _;
use std::io::Write as _;
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use lalin_test_client::{Client, block_on, free_port, program};
use serde_json::Value;
use tempfile::TempDir;
use tokio::time::Instant;

/// The longest anything here may take, on a busy machine.
const LIMIT: Duration = Duration::from_secs(90);

/// Which one it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Prometheus,
    Victoria,
}

/// A store of samples that may be away for a while.
pub struct Store {
    kind: Kind,
    folder: TempDir,
    pub address: String,
    child: Option<Child>,
}

impl Store {
    /// One that scrapes as this says, if it does at all.
    pub fn start(kind: Kind, scrapes: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let configuration = format!("global: {{ scrape_interval: 1s, scrape_timeout: 1s }}\n{scrapes}");
        std::fs::write(folder.path().join("prometheus.yml"), configuration).unwrap();
        let address = format!("127.0.0.1:{}", free_port());
        let mut store = Self { kind, folder, address, child: None };
        store.resume();
        store
    }

    /// Starts it, or starts it again at the same place with the same data.
    pub fn resume(&mut self) {
        let mut command = self.command();
        let log = std::fs::File::options().create(true).append(true).open(self.folder.path().join("log")).unwrap();
        command.stdin(Stdio::null()).stdout(log.try_clone().unwrap()).stderr(log).current_dir(self.folder.path());
        self.child = Some(command.spawn().unwrap_or_else(|error| panic!("{command:?}: {error}")));
        let begun = Instant::now();
        while TcpStream::connect(&self.address).is_err() || !self.is_ready() {
            assert!(begun.elapsed() < LIMIT, "{:?} does not begin: {}", self.kind, self.log());
            thread::park_timeout(Duration::from_millis(50));
        }
    }

    fn command(&self) -> Command {
        let data = self.folder.path().join("data");
        match self.kind {
            Kind::Prometheus => {
                let mut command = Command::new(program("prometheus", "prometheus"));
                command
                    .arg("--config.file=prometheus.yml")
                    .arg(format!("--storage.tsdb.path={}", data.display()))
                    .arg(format!("--web.listen-address={}", self.address))
                    .args(["--web.enable-remote-write-receiver", "--log.level=warn"]);
                command
            }
            Kind::Victoria => {
                let mut command = Command::new(program("victoria-metrics", "victoria-metrics"));
                command
                    .arg(format!("-storageDataPath={}", data.display()))
                    .arg(format!("-httpListenAddr={}", self.address))
                    .args(["-dedup.minScrapeInterval=1ms", "-retentionPeriod=1", "-memory.allowedBytes=64MB"]);
                command
            }
        }
    }

    fn is_ready(&self) -> bool {
        let path = if self.kind == Kind::Prometheus { "/-/ready" } else { "/health" };
        block_on(Client::new(&self.address).get(path)).status == 200
    }

    fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }

    /// Ends it in good order, as for an update; its data stays.
    pub fn away(&mut self) {
        let Some(mut child) = self.child.take() else { return };
        let _ = Command::new("kill").args(["-TERM", &child.id().to_string()]).status();
        let begun = Instant::now();
        while child.try_wait().unwrap().is_none() && begun.elapsed() < LIMIT {
            thread::park_timeout(Duration::from_millis(20));
        }
        let _ = child.kill();
        let _ = child.wait();
    }

    pub fn write_address(&self) -> String {
        format!("http://{}/api/v1/write", self.address)
    }

    /// The results of an expression.
    pub fn query(&self, expression: &str) -> Vec<Value> {
        let path = format!("/api/v1/query?query={}", encoded(expression));
        let answer = block_on(Client::new(&self.address).get(&path));
        assert_eq!(answer.status, 200, "{expression}: {}", answer.text);
        answer.json["data"]["result"].as_array().cloned().unwrap_or_default()
    }

    /// The number that an expression gives, if it gives one.
    pub fn number(&self, expression: &str) -> Option<f64> {
        self.query(expression).first()?["value"][1].as_str()?.parse().ok()
    }

    /// Asks until the results are as wanted.
    pub fn eventually(&self, expression: &str, wanted: impl Fn(&[Value]) -> bool) -> Vec<Value> {
        let begun = Instant::now();
        loop {
            let results = self.query(expression);
            if wanted(&results) {
                return results;
            }
            assert!(begun.elapsed() < LIMIT, "{expression}: {results:?}\n{}", self.log());
            thread::park_timeout(Duration::from_millis(200));
        }
    }

    /// Every sample of a series in the last ten minutes, as it is stored: its time in ms, and its value.
    pub fn samples(&self, series: &str) -> Vec<(i64, f64)> {
        match self.kind {
            Kind::Prometheus => {
                let results = self.query(&format!("{series}[10m]"));
                let values = results.first().map(|result| result["values"].as_array().unwrap().clone());
                let sample = |pair: &Value| {
                    let seconds = pair[0].as_f64().unwrap();
                    ((seconds * 1_000.0).round() as i64, pair[1].as_str().unwrap().parse().unwrap())
                };
                values.unwrap_or_default().iter().map(sample).collect()
            }
            Kind::Victoria => {
                let client = Client::new(&self.address);
                block_on(client.get("/internal/force_flush"));
                let answer = block_on(client.get(&format!("/api/v1/export?match[]={}", encoded(series))));
                let Ok(result) = serde_json::from_str::<Value>(answer.text.lines().next().unwrap_or_default()) else {
                    return Vec::new();
                };
                let times = result["timestamps"].as_array().unwrap().iter().map(|time| time.as_i64().unwrap());
                // The marker of an ended series has no value.
                let values = result["values"].as_array().unwrap().iter().map(Value::as_f64);
                times.zip(values).filter_map(|(time, value)| Some((time, value?))).collect()
            }
        }
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// An expression as it stands in an address.
fn encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |mut all, byte| {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'_' | b'-' | b'.' => all.push(byte.into()),
            _ => drop(write!(all, "%{byte:02X}")),
        }
        all
    })
}

/// Whether promtool finds nothing wrong with a file, or with what it is given to read, and what it says.
pub fn promtool(arguments: &[&str], folder: &Path, input: &str) -> (bool, String) {
    let mut command = Command::new(program("promtool", "prometheus"));
    command.args(arguments).current_dir(folder).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_owned();
    // On a thread of its own, for promtool may say much before it has read everything.
    let writing = thread::spawn(move || {
        let _ = stdin.write_all(input.as_bytes());
    });
    let output = child.wait_with_output().unwrap();
    writing.join().unwrap();
    let said = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8_lossy(&said).into_owned())
}
