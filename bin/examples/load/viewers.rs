//! Open event streams: how soon each viewer has a tick, what a viewer costs, what is sent when lines come and go, and
//! what all of it asks of the router.

use std::collections::HashMap;
use std::time::Duration;

use routeros_simulator::{InterfaceSpec, Traffic};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until, timeout};

use crate::client::{EventStream, get};
use crate::report::{Effort, number, quantile, row};
use crate::server::{Lalin, configuration, near, ports};

const STREAM: &str = "/api/v1/stream?window=0";

/// So many streams are opened at a time.
const AT_ONCE: usize = 200;

/// Opens so many streams; those that were refused are counted.
pub(crate) async fn open(address: &str, count: usize) -> (Vec<EventStream>, usize, String) {
    let (mut open, mut refused, mut why) = (Vec::with_capacity(count), 0, String::new());
    for first in (0..count).step_by(AT_ONCE) {
        let mut opening = JoinSet::new();
        for _ in first..count.min(first + AT_ONCE) {
            let address = address.to_owned();
            opening.spawn(async move { EventStream::open(&address, STREAM).await });
        }
        for opened in opening.join_all().await {
            match opened {
                Ok(stream) => open.push(stream),
                Err(reason) => {
                    refused += 1;
                    why = reason;
                }
            }
        }
    }
    (open, refused, why)
}

/// Ten thousand viewers at a tick each second.
pub(crate) async fn run(effort: Effort) {
    for count in effort.pick(vec![1_000, 10_000], vec![200]) {
        let router = near(ports(50)).await;
        let lalin = Lalin::start(&configuration(Duration::from_secs(1), [&router])).await;
        get(&lalin.address, "/api/interface-stats").await;
        let before = lalin.memory();
        let (streams, refused, why) = open(&lalin.address, count).await;
        let name = format!("event stream, {} viewers, a tick each second, 50 interfaces", number(count as f64));
        if refused > 0 {
            row(&name, format!("{refused} refused: {why}"), Some(("none refused", false)));
        }
        let held = streams.len().max(1);
        let look = effort.pick(Duration::from_secs(30), Duration::from_secs(5));
        let until = Instant::now() + look;
        let cpu = lalin.cpu();
        let mut viewers = JoinSet::new();
        for mut stream in streams {
            viewers.spawn(async move {
                let mut ticks = Vec::new();
                let _ = timeout(until - Instant::now(), async {
                    while let Some(tick) = stream.tick().await {
                        ticks.push((tick.number("seq").unwrap_or_default(), tick.at));
                    }
                })
                .await;
                (ticks, stream)
            });
        }
        sleep_until(until).await;
        let share = (lalin.cpu() - cpu).as_secs_f64() / look.as_secs_f64();
        let memory = (lalin.memory() - before) / held as f64;
        let seen = viewers.join_all().await;
        let mut first: HashMap<u64, Instant> = HashMap::new();
        for (seq, at) in seen.iter().flat_map(|(ticks, _)| ticks) {
            first.entry(*seq).and_modify(|first| *first = (*first).min(*at)).or_insert(*at);
        }
        let ticks = seen.iter().flat_map(|(ticks, _)| ticks);
        let mut late: Vec<f64> = ticks.map(|(seq, at)| (*at - first[seq]).as_secs_f64() * 1e3).collect();
        let (p99, most) = (quantile(&mut late, 0.99), quantile(&mut late, 1.0));
        let bar = (count == 10_000).then_some(("p99 under 150 ms", p99 < 150.0));
        row(format!("{name}: after the first viewer has the tick"), format!("p99 {p99:.0} ms, most {most:.0}"), bar);
        let bar = (count == 10_000).then_some(("under 15 kB", memory < 15e3));
        row(format!("{name}: memory a viewer"), format!("{} kB", number(memory / 1e3)), bar);
        row(format!("{name}: CPU"), format!("{share:.2} of a core; {} ticks of each", first.len()), None);
    }
}

/// Two thousand customers, five changes a tick, one viewer.
pub(crate) async fn changing_lines(effort: Effort) {
    let interval = Duration::from_secs(2);
    let customer = |at: usize| {
        let busy = at.is_multiple_of(5);
        let flows = |bps: f64| if busy { Traffic::Constant { bps } } else { Traffic::Idle };
        InterfaceSpec::pppoe(format!("pelanggan{at:04}")).traffic(flows(3e5 + at as f64), flows(5e6 + at as f64))
    };
    let mut config = ports(5);
    config.interfaces.extend((0..2_000).map(customer));
    let router = near(config).await;
    let lalin = Lalin::start(&configuration(interval, [&router])).await;
    let mut viewer = EventStream::open(&lalin.address, STREAM).await.unwrap();
    viewer.tick().await;
    viewer.tick().await;
    let handle = router.handle();
    let (begun, before, cpu) = (Instant::now(), viewer.received, lalin.cpu());
    let ticks = effort.pick(20, 4);
    for round in 0..ticks {
        // Three dial in and two hang up, and the next time the other way round.
        for at in 0..5 {
            let name = format!("pelanggan{:04}", (round / 2 * 5 + at) % 2_000);
            let interface = format!("<pppoe-{name}>");
            match round % 2 {
                0 => handle.remove_interface(&interface),
                _ => handle.add_interface(InterfaceSpec::pppoe(&name)),
            }
        }
        viewer.tick().await;
    }
    let seconds = begun.elapsed().as_secs_f64();
    let rate = (viewer.received - before) as f64 / seconds;
    let name = "2,000 PPPoE lines, five changes a tick of 2 s, one viewer";
    row(format!("{name}: sent"), format!("{} kB/s", number(rate / 1e3)), Some(("under 12 kB/s", rate < 12e3)));
    let tick = (lalin.cpu() - cpu).as_secs_f64() * 1e3 / f64::from(ticks);
    row(format!("{name}: CPU a tick"), format!("{} ms", number(tick)), None);
}

/// What viewers cost the router.
pub(crate) async fn commands(effort: Effort) {
    let many = effort.pick(10_000, 50);
    // A router and a server each; the last one has the machine for itself.
    tokio::join!(asked(0, effort), asked(1, effort), asked(effort.pick(100, 5), effort));
    asked(many, effort).await;
}

async fn asked(viewers: usize, effort: Effort) {
    let router = near(ports(50)).await;
    // Rules are judged whoever watches.
    let toml = format!("[alerts]\nenabled = false\n{}", configuration(Duration::from_secs(2), [&router]));
    let lalin = Lalin::start(&toml).await;
    let look = effort.pick(Duration::from_secs(60), Duration::from_secs(6));
    let (streams, refused, _) = open(&lalin.address, viewers).await;
    let before = router.handle().usage();
    let samples = samples(streams, look).await;
    let after = router.handle().usage();
    let (prints, commands) = (after.prints - before.prints, after.commands - before.commands);
    let logins = u64::from(viewers > 0);
    // The sample at either edge may fall on the other side of it.
    let reached =
        prints.abs_diff(samples) <= 2 && refused == 0 && after.logins == logins && (viewers > 0 || prints == 0);
    row(
        format!("commands in {} s, {} viewers, history and alerts off", look.as_secs(), number(viewers as f64)),
        format!("{prints} prints for {samples} samples, {} others; {} logins", commands - prints, after.logins),
        Some((if viewers == 0 { "none" } else { "one a sample, one login" }, reached)),
    );
}

/// How many samples the first of them sees in this time, while all are read.
pub(crate) async fn samples(streams: Vec<EventStream>, look: Duration) -> u64 {
    let until = Instant::now() + look;
    let mut watching = JoinSet::new();
    for (at, mut stream) in streams.into_iter().enumerate() {
        watching.spawn(async move {
            let mut ticks = 0;
            let _ = timeout(until - Instant::now(), async {
                while stream.tick().await.is_some() {
                    ticks += 1;
                }
            })
            .await;
            if at == 0 { ticks } else { 0 }
        });
    }
    sleep_until(until).await;
    watching.join_all().await.iter().sum()
}
