//! A router that knows what really passed, to hold the history against.

use std::collections::BTreeMap;
use std::sync::Arc;

use lalin_history::{History, LineName, LineReading, Recorder, Settings, Tick, Zone};
use lalin_stats::{Counters, RouterId};

/// What passed on a line in one measured interval.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Passed {
    pub(crate) from_ms: i64,
    pub(crate) to_ms: i64,
    pub(crate) rx: u64,
    pub(crate) tx: u64,
}

#[derive(Clone, Debug)]
struct Line {
    shown: String,
    incarnation: u64,
    born: bool,
    rx: u64,
    tx: u64,
    /// It was there at the tick before, which was read.
    seen: bool,
}

/// A simulated router, its clock, and the truth about its lines.
#[derive(Clone, Debug)]
pub(crate) struct Router {
    pub(crate) id: RouterId,
    pub(crate) wall_ms: i64,
    pub(crate) mono_ms: u64,
    pub(crate) interval_ms: u32,
    random: fastrand::Rng,
    lines: BTreeMap<String, Line>,
    pub(crate) truth: BTreeMap<String, Vec<Passed>>,
    /// When the last tick was, and whether the next interval is measured.
    last: Option<(i64, u64)>,
    contiguous: bool,
    next_incarnation: u64,
}

impl Router {
    pub(crate) fn new(id: &str, wall_ms: i64, interval_ms: u32, seed: u64) -> Self {
        Self {
            id: id.parse().unwrap(),
            wall_ms,
            mono_ms: 1_000_000,
            interval_ms,
            random: fastrand::Rng::with_seed(seed),
            lines: BTreeMap::new(),
            truth: BTreeMap::new(),
            last: None,
            contiguous: false,
            next_incarnation: 1,
        }
    }

    /// A line comes, or comes back: it is new to the router, and its counters begin at zero.
    pub(crate) fn come(&mut self, name: &str, shown: &str) {
        let incarnation = self.next_incarnation;
        self.next_incarnation += 1;
        let line =
            Line { shown: shown.into(), incarnation, born: self.last.is_some(), rx: 0, tx: 0, seen: self.contiguous };
        self.lines.insert(name.into(), line);
    }

    pub(crate) fn go(&mut self, name: &str) {
        self.lines.remove(name);
    }

    /// All counters begin at zero, at the moment of the last tick.
    pub(crate) fn reboot(&mut self) {
        self.lines.values_mut().for_each(|line| (line.rx, line.tx) = (0, 0));
    }

    /// Time passes in which nobody asks. Traffic goes on.
    pub(crate) fn unwatched(&mut self, ms: i64) {
        self.pass(ms);
        self.contiguous = false;
    }

    /// The process is another one: its monotonic clock begins anew, and it knows of no tick before.
    pub(crate) fn restarted(&mut self) {
        self.mono_ms = 5_000;
        self.contiguous = false;
        self.last = None;
    }

    fn pass(&mut self, ms: i64) {
        self.wall_ms += ms;
        self.mono_ms += ms as u64;
        for line in self.lines.values_mut() {
            let busy = self.random.u64(0..4) == 0;
            line.rx += if busy { self.random.u64(0..50_000_000) } else { self.random.u64(0..900) };
            line.tx += if busy { self.random.u64(0..9_000_000) } else { 0 };
        }
    }

    /// The next tick: an interval passes, and what it carried is the truth.
    pub(crate) fn tick(&mut self) -> Tick {
        let before: BTreeMap<String, (u64, u64)> =
            self.lines.iter().map(|(name, line)| (name.clone(), (line.rx, line.tx))).collect();
        self.pass(self.interval_ms.into());
        let (to_ms, from_ms) = (self.wall_ms, self.wall_ms - i64::from(self.interval_ms));
        for (name, line) in &mut self.lines {
            let (rx, tx) = before[name];
            if self.contiguous && line.seen {
                let passed = Passed { from_ms, to_ms, rx: line.rx - rx, tx: line.tx - tx };
                self.truth.entry(name.clone()).or_default().push(passed);
            }
            line.seen = true;
        }
        self.read()
    }

    fn read(&mut self) -> Tick {
        let reading = |(name, line): (&String, &mut Line)| LineReading {
            name: LineName::interface(name),
            shown: line.shown.as_str().into(),
            incarnation: line.incarnation,
            born: std::mem::take(&mut line.born),
            counters: Counters {
                rx_packets: Some(line.rx / 900),
                tx_packets: Some(line.tx / 1_100),
                ..Counters::bytes(line.rx, line.tx)
            },
        };
        let readings = self.lines.iter_mut().map(reading).collect();
        self.last = Some((self.wall_ms, self.mono_ms));
        self.contiguous = true;
        Tick {
            router: self.id.clone(),
            wall_ms: self.wall_ms,
            mono_ms: self.mono_ms,
            interval_ms: self.interval_ms,
            readings,
        }
    }
}

/// A folder in memory where there is one: what is tested waits for the disk at every hour.
pub(crate) fn folder() -> tempfile::TempDir {
    let memory = std::path::Path::new("/dev/shm");
    if memory.is_dir() { tempfile::tempdir_in(memory).unwrap() } else { tempfile::tempdir().unwrap() }
}

/// Records a tick. A month comes quicker than any disk, so the queue is waited for now and then.
pub(crate) fn record(history: &History, recorder: &Recorder, tick: &Tick) {
    if (tick.mono_ms / u64::from(tick.interval_ms)).is_multiple_of(500) {
        history.flush().unwrap();
    }
    assert!(recorder.record(tick.clone()), "the queue is full");
}

pub(crate) fn settings(folder: &std::path::Path) -> Settings {
    Settings { zone: Zone::utc(), ..Settings::new(folder) }
}

pub(crate) fn name(name: &str) -> LineName {
    LineName { kind: Arc::from("interface"), name: Arc::from(name) }
}
