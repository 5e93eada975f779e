//! Bytes a sample, directory and headers included, for each sort of line; beside rows of SQLite and VictoriaMetrics.

use lalin_history::{History, Keep, Settings, Zone};
use rusqlite::Connection;

use crate::generator::{KINDS, Kind, Router, mixed};
use crate::victoria::Victoria;
use crate::{Bars, bytes_in};

const BEGIN: i64 = 1_772_323_200_000;
const TICKS: usize = 8_640;
/// Lines of one sort on one router. A time column is shared by them, as on any router.
const LINES: usize = 100;
/// The bars: an hour, a day.
const BARS: [(f64, f64); 5] = [(11.0, 10.5), (4.7, 4.0), (2.9, 2.4), (2.0, 1.4), (0.15, 0.01)];
/// Of the mix: WAN, PPPoE, idle, dead.
const SHARES: [f64; 5] = [0.04, 0.76, 0.0, 0.12, 0.08];

fn measured(kinds: impl Iterator<Item = Kind>) -> (f64, f64) {
    let folder = tempfile::tempdir().unwrap();
    let mut settings = Settings { zone: Zone::utc(), ..Settings::new(folder.path()) };
    settings.retention.raw = Keep::default();
    let history = History::open(settings).unwrap();
    let mut router = Router::new(1, kinds, BEGIN, 10_000);
    let (mut samples, mut last) = (0u64, None);
    for tick in 0..TICKS {
        let next = router.tick();
        samples += next.readings.len() as u64;
        assert!(history.recorder().record(next));
        if tick % 100 == 99 {
            history.flush().unwrap();
        }
        last = Some(tick);
    }
    assert!(last.is_some());
    // The first tick of the next day closes the last hour, and what is an hour later puts the day together.
    history.flush().unwrap();
    router.wall_ms += 60_000;
    let next = router.tick();
    assert!(history.recorder().record(next));
    while std::fs::read_dir(folder.path().join("raw")).unwrap().count() < 24 || !quiet(&history) {
        history.flush().unwrap();
    }
    let hours = bytes_in(&folder.path().join("raw")) as f64 / samples as f64;
    history.compact().unwrap();
    let days = bytes_in(&folder.path().join("raw")) as f64 / samples as f64;
    (hours, days)
}

/// Whether no segment is half written.
fn quiet(history: &History) -> bool {
    history.reader().verify(&mut |_| ()).is_ok_and(|found| found.segments >= 24)
}

pub(crate) fn run(bars: &mut Bars) {
    println!("\n## Bytes a sample, {LINES} lines a sort for a day at 10 s, everything included\n");
    println!("| what | found | bar | met |\n| --- | --- | --- | --- |");
    let mut mix = (0.0, 0.0);
    for (((kind, name), (hour, day)), share) in KINDS.into_iter().zip(BARS).zip(SHARES) {
        let found = measured(std::iter::repeat_n(kind, LINES));
        bars.hold(&format!("{name}, hours"), found.0, hour, "B");
        bars.hold(&format!("{name}, day"), found.1, day, "B");
        mix = (mix.0 + share * found.0, mix.1 + share * found.1);
    }
    bars.hold("mix, hours", mix.0, 4.3, "B");
    bars.hold("mix, day", mix.1, 3.6, "B");
    println!("\nSQLite, a row a sample of the mix: {:.1} B", sqlite());
    for (grid, share) in [(false, 0.7), (true, 0.8)] {
        let times = if grid { "times on the grid" } else { "real times" };
        match Victoria::filled(grid).and_then(|full| full.bytes_a_sample()) {
            Ok(theirs) => {
                println!("\nVictoriaMetrics, {times}: {theirs:.2} B");
                bars.hold(&format!("mix, day, beside VictoriaMetrics with {times}"), mix.1, theirs * share, "B");
            }
            Err(why) => println!("\nVictoriaMetrics, {times}: not measured: {why}"),
        }
    }
}

fn sqlite() -> f64 {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("rows.db");
    let mut database = Connection::open(&path).unwrap();
    let table = "CREATE TABLE sample (line INTEGER, t INTEGER, rx INTEGER, tx INTEGER, rxp INTEGER, txp INTEGER,
        PRIMARY KEY (line, t)) WITHOUT ROWID";
    database.execute_batch(table).unwrap();
    let mut router = Router::new(1, (0..LINES).map(mixed), BEGIN, 10_000);
    let mut rows = 0u64;
    for _ in 0..10 {
        let transaction = database.transaction().unwrap();
        for _ in 0..100 {
            for (line, reading) in router.tick().readings.into_iter().enumerate() {
                let counters = reading.counters;
                let number = |counter: Option<u64>| counter.unwrap_or_default() as i64;
                let row = (
                    line as i64,
                    router.wall_ms,
                    number(counters.rx_bytes),
                    number(counters.tx_bytes),
                    number(counters.rx_packets),
                    number(counters.tx_packets),
                );
                transaction
                    .prepare_cached("INSERT INTO sample VALUES (?, ?, ?, ?, ?, ?)")
                    .unwrap()
                    .execute(row)
                    .unwrap();
                rows += 1;
            }
        }
        transaction.commit().unwrap();
    }
    drop(database);
    bytes_in(folder.path()) as f64 / rows as f64
}
