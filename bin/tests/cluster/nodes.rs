//! A cluster: its NATS servers and its nodes, each a process with a configuration, a folder and a port of its own.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};
use std::time::Duration;

use lalin_test_client::free_port;
use lalin_test_nats::{NatsServers, Version};
use serde_json::Value;
use tempfile::TempDir;
use tokio::io::AsyncWriteExt as _;
use tokio::process::{Child, Command};
use tokio::time::timeout;

use crate::client::{self, Answer};
use crate::sizes::{PATIENCE, until};

const ADMINISTRATOR: &str = "sari";
const PASSWORD: &str = "kata sandi panjang";
/// How long a node that is told to stop goes on answering.
const DRAIN: &str = "1s";

/// What a node does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    Web,
    Collect,
}

/// The servers, the nodes, and where their files are.
pub(crate) struct Cluster {
    pub(crate) nats: NatsServers,
    pub(crate) webs: Vec<Node>,
    pub(crate) collectors: Vec<Node>,
    folder: TempDir,
    sampled: Sampled,
}

/// How often routers are asked, and further limits of every node.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sampled {
    pub(crate) interval: Duration,
    /// Lines of `[limits]`.
    pub(crate) limits: &'static str,
    /// Whether what is asked is recorded; otherwise routers are asked only when somebody watches.
    pub(crate) history: bool,
}

impl Default for Sampled {
    fn default() -> Self {
        Self { interval: Duration::from_secs(1), limits: "", history: false }
    }
}

impl Cluster {
    /// Starts three servers and so many nodes, and waits until the web nodes serve and the collectors have leases.
    pub(crate) async fn start(webs: usize, collectors: usize) -> Self {
        Self::start_with(webs, collectors, Sampled::default()).await
    }

    /// The same, sampled otherwise.
    pub(crate) async fn start_with(webs: usize, collectors: usize, sampled: Sampled) -> Self {
        let nats = NatsServers::start(3, Version::V2_12).await;
        let folder = tempfile::tempdir().unwrap();
        let cluster = Self { nats, webs: Vec::new(), collectors: Vec::new(), folder, sampled };
        let configuration = cluster.configuration("command", &["web"], &cluster.nats.urls());
        std::fs::write(cluster.folder.path().join("lalin.toml"), configuration).unwrap();
        cluster.command(&["cluster", "init"]).await;
        cluster.command(&["user", "add", ADMINISTRATOR]).await;
        let mut cluster = cluster;
        for at in 0..collectors {
            let node = cluster.node(&format!("collect-{at}"), Role::Collect, &cluster.nats.urls());
            cluster.collectors.push(node);
        }
        for at in 0..webs {
            cluster.webs.push(cluster.node(&format!("web-{at}"), Role::Web, &cluster.nats.urls()));
        }
        for web in &mut cluster.webs {
            web.start();
        }
        for collector in &mut cluster.collectors {
            collector.start();
        }
        for web in &cluster.webs {
            web.serves().await;
        }
        // Otherwise whoever comes first takes every router, and hands some over while a test has begun.
        let names: Vec<_> = cluster.collectors.iter().map(|collector| collector.name.as_str()).collect();
        cluster.joined(&names).await;
        cluster
    }

    /// A node that is not started yet.
    pub(crate) fn node(&self, name: &str, role: Role, nats: &[String]) -> Node {
        let folder = self.folder.path().join(name);
        std::fs::create_dir(&folder).unwrap();
        let word = if role == Role::Web { "web" } else { "collect" };
        std::fs::write(folder.join("lalin.toml"), self.configuration(name, &[word], nats)).unwrap();
        let address = format!("127.0.0.1:{}", free_port());
        Node { name: name.to_owned(), address, folder, within: None, child: None }
    }

    /// A collector of a site that is made for it, not started yet.
    pub(crate) async fn collector_of(&self, site: &str, name: &str) -> Node {
        self.command(&["cluster", "site", "add", site]).await;
        let node = self.node(name, Role::Collect, &self.nats.urls());
        let text = self.configuration(name, &["collect"], &self.nats.urls());
        let (common, own) = (self.folder.path().join("cluster.key"), self.folder.path().join(format!("{site}.key")));
        let text = text.replace(&format!("{common:?}"), &format!("{own:?}"));
        std::fs::write(node.folder.join("lalin.toml"), format!("{text}site = \"{site}\"\n")).unwrap();
        node
    }

    fn configuration(&self, node: &str, roles: &[&str], nats: &[String]) -> String {
        let key = self.folder.path().join("cluster.key");
        let Sampled { interval, limits, history } = self.sampled;
        let mut text = format!("[limits]\ndrain-time = \"{DRAIN}\"\n{limits}[sampling]\ninterval = \"{interval:?}\"\n");
        let _ = writeln!(text, "[history]\nenabled = {history}\ninterval = \"2s\"");
        let _ = writeln!(
            text,
            "[cluster]\nnats = {nats:?}\nname = \"test\"\nnode = \"{node}\"\nroles = {roles:?}\nkey-file = {key:?}"
        );
        text
    }

    /// The web nodes' addresses.
    pub(crate) fn addresses(&self) -> Vec<String> {
        self.webs.iter().map(|web| web.address.clone()).collect()
    }

    /// Runs a command beside the nodes, to its end; what it printed.
    pub(crate) async fn command(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments).await;
        assert!(output.status.success(), "{arguments:?}: {output:?}");
        String::from_utf8(output.stdout).unwrap()
    }

    async fn run(&self, arguments: &[&str]) -> Output {
        let mut command = lalin(self.folder.path());
        command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        // One that ends without reading it has closed its end.
        let _ = child.stdin.take().unwrap().write_all(format!("{PASSWORD}\n").as_bytes()).await;
        timeout(PATIENCE, child.wait_with_output())
            .await
            .unwrap_or_else(|_| panic!("{arguments:?} does not end"))
            .unwrap()
    }

    /// What `lalin cluster status` says, where NATS answers it.
    pub(crate) async fn status(&self) -> Option<Value> {
        let output = self.run(&["cluster", "status", "--json"]).await;
        output.status.success().then(|| serde_json::from_slice(&output.stdout).unwrap())
    }

    /// Waits until these nodes have a lease.
    pub(crate) async fn joined(&self, names: &[&str]) {
        until("the nodes have leases", PATIENCE, async || {
            let status = self.status().await.unwrap_or_default();
            let is_there = |name: &&str| {
                let nodes = status["nodes"].as_array().into_iter().flatten();
                nodes.filter(|node| node["name"] == **name).any(|node| node["gone"] == false && node["drains"] == false)
            };
            if names.iter().all(is_there) { Ok(()) } else { Err(status) }
        })
        .await;
    }

    /// How many routers each node holds, by name.
    pub(crate) async fn held(&self) -> Vec<(String, u64)> {
        let status = self.status().await.unwrap_or_default();
        let holds = status["holds"].as_array().cloned().unwrap_or_default();
        let mut held: Vec<_> = holds
            .iter()
            .map(|hold| (hold["node"].as_str().unwrap_or_default().to_owned(), hold["routers"].as_u64().unwrap()))
            .collect();
        held.sort();
        held
    }

    /// The nodes' logs, for whoever looks why something failed.
    pub(crate) fn logs(&self) -> String {
        let all = self.webs.iter().chain(&self.collectors);
        all.map(|node| format!("--- {}\n{}\n", node.name, node.logged())).collect()
    }
}

/// The program in this folder, with an empty environment.
fn lalin(folder: &Path) -> Command {
    let program = std::env::var_os("LALIN_BIN").or(option_env!("CARGO_BIN_EXE_lalin").map(Into::into));
    let mut command = Command::new(program.unwrap());
    quiet(command.current_dir(folder).env_clear());
    command
}

/// No rule is judged, and it ends with whoever started it.
fn quiet(command: &mut Command) {
    if let Some(level) = std::env::var_os("LALIN_CLUSTER_LOG") {
        command.env("LALIN_LOG", level);
    }
    command.env("LALIN_LANG", "en").env("LALIN_ALERTS", "false");
    command.stdin(Stdio::null()).kill_on_drop(true);
}

impl Drop for Cluster {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("{}", self.logs());
        }
    }
}

/// One process.
pub(crate) struct Node {
    pub(crate) name: String,
    /// Where it answers.
    pub(crate) address: String,
    folder: PathBuf,
    /// The number of a process in whose network it runs.
    pub(crate) within: Option<u32>,
    child: Option<Child>,
}

impl Node {
    /// Its number among the processes of this machine.
    pub(crate) fn process(&self) -> u32 {
        self.child.as_ref().and_then(Child::id).unwrap()
    }

    /// Starts it, for the first time or again: with the port and the folder that it had.
    pub(crate) fn start(&mut self) {
        let log = std::fs::File::options().create(true).append(true).open(self.folder.join("log")).unwrap();
        let mut command = lalin(&self.folder);
        if let Some(process) = self.within {
            let program = command.as_std().get_program().to_owned();
            command = Command::new("nsenter");
            command.arg(format!("--net=/proc/{process}/ns/net")).arg(program).current_dir(&self.folder);
            let path = std::env::var_os("PATH").unwrap_or_default();
            quiet(command.env_clear().env("PATH", path));
        }
        command.args(["serve", "--open", "--listen", &self.address]);
        self.child = Some(command.stdout(log.try_clone().unwrap()).stderr(log).spawn().unwrap());
    }

    /// Waits until it says that it is ready.
    pub(crate) async fn serves(&self) {
        until("it serves", PATIENCE, async || {
            let answer = self.get("/readyz").await;
            if answer.as_ref().is_some_and(|answer| answer.status() == 200) { Ok(()) } else { Err(self.logged()) }
        })
        .await;
    }

    /// SIGKILL.
    pub(crate) async fn kill(&mut self) {
        let mut child = self.child.take().unwrap();
        child.kill().await.unwrap();
    }

    /// SIGTERM, as a supervisor sends it.
    pub(crate) fn terminate(&self) {
        let told = std::process::Command::new("kill").args(["-TERM", &self.process().to_string()]).status().unwrap();
        assert!(told.success());
    }

    /// Waits for its end.
    pub(crate) async fn ended(&mut self) {
        let mut child = self.child.take().unwrap();
        let ended = timeout(PATIENCE, child.wait()).await;
        let ended = ended.unwrap_or_else(|_| panic!("it does not end: {}", self.logged())).unwrap();
        assert!(ended.success(), "{}: {ended}: {}", self.name, self.logged());
    }

    /// Everything that it logged so far.
    pub(crate) fn logged(&self) -> String {
        std::fs::read_to_string(self.folder.join("log")).unwrap_or_default()
    }

    /// Asks once; nothing where it is gone.
    pub(crate) async fn get(&self, path: &str) -> Option<Answer> {
        client::try_ask(&self.address, "GET", path, "", "").await
    }

    /// Logs in; what the session's changes are sent with, at any node.
    pub(crate) async fn log_in(&self) -> String {
        client::log_in(&self.address, ADMINISTRATOR, PASSWORD).await
    }

    /// Sends a change in the name of a session, from a page of this node.
    pub(crate) async fn send(&self, method: &str, path: &str, session: &str, body: &str) -> Option<Answer> {
        let others = session.lines().filter(|line| !line.starts_with("Origin:"));
        let more: String = others.map(|line| format!("{line}\r\n")).collect();
        let more = format!("{more}Origin: http://{}\r\n", self.address);
        client::try_ask(&self.address, method, path, &more, body).await
    }

    /// The routers as it shows them, by id, with the code of their state; asking is watching all of them.
    pub(crate) async fn states(&self) -> Vec<(String, String)> {
        let Some(answer) = self.get("/api/v1/routers?watch=1").await else { return Vec::new() };
        let answer: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
        let routers = answer["routers"].as_array().cloned().unwrap_or_default();
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        routers.iter().map(|router| (text(&router["id"]), text(&router["state"]["code"]))).collect()
    }

    /// Waits until it shows so many routers and all of them live; how long that took.
    pub(crate) async fn shows_live(&self, count: usize, limit: Duration) -> Duration {
        until("all routers are live", limit, async || {
            let states = self.states().await;
            let dark: Vec<_> = states.iter().filter(|(_, code)| code != "live").cloned().collect();
            if states.len() == count && dark.is_empty() { Ok(()) } else { Err((states.len(), dark)) }
        })
        .await
    }
}
