//! A source whose traffic is known at every instant.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use lalin_monitor::{Label, Monitor, Router, Settings};
use lalin_stats::{Counters, Failure, Interface, Reading, Row, Snapshot, Source, SourceError, StatsSource};
use tokio::time::{Instant, sleep};

/// 100 Mbit/s received and 10 Mbit/s sent on `ether1`, for ever.
pub const RX_BPS: u64 = 100_000_000;
pub const TX_BPS: u64 = 10_000_000;

#[derive(Clone, Debug)]
pub enum Behaviour {
    Answer,
    Fail,
    Hang,
    Panic,
}

#[derive(Debug)]
pub struct Script {
    pub behaviour: Behaviour,
    pub latency: Duration,
    pub id: &'static str,
    pub name: &'static str,
    /// Added to the counters; a negative one is a reset.
    pub shift: i64,
    pub hide_tx: bool,
    /// How long the answer is on its way after the counters were read.
    pub on_the_way: Duration,
    /// Lines before `ether1` in the router's list.
    pub lines_before: usize,
    /// How fast the link of `ether1` is, bit/s.
    pub link_bps: Option<u64>,
    /// The counters of `ether1` have 32 bits.
    pub short_counters: bool,
    /// By how much the machine's wall clock is wrong, ms.
    pub clock_off_ms: i64,
}

pub struct Steady {
    pub script: Mutex<Script>,
    pub reads: AtomicUsize,
    begun: Instant,
}

impl Steady {
    pub fn new() -> Arc<Self> {
        let script = Script {
            behaviour: Behaviour::Answer,
            latency: Duration::from_millis(5),
            id: "*1",
            name: "ether1",
            shift: 1_000_000_000_000,
            hide_tx: false,
            on_the_way: Duration::ZERO,
            lines_before: 0,
            link_bps: None,
            short_counters: false,
            clock_off_ms: 0,
        };
        Arc::new(Self { script: Mutex::new(script), reads: AtomicUsize::new(0), begun: Instant::now() })
    }

    pub fn set(&self, change: impl FnOnce(&mut Script)) {
        change(&mut self.script.lock().unwrap());
    }

    pub fn reads(&self) -> usize {
        self.reads.load(Ordering::SeqCst)
    }

    /// The true time, ms since 1970.
    pub fn true_ms(&self) -> u64 {
        1_700_000_000_000 + u64::try_from(self.begun.elapsed().as_millis()).unwrap()
    }

    /// The true counter, bytes.
    pub fn bytes(&self, bps: u64, shift: i64) -> u64 {
        let bytes = self.begun.elapsed().as_nanos() * u128::from(bps) / 8 / 1_000_000_000;
        u64::try_from(i128::try_from(bytes).unwrap() + i128::from(shift)).unwrap()
    }
}

#[async_trait]
impl Source for Steady {
    type Data = Snapshot;
    type Error = Failure;

    async fn read(&self) -> Result<Reading, Failure> {
        self.reads.fetch_add(1, Ordering::SeqCst);
        let asked = Instant::now();
        let (behaviour, latency, on_the_way) = {
            let script = self.script.lock().unwrap();
            (script.behaviour.clone(), script.latency, script.on_the_way)
        };
        sleep(latency).await;
        match behaviour {
            Behaviour::Answer => {}
            Behaviour::Fail => return Err(SourceError::Closed { detail: "cut".into() }.into()),
            Behaviour::Hang => std::future::pending().await,
            Behaviour::Panic => panic!("a source's bug"),
        }
        let rows = self.rows();
        sleep(on_the_way).await;
        let off = self.script.lock().unwrap().clock_off_ms;
        let unix_ms = self.true_ms().saturating_add_signed(off);
        Ok(Reading::fresh(Arc::new(Snapshot { asked, answered: Instant::now(), unix_ms, rows })))
    }
}

impl Steady {
    fn rows(&self) -> Vec<Row> {
        let script = self.script.lock().unwrap();
        let mut counters = Counters::bytes(self.bytes(RX_BPS, script.shift), self.bytes(TX_BPS, script.shift));
        if script.hide_tx {
            counters.tx_bytes = None;
        }
        if script.short_counters {
            let packets = |bytes: Option<u64>| bytes.map(|bytes| bytes / 1_000);
            (counters.rx_packets, counters.tx_packets) = (packets(counters.rx_bytes), packets(counters.tx_bytes));
            let short = |bytes: Option<u64>| bytes.map(|bytes| bytes % (1 << 32));
            (counters.rx_bytes, counters.tx_bytes) = (short(counters.rx_bytes), short(counters.tx_bytes));
        }
        let line = |n: usize| Interface::new(&format!("*F0{n:04}"), &format!("<pppoe-{n}>"), "pppoe-in");
        let mut rows: Vec<_> =
            (0..script.lines_before).map(|n| Row::new(Arc::new(line(n)), Counters::bytes(0, 0))).collect();
        let ether1 = Interface { link_bps: script.link_bps, ..Interface::new(script.id, script.name, "ether") };
        rows.push(Row::new(Arc::new(ether1), counters));
        rows
    }
}

/// A router sampled at `interval` from `source`.
pub fn router(source: Arc<dyn StatsSource>, interval: Duration) -> Arc<Router> {
    let monitor = Monitor::new(Settings { interval, ..Settings::default() });
    monitor.add("r".parse().unwrap(), Label::new("r", "test"), source)
}
