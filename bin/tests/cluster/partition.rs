//! A collector is cut off from NATS while it still reaches its routers: it stops asking before its lease passes on, another
//! takes over, and when it is back it does not fight.
//!
//! The collector runs in a network namespace of its own, with one cable to NATS and one to the routers. The cut makes each
//! end of the first cable send to a neighbour that is not there, so that packets vanish and nobody is told.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::nodes::{Cluster, Role};
use crate::routers::{LINES, Routers};
use crate::sizes::{PATIENCE, until};

const NAME: &str = "partition::a_collector_that_is_cut_off_stops_before_another_begins";
/// Set where the test runs within a namespace.
const WITHIN: &str = "LALIN_CLUSTER_WITHIN";
const NATS_HERE: &str = "10.77.1.1";
const ROUTERS_HERE: &str = "10.77.2.1";

#[test]
fn a_collector_that_is_cut_off_stops_before_another_begins() {
    if std::env::var_os(WITHIN).is_some() {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
        return runtime.block_on(cut());
    }
    let unshare = || {
        let mut command = Command::new("unshare");
        command.args(["--user", "--map-root-user", "--net"]).stdin(Stdio::null());
        command
    };
    let allowed = unshare().args(["ip", "link"]).output().is_ok_and(|done| done.status.success());
    if !allowed {
        // Some containers forbid namespaces, and nobody can test it there.
        eprintln!("not tried: no iproute2, or no user namespaces");
        return;
    }
    let itself = std::env::current_exe().unwrap();
    let done = unshare().arg(itself).args(["--exact", NAME, "--nocapture"]).env(WITHIN, "1").output().unwrap();
    let said = format!("{}{}", String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr));
    assert!(done.status.success() && said.contains("1 passed"), "{said}");
}

async fn cut() {
    ip("link set lo up");
    let other = Other::start();
    other.cable("nats", "10.77.1");
    other.cable("routers", "10.77.2");

    let mut cluster = Cluster::start(1, 1).await;
    let mut forwarding = JoinSet::new();
    let mut urls = Vec::new();
    for url in cluster.nats.urls() {
        let port = url.rsplit(':').next().unwrap().to_owned();
        let listener = TcpListener::bind(format!("{NATS_HERE}:{port}")).await.unwrap();
        forwarding.spawn(forward(listener, format!("127.0.0.1:{port}")));
        urls.push(format!("nats://{NATS_HERE}:{port}"));
    }
    let mut far = cluster.node("far", Role::Collect, &urls);
    far.within = Some(other.process());
    far.start();
    cluster.collectors.push(far);
    cluster.joined(&["far", "collect-0"]).await;
    let routers = Routers::start_at(6, LINES, ROUTERS_HERE).await;
    routers.add_at(&cluster.webs[0]).await;
    cluster.webs[0].shows_live(routers.count(), PATIENCE).await;
    until("both have a share", PATIENCE, async || {
        cluster.webs[0].states().await;
        let held = cluster.held().await;
        if held.len() == 2 { Ok(()) } else { Err(held) }
    })
    .await;
    cluster.webs[0].shows_live(routers.count(), PATIENCE).await;

    other.cut(true);
    let begun = Instant::now();
    until("the other collector has all", PATIENCE, async || {
        cluster.webs[0].states().await;
        let held = cluster.held().await;
        if held == [("collect-0".to_owned(), 6)] { Ok(()) } else { Err(held) }
    })
    .await;
    until("it asks all", PATIENCE, async || {
        cluster.webs[0].states().await;
        let sessions = routers.sessions();
        if sessions.iter().all(|sessions| *sessions == 1) { Ok(()) } else { Err(sessions) }
    })
    .await;
    cluster.webs[0].shows_live(routers.count(), PATIENCE).await;
    println!("taken over {:?} after the cut", begun.elapsed());
    // The one that was cut off had closed its sessions before.
    routers.had_one_session(Duration::ZERO);

    let logins = routers.logins();
    other.cut(false);
    cluster.joined(&["far"]).await;
    until("it has a share again, handed over", PATIENCE, async || {
        cluster.webs[0].states().await;
        let held = cluster.held().await;
        if held.iter().any(|(node, routers)| node == "far" && *routers >= 2) { Ok(()) } else { Err(held) }
    })
    .await;
    cluster.webs[0].shows_live(routers.count(), PATIENCE).await;
    let more = routers.logins() - logins;
    assert!(more <= 4, "a router moves once or not at all: {more} logins");
    routers.had_one_session(Duration::ZERO);
}

async fn forward(listener: TcpListener, to: String) {
    let mut open = JoinSet::new();
    loop {
        let (mut from, _) = listener.accept().await.unwrap();
        let to = to.clone();
        open.spawn(async move {
            if let Ok(mut to) = TcpStream::connect(to).await {
                let _ = copy_bidirectional(&mut from, &mut to).await;
            }
        });
        while open.try_join_next().is_some() {}
    }
}

/// The other namespace, as long as this.
struct Other(Child);

impl Other {
    fn start() -> Self {
        let child = Command::new("unshare").args(["--net", "sleep", "600"]).stdin(Stdio::null()).spawn().unwrap();
        let other = Self(child);
        let of = |process: &str| std::fs::read_link(Path::new("/proc").join(process).join("ns/net")).ok();
        let begun = Instant::now();
        while of(&other.process().to_string()) == of("self") {
            assert!(begun.elapsed() < PATIENCE, "no other namespace");
            std::thread::park_timeout(Duration::from_millis(10));
        }
        other.ip("link set lo up");
        other
    }

    fn process(&self) -> u32 {
        self.0.id()
    }

    /// A cable between here, `.1`, and there, `.2`; its ends have addresses that are known beforehand.
    fn cable(&self, name: &str, network: &str) {
        ip(&format!("link add {name} type veth peer name {name} netns {}", self.process()));
        ip(&format!("link set {name} address {} up", hardware(1)));
        self.ip(&format!("link set {name} address {} up", hardware(2)));
        ip(&format!("address add {network}.1/24 dev {name}"));
        self.ip(&format!("address add {network}.2/24 dev {name}"));
    }

    /// Packets on the cable to NATS go to nobody, or to where they belong.
    fn cut(&self, is_cut: bool) {
        let to = |side| hardware(if is_cut { side + 8 } else { side });
        ip(&format!("neighbour replace 10.77.1.2 lladdr {} dev nats nud permanent", to(2)));
        self.ip(&format!("neighbour replace {NATS_HERE} lladdr {} dev nats nud permanent", to(1)));
    }

    fn ip(&self, words: &str) {
        let network = format!("--net=/proc/{}/ns/net", self.process());
        done(Command::new("nsenter").arg(network).arg("ip").args(words.split(' ')));
    }
}

impl Drop for Other {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn hardware(side: u8) -> String {
    format!("02:00:00:00:77:{side:02x}")
}

fn ip(words: &str) {
    done(Command::new("ip").args(words.split(' ')));
}

fn done(command: &mut Command) {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}: {output:?}");
}
