//! The server as a process of its own, and the simulated routers that it watches.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use routeros_simulator::{AnswerTimes, Config, InterfaceSpec, Simulator, Traffic};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::process::{Child, Command};
use tokio::time::{Instant, sleep, timeout};

use crate::client::log_in;

const ADMINISTRATOR: &str = "ukur";
const PASSWORD: &str = "kata sandi panjang sekali";

/// A running server. It ends when this is dropped.
pub(crate) struct Lalin {
    child: Child,
    pub(crate) address: String,
    /// The header lines of the administrator's changes, where there is one.
    pub(crate) session: Option<String>,
    folder: PathBuf,
}

impl Lalin {
    /// Starts it with this configuration beside what every measurement needs; everybody may look.
    pub(crate) async fn start(toml: &str) -> Self {
        Self::start_with(toml, false).await
    }

    /// Starts it with an administrator, who may change things.
    pub(crate) async fn start_changeable(toml: &str) -> Self {
        let mut lalin = Self::start_with(toml, true).await;
        lalin.session = Some(log_in(&lalin.address, ADMINISTRATOR, PASSWORD).await);
        lalin
    }

    async fn start_with(toml: &str, administrator: bool) -> Self {
        let folder = std::env::temp_dir().join(format!("lalin-load-{}-{}", std::process::id(), fastrand::u32(..)));
        std::fs::create_dir_all(&folder).unwrap();
        // As many viewers as a machine's 20,000 descriptors carry beside the connections on which they come.
        let limits = "[limits]\nconnections = 4000\nconnections-per-address = 4000\nviewers-per-address = 10000\n";
        std::fs::write(folder.join("lalin.toml"), format!("{limits}{toml}")).unwrap();
        let program = std::env::var_os("LALIN_BIN").expect("LALIN_BIN names the built server");
        let program = std::path::absolute(program).unwrap();
        if administrator {
            add_administrator(&program, &folder).await;
        }
        let mut child = Command::new(program)
            .args(["serve", "--listen", "127.0.0.1:0", "--log", "error", "--open"])
            .current_dir(&folder)
            .env_clear()
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let line = timeout(Duration::from_secs(60), lines.next_line()).await.expect("it says where it is in time");
        let line = line.unwrap().expect("it says where it is");
        let address = line.trim_start_matches("Lalin: http://").trim_end_matches('/').to_owned();
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        Self { child, address, session: None, folder }
    }

    fn pid(&self) -> u32 {
        self.child.id().expect("it runs")
    }

    /// CPU time so far.
    pub(crate) fn cpu(&self) -> Duration {
        cpu(self.pid())
    }

    /// Resident memory now, bytes.
    pub(crate) fn memory(&self) -> f64 {
        memory(self.pid(), "VmRSS:")
    }

    /// The most since [`Self::forget_peak`].
    pub(crate) fn peak(&self) -> f64 {
        memory(self.pid(), "VmHWM:")
    }

    pub(crate) fn forget_peak(&self) {
        let _ = std::fs::write(format!("/proc/{}/clear_refs", self.pid()), "5");
    }

    /// The share of a core that it takes in this time.
    pub(crate) async fn share(&self, time: Duration) -> f64 {
        let (before, begun) = (self.cpu(), Instant::now());
        sleep(time).await;
        (self.cpu() - before).as_secs_f64() / begun.elapsed().as_secs_f64()
    }
}

async fn add_administrator(program: &Path, folder: &Path) {
    let mut adding = Command::new(program)
        .args(["user", "add", ADMINISTRATOR, "--data-dir", "lalin-data"])
        .current_dir(folder)
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    adding.stdin.take().unwrap().write_all(format!("{PASSWORD}\n").as_bytes()).await.unwrap();
    assert!(adding.wait().await.unwrap().success(), "an administrator is added");
}

impl Drop for Lalin {
    fn drop(&mut self) {
        let _ = self.child.start_kill();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// CPU time of a process so far.
pub(crate) fn cpu(pid: u32) -> Duration {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap().split_whitespace().collect();
    // utime and stime, in hundredths on every Linux.
    let ticks = fields[11].parse::<u64>().unwrap() + fields[12].parse::<u64>().unwrap();
    Duration::from_millis(ticks * 10)
}

/// One of the lines of a process's status, bytes.
pub(crate) fn memory(pid: u32, what: &str) -> f64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix(what)).unwrap();
    line.split_whitespace().next().unwrap().parse::<f64>().unwrap() * 1_024.0
}

/// A router of so many ports with a constant rate each: 1 Mbit/s more than the one before it.
pub(crate) fn ports(count: usize) -> Config {
    let steady = |bps: f64| Traffic::Constant { bps };
    let port = |n: usize| {
        InterfaceSpec::ether(format!("ether{n}"))
            .comment(format!("Pelanggan {n}"))
            .traffic(steady(1e6 * n as f64), steady(1e5))
            .counters(900_000_000_000 + n as u64, 40_000_000_000)
    };
    Config::default().interfaces((1..=count).map(port))
}

/// Starts a simulated router.
pub(crate) async fn simulated(config: Config) -> Simulator {
    Simulator::start(config, "127.0.0.1:0".parse().unwrap()).await.unwrap()
}

/// One with answers as over a cable.
pub(crate) async fn near(config: Config) -> Simulator {
    simulated(config.answer_times(AnswerTimes::lan())).await
}

/// The configuration of these routers, `r0` and on, sampled each so often; nothing is recorded.
pub(crate) fn configuration<'a>(interval: Duration, routers: impl IntoIterator<Item = &'a Simulator>) -> String {
    let mut toml = format!("[sampling]\ninterval = \"{}s\"\n[history]\nenabled = false\n", interval.as_secs());
    for (at, router) in routers.into_iter().enumerate() {
        let address = router.addr().unwrap();
        let _ =
            writeln!(toml, "[[router]]\nid = \"r{at}\"\naddress = \"{address}\"\nuser = \"admin\"\npassword = \"\"");
    }
    toml
}
