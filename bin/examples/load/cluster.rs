//! What several machines cost beside one: the same routers watched at a lone server, and at a web node while a collector
//! asks them and three NATS servers stand between; and ten thousand viewers at two web nodes.
//!
//! All of it runs on one machine, so that shares and memory can be added up; between machines the delay is the network's on
//! top of this one.

use std::collections::HashMap;
use std::process::Command;
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, sleep_until, timeout};

use crate::client::EventStream;
use crate::fleet::{live_routers, watch};
use crate::nodes::{Cluster, Sampled};
use crate::report::{Effort, number, quantile, row};
use crate::routers::Routers;
use crate::server::{Lalin, configuration, cpu, memory};
use crate::viewers;

const INTERVAL: Duration = Duration::from_secs(2);
const LIMITS: &str = "connections = 6000\nconnections-per-address = 6000\nviewers-per-address = 10000\n";
/// Viewers of one router each, at the web node and where it is asked, whose ticks are held against each other.
const COMPARED: usize = 16;
/// After the last viewer frames are wanted no more, at the latest.
const UNWANTED: Duration = Duration::from_secs(40);

pub(crate) async fn run(effort: Effort) {
    let (count, lines) = effort.pick((2_000, 50), (10, 5));
    let routers = Routers::start_at(count, lines, "127.0.0.1").await;
    let name = format!("{} routers of {lines} at 2 s, every router watched", number(count as f64));
    alone(&routers, &name, effort).await;
    together(&routers, &name, effort).await;
    drop(routers);
    two_web_nodes(effort).await;
}

async fn alone(routers: &Routers, name: &str, effort: Effort) {
    let toml = format!("[alerts]\nenabled = false\n{}", configuration(INTERVAL, []));
    let lalin = Lalin::start_changeable(&toml).await;
    routers.add(&lalin.address, lalin.session.as_deref().unwrap_or_default()).await;
    all_live(&lalin.address, routers.count()).await;
    let _streams = watch(&lalin.address, routers.count()).await;
    sleep(effort.pick(Duration::from_secs(10), Duration::from_secs(2))).await;
    let share = lalin.share(look(effort)).await;
    row(format!("{name}, one machine: CPU"), format!("{share:.3} of a core"), None);
    row(format!("{name}, one machine: memory"), format!("{} MB", number(lalin.memory() / 1e6)), None);
}

async fn together(routers: &Routers, name: &str, effort: Effort) {
    let cluster = Cluster::start_with(1, 1, Sampled { interval: INTERVAL, limits: LIMITS, ..Sampled::default() }).await;
    let (web, collector) = (&cluster.webs[0], &cluster.collectors[0]);
    routers.add_at(web).await;
    all_live(&web.address, routers.count()).await;
    let mut streams = watch(&web.address, routers.count()).await;
    sleep(effort.pick(Duration::from_secs(10), Duration::from_secs(2))).await;

    let parts = [
        ("collector", vec![collector.process()]),
        ("web node", vec![web.process()]),
        ("three NATS servers", cluster.nats.processes()),
    ];
    let all_cpu = || parts.each_ref().map(|(_, pids)| pids.iter().map(|pid| cpu(*pid)).sum::<Duration>());
    let (before, sent, begun) = (all_cpu(), bytes(collector.process(), &cluster), Instant::now());
    let delays = added_delay(COMPARED.min(routers.count()), &collector.address, &web.address, look(effort)).await;
    let seconds = begun.elapsed().as_secs_f64();
    let (after, now) = (all_cpu(), bytes(collector.process(), &cluster));
    for (at, (part, pids)) in parts.iter().enumerate() {
        let share = (after[at] - before[at]).as_secs_f64() / seconds;
        let memory: f64 = pids.iter().map(|pid| memory(*pid, "VmRSS:")).sum();
        let measured = format!("{share:.3} of a core, {} MB", number(memory / 1e6));
        row(format!("{name}, a cluster: {part}"), measured, None);
    }
    let each = |bytes: u64| number(bytes as f64 / seconds / 1e3);
    let measured = format!("{} kB/s sent, {} kB/s received", each(now.0 - sent.0), each(now.1 - sent.1));
    row(format!("{name}, a cluster: from the collector to NATS"), measured, None);
    let mut late = delays;
    let (median, p99) = (quantile(&mut late, 0.5), quantile(&mut late, 0.99));
    let bar = Some(("p99 under 50 ms", p99 < 50.0 && !late.is_empty()));
    let measured = format!("median {median:.1} ms, p99 {p99:.1} ms of {} ticks", number(late.len() as f64));
    row(format!("{name}, a cluster: added delay"), measured, bar);

    streams.abort_all();
    while streams.join_next().await.is_some() {}
    sleep(effort.pick(UNWANTED, Duration::from_secs(12))).await;
    let (before, begun, spent) = (bytes(collector.process(), &cluster), Instant::now(), cpu(collector.process()));
    sleep(look(effort)).await;
    let now = bytes(collector.process(), &cluster);
    let seconds = begun.elapsed().as_secs_f64();
    let each = |bytes: u64| number(bytes as f64 / seconds);
    let share = (cpu(collector.process()) - spent).as_secs_f64() / seconds;
    row(
        format!("{} routers, nobody watches: from the collector to NATS", number(routers.count() as f64)),
        format!("{} B/s sent, {} B/s received; {share:.3} of a core", each(now.0 - before.0), each(now.1 - before.1)),
        None,
    );
}

/// Many viewers of one router, half of them at each web node.
async fn two_web_nodes(effort: Effort) {
    let count = effort.pick(10_000, 50);
    let routers = Routers::start_at(1, 50, "127.0.0.1").await;
    let cluster = Cluster::start_with(2, 1, Sampled { interval: INTERVAL, limits: LIMITS, ..Sampled::default() }).await;
    routers.add_at(&cluster.webs[0]).await;
    for web in &cluster.webs {
        all_live(&web.address, 1).await;
    }
    let (mut streams, mut refused) = (Vec::new(), 0);
    for web in &cluster.webs {
        let (open, no, why) = viewers::open(&web.address, count / 2).await;
        if no > 0 {
            println!("{no} refused: {why}");
        }
        streams.extend(open);
        refused += no;
    }
    let look = effort.pick(Duration::from_secs(60), Duration::from_secs(6));
    let before = routers.handle(0).usage();
    let samples = viewers::samples(streams, look).await;
    let after = routers.handle(0).usage();
    let (prints, commands) = (after.prints - before.prints, after.commands - before.commands);
    // The sample at either edge may fall on the other side of it.
    let reached = prints.abs_diff(samples) <= 2 && refused == 0 && after.open_sessions == 1;
    row(
        format!("commands in {} s, {} viewers at two web nodes", look.as_secs(), number(count as f64)),
        format!(
            "{prints} prints for {samples} samples, {} others; {} sessions",
            commands - prints,
            after.open_sessions
        ),
        Some(("one a sample, one session", reached)),
    );
}

fn look(effort: Effort) -> Duration {
    effort.pick(Duration::from_secs(20), Duration::from_secs(4))
}

async fn all_live(address: &str, count: usize) {
    let begun = Instant::now();
    while live_routers(address).await < count {
        assert!(begun.elapsed() < Duration::from_secs(180), "{address}: not every router is live");
        sleep(Duration::from_millis(200)).await;
    }
}

/// How much later a tick is at the web node than at a viewer of the machine that asks, ms.
async fn added_delay(routers: usize, collector: &str, web: &str, look: Duration) -> Vec<f64> {
    let until = Instant::now() + look;
    let mut viewers = JoinSet::new();
    for at in 0..routers {
        for (place, address) in [collector, web].into_iter().enumerate() {
            let path = format!("/api/v1/stream?router=r{at}&window=0");
            let mut stream = EventStream::open(address, &path).await.unwrap();
            viewers.spawn(async move {
                let mut ticks = HashMap::new();
                let _ = timeout(until - Instant::now(), async {
                    while let Some(tick) = stream.tick().await {
                        ticks.insert(tick.number("seq").unwrap_or_default(), tick.at);
                    }
                })
                .await;
                ((at, place), ticks)
            });
        }
    }
    sleep_until(until).await;
    let seen: HashMap<_, _> = viewers.join_all().await.into_iter().collect();
    let late = |at: usize| {
        let (there, here) = (&seen[&(at, 0)], &seen[&(at, 1)]);
        let both = here.iter().filter_map(|(seq, here)| Some((*here, *there.get(seq)?)));
        both.map(|(here, there)| here.saturating_duration_since(there).as_secs_f64() * 1e3).collect::<Vec<_>>()
    };
    (0..routers).flat_map(late).collect()
}

/// What a process has sent to NATS and received from there, as the kernel counts it.
fn bytes(process: u32, cluster: &Cluster) -> (u64, u64) {
    let said = Command::new("ss").args(["-tnpiOH"]).output().expect("ss of iproute2");
    let said = String::from_utf8_lossy(&said.stdout).into_owned();
    let ports: Vec<String> =
        cluster.nats.urls().iter().filter_map(|url| url.rsplit(':').next().map(str::to_owned)).collect();
    let (mut sent, mut received) = (0, 0);
    for line in said.lines().filter(|line| line.contains(&format!("pid={process},"))) {
        let words: Vec<&str> = line.split_whitespace().collect();
        let peer = words.get(4).and_then(|peer| peer.rsplit(':').next()).unwrap_or_default();
        if ports.iter().any(|port| port == peer) {
            let of = |key: &str| words.iter().find_map(|word| word.strip_prefix(key)?.parse::<u64>().ok());
            sent += of("bytes_sent:").unwrap_or_default();
            received += of("bytes_received:").unwrap_or_default();
        }
    }
    (sent, received)
}
