//! The process is killed at any moment: nothing that it said to have recorded is lost, and it always starts again.

use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};
use std::time::Duration;

use lalin_history::{
    By, History, Keep, LineId, LineName, LineReading, Lines, Retention, Settings, Tick, UsageQuery, Zone,
};
use lalin_stats::Counters;

const BEGIN: i64 = 1_700_000_000_000;
const INTERVAL_MS: i64 = 60_000;

/// Every sample is kept: a quick machine records more than the usual seven days.
fn settings(folder: &std::path::Path) -> Settings {
    let retention = Retention { raw: Keep::default(), ..Retention::default() };
    Settings { zone: Zone::utc(), retention, ..Settings::new(folder) }
}

/// What the child does: it records until it is killed, and says each tick that is recorded.
fn record_on(folder: &str, first: i64) {
    let history = History::open(settings(folder.as_ref())).unwrap();
    let recorder = history.recorder();
    let mut out = std::io::stdout().lock();
    for number in first.. {
        let reading = |line: u64| {
            let counters = Counters::bytes(number as u64 * 1_000 * line, number as u64 * 13);
            let shown = format!("ether{line}");
            LineReading {
                name: LineName::interface(&shown),
                shown: shown.into(),
                incarnation: 1,
                born: false,
                counters,
            }
        };
        let tick = Tick {
            router: "r1".parse().unwrap(),
            wall_ms: BEGIN + number * INTERVAL_MS,
            mono_ms: (number - first) as u64 * INTERVAL_MS as u64,
            interval_ms: INTERVAL_MS as u32,
            readings: (1..=20).map(reading).collect(),
        };
        assert!(recorder.record(tick));
        history.flush().unwrap();
        writeln!(out, "{number}").unwrap();
        out.flush().unwrap();
    }
}

/// The child's half. Without a folder it is nobody's child, and has nothing to do.
#[test]
fn records_until_it_is_killed() {
    if let (Ok(folder), Ok(first)) = (std::env::var("HISTORY_CHILD"), std::env::var("HISTORY_CHILD_FIRST")) {
        record_on(&folder, first.parse().unwrap());
    }
}

/// Every tick's number, as one line has them; what rose at each is checked on the way.
fn numbers(history: &History, line: u32) -> Vec<i64> {
    let mut numbers = Vec::new();
    let each = &mut |sample: lalin_history::Sample| {
        let number = (sample.at_ms - BEGIN) / INTERVAL_MS;
        if let Some(before) = numbers.last() {
            let rise = (number - before) as u64 * 1_000 * u64::from(line);
            assert_eq!(sample.rises.rx_bytes, rise, "line {line}, tick {number}");
        }
        numbers.push(number);
        true
    };
    history.reader().samples(LineId::from_number(line), BEGIN - 1, i64::MAX / 2, each).unwrap();
    numbers
}

fn opened(folder: &std::path::Path) -> History {
    let history = History::open(settings(folder)).unwrap();
    history.flush().unwrap();
    history
}

#[test]
fn nothing_acknowledged_is_lost_or_doubled_however_often_it_is_killed() {
    let kills: u32 = std::env::var("HISTORY_KILLS").ok().and_then(|kills| kills.parse().ok()).unwrap_or(20);
    let folder = crate::truth::folder();
    let mut random = fastrand::Rng::with_seed(u64::from(kills));
    let mut next = 0;
    for kill in 0..kills {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "kills::records_until_it_is_killed", "--nocapture"])
            .env("HISTORY_CHILD", folder.path())
            .env("HISTORY_CHILD_FIRST", next.to_string())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let (done, killed) = std::sync::mpsc::channel::<()>();
        let said = BufReader::new(child.stdout.take().unwrap());
        let reader = std::thread::spawn(move || {
            let mut last = None;
            for line in said.lines().map_while(Result::ok) {
                last = line.parse::<i64>().ok().or(last);
            }
            drop(done);
            last
        });
        // The moment of the kill is what varies: over starts, ticks, seals and compactions.
        let _ = killed.recv_timeout(Duration::from_millis(random.u64(20..900)));
        child.kill().unwrap();
        child.wait().unwrap();
        let acknowledged = reader.join().unwrap();

        let history = opened(folder.path());
        for line in [1, 20] {
            let found =
                if history.reader().line(LineId::from_number(line)).is_ok() { numbers(&history, line) } else { vec![] };
            let all: Vec<i64> = (0..found.len() as i64).collect();
            assert_eq!(found, all, "kill {kill}, line {line}: every tick once and in order");
            assert!(found.last().copied() >= acknowledged, "kill {kill}: {:?} of {acknowledged:?}", found.last());
            next = found.len() as i64;
        }
        let verified = history.reader().verify(&mut |_| ()).unwrap();
        assert!(verified.damaged.is_empty(), "kill {kill}: {:?}", verified.damaged);
    }
    let history = opened(folder.path());
    history.compact().unwrap();
    let (from_ms, to_ms) = (BEGIN - 86_400_000, BEGIN + next * INTERVAL_MS + 86_400_000);
    let query = UsageQuery { lines: Lines::All, by: By::Day, from_ms, to_ms, offset: 0, limit: 100 };
    let usage = history.reader().usage(&query).unwrap();
    assert_eq!(usage.lines.len(), 20);
    for line in usage.lines {
        let passed = line.periods.iter().map(|period| period.totals.rx_bytes + period.totals.unmeasured_rx_bytes);
        assert_eq!(passed.sum::<u64>(), (next - 1) as u64 * 1_000 * u64::from(line.line.number()));
    }
    assert!(next > 200, "the children came to little: {next} ticks");
}
