//! Lines with noise, from a seed: what a bar on bytes is measured on. Traffic without noise compresses to anything.

use lalin_history::{LineName, LineReading, Tick};
use lalin_stats::Counters;

/// What sort of line it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// 0.1 to 10 Gbit/s with the hour of the day, slow drift, bursts, 4 % of white noise.
    Wan,
    /// A customer, active in 22 % of the samples; chatter of the protocol in the others; three reconnects a day.
    Pppoe,
    /// The same without chatter.
    PppoeQuiet,
    /// A port with the neighbours' broadcasts.
    Idle,
    /// A port without a link.
    Dead,
}

pub(crate) const KINDS: [(Kind, &str); 5] = [
    (Kind::Wan, "WAN"),
    (Kind::Pppoe, "PPPoE"),
    (Kind::PppoeQuiet, "PPPoE, zero while idle"),
    (Kind::Idle, "idle"),
    (Kind::Dead, "dead"),
];

/// Of a thousand lines: 4 % WAN, 76 % customers, 12 % idle, 8 % dead.
pub(crate) fn mixed(place: usize) -> Kind {
    match place % 25 {
        0 => Kind::Wan,
        1..=19 => Kind::Pppoe,
        20..=22 => Kind::Idle,
        _ => Kind::Dead,
    }
}

#[derive(Clone, Debug)]
struct Line {
    kind: Kind,
    name: std::sync::Arc<str>,
    random: fastrand::Rng,
    /// Its usual rate, bytes a second.
    level: f64,
    drift: f64,
    burst: f64,
    active: f64,
    /// How large its packets are, sent and received, but for 1 %.
    packet: [f64; 2],
    counters: [u64; 4],
    incarnation: u64,
}

/// A router with such lines.
#[derive(Clone, Debug)]
pub(crate) struct Router {
    id: lalin_stats::RouterId,
    lines: Vec<Line>,
    random: fastrand::Rng,
    pub(crate) wall_ms: i64,
    begun_ms: i64,
    interval_ms: u32,
    jitter: i64,
}

fn normal(random: &mut fastrand::Rng) -> f64 {
    // Twelve of them: close enough to normal, and the same on every machine.
    (0..12).map(|_| random.f64()).sum::<f64>() - 6.0
}

impl Router {
    pub(crate) fn new(number: usize, kinds: impl Iterator<Item = Kind>, begin_ms: i64, interval_ms: u32) -> Self {
        let line = |(place, kind): (usize, Kind)| {
            let mut random = fastrand::Rng::with_seed((number * 1_000_003 + place) as u64);
            let level = match kind {
                Kind::Wan => 12.5e6 * 100f64.powf(random.f64()),
                // Lognormal, 3 Mbit/s in the middle.
                _ => 375e3 * (normal(&mut random) * 0.9).exp(),
            };
            let packet = [700.0 + 600.0 * random.f64(), 150.0 + 350.0 * random.f64()];
            Line {
                kind,
                name: format!("line{place}").into(),
                random,
                level,
                drift: 0.0,
                burst: 0.0,
                active: 0.0,
                packet,
                counters: [0; 4],
                incarnation: 1,
            }
        };
        Self {
            id: format!("r{number}").parse().unwrap(),
            lines: kinds.enumerate().map(line).collect(),
            random: fastrand::Rng::with_seed(number as u64 + 77),
            wall_ms: begin_ms,
            begun_ms: begin_ms,
            interval_ms,
            jitter: 0,
        }
    }

    /// The next tick, a few ms off the grid.
    pub(crate) fn tick(&mut self) -> Tick {
        let jitter = self.random.i64(-5..=5);
        let span_ms = i64::from(self.interval_ms) + jitter - self.jitter;
        self.jitter = jitter;
        self.wall_ms += span_ms;
        let hours = self.wall_ms as f64 / 3.6e6 % 24.0;
        let day = 0.55 - 0.45 * ((hours - 3.0) / 24.0 * std::f64::consts::TAU).cos();
        let seconds = span_ms as f64 / 1_000.0;
        let readings = self.lines.iter_mut().map(|line| line.read(seconds, day)).collect();
        Tick {
            router: self.id.clone(),
            wall_ms: self.wall_ms,
            mono_ms: (self.wall_ms - self.begun_ms) as u64,
            interval_ms: self.interval_ms,
            readings,
        }
    }
}

impl Line {
    fn read(&mut self, seconds: f64, day: f64) -> LineReading {
        let born = self.pass(seconds, day);
        let [rx_bytes, tx_bytes, rx_packets, tx_packets] = self.counters;
        let packets = Counters { rx_packets: Some(rx_packets), tx_packets: Some(tx_packets), ..Counters::default() };
        LineReading {
            name: LineName::interface(&self.name),
            shown: self.name.clone(),
            incarnation: self.incarnation,
            born,
            counters: Counters { rx_bytes: Some(rx_bytes), tx_bytes: Some(tx_bytes), ..packets },
        }
    }

    /// Lets the time pass; `true` where the counters began at zero.
    fn pass(&mut self, seconds: f64, day: f64) -> bool {
        match self.kind {
            Kind::Dead => {}
            Kind::Idle => {
                // Spanning tree each 2 s, the router's discovery about each minute, and what others broadcast, sent on.
                let hellos = (seconds / 2.0).round() as u64;
                let found = u64::from(self.random.f64() < seconds / 60.0);
                let mut sent = 0;
                let broadcasts = (0..3).filter(|_| self.random.f64() < 0.12).count() as u64;
                for _ in 0..broadcasts {
                    sent += self.random.u64(60..350);
                }
                let bytes = hellos * 60 + found * 160;
                self.add([bytes, bytes + sent, hellos + found, hellos + found + broadcasts]);
            }
            Kind::Wan => {
                self.drift = 0.98 * self.drift + 0.02 * normal(&mut self.random);
                self.burst *= 0.6;
                if self.random.f64() < 0.01 {
                    self.burst += 0.3 * (1.0 - self.random.f64()).powf(-0.5);
                }
                let noise = 1.0 + 0.04 * normal(&mut self.random);
                self.carry(self.level * day * (1.0 + self.drift + self.burst.min(3.0)) * noise, seconds);
            }
            Kind::Pppoe | Kind::PppoeQuiet => {
                if self.random.f64() < 3.0 * seconds / 86_400.0 {
                    self.counters = [0; 4];
                    self.incarnation += 1;
                    return true;
                }
                // Stretches of a few minutes, 22 % of the time.
                let change = if self.active > 0.0 { 0.05 } else { 0.05 * 0.22 / 0.78 };
                if self.random.f64() < change {
                    self.active =
                        if self.active > 0.0 { 0.0 } else { self.level * (normal(&mut self.random) * 0.8).exp() };
                }
                if self.active > 0.0 {
                    let noise = (normal(&mut self.random) * 0.35).exp();
                    self.carry(self.active * noise, seconds);
                } else if self.kind == Kind::Pppoe {
                    let chatter = self.random.u64(0..6);
                    let size = self.random.u64(40..160);
                    self.add([30 + chatter * size, 30 + chatter * 70, 1 + chatter, 1 + chatter]);
                }
            }
        }
        false
    }

    fn carry(&mut self, bytes_a_second: f64, seconds: f64) {
        let tx = (bytes_a_second.max(0.0) * seconds) as u64;
        let rx = (tx as f64 * 0.12 * (1.0 + 0.04 * normal(&mut self.random)).max(0.1)) as u64;
        let noise = 1.0 + 0.01 * normal(&mut self.random);
        let tx_packets = (tx as f64 / self.packet[0] * noise) as u64;
        // Every second packet is acknowledged, beside what is sent upwards itself.
        let noise = 1.0 + 0.01 * normal(&mut self.random);
        let rx_packets = ((tx_packets as f64 / 2.0 + rx as f64 / self.packet[1] * 0.3) * noise) as u64;
        self.add([rx, tx, rx_packets, tx_packets]);
    }

    fn add(&mut self, passed: [u64; 4]) {
        self.counters.iter_mut().zip(passed).for_each(|(counter, passed)| *counter += passed);
    }
}
