//! How long a start takes with two years of a thousand lines on the disk and a full journal.
//!
//! A week is recorded; the other weeks are copies of it, moved back in time. A start reads of each file only what
//! is copied here in full: its header and its directory of routers.

use std::path::Path;
use std::time::{Duration, Instant};

use lalin_history::{By, History, HistoryQuery, Keep, LineId, Lines, Resolution, Settings, UsageQuery, Zone};
use rusqlite::Connection;

use crate::generator::{Router, mixed};
use crate::reading::forget;
use crate::{Bars, bytes_in};

const DAY: i64 = 86_400_000;
const WEEK: i64 = 7 * DAY;
/// A multiple of four weeks since 1970, so that the recorded week is the first of a period.
const BEGIN: i64 = 20_496 * DAY;
const ROUTERS: usize = 10;
const LINES: usize = 100;
const YEARS_WEEKS: i64 = 104;
/// As long as a journal may get before it is sealed, nearly.
const JOURNAL: u64 = 55 << 20;

fn settings(folder: &Path) -> Settings {
    let mut settings = Settings { zone: Zone::utc(), ..Settings::new(folder) };
    settings.retention.raw = Keep::default();
    settings
}

fn recorded(folder: &Path) {
    let history = History::open(settings(folder)).unwrap();
    let record = |routers: &mut [Router], until: i64, enough: &dyn Fn() -> bool| {
        let mut ticks = 0u32;
        while routers[0].wall_ms < until && !enough() {
            for router in &mut *routers {
                assert!(history.recorder().record(router.tick()));
            }
            ticks += 1;
            if ticks.is_multiple_of(32) {
                history.flush().unwrap();
            }
        }
        history.flush().unwrap();
    };
    let router = |number: usize, begin_ms: i64, interval_ms: u32| {
        Router::new(number, (0..LINES).map(mixed), begin_ms, interval_ms)
    };
    let mut routers: Vec<Router> = (0..ROUTERS).map(|number| router(number, BEGIN, 60_000)).collect();
    record(&mut routers, BEGIN + WEEK + 3_600_000, &|| false);
    history.compact().unwrap();
    let journal = folder.join("journal");
    let begin = BEGIN + WEEK + 2 * 3_600_000;
    // Ten a second: the hour is over only after the journal is full.
    let mut routers: Vec<Router> = (0..ROUTERS).map(|number| router(number, begin, 100)).collect();
    record(&mut routers, begin + 3_500_000, &|| written(&journal) > JOURNAL);
    history.close();
}

/// What is written of the newest journal; it is reserved in larger pieces.
fn written(folder: &Path) -> u64 {
    let files = std::fs::read_dir(folder).into_iter().flatten().flatten();
    files.filter_map(|file| file.metadata().ok()).map(|file| file.len()).max().unwrap_or_default()
}

/// Copies a tier's files into all the weeks before.
fn repeated(folder: &Path, tier: &str, days: i64) {
    let files: Vec<_> = std::fs::read_dir(folder.join(tier)).unwrap().map(|file| file.unwrap().path()).collect();
    for path in files {
        let bytes = std::fs::read(&path).unwrap();
        for back in 1..=YEARS_WEEKS * 7 / days {
            let mut copy = bytes.clone();
            let from_day = moved(&mut copy, -back * days * DAY);
            let name = path.with_file_name(format!("period-{from_day:06}.seg"));
            if !name.exists() {
                std::fs::write(name, copy).unwrap();
            }
        }
    }
}

/// Moves a segment in time: its header and its directory of routers, as docs/reference/history.md describes them.
fn moved(bytes: &mut [u8], by_ms: i64) -> i64 {
    const HEADER: usize = 46;
    const PART: usize = 48;
    const LINE: usize = 24;
    const TAIL: usize = 20;
    let number = |bytes: &[u8], at: usize| i64::from_le_bytes(bytes[at..at + 8].try_into().unwrap());
    let add = |bytes: &mut [u8], at: usize| {
        let sum = number(bytes, at) + by_ms;
        bytes[at..at + 8].copy_from_slice(&sum.to_le_bytes());
        sum
    };
    let seal = |bytes: &mut [u8], from: usize, to: usize| {
        let crc = crc32c::crc32c(&bytes[from..to]);
        bytes[to..to + 4].copy_from_slice(&crc.to_le_bytes());
    };
    let from = add(bytes, 22);
    add(bytes, 30);
    seal(bytes, 0, HEADER - 4);
    let tail = bytes.len() - TAIL;
    let count = |at: usize| u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap()) as usize;
    let (parts, lines) = (count(tail), count(tail + 4));
    let first = tail - (lines * LINE + 4) - (parts * PART + 4);
    for part in 0..parts {
        add(bytes, first + part * PART + 16);
        add(bytes, first + part * PART + 24);
    }
    seal(bytes, first, first + parts * PART);
    from / DAY
}

/// Two years of hours and days.
fn totals(folder: &Path) {
    let database = Connection::open(folder.join("meta.db")).unwrap();
    database.pragma_update(None, "synchronous", "OFF").unwrap();
    let columns = "line, rx_bytes, tx_bytes, rx_packets, tx_packets, errors, drops, unmeasured_rx, unmeasured_tx,
        measured_ms, resets, rx_max_bps, tx_max_bps";
    for (table, more) in [("hour", ""), ("day", "date, ")] {
        let sql = format!(
            "INSERT OR IGNORE INTO {table} (t, {more}{columns}) SELECT t - ?1, {more}{columns} FROM {table} WHERE t >= ?2 AND t < ?3"
        );
        // From the oldest on, as they would have come.
        for week in (1..=YEARS_WEEKS).rev() {
            database.execute(&sql, (week * WEEK, BEGIN, BEGIN + WEEK)).unwrap();
        }
    }
    database.execute("UPDATE line SET first = first - ?1", [YEARS_WEEKS * WEEK]).unwrap();
    database.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)").unwrap();
}

/// From the start to the first answers: lines, a day's curve, the month's use of every line. Then to the end of the
/// replay.
fn started(folder: &Path) -> [f64; 3] {
    let begin = Instant::now();
    let since = || begin.elapsed().as_secs_f64() * 1e3;
    let history = History::open(settings(folder)).unwrap();
    let opened = since();
    let reader = history.reader();
    let (line, resolution) = (LineId::from_number(5), Resolution::Points(600));
    let (from_ms, to_ms) = (BEGIN + WEEK - DAY, BEGIN + WEEK);
    assert_eq!(reader.lines(None).unwrap().len(), ROUTERS * LINES);
    let curve = reader.history(&HistoryQuery { line, from_ms, to_ms, resolution }).unwrap();
    assert!(curve.points.iter().filter(|point| point.rates.is_some()).count() > 400);
    let query = UsageQuery { lines: Lines::One(line), by: By::Day, from_ms: BEGIN, to_ms, offset: 0, limit: 1 };
    assert_eq!(reader.usage(&query).unwrap().lines[0].periods.len(), 7);
    let answered = since();
    while history.status().replaying {
        std::thread::park_timeout(Duration::from_millis(1));
    }
    [opened, answered, since()]
}

pub(crate) fn run(bars: &mut Bars) {
    println!("\n## A start with two years of {} lines on the disk and a full journal\n", ROUTERS * LINES);
    let folder = tempfile::tempdir().unwrap();
    recorded(folder.path());
    repeated(folder.path(), "m1", 7);
    repeated(folder.path(), "m5", 28);
    totals(folder.path());
    // Only so many weeks of minutes are kept.
    let journal = written(&folder.path().join("journal"));
    let files: usize =
        ["raw", "m1", "m5"].iter().map(|tier| std::fs::read_dir(folder.path().join(tier)).unwrap().count()).sum();
    println!(
        "{:.1} GB in {files} files and the database, {:.0} MB of journal\n",
        bytes_in(folder.path()) as f64 / 1e9,
        journal as f64 / 1e6
    );
    println!("| what | found | bar | met |\n| --- | --- | --- | --- |");
    for from in ["from memory", "from the disk"] {
        let mut rounds: Vec<[f64; 3]> = (0..3)
            .map(|_| {
                if from == "from the disk" {
                    forget(folder.path());
                }
                started(folder.path())
            })
            .collect();
        rounds.sort_by(|one, other| one[1].total_cmp(&other[1]));
        let [opened, answered, replayed] = rounds[1];
        println!("| opened, {from} | {opened:.1} ms | - | - |");
        bars.hold(&format!("the first answers, {from}"), answered, 300.0, "ms");
        println!("| the open hour read behind it, {from} | {replayed:.0} ms | - | - |");
    }
}
