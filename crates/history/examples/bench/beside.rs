//! The same day of a hundred lines in ours, in VictoriaMetrics and in rows of SQLite, one after the other in one run: how
//! quickly samples are taken, and how quickly the day of one line is answered as 1,000 points with their peaks.

use std::time::Instant;

use lalin_history::{History, HistoryQuery, LineId, Resolution, Settings, Zone};
use rusqlite::Connection;

use crate::Bars;
use crate::generator::{Router, mixed};
use crate::reading::warm;
use crate::victoria::Victoria;

const BEGIN: i64 = 1_772_323_200_000;
const DAY: i64 = 86_400_000;
const TICKS: usize = 8_640;
const LINES: usize = 100;
/// A customer's line.
const LINE: usize = 7;

fn row(name: &str, seconds: f64, ms: f64) {
    let samples = (TICKS * LINES) as f64;
    println!("| {name} | {:.2} M | {ms:.2} ms |", samples / seconds / 1e6);
}

pub(crate) fn run(_: &mut Bars) {
    println!("\n## Beside others, a day of {LINES} lines at 10 s\n");
    println!("| who | samples a second | a day of one line to 1,000 points |\n| --- | --- | --- |");
    let ticks: Vec<_> = {
        let mut router = Router::new(1, (0..LINES).map(mixed), BEGIN, 10_000);
        (0..TICKS).map(|_| router.tick()).collect()
    };
    ours(&ticks);
    match Victoria::filled(false) {
        Ok(full) => row(
            "VictoriaMetrics, imported at once, over HTTP",
            full.import,
            warm(|| {
                assert!(full.query(LINE).unwrap() > 10_000);
            }),
        ),
        Err(why) => println!("| VictoriaMetrics | not measured: {why} | |"),
    }
    sqlite(&ticks);
}

fn ours(ticks: &[lalin_history::Tick]) {
    let folder = tempfile::tempdir().unwrap();
    let history = History::open(Settings { zone: Zone::utc(), ..Settings::new(folder.path()) }).unwrap();
    let begin = Instant::now();
    for (number, tick) in ticks.iter().enumerate() {
        assert!(history.recorder().record(tick.clone()));
        if number % 500 == 0 {
            history.flush().unwrap();
        }
    }
    history.flush().unwrap();
    let seconds = begin.elapsed().as_secs_f64();
    history.compact().unwrap();
    let (line, resolution) = (LineId::from_number(LINE as u32 + 1), Resolution::Points(1_000));
    let query = HistoryQuery { line, from_ms: BEGIN, to_ms: BEGIN + DAY, resolution };
    let reader = history.reader();
    let ask = || assert!(reader.history(&query).unwrap().points.len() > 600);
    row("Lalin, tick by tick, journal and hours", seconds, warm(ask));
}

fn sqlite(ticks: &[lalin_history::Tick]) {
    let folder = tempfile::tempdir().unwrap();
    let mut database = Connection::open(folder.path().join("rows.db")).unwrap();
    let table = "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;
        CREATE TABLE sample (line INTEGER, t INTEGER, rx INTEGER, tx INTEGER, rxp INTEGER, txp INTEGER,
        PRIMARY KEY (line, t)) WITHOUT ROWID";
    database.execute_batch(table).unwrap();
    let begin = Instant::now();
    for some in ticks.chunks(360) {
        let transaction = database.transaction().unwrap();
        let mut insert = transaction.prepare("INSERT INTO sample VALUES (?, ?, ?, ?, ?, ?)").unwrap();
        for tick in some {
            for (line, reading) in tick.readings.iter().enumerate() {
                let counters = reading.counters;
                let all = [counters.rx_bytes, counters.tx_bytes, counters.rx_packets, counters.tx_packets];
                let [rx, tx, rxp, txp] = all.map(|counter| counter.unwrap_or_default() as i64);
                insert.execute((line as i64, tick.wall_ms, rx, tx, rxp, txp)).unwrap();
            }
        }
        drop(insert);
        transaction.commit().unwrap();
    }
    let seconds = begin.elapsed().as_secs_f64();
    let sql = "SELECT t / 86400, avg(rate), min(rate), max(rate) FROM (
            SELECT t, (rx - lag(rx) OVER w) * 8000 / (t - lag(t) OVER w) AS rate FROM sample
            WHERE line = ?1 WINDOW w AS (ORDER BY t))
        GROUP BY 1";
    let mut statement = database.prepare(sql).unwrap();
    let ask = || {
        let rows = statement.query_map([LINE as i64], |row| row.get::<_, i64>(0)).unwrap().count();
        assert!(rows >= 1_000);
    };
    row("SQLite, rows, an hour a transaction", seconds, warm(ask));
}
