//! A collector's process is killed: it says goodbye to nobody.

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use lalin_test_nats::{NatsServers, Version};
use tokio::time::Instant;

use crate::collectors::{Collector, Log, SOON, routers};
use crate::support::until;

const ROUTERS: usize = 12;

/// The example `collector` as a process, which ends with its owner.
struct Process(Child);

impl Process {
    /// Started, and holding so many routers.
    fn holding(servers: &NatsServers, node: &str, routers: usize) -> Self {
        let mut process = Command::new(program())
            .args([servers.urls().join(","), node.to_owned(), routers.to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the example");
        let lines = BufReader::new(process.stdout.take().expect("its output")).lines();
        let claims = lines.map_while(Result::ok).filter(|line| line.starts_with("claimed "));
        assert_eq!(claims.take(routers).count(), routers, "it ended");
        Self(process)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Cargo builds examples before it runs tests, beside them.
fn program() -> PathBuf {
    let test = std::env::current_exe().expect("the test's own path");
    let folder = test.ancestors().nth(2).expect("the folder of what is built").to_owned();
    folder.join("examples").join("collector")
}

/// `LALIN_TAKEOVER_ROUNDS=10` for more than once.
fn rounds() -> u32 {
    std::env::var("LALIN_TAKEOVER_ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(1)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_collectors_routers_are_taken_over_by_another() {
    let servers = NatsServers::start(3, Version::V2_12).await;
    let log = Log::default();
    for round in 0..rounds() {
        let mut first = Process::holding(&servers, &format!("first{round}"), ROUTERS);
        let list = routers(ROUTERS);
        let second = Collector::start(&servers, &format!("second{round}"), &log, &list).await;
        let both = async || second.holdings.nodes().iter().filter(|node| node.lives).count() == 2;
        until("they know of each other", SOON, both).await;
        let killed = Instant::now();
        first.0.kill().expect("SIGKILL");
        first.0.wait().expect("its end");
        until("the other one has all of them", SOON, async || second.held().len() == ROUTERS).await;
        println!("taken over {:.2} s after the kill", killed.elapsed().as_secs_f64());
        assert!(killed.elapsed() < Duration::from_secs(13), "{:?}", killed.elapsed());
        // Its routers are free for the next round.
        second.holdings.shutdown().await;
    }
    log.check_epochs();
}
