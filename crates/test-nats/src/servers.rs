//! Servers that are started, killed, frozen and started again, and end with the test.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use async_nats::jetstream;
use tempfile::TempDir;
use tokio::time::{Instant, sleep};

use crate::configuration::{Setup, file};
use crate::ports;
use crate::program::Version;

/// Servers that know each other, with JetStream.
#[derive(Debug)]
pub struct NatsServers {
    setup: Setup,
    folder: TempDir,
    ports: Vec<u16>,
    /// Where the servers meet each other.
    routes: Vec<u16>,
    processes: Vec<Option<Child>>,
}

impl NatsServers {
    /// Starts so many servers and waits until JetStream takes writes.
    pub async fn start(count: usize, version: Version) -> Self {
        Self::start_with(Setup::new(count, version)).await
    }

    /// The same with users, permissions or whatever else the configuration can say.
    pub async fn start_with(setup: Setup) -> Self {
        for _ in 0..STARTS {
            let mut servers = Self::prepare(setup.clone());
            for index in 0..servers.ports.len() {
                servers.spawn(index);
            }
            if servers.take_writes().await {
                return servers;
            }
            // The next ports are others.
        }
        panic!("no servers after {STARTS} starts");
    }

    /// Where to connect to, one address a server.
    pub fn urls(&self) -> Vec<String> {
        self.ports.iter().map(|port| format!("nats://127.0.0.1:{port}")).collect()
    }

    /// The address of one server.
    pub fn url(&self, index: usize) -> String {
        format!("nats://127.0.0.1:{}", self.ports[index])
    }

    /// The numbers of the running ones among the processes of this machine.
    pub fn processes(&self) -> Vec<u32> {
        self.processes.iter().flatten().map(Child::id).collect()
    }

    /// SIGKILL: it says goodbye to nobody.
    pub fn kill(&mut self, index: usize) {
        if let Some(mut process) = self.processes[index].take() {
            process.kill().expect("killing a server");
            process.wait().expect("the end of a server");
        }
    }

    /// SIGSTOP: it is there and does nothing, as behind a cut line.
    pub fn stop(&self, index: usize) {
        self.signal(index, "-STOP");
    }

    /// SIGCONT: it goes on.
    pub fn cont(&self, index: usize) {
        self.signal(index, "-CONT");
    }

    /// Starts one that was killed, with its port and its store.
    pub fn restart(&mut self, index: usize) {
        self.kill(index);
        self.spawn(index);
    }

    /// Other lines of configuration in the place of those of [`Setup::with`], which all servers read anew while they run, as
    /// by `nats-server --signal reload`. It takes a moment; lines that a server does not understand leave it as it was.
    pub fn reload_with(&mut self, lines: &str) {
        self.setup.more = format!("{lines}\n");
        self.write_configurations();
        (0..self.setup.count).for_each(|index| self.signal(index, "-HUP"));
    }

    /// Which server leads a stream (a bucket's is `KV_` and its name), once one does.
    pub async fn leader_of(&self, stream: &str) -> usize {
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(leader) = self.leader_now(stream).await {
                return leader;
            }
            assert!(Instant::now() < deadline, "{stream} has no leader");
            sleep(BETWEEN).await;
        }
    }

    /// Waits until JetStream takes writes again, after a server was killed or started.
    pub async fn healthy(&self) {
        let deadline = Instant::now() + PATIENCE;
        while !self.takes_a_write().await {
            assert!(Instant::now() < deadline, "the servers take no write");
            sleep(BETWEEN).await;
        }
    }

    /// A connection in the administrator's name, to whichever server answers.
    pub async fn client(&self) -> async_nats::Client {
        let deadline = Instant::now() + PATIENCE;
        loop {
            match self.try_client(self.urls()).await {
                Ok(client) => return client,
                Err(error) => assert!(Instant::now() < deadline, "no server answers: {error}"),
            }
            sleep(BETWEEN).await;
        }
    }

    fn prepare(setup: Setup) -> Self {
        let all = ports::free(setup.count * 2);
        let (clients, servers) = all.split_at(setup.count);
        let folder = tempfile::Builder::new().prefix("lalin-nats-").tempdir().expect("a folder for the stores");
        let processes = (0..setup.count).map(|_| None).collect();
        let servers = Self { ports: clients.to_vec(), routes: servers.to_vec(), processes, folder, setup };
        servers.write_configurations();
        servers
    }

    fn write_configurations(&self) {
        for index in 0..self.setup.count {
            let store = self.folder.path().join(format!("store{index}"));
            let text = file(&self.setup, index, &self.ports, &self.routes, &store);
            fs::write(configuration(self.folder.path(), index), text).expect("a server's configuration");
        }
    }

    fn spawn(&mut self, index: usize) {
        let log = self.folder.path().join(format!("log{index}"));
        let log = fs::OpenOptions::new().create(true).append(true).open(log).expect("a server's log");
        let process = Command::new(self.setup.version.program())
            .arg("--config")
            .arg(configuration(self.folder.path(), index))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .expect("starting a server");
        self.processes[index] = Some(process);
    }

    /// False if a server ended instead, which is what one does whose port is taken, or if the servers do not find together:
    /// now and then those of 2.10 elect nobody on a busy machine.
    async fn take_writes(&mut self) -> bool {
        let deadline = Instant::now() + PATIENCE;
        loop {
            if self.processes.iter_mut().flatten().any(|process| process.try_wait().is_ok_and(|end| end.is_some())) {
                return false;
            }
            if self.takes_a_write().await {
                return true;
            }
            if Instant::now() > deadline {
                let log = fs::read_to_string(self.folder.path().join("log0")).unwrap_or_default();
                eprintln!("JetStream takes no write; the first server's log:\n{log}");
                return false;
            }
            sleep(BETWEEN).await;
        }
    }

    /// A stream on all servers that run is made and taken away.
    async fn takes_a_write(&self) -> bool {
        let Ok(client) = self.try_client(self.urls()).await else { return false };
        let mut context = jetstream::new(client);
        context.set_timeout(ONE_TRY);
        let stream = jetstream::stream::Config {
            name: "WARM".into(),
            subjects: vec!["lalin.test.warm".into()],
            num_replicas: self.setup.count,
            storage: jetstream::stream::StorageType::Memory,
            ..Default::default()
        };
        let written = async {
            context.get_or_create_stream(stream).await.ok()?;
            context.publish("lalin.test.warm", "x".into()).await.ok()?.await.ok()
        };
        if written.await.is_none() {
            return false;
        }
        context.delete_stream("WARM").await.is_ok()
    }

    async fn leader_now(&self, stream: &str) -> Option<usize> {
        let client = self.try_client(self.urls()).await.ok()?;
        let mut context = jetstream::new(client);
        context.set_timeout(ONE_TRY);
        let info = context.get_stream(stream).await.ok()?.cached_info().clone();
        let leader = info.cluster?.leader?;
        leader.strip_prefix('n')?.parse().ok()
    }

    async fn try_client(&self, urls: Vec<String>) -> Result<async_nats::Client, async_nats::ConnectError> {
        let mut options = async_nats::ConnectOptions::new().connection_timeout(ONE_TRY).request_timeout(Some(ONE_TRY));
        if let Some((user, password)) = &self.setup.administrator {
            options = options.user_and_password(user.clone(), password.clone());
        }
        options.connect(urls).await
    }

    fn signal(&self, index: usize, signal: &str) {
        let process = self.processes[index].as_ref().expect("a server that runs");
        let done = Command::new("kill").args([signal, &process.id().to_string()]).status();
        assert!(done.expect("the kill command").success(), "{signal} to server {index}");
    }
}

impl Drop for NatsServers {
    fn drop(&mut self) {
        for process in self.processes.iter_mut().flatten() {
            // Gone already is as good.
            let _ = process.kill();
            let _ = process.wait();
        }
    }
}

fn configuration(folder: &Path, index: usize) -> PathBuf {
    folder.join(format!("n{index}.conf"))
}

const STARTS: usize = 5;
const PATIENCE: Duration = Duration::from_secs(40);
const ONE_TRY: Duration = Duration::from_secs(2);
const BETWEEN: Duration = Duration::from_millis(100);

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_cluster_goes_on_after_its_leader_was_killed() {
        let mut servers = NatsServers::start(3, Version::V2_12).await;
        let context = jetstream::new(servers.client().await);
        let stream = jetstream::stream::Config { name: "S".into(), num_replicas: 3, ..Default::default() };
        context.create_stream(stream).await.expect("a stream");
        let leader = servers.leader_of("S").await;
        servers.kill(leader);
        servers.restart(leader);
        servers.healthy().await;
        servers.leader_of("S").await;
    }
}
