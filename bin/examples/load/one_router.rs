//! One router: with ten thousand interfaces, and nobody's at all.

use std::time::Duration;

use crate::client::{EventStream, get};
use crate::report::{Effort, number, row};
use crate::server::{Lalin, configuration, near, ports};
use tokio::time::{Instant, sleep};

pub(crate) async fn run(effort: Effort) {
    let router = near(ports(effort.pick(10_000, 500))).await;
    let lalin = Lalin::start(&configuration(Duration::from_secs(2), [&router])).await;
    let path = "/api/v1/stream?window=0&watch=r0/ether1";
    let mut viewer = EventStream::open(&lalin.address, path).await.unwrap();
    for _ in 0..3 {
        viewer.tick().await;
    }
    let cpu = lalin.cpu();
    let ticks = effort.pick(30, 3);
    for _ in 0..ticks {
        viewer.tick().await;
    }
    let tick = (lalin.cpu() - cpu).as_secs_f64() * 1e3 / f64::from(ticks);
    let memory = lalin.memory() / 1e6;
    let name = "one router of 10,000 interfaces, one viewer of one";
    row(format!("{name}: CPU a tick"), format!("{} ms", number(tick)), Some(("under 10 ms", tick < 10.0)));
    row(format!("{name}: memory"), format!("{} MB", number(memory)), Some(("under 50 MB", memory < 50.0)));
    drop(viewer);

    let router = near(ports(50)).await;
    let lalin = Lalin::start(&configuration(Duration::from_secs(2), [&router])).await;
    get(&lalin.address, "/api/interface-stats").await;
    let begun = Instant::now();
    // The poll's lease runs out, and nobody watches.
    while begun.elapsed() < effort.pick(Duration::from_secs(15), Duration::from_secs(3)) {
        sleep(Duration::from_millis(500)).await;
    }
    let memory = lalin.memory() / 1e6;
    row("idle with one router: memory", format!("{} MB", number(memory)), Some(("under 14 MB", memory < 14.0)));
}
