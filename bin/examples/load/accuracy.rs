//! How old the newest point is, and how far a rate is off the truth.

use std::time::{Duration, SystemTime};

use routeros_simulator::{AnswerTimes, Excess};

use crate::client::EventStream;
use crate::report::{Effort, quantile, row};
use crate::server::{Lalin, configuration, near, ports, simulated};

/// Of the last of the ports.
const PORTS: usize = 100;
const TRUTH: f64 = PORTS as f64 * 1e6;
/// So many first ticks are left out: how long the router takes is learnt from them.
const LEARNING: usize = 10;

pub(crate) async fn run(effort: Effort) {
    // Each takes hardly anything of the machine, so that they may run beside each other.
    let [one, two] = [1, 2].map(Duration::from_secs);
    tokio::join!(fresh(one, effort), accurate(one, effort), fresh(two, effort), accurate(two, effort));
}

/// The age of the newest point that a viewer has, looked at all the time: it is oldest just before the next one comes.
async fn fresh(interval: Duration, effort: Effort) {
    let router = near(ports(50)).await;
    let lalin = Lalin::start(&configuration(interval, [&router])).await;
    let mut viewer = EventStream::open(&lalin.address, "/api/v1/stream?window=0").await.unwrap();
    let now = || SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs_f64() * 1e3;
    let mut ages = Vec::new();
    let (mut newest, mut came) = (None, 0.0);
    for _ in 0..effort.pick(40, 4) {
        let tick = viewer.tick().await.unwrap();
        let t = tick.number("t").unwrap_or_default() as f64;
        let next = now();
        if let Some(newest) = newest {
            // Each millisecond from its coming until the next one came.
            let mut at: f64 = came;
            while at < next {
                ages.push(at - newest);
                at += 1.0;
            }
        }
        (newest, came) = (Some(t), next);
    }
    let (p99, most) = (quantile(&mut ages, 0.99), quantile(&mut ages, 1.0));
    let bar = interval.as_secs_f64() * 1e3 + 100.0;
    row(
        format!("age of the newest point at a viewer, interval {} s", interval.as_secs()),
        format!("p99 {p99:.0} ms, most {most:.0}"),
        Some((&format!("p99 under {bar:.0} ms"), p99 < bar)),
    );
}

/// A constant rate, with up to 20 ms of delay either way.
async fn accurate(interval: Duration, effort: Effort) {
    let most = Duration::from_millis(40);
    let times = AnswerTimes::new(Duration::from_micros(500), Excess::BothSides { most });
    let router = simulated(ports(PORTS).answer_times(times)).await;
    let lalin = Lalin::start(&configuration(interval, [&router])).await;
    let path = format!("/api/v1/stream?window=0&watch=r0/ether{PORTS}");
    let mut viewer = EventStream::open(&lalin.address, &path).await.unwrap();
    let mut errors = Vec::new();
    for at in 0..effort.pick(LEARNING + 40, LEARNING + 3) {
        let tick = viewer.tick().await.unwrap();
        let rate = tick.data.split_once("\"rx\":[").and_then(|(_, rest)| rest.split_once(']')?.0.parse::<f64>().ok());
        if let (Some(rate), true) = (rate, at >= LEARNING) {
            errors.push((rate / TRUTH - 1.0).abs() * 100.0);
        }
    }
    let mean = errors.iter().sum::<f64>() / errors.len().max(1) as f64;
    let most = quantile(&mut errors, 1.0);
    let bar = if interval.as_secs() == 1 { 0.5 } else { 0.2 };
    row(
        format!("mean error of a rate, interval {} s, up to 20 ms of delay either way", interval.as_secs()),
        format!("{mean:.3} %, most {most:.2} %, of {} ticks", errors.len()),
        Some((&format!("under {bar} %"), mean < bar && !errors.is_empty())),
    );
}
