//! A history as files: what is looked at, exported, imported and copied is what was recorded.

use std::fs::File;
use std::path::Path;

use lalin_history::{
    Archive, By, CsvRows, Error, ExportQuery, FaultKind, Fineness, History, ImportQuery, LineId, Lines, Period, Reader,
    Retention, Settings, Snapshot, SqliteRows, Tier, Totals, UsageQuery, Zone, compact, import, import_folder,
};

use crate::truth::{Router, folder, record, settings};

const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;
/// 2026-03-01 00:00 in Jakarta.
const BEGIN: i64 = 1_772_298_000_000;

/// Two routers of two lines each, one of which comes and goes, over so many hours.
fn recorded(history: &History, hours: i64, routers: &[&str]) {
    for (seed, id) in (7..).zip(routers) {
        let mut router = Router::new(id, BEGIN, 30_000, seed);
        router.come("ether1", "ether1");
        router.come("budi", "<pppoe-budi>");
        for tick in 0..hours * 120 {
            match tick % 1_000 {
                300 => router.go("budi"),
                340 => router.come("budi", "<pppoe-budi-1>"),
                500 => router.unwatched(600_000),
                700 => router.reboot(),
                _ => {}
            }
            record(history, &history.recorder(), &router.tick());
        }
    }
    history.flush().unwrap();
}

fn jakarta(folder: &Path) -> Settings {
    Settings { zone: Zone::named("WIB").unwrap(), ..settings(folder) }
}

fn usage(reader: &Reader, by: By) -> Vec<(String, String, Vec<Period>)> {
    let mut all = Vec::new();
    for line in reader.lines(None).unwrap() {
        let (lines, from_ms, to_ms) = (Lines::One(line.id), BEGIN - DAY, BEGIN + 10 * DAY);
        let query = UsageQuery { lines, by, from_ms, to_ms, offset: 0, limit: 1 };
        let mut periods = reader.usage(&query).unwrap().lines.remove(0).periods;
        // How long the router was read is not a line's, and so not exported.
        periods.iter_mut().for_each(|period| period.totals.router_ms = 0);
        all.push((line.router.to_string(), line.name.name.to_string(), periods));
    }
    all
}

/// The first difference, where there is one: all of it would be pages.
fn assert_same(found: &[(String, String, Vec<Period>)], expected: &[(String, String, Vec<Period>)], what: &str) {
    let names = |all: &[(String, String, Vec<Period>)]| {
        all.iter().map(|(router, line, _)| format!("{router}/{line}")).collect::<Vec<_>>()
    };
    assert_eq!(names(found), names(expected), "{what}");
    for ((router, line, found), (_, _, expected)) in found.iter().zip(expected) {
        assert_eq!(found.len(), expected.len(), "{what} {router} {line}");
        let differing = found.iter().zip(expected).find(|(found, expected)| found != expected);
        assert!(differing.is_none(), "{what} {router} {line}: {differing:#?}");
    }
}

fn whole(fineness: Fineness) -> ExportQuery {
    ExportQuery { router: None, line: None, from_ms: None, to_ms: None, fineness }
}

fn export(archive: &Archive, query: &ExportQuery, path: &Path) -> u64 {
    archive.export(query, &mut CsvRows::new(File::create(path).unwrap()), &mut |_| ()).unwrap()
}

fn copied(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        if entry.path().is_dir() {
            copied(&entry.path(), &to);
        } else {
            std::fs::copy(entry.path(), to).unwrap();
        }
    }
}

#[test]
fn beside_the_writer_it_answers_as_the_writer_does() {
    let folder = folder();
    let history = History::open(jakarta(folder.path())).unwrap();
    recorded(&history, 30, &["r1", "r2"]);
    let archive = Archive::open(folder.path()).unwrap();
    for by in [By::Hour, By::Day, By::Month] {
        assert_same(&usage(archive.reader(), by), &usage(&history.reader(), by), &format!("{by:?}"));
    }
    let report = archive.verify(&mut |_| ()).unwrap();
    assert_eq!(report.faults, []);
    assert!(report.segments >= 20 && report.totals > 80 && report.journals >= 1, "{report:?}");
    let refused = compact(jakarta(folder.path()), &mut |_| ());
    assert!(matches!(refused, Err(Error::Locked(_))), "{refused:?}");
    history.close();
    let none = Archive::open(&folder.path().join("elsewhere"));
    assert!(matches!(none, Err(Error::NoHistory(_))));
}

#[test]
fn a_flipped_bit_and_a_changed_total_are_found_and_nothing_else() {
    let folder = folder();
    let history = History::open(jakarta(folder.path())).unwrap();
    recorded(&history, 6, &["r1"]);
    history.close();
    let whole = Archive::open(folder.path()).unwrap().verify(&mut |_| ()).unwrap();
    assert_eq!(whole.faults, []);

    let total = crate::truth::folder();
    copied(folder.path(), total.path());
    let database = rusqlite::Connection::open(total.path().join("meta.db")).unwrap();
    let changed = "UPDATE hour SET rx_bytes = rx_bytes + 1 WHERE t = (SELECT t FROM hour ORDER BY t LIMIT 1 OFFSET 4)";
    assert!(database.execute(changed, []).unwrap() > 0);
    drop(database);
    let found = Archive::open(total.path()).unwrap().verify(&mut |_| ()).unwrap().faults;
    assert!(!found.is_empty() && found.iter().all(|fault| fault.kind == FaultKind::Total), "{found:?}");

    let segment = std::fs::read_dir(folder.path().join("raw")).unwrap().next().unwrap().unwrap().path();
    let bytes = std::fs::read(&segment).unwrap();
    let mut seen = std::collections::HashSet::new();
    for place in (46..bytes.len()).step_by(bytes.len() / 40) {
        let mut other = bytes.clone();
        other[place] ^= 4;
        std::fs::write(&segment, other).unwrap();
        let report = Archive::open(folder.path()).unwrap().verify(&mut |_| ()).unwrap();
        assert!(!report.faults.is_empty(), "byte {place}");
        seen.extend(report.faults.iter().map(|fault| fault.kind));
    }
    assert!(seen.contains(&FaultKind::Chunk) && seen.contains(&FaultKind::Segment), "{seen:?}");
    std::fs::write(&segment, bytes).unwrap();

    let journal = std::fs::read_dir(folder.path().join("journal")).unwrap().next().unwrap().unwrap().path();
    let mut bytes = std::fs::read(&journal).unwrap();
    bytes[40] ^= 1;
    std::fs::write(&journal, bytes).unwrap();
    let found = Archive::open(folder.path()).unwrap().verify(&mut |_| ()).unwrap().faults;
    assert_eq!(found.iter().map(|fault| fault.kind).collect::<Vec<_>>(), [FaultKind::Journal], "{found:?}");
}

#[test]
fn an_export_that_is_imported_gives_the_same_totals_and_is_refused_twice() {
    let (from, to) = (folder(), folder());
    let history = History::open(jakarta(from.path())).unwrap();
    recorded(&history, 52, &["r1", "r2"]);
    let archive = Archive::open(from.path()).unwrap();
    let file = from.path().join("samples.csv");
    let rows = export(&archive, &whole(Fineness::Samples), &file);
    let query = ImportQuery { file, from_ms: None, to_ms: None };
    let imported = import(jakarta(to.path()), &query, &mut |_| ()).unwrap();
    assert_eq!((imported.samples, imported.lines), (rows, 4));

    let there = Archive::open(to.path()).unwrap();
    for by in [By::Hour, By::Day, By::Month] {
        assert_same(&usage(there.reader(), by), &usage(archive.reader(), by), &format!("{by:?}"));
    }
    assert_eq!(there.verify(&mut |_| ()).unwrap().faults, []);
    let twice = import(jakarta(to.path()), &query, &mut |_| ());
    assert!(matches!(twice, Err(Error::Double { .. })), "{twice:?}");
    assert_same(&usage(there.reader(), By::Day), &usage(archive.reader(), By::Day), "a refusal changes nothing");

    // It goes on as any history does.
    let again = History::open(jakarta(to.path())).unwrap();
    again.flush().unwrap();
    assert_same(&usage(&again.reader(), By::Hour), &usage(archive.reader(), By::Hour), "opened again");
}

#[test]
fn a_file_in_another_order_or_a_part_of_it_comes_to_the_same() {
    let (from, to) = (folder(), folder());
    let history = History::open(jakarta(from.path())).unwrap();
    recorded(&history, 4, &["r1"]);
    let archive = Archive::open(from.path()).unwrap();
    let file = from.path().join("samples.csv");
    export(&archive, &whole(Fineness::Samples), &file);
    let text = std::fs::read_to_string(&file).unwrap();
    let (head, rows) = text.split_once('\n').unwrap();
    let mut rows: Vec<&str> = rows.lines().collect();
    rows.sort_unstable_by(|a, b| b.cmp(a));
    std::fs::write(&file, format!("{head}\n{}\n", rows.join("\n"))).unwrap();
    let middle = Some(BEGIN + 2 * HOUR + 12_345);
    for (from_ms, to_ms) in [(None, middle), (middle, None)] {
        import(jakarta(to.path()), &ImportQuery { file: file.clone(), from_ms, to_ms }, &mut |_| ()).unwrap();
    }
    let there = Archive::open(to.path()).unwrap();
    assert_same(&usage(there.reader(), By::Hour), &usage(archive.reader(), By::Hour), "another order");

    std::fs::write(&file, format!("{head}\nr1,interface,x,x,,1,2,3\n")).unwrap();
    let query = ImportQuery { file: file.clone(), from_ms: None, to_ms: None };
    assert!(matches!(import(jakarta(to.path()), &query, &mut |_| ()), Err(Error::Import { line: 2, .. })));
    std::fs::write(&file, "from,to\n1,2\n").unwrap();
    assert!(matches!(import(jakarta(to.path()), &query, &mut |_| ()), Err(Error::Import { line: 1, .. })));
}

#[test]
fn a_whole_history_comes_into_a_new_one_as_it_is_and_into_another_beside_what_is_there() {
    let (from, new, other) = (folder(), folder(), folder());
    // So that the first days have totals without samples.
    let short = Retention { raw: lalin_history::Keep::days(1), ..Retention::default() };
    let history = History::open(Settings { retention: short, ..jakarta(from.path()) }).unwrap();
    recorded(&history, 100, &["r1"]);
    history.compact().unwrap();
    let archive = Archive::open(from.path()).unwrap();
    import_folder(jakarta(new.path()), from.path(), &mut |_| ()).unwrap();
    let there = Archive::open(new.path()).unwrap();
    for by in [By::Hour, By::Day, By::Month] {
        assert_same(&usage(there.reader(), by), &usage(archive.reader(), by), &format!("{by:?}"));
    }

    let busy = History::open(jakarta(other.path())).unwrap();
    recorded(&busy, 30, &["r2"]);
    let own = usage(&busy.reader(), By::Hour);
    busy.close();
    let imported = import_folder(jakarta(other.path()), from.path(), &mut |_| ()).unwrap();
    assert!(imported.totals > 50 && imported.samples > 1_000, "{imported:?}");
    let there = Archive::open(other.path()).unwrap();
    for by in [By::Hour, By::Day, By::Month] {
        let both = usage(there.reader(), by);
        let of = |router: &str| both.iter().filter(|(one, ..)| one == router).cloned().collect::<Vec<_>>();
        assert_same(&of("r1"), &usage(archive.reader(), by), &format!("{by:?}"));
        if by == By::Hour {
            assert_same(&of("r2"), &own, "what was there");
        }
    }
    assert_eq!(there.verify(&mut |_| ()).unwrap().faults, []);
    let twice = import_folder(jakarta(other.path()), from.path(), &mut |_| ());
    assert!(matches!(twice, Err(Error::Double { .. })), "{twice:?}");
}

#[test]
fn every_fineness_sums_up_to_the_same() {
    let folder = folder();
    let history = History::open(jakarta(folder.path())).unwrap();
    recorded(&history, 50, &["r1"]);
    let archive = Archive::open(folder.path()).unwrap();
    let sum = |reader: &Reader| {
        let mut sum = Totals::default();
        usage(reader, By::Month)
            .iter()
            .flat_map(|(_, _, periods)| periods)
            .for_each(|period| sum.rx_bytes += period.totals.rx_bytes);
        sum.rx_bytes as i64
    };
    let expected = sum(archive.reader());
    let finenesses = [
        Fineness::Tier(Tier::Minute),
        Fineness::Tier(Tier::FiveMinutes),
        Fineness::Tier(Tier::Hour),
        Fineness::StepMs(900_000),
        Fineness::By(By::Day),
        Fineness::By(By::Month),
    ];
    for (place, fineness) in (0..).zip(finenesses) {
        let path = folder.path().join(format!("{place}.db"));
        let mut rows = SqliteRows::create(&path).unwrap();
        let count = archive.export(&whole(fineness), &mut rows, &mut |_| ()).unwrap();
        drop(rows);
        let database = rusqlite::Connection::open(&path).unwrap();
        let found: (i64, i64) = database
            .query_row("SELECT count(*), sum(rx_bytes) FROM history", [], |row| Ok((row.get(0)?, row.get(1)?)))
            .unwrap();
        assert_eq!(found, (count as i64, expected), "{fineness:?}");
        assert!(SqliteRows::create(&path).is_err(), "what is there is not written over");
    }
    let one = ExportQuery { line: Some("<pppoe-budi-1>".to_owned()), ..whole(Fineness::By(By::Day)) };
    assert_eq!(export(&archive, &one, &folder.path().join("one.csv")), 3);
    let none = ExportQuery { line: Some("siti".to_owned()), ..whole(Fineness::Samples) };
    let refused = archive.export(&none, &mut CsvRows::new(Vec::new()), &mut |_| ());
    assert!(matches!(refused, Err(Error::NoLine)));
}

#[cfg(feature = "parquet")]
#[test]
fn parquet_holds_what_the_csv_holds() {
    use parquet::file::reader::{FileReader, SerializedFileReader};
    let folder = folder();
    let history = History::open(jakarta(folder.path())).unwrap();
    recorded(&history, 3, &["r1"]);
    let archive = Archive::open(folder.path()).unwrap();
    let path = folder.path().join("samples.parquet");
    let mut rows = lalin_history::ParquetRows::new(File::create(&path).unwrap());
    let count =
        archive.export(&whole(Fineness::Samples), &mut rows as &mut dyn lalin_history::Rows, &mut |_| ()).unwrap();
    let csv = folder.path().join("samples.csv");
    export(&archive, &whole(Fineness::Samples), &csv);
    let reader = SerializedFileReader::new(File::open(&path).unwrap()).unwrap();
    let text = std::fs::read_to_string(&csv).unwrap();
    let mut read = 0;
    for (row, line) in reader.get_row_iter(None).unwrap().zip(text.lines().skip(1)) {
        let row = row.unwrap();
        let value = |(name, field): (&String, &parquet::record::Field)| match field {
            parquet::record::Field::Str(text) => text.clone(),
            parquet::record::Field::Long(number) | parquet::record::Field::TimestampMillis(number) => {
                number.to_string()
            }
            other => panic!("{name}: {other:?}"),
        };
        let values: Vec<String> = row.get_column_iter().map(value).collect();
        assert_eq!(values.join(","), line);
        read += 1;
    }
    assert_eq!(read, count);
}

#[test]
fn a_copy_that_is_taken_while_it_records_is_whole() {
    let (folder, to) = (folder(), folder());
    let history = History::open(jakarta(folder.path())).unwrap();
    recorded(&history, 30, &["r1"]);
    let recorder = history.recorder();
    let stop = std::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let mut router = Router::new("r2", BEGIN, 30_000, 3);
            router.come("ether9", "ether9");
            while !stop.load(std::sync::atomic::Ordering::Relaxed) {
                record(&history, &recorder, &router.tick());
            }
        });
        for copy in 0..5 {
            let to = to.path().join(copy.to_string());
            std::fs::create_dir_all(&to).unwrap();
            let database = to.join("meta.db");
            let snapshot = Snapshot::take(folder.path(), &database).unwrap();
            assert!(snapshot.bytes() > 10_000);
            for mut file in snapshot.files {
                let path = to.join(&file.name);
                std::fs::create_dir_all(path.parent().unwrap()).unwrap();
                let bytes = file.bytes;
                let mut part = std::io::Read::take(&mut file, bytes);
                std::io::copy(&mut part, &mut File::create(path).unwrap()).unwrap();
            }
            let restored = History::open(jakarta(&to)).unwrap();
            restored.flush().unwrap();
            let of = |reader: &Reader| {
                usage(reader, By::Hour).into_iter().filter(|(one, ..)| one == "r1").collect::<Vec<_>>()
            };
            assert_same(&of(&restored.reader()), &of(&history.reader()), &format!("copy {copy}"));
            // What came meanwhile is there up to some tick, and from the first one on without a hole.
            if let Some(line) = restored.reader().lines(None).unwrap().iter().find(|line| *line.shown == *"ether9") {
                assert_eq!(holes(&restored.reader(), line.id), 0, "copy {copy}");
            }
            restored.close();
            assert_eq!(Archive::open(&to).unwrap().verify(&mut |_| ()).unwrap().faults, [], "copy {copy}");
        }
        stop.store(true, std::sync::atomic::Ordering::Relaxed);
    });
}

fn holes(reader: &Reader, line: LineId) -> usize {
    let (mut before, mut holes) = (None, 0);
    reader
        .samples(line, 0, i64::MAX / 2, &mut |sample| {
            holes += usize::from(before.is_some_and(|before| sample.at_ms != before + 30_000));
            before = Some(sample.at_ms);
            true
        })
        .unwrap();
    holes
}

#[test]
fn stats_say_what_is_there_and_what_will_be() {
    let folder = folder();
    let history = History::open(jakarta(folder.path())).unwrap();
    recorded(&history, 60, &["r1"]);
    history.compact().unwrap();
    let stats = Archive::open(folder.path()).unwrap().stats(&jakarta(folder.path())).unwrap();
    assert_eq!((stats.lines, stats.routers, stats.tiers.len()), (2, 1, 3));
    let raw = stats.tiers[0];
    assert!((0.5..40.0).contains(&raw.bytes_a_sample), "{raw:?}");
    assert!(raw.from_ms >= BEGIN && raw.to_ms <= BEGIN + 3 * DAY, "{raw:?}");
    assert!(stats.estimate_bytes > stats.bytes, "{stats:?}");
}
