//! From ten to five thousand routers: how soon all are live, and what they cost; from the file and by the API. And what a
//! scrape of a thousand costs.

use std::time::Duration;

use routeros_simulator::Simulator;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, timeout};

use crate::client::{EventStream, ask, get};
use crate::report::{Effort, number, row};
use crate::server::{Lalin, configuration, ports, simulated};

const INTERVAL: Duration = Duration::from_secs(2);
/// So many routers one stream carries.
const A_STREAM: usize = 16;

pub(crate) async fn run(effort: Effort) {
    let sizes = effort.pick(vec![(10, 50), (100, 50), (1_000, 50), (5_000, 10)], vec![(10, 50), (30, 10)]);
    for (count, lines) in sizes {
        let routers = start(count, lines).await;
        let lalin = Lalin::start(&configuration(INTERVAL, &routers)).await;
        let name = format!("{} routers of {lines}, from the file", number(count as f64));
        measure(&lalin, &name, count, lines, effort).await;
        if lines == 50 && count == effort.pick(1_000, 10) {
            scrape(&lalin, count * lines).await;
            drop(lalin);
            let lalin = Lalin::start_changeable(&configuration(INTERVAL, [])).await;
            add(&lalin, &routers).await;
            measure(&lalin, &name.replace("from the file", "added by the API"), count, lines, effort).await;
        }
    }
}

async fn start(count: usize, lines: usize) -> Vec<Simulator> {
    let mut routers = Vec::with_capacity(count);
    for _ in 0..count {
        routers.push(simulated(ports(lines)).await);
    }
    routers
}

/// Adds them as the page does.
async fn add(lalin: &Lalin, routers: &[Simulator]) {
    for (at, router) in routers.iter().enumerate() {
        let address = router.addr().unwrap();
        let body = format!(
            r#"{{"id":"r{at}","address":"{}","port":{},"user":"admin","password":""}}"#,
            address.ip(),
            address.port()
        );
        let more = lalin.session.as_deref().unwrap_or_default();
        let answer = ask(&lalin.address, "POST", "/api/v1/routers", more, &body).await;
        assert!(answer.status() == 201, "{}\n{}", answer.head, String::from_utf8_lossy(&answer.body));
    }
}

async fn measure(lalin: &Lalin, name: &str, count: usize, lines: usize, effort: Effort) {
    let begun = Instant::now();
    let mut live = 0;
    while live < count && begun.elapsed() < Duration::from_secs(90) {
        live = live_routers(&lalin.address).await;
        sleep(Duration::from_millis(200)).await;
    }
    let took = begun.elapsed().as_secs_f64();
    row(
        format!("{name}: live"),
        format!("{} of {} after {took:.1} s", number(live as f64), number(count as f64)),
        Some(("all", live == count)),
    );
    let mut streams = watch(&lalin.address, count).await;
    // The first samples and their lists are over.
    sleep(effort.pick(Duration::from_secs(6), Duration::from_secs(2))).await;
    let share = lalin.share(effort.pick(Duration::from_secs(20), Duration::from_secs(4))).await;
    let memory = lalin.memory();
    let wanted = count >= 1_000 && lines == 50;
    row(
        format!("{name}: CPU, every router watched"),
        format!("{share:.3} of a core"),
        wanted.then_some(("under 0.15", share < 0.15)),
    );
    row(
        format!("{name}: memory"),
        format!("{} MB", number(memory / 1e6)),
        wanted.then_some(("under 150 MB", memory < 150e6)),
    );
    streams.abort_all();
    while streams.join_next().await.is_some() {}
}

/// How many routers are live; asking is watching all of them.
pub(crate) async fn live_routers(address: &str) -> usize {
    let answer = get(address, "/api/v1/routers?watch=1").await;
    let answer: serde_json::Value = serde_json::from_slice(&answer.body).unwrap();
    let routers = answer["routers"].as_array().unwrap();
    routers.iter().filter(|router| router["state"]["code"] == "live").count()
}

/// Watches one line of each.
pub(crate) async fn watch(address: &str, count: usize) -> JoinSet<()> {
    let mut streams = JoinSet::new();
    for first in (0..count).step_by(A_STREAM) {
        let names: Vec<_> = (first..count.min(first + A_STREAM)).map(|at| format!("r{at}/ether1")).collect();
        let path = format!("/api/v1/stream?window=0&watch={}", names.join(","));
        let mut stream = EventStream::open(address, &path).await.unwrap();
        streams.spawn(async move { while stream.next().await.is_some() {} });
    }
    streams
}

/// What a scrape of all of them costs.
async fn scrape(lalin: &Lalin, lines: usize) {
    let mut streams = watch(&lalin.address, lines / 50).await;
    sleep(Duration::from_secs(5)).await;
    let idle = lalin.share(Duration::from_secs(5)).await;
    let (before, rounds) = (lalin.memory(), 5);
    lalin.forget_peak();
    let (cpu, begun, mut bytes) = (lalin.cpu(), Instant::now(), 0);
    for _ in 0..rounds {
        let answer = timeout(Duration::from_secs(60), get(&lalin.address, "/metrics")).await.expect("a scrape");
        bytes = answer.body.len();
    }
    let busy = (lalin.cpu() - cpu).as_secs_f64() - idle * begun.elapsed().as_secs_f64();
    let each = busy / f64::from(rounds) * 1e3;
    let name = format!("/metrics of {} lines", number(lines as f64));
    row(
        format!("{name}: CPU"),
        format!("{each:.0} ms for {} MB", number(bytes as f64 / 1e6)),
        Some(("under 300 ms", each < 300.0)),
    );
    let more = (lalin.peak() - before).max(0.0);
    row(format!("{name}: memory"), format!("{} MB", number(more / 1e6)), Some(("under 10 MB", more < 10e6)));
    streams.abort_all();
    while streams.join_next().await.is_some() {}
}
