//! Recording: what routers do reaches the history as lines that last, and what was excepted does not.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use lalin_fleet::{Except, Recording, RecordingPolicy};
use lalin_history::{By, Cause, Gap, History, HistoryQuery, Lines, Resolution, Settings, Totals, UsageQuery, Zone};
use lalin_monitor::{Label, Monitor};
use lalin_stats::{Counters, Failure, Interface, Reading, Row, Snapshot, Source};
use tokio::time::{Instant, sleep};

/// 1,700,000,000 s and 8 Mbit/s received on each line.
const BEGIN_MS: u64 = 1_700_000_000_000;
const BYTES_PER_MS: u64 = 1_000;

/// A router whose lines a test changes.
struct Scripted {
    begun: Instant,
    lines: Mutex<Vec<Interface>>,
}

#[async_trait]
impl Source for Scripted {
    type Data = Snapshot;
    type Error = Failure;

    async fn read(&self) -> Result<Reading, Failure> {
        let passed = u64::try_from(self.begun.elapsed().as_millis()).unwrap();
        let lines = self.lines.lock().unwrap().clone();
        let rows = lines.iter().map(|line| {
            let bytes = 1_000_000 + passed * BYTES_PER_MS;
            Row::new(Arc::new(line.clone()), Counters::bytes(bytes, bytes / 10))
        });
        Ok(Reading::fresh(Arc::new(Snapshot::at(Instant::now(), BEGIN_MS + passed, rows.collect()))))
    }
}

fn interface(id: &str, name: &str) -> Interface {
    Interface::new(id, name, "ether")
}

/// A monitor of one router with these lines, recorded into a folder.
struct Recorded {
    _folder: tempfile::TempDir,
    monitor: Arc<Monitor>,
    source: Arc<Scripted>,
    recording: Recording,
}

impl Recorded {
    fn new(lines: Vec<Interface>, policy: RecordingPolicy) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let settings = Settings { zone: Zone::utc(), ..Settings::new(folder.path()) };
        let history = Arc::new(History::open(settings).unwrap());
        let monitor = Arc::new(Monitor::new(lalin_monitor::Settings::default()));
        let source = Arc::new(Scripted { begun: Instant::now(), lines: Mutex::new(lines) });
        monitor.add("r".parse().unwrap(), Label::new("r", "test"), source.clone());
        let recording = Recording::start(monitor.clone(), history, RecordingPolicy::default(), &policy);
        Self { _folder: folder, monitor, source, recording }
    }

    /// The lasting name, the name of now, and the received bytes of each line.
    async fn lines(&self) -> Vec<(String, String, u64)> {
        let history = self.recording.history().clone();
        let asked = tokio::task::spawn_blocking(move || {
            history.flush().unwrap();
            let reader = history.reader();
            let (from_ms, to_ms) = (i64::try_from(BEGIN_MS).unwrap(), i64::try_from(BEGIN_MS).unwrap() + 86_400_000);
            let lines = reader.lines(Some(&"r".parse().unwrap())).unwrap();
            let bytes = |id| {
                let query = UsageQuery { lines: Lines::One(id), by: By::Month, from_ms, to_ms, offset: 0, limit: 1 };
                let usage = reader.usage(&query).unwrap();
                usage.lines.iter().flat_map(|line| &line.periods).map(|period| period.totals.rx_bytes).sum()
            };
            let told =
                |line: &lalin_history::Line| (line.name.name.to_string(), line.shown.to_string(), bytes(line.id));
            lines.iter().map(told).collect()
        });
        asked.await.unwrap()
    }
}

impl Recorded {
    /// The gaps of a line, by the name it has now: cause and seconds.
    async fn gaps(&self, name: &'static str) -> Vec<(Cause, i64)> {
        let history = self.recording.history().clone();
        let asked = tokio::task::spawn_blocking(move || {
            history.flush().unwrap();
            let reader = history.reader();
            let line = reader.find_shown(&"r".parse().unwrap(), "interface", name).unwrap().unwrap();
            let from_ms = i64::try_from(BEGIN_MS).unwrap();
            let (to_ms, resolution) = (from_ms + 3_600_000, Resolution::StepMs(60_000));
            reader.history(&HistoryQuery { line: line.id, from_ms, to_ms, resolution }).unwrap().gaps
        });
        let seconds = |gap: &Gap| (gap.to_ms - gap.from_ms + 500) / 1_000;
        asked.await.unwrap().iter().map(|gap| (gap.cause, seconds(gap))).collect()
    }
}

/// Reads are paced by a paused clock, while the history's own thread runs on the real one: between two reads it may write.
async fn passes(seconds: u64) {
    for _ in 0..seconds {
        sleep(Duration::from_secs(1)).await;
    }
}

#[tokio::test(start_paused = true)]
async fn what_flows_is_recorded_to_the_byte_without_a_viewer() {
    let recorded = Recorded::new(vec![interface("*1", "ether1")], RecordingPolicy::default());
    passes(65).await;
    let lines = recorded.lines().await;
    assert_eq!(lines.len(), 1);
    let (name, _, bytes) = &lines[0];
    // The first sample counts from nowhere; the last one is up to an interval old.
    assert_eq!(name, "ether1");
    assert!((55_000..=65_000).contains(&(bytes / BYTES_PER_MS)), "{bytes}");
    assert_eq!(recorded.monitor.routers()[0].viewers(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_renamed_line_is_the_same_and_its_old_name_on_another_port_is_another() {
    let recorded =
        Recorded::new(vec![interface("*1", "ether1"), interface("*2", "ether2")], RecordingPolicy::default());
    passes(25).await;
    *recorded.source.lines.lock().unwrap() = vec![interface("*1", "wan"), interface("*2", "ether2")];
    passes(25).await;
    *recorded.source.lines.lock().unwrap() =
        vec![interface("*1", "wan"), interface("*2", "ether2"), interface("*3", "ether1")];
    passes(25).await;
    let mut lines = recorded.lines().await;
    lines.sort();
    let names: Vec<_> = lines.iter().map(|(name, shown, _)| (name.as_str(), shown.as_str())).collect();
    assert_eq!(names, [("ether1", "wan"), ("ether1 (2)", "ether1"), ("ether2", "ether2")]);
    assert!((60_000..=75_000).contains(&(lines[0].2 / BYTES_PER_MS)), "under both names: {lines:?}");
}

#[tokio::test(start_paused = true)]
async fn a_customer_who_dials_in_again_under_a_number_is_one_line() {
    let session = |id: &str, name: &str| Interface { dynamic: true, ..Interface::new(id, name, "pppoe-in") };
    let recorded = Recorded::new(vec![session("*F1", "<pppoe-budi>")], RecordingPolicy::default());
    passes(25).await;
    *recorded.source.lines.lock().unwrap() = vec![session("*F1", "<pppoe-budi>"), session("*F2", "<pppoe-budi-1>")];
    passes(12).await;
    *recorded.source.lines.lock().unwrap() = vec![session("*F2", "<pppoe-budi-1>")];
    passes(25).await;
    let lines = recorded.lines().await;
    assert_eq!(lines.iter().map(|(name, ..)| name.as_str()).collect::<Vec<_>>(), ["<pppoe-budi>"]);
}

#[tokio::test(start_paused = true)]
async fn what_is_excepted_is_not_recorded_and_a_router_without_anything_is_not_read() {
    let except = |interface: Option<&str>| {
        BTreeSet::from([Except { router: "r".parse().unwrap(), interface: interface.map(Into::into) }])
    };
    let one = RecordingPolicy { except: except(Some("ether2")), ..RecordingPolicy::default() };
    let recorded = Recorded::new(vec![interface("*1", "ether1"), interface("*2", "ether2")], one);
    passes(25).await;
    assert_eq!(recorded.lines().await.len(), 1);
    let newest = |recorded: &Recorded| recorded.monitor.routers()[0].newest().map(|frame| frame.seq);
    recorded.recording.choose(&RecordingPolicy { except: except(None), ..RecordingPolicy::default() });
    passes(2).await;
    let before = newest(&recorded);
    passes(60).await;
    assert_eq!(newest(&recorded), before, "nobody wants its samples");
    recorded.recording.choose(&RecordingPolicy::default());
    passes(25).await;
    assert!(newest(&recorded) > before);
    assert_eq!(recorded.lines().await.len(), 2);
}

#[tokio::test(start_paused = true)]
async fn what_is_switched_off_has_a_gap_with_that_cause_until_it_is_on_again() {
    let except = |interface: Option<&str>| RecordingPolicy {
        except: BTreeSet::from([Except { router: "r".parse().unwrap(), interface: interface.map(Into::into) }]),
        ..RecordingPolicy::default()
    };
    let recorded =
        Recorded::new(vec![interface("*1", "ether1"), interface("*2", "ether2")], RecordingPolicy::default());
    passes(45).await;
    recorded.recording.choose(&except(Some("ether2")));
    passes(60).await;
    let lasting = recorded.gaps("ether2").await;
    assert!(matches!(lasting[..], [(Cause::Off, 1..)]), "{lasting:?}");
    recorded.recording.choose(&RecordingPolicy::default());
    passes(60).await;
    let gaps = recorded.gaps("ether2").await;
    assert!(matches!(gaps[..], [(Cause::Off, 60..=80)]), "{gaps:?}");
    assert_eq!(recorded.gaps("ether1").await, [], "the other line is measured throughout");

    recorded.recording.choose(&RecordingPolicy { enabled: false, ..RecordingPolicy::default() });
    passes(90).await;
    recorded.recording.choose(&RecordingPolicy::default());
    passes(60).await;
    let gaps = recorded.gaps("ether1").await;
    assert!(matches!(gaps[..], [(Cause::Off, 85..=110)]), "{gaps:?}");
    let gaps = recorded.gaps("ether2").await;
    assert!(matches!(gaps[..], [(Cause::Off, _), (Cause::Off, 85..=110)]), "{gaps:?}");
    passes(30).await;
    assert_eq!(recorded.gaps("ether1").await.len(), 1, "it has ended");
}

/// The wall-clock seconds of what is recorded of a line, since the beginning.
fn sampled(history: &History, name: &str) -> Vec<i64> {
    history.flush().unwrap();
    let reader = history.reader();
    let found = reader.find(&"r".parse().unwrap(), &lalin_history::LineName::interface(name)).unwrap();
    let mut sampled = Vec::new();
    let each = &mut |sample: lalin_history::Sample| {
        sampled.push((sample.at_ms - i64::try_from(BEGIN_MS).unwrap()) / 1_000);
        true
    };
    if let Some(line) = found {
        reader.samples(line.id, 0, i64::MAX / 2, each).unwrap();
    }
    sampled
}

#[tokio::test(start_paused = true)]
async fn a_router_that_another_machine_asks_is_recorded_there_and_between_two_turns_nothing_is_counted_twice() {
    let (here, shown) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let open = |folder: &std::path::Path| {
        let settings = Settings { zone: Zone::utc(), thins: false, ..Settings::new(folder) };
        Arc::new(History::open(settings).unwrap())
    };
    let (recorded, shown) = (open(here.path()), open(shown.path()));
    let monitor = Arc::new(Monitor::new(lalin_monitor::Settings::default()));
    let source = Arc::new(Scripted { begun: Instant::now(), lines: Mutex::new(vec![interface("*1", "ether1")]) });
    let settings = lalin_monitor::Settings::default();
    let (router, _feed) = monitor.add_followed("r".parse().unwrap(), Label::new("r", "test"), settings);
    let policy = RecordingPolicy::default();
    let recording = Recording::start_apart(monitor, shown.clone(), Some(recorded.clone()), policy.clone(), &policy);
    passes(60).await;
    assert!(sampled(&recorded, "ether1").is_empty(), "nothing while another machine asks");

    router.sample(source.clone(), 1);
    passes(60).await;
    let first = sampled(&recorded, "ether1");
    assert!(first.len() >= 5, "{first:?}");
    let _feed = router.follow().await;
    passes(120).await;
    assert_eq!(sampled(&recorded, "ether1"), first, "another machine asks again");
    router.sample(source, 3);
    passes(60).await;
    let all = sampled(&recorded, "ether1");
    assert!(all.len() >= first.len() + 5, "{all:?}");
    assert!(sampled(&shown, "ether1").is_empty(), "what is shown is not recorded into");

    // Two minutes and more were another's: they are not in the totals of what was recorded here.
    recording.flush().unwrap();
    let reader = recorded.reader();
    let line = reader.find(&"r".parse().unwrap(), &lalin_history::LineName::interface("ether1")).unwrap().unwrap();
    let from_ms = i64::try_from(BEGIN_MS).unwrap();
    let query = UsageQuery {
        lines: Lines::One(line.id),
        by: By::Month,
        from_ms,
        to_ms: from_ms + 86_400_000,
        offset: 0,
        limit: 1,
    };
    let usage = reader.usage(&query).unwrap();
    let all_bytes = |totals: &Totals| totals.rx_bytes + totals.unmeasured_rx_bytes;
    let counted: u64 = usage.lines.iter().flat_map(|line| &line.periods).map(|period| all_bytes(&period.totals)).sum();
    let seconds = |turn: &[i64]| u64::try_from(turn.last().unwrap() - turn[0]).unwrap();
    let asked = seconds(&first) + seconds(&all[first.len()..]);
    let (counted, sure) = (counted / BYTES_PER_MS / 1_000, 4);
    assert!(counted.abs_diff(asked) <= sure, "{counted} s of {asked} s: {all:?}");
}
