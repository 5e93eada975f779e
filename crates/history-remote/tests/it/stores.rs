//! Prometheus and VictoriaMetrics as processes of their own, on loopback and free ports, ended with the test.

use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use lalin_test_client::{Client, block_on, free_port, program};
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

/// A store that runs until it is dropped.
pub struct Server {
    kind: Kind,
    folder: TempDir,
    address: String,
    child: Option<Child>,
}

impl Server {
    pub fn start(kind: Kind) -> Self {
        Self::start_with(kind, &[])
    }

    /// With more flags.
    pub fn start_with(kind: Kind, flags: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("prometheus.yml"), "global: {}\n").unwrap();
        let address = format!("127.0.0.1:{}", free_port());
        let mut server = Self { kind, folder, address, child: None };
        let mut command = server.command();
        let log = std::fs::File::create(server.folder.path().join("log")).unwrap();
        command.args(flags).stdin(Stdio::null()).stdout(log.try_clone().unwrap()).stderr(log);
        server.child = Some(command.current_dir(server.folder.path()).spawn().unwrap());
        let begun = Instant::now();
        while TcpStream::connect(&server.address).is_err() || !server.is_ready() {
            assert!(begun.elapsed() < LIMIT, "{kind:?} does not begin: {}", server.log());
            thread::park_timeout(Duration::from_millis(50));
        }
        server
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
                    .args(["--web.enable-remote-write-receiver", "--storage.tsdb.retention.time=10y"])
                    .arg("--log.level=warn");
                command
            }
            Kind::Victoria => {
                let mut command = Command::new(program("victoria-metrics", "victoria-metrics"));
                command
                    .arg(format!("-storageDataPath={}", data.display()))
                    .arg(format!("-httpListenAddr={}", self.address))
                    .args(["-dedup.minScrapeInterval=1ms", "-retentionPeriod=10y", "-memory.allowedBytes=128MB"]);
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

    pub fn base(&self) -> String {
        format!("http://{}", self.address)
    }

    pub fn write_address(&self) -> String {
        format!("{}/api/v1/write", self.base())
    }

    /// What was sent is seen from here on.
    pub fn settle(&self) {
        if self.kind == Kind::Victoria {
            block_on(Client::new(&self.address).get("/internal/force_flush"));
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}
