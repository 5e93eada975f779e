//! A router with everything that happens to one, and its ticks into two histories.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use lalin_history::{
    Cause, Event, Field, History, LineName, LineReading, LineSamples, Metric, RemoteStore, SampleSink, Settings, Tick,
    What, Zone,
};
use lalin_history_remote::{Address, Client};
use lalin_stats::{Counters, RouterId};
use tempfile::TempDir;
use tokio::runtime::Runtime;
use tokio::time::Instant;

use crate::batch::Batch;
use crate::stores::Server;

/// How long what was sent may be unseen.
const LIMIT: Duration = Duration::from_secs(90);

struct Line {
    shown: String,
    incarnation: u64,
    born: bool,
    counters: [u64; 6],
}

/// A router, its clocks and its lines.
pub struct Router {
    pub id: RouterId,
    pub wall_ms: i64,
    pub mono_ms: u64,
    random: fastrand::Rng,
    lines: BTreeMap<String, Line>,
    next: u64,
}

impl Router {
    pub fn new(id: &str, wall_ms: i64, seed: u64) -> Self {
        let random = fastrand::Rng::with_seed(seed);
        Self { id: id.parse().unwrap(), wall_ms, mono_ms: 1_000_000, random, lines: BTreeMap::new(), next: 1 }
    }

    /// A line comes, or comes back: its counters begin at zero.
    pub fn come(&mut self, name: &str, shown: &str) {
        let line = Line { shown: shown.into(), incarnation: self.next, born: true, counters: [0; 6] };
        self.next += 1;
        self.lines.insert(name.into(), line);
    }

    pub fn go(&mut self, name: &str) {
        self.lines.remove(name);
    }

    pub fn rename(&mut self, name: &str, shown: &str) {
        self.lines.get_mut(name).unwrap().shown = shown.into();
    }

    /// All counters begin at zero.
    pub fn reboot(&mut self) {
        self.lines.values_mut().for_each(|line| line.counters = [0; 6]);
    }

    /// Time passes.
    pub fn pass(&mut self, ms: i64) {
        self.wall_ms += ms;
        self.mono_ms += ms as u64;
        for line in self.lines.values_mut() {
            let busy = self.random.u64(0..4) == 0;
            let rx = if busy { self.random.u64(0..50_000_000) } else { self.random.u64(0..900) };
            let tx = if busy { self.random.u64(0..9_000_000) } else { 0 };
            let errors = u64::from(self.random.u64(0..500) == 0);
            let more = [rx, tx, rx / 900, tx / 1_100, errors, errors * 3];
            line.counters.iter_mut().zip(more).for_each(|(counter, more)| *counter += more);
        }
    }

    /// The next tick, an interval later and a little uneven.
    pub fn tick(&mut self, interval_ms: i64) -> Tick {
        let uneven = self.random.i64(-20..20);
        self.pass(interval_ms + uneven);
        let reading = |(name, line): (&String, &mut Line)| {
            let [rx, tx, rx_packets, tx_packets, errors, drops] = line.counters;
            LineReading {
                name: LineName::interface(name),
                shown: line.shown.as_str().into(),
                incarnation: line.incarnation,
                born: std::mem::take(&mut line.born),
                counters: Counters {
                    rx_packets: Some(rx_packets),
                    tx_packets: Some(tx_packets),
                    rx_errors: Some(errors),
                    tx_drops: Some(drops),
                    ..Counters::bytes(rx, tx)
                },
            }
        };
        let readings = self.lines.iter_mut().map(reading).collect();
        let (wall_ms, mono_ms) = (self.wall_ms, self.mono_ms);
        Tick { router: self.id.clone(), wall_ms, mono_ms, interval_ms: interval_ms as u32, readings }
    }
}

/// The same history twice.
pub struct Both {
    pub files: History,
    pub store: History,
    batch: Arc<Batch>,
    settings: [Settings; 2],
    parts: RemoteStore,
    _folders: [TempDir; 2],
    recorded: u64,
    // Last, so that it ends last.
    _runtime: Runtime,
}

impl Both {
    pub fn open(server: &Server, zone: &str) -> Self {
        let runtime = Runtime::new().unwrap();
        let batch = Arc::new(Batch::new(server.write_address(), runtime.handle().clone()));
        let questions = runtime.block_on(async { Client::new(Address::new(&server.base()).unwrap()).unwrap() });
        let parts = RemoteStore { questions: Arc::new(questions), sink: batch.clone() };
        let folders = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
        let zone = Zone::named(zone).unwrap();
        let settings =
            folders.each_ref().map(|folder| Settings { zone: zone.clone(), ..Settings::new(folder.path().join("h")) });
        let files = History::open(settings[0].clone()).unwrap();
        let store = History::open_remote(settings[1].clone(), parts.clone()).unwrap();
        Self { files, store, batch, settings, parts, _folders: folders, recorded: 0, _runtime: runtime }
    }

    pub fn each(&self) -> [&History; 2] {
        [&self.files, &self.store]
    }

    fn flush(&self) {
        self.each().into_iter().for_each(|history| history.flush().unwrap());
    }

    pub fn tick(&mut self, router: &mut Router, interval_ms: i64) {
        self.record(&router.tick(interval_ms));
    }

    pub fn record(&mut self, tick: &Tick) {
        self.recorded += 1;
        if self.recorded.is_multiple_of(500) {
            self.flush();
        }
        for history in self.each() {
            assert!(history.recorder().record(tick.clone()), "the queue is full");
        }
    }

    pub fn event(&self, router: &Router, what: What) {
        for history in self.each() {
            let event = Event { router: router.id.clone(), line: None, at_ms: router.wall_ms, what: what.clone() };
            assert!(history.recorder().event(event));
        }
    }

    /// An outage of the router that is told, and one that is not.
    pub fn outage(&self, router: &mut Router, ms: i64, told: bool) {
        if told {
            self.event(router, What::Began(Cause::Unreachable, "refused".into()));
        }
        router.pass(ms);
        if told {
            self.event(router, What::Ended(Cause::Unreachable));
        }
    }

    /// A row of five minutes that are not booked, as one that came a moment before the rest.
    pub fn stray_row(&self, router: &Router, line: &str) {
        let edge = (router.wall_ms / 300_000 + 1) * 300_000;
        let values = [(Field::RxBytes, 1e12), (Field::TxBytes, 7.0), (Field::Milliseconds, 300_000.0)];
        let values = values.map(|(field, value)| (Metric::FiveMinutes(field), value)).into();
        let samples = vec![LineSamples { line: Some(LineName::interface(line)), shown: None, values }];
        assert!(self.batch.push(&router.id, edge, samples));
    }

    /// Everything is where it can be asked for.
    pub fn settle(&self, server: &Server) {
        self.flush();
        self.batch.send();
        server.settle();
    }

    /// Lalin is started anew.
    pub fn restart(&mut self) {
        self.batch.send();
        self.flush();
        let scratch = tempfile::tempdir().unwrap();
        let none = || History::open(Settings::new(scratch.path().join(fastrand::u64(..).to_string()))).unwrap();
        drop(std::mem::replace(&mut self.files, none()));
        drop(std::mem::replace(&mut self.store, none()));
        self.files = History::open(self.settings[0].clone()).unwrap();
        self.store = History::open_remote(self.settings[1].clone(), self.parts.clone()).unwrap();
        self.flush();
    }

    /// Another machine with the same store, which recorded nothing itself.
    pub fn elsewhere(&self, folder: &TempDir) -> History {
        let settings = Settings { zone: self.settings[1].zone.clone(), ..Settings::new(folder.path().join("h")) };
        let history = History::open_remote(settings, self.parts.clone()).unwrap();
        let begun = Instant::now();
        // VictoriaMetrics remembers for some seconds that it had none.
        while history.reader().lines(None).unwrap().is_empty() {
            assert!(begun.elapsed() < LIMIT, "no line is found");
            history.discover().unwrap();
            thread::park_timeout(Duration::from_millis(100));
        }
        history
    }
}
