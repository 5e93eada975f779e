//! How long answers take, from memory and from the disk.

use std::path::Path;
use std::time::Instant;

use lalin_history::{
    By, History, HistoryQuery, Keep, LineId, Lines, Month, PercentileQuery, PercentilesQuery, Resolution, Rule,
    Settings, UsageQuery, Zone,
};

use crate::Bars;
use crate::generator::{Kind, Router, mixed};

/// 2026-03-01.
const MARCH: i64 = 1_772_323_200_000;
const DAY: i64 = 86_400_000;

fn filled(folder: &Path, lines: usize, days: i64, interval_ms: u32) -> History {
    let mut settings = Settings { zone: Zone::utc(), ..Settings::new(folder) };
    settings.retention.raw = Keep::default();
    settings.retention.minute = Keep::default();
    let history = History::open(settings).unwrap();
    let kinds = (0..lines).map(|line| if line == 0 { Kind::Wan } else { mixed(line) });
    let mut router = Router::new(1, kinds, MARCH, interval_ms);
    let mut ticks = 0;
    while router.wall_ms < MARCH + days * DAY + 2 * 3_600_000 {
        assert!(history.recorder().record(router.tick()));
        ticks += 1;
        if ticks % 64 == 0 {
            history.flush().unwrap();
        }
    }
    history.compact().unwrap();
    history
}

/// The middle of five, in ms, from memory.
pub(crate) fn warm(mut run: impl FnMut()) -> f64 {
    run();
    let mut times: Vec<f64> = (0..5)
        .map(|_| {
            let begin = Instant::now();
            run();
            begin.elapsed().as_secs_f64() * 1e3
        })
        .collect();
    times.sort_by(f64::total_cmp);
    times[2]
}

/// Makes the system forget the files. Those that were never synced stay.
pub(crate) fn forget(folder: &Path) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            forget(&path);
        } else if let Ok(file) = std::fs::File::open(&path) {
            let _ = file.sync_all();
            #[cfg(target_os = "linux")]
            let _ = rustix::fs::fadvise(&file, 0, None, rustix::fs::Advice::DontNeed);
        }
    }
}

fn cold(folder: &Path, mut run: impl FnMut()) -> f64 {
    forget(folder);
    let begin = Instant::now();
    run();
    begin.elapsed().as_secs_f64() * 1e3
}

pub(crate) fn run(bars: &mut Bars) {
    println!("\n## Reading\n");
    println!("| what | found | bar | met |\n| --- | --- | --- | --- |");
    let folder = tempfile::tempdir().unwrap();
    let history = filled(folder.path(), 5, 30, 10_000);
    let reader = history.reader();
    let line = LineId::from_number(1);
    let query = |days: i64| {
        let (from_ms, to_ms) = (MARCH, MARCH + days * DAY);
        let answer =
            reader.history(&HistoryQuery { line, from_ms, to_ms, resolution: Resolution::Points(1_000) }).unwrap();
        assert!(answer.points.iter().filter(|point| point.rates.is_some()).count() > 100);
    };
    bars.hold("30 days to 1,000 points, warm", warm(|| query(30)), 10.0, "ms");
    bars.hold("30 days to 1,000 points, cold", cold(folder.path(), || query(30)), 50.0, "ms");
    let every_sample = || {
        let (mut samples, mut sum) = (0u64, 0u64);
        let each = &mut |sample: lalin_history::Sample| {
            samples += 1;
            sum += sample.rises.rx_bytes;
            true
        };
        reader.samples(line, MARCH, MARCH + 30 * DAY, each).unwrap();
        assert!(samples > 250_000 && sum > 0);
    };
    println!("| 30 days, each of the 259,000 samples, warm | {:.1} ms | - | - |", warm(every_sample));
    println!("| 30 days, each sample, cold | {:.1} ms | - | - |", cold(folder.path(), every_sample));
    drop(history);

    let folder = tempfile::tempdir().unwrap();
    let history = filled(folder.path(), 1_000, 31, 300_000);
    let reader = history.reader();
    let month = Month { year: 2026, month: 3 };
    let lines: Vec<LineId> = (1..=1_000).map(LineId::from_number).collect();
    let all = || {
        let query = PercentilesQuery { lines: &lines, month, p: 95.0, rule: Rule::Max };
        let found = reader.percentiles(&query).unwrap();
        assert!(found.len() == 1_000 && found.iter().all(|line| line.used > 8_000));
    };
    bars.hold("95th percentile of a month, 1,000 lines, warm", warm(all), 400.0, "ms");
    let query = PercentileQuery { line, month, p: 95.0, rule: Rule::Max };
    let one = || assert!(reader.percentile(&query).unwrap().used > 8_000);
    println!("| of one line, warm | {:.2} ms | - | - |", warm(one));
    let usage = || {
        let (from_ms, to_ms) = (MARCH, MARCH + 31 * DAY);
        let query = UsageQuery { lines: Lines::All, by: By::Day, from_ms, to_ms, offset: 0, limit: 1_000 };
        assert_eq!(reader.usage(&query).unwrap().lines.len(), 1_000);
    };
    println!("| a month of 1,000 lines by day, warm | {:.1} ms | - | - |", warm(usage));
    drop(history);

    let folder = tempfile::tempdir().unwrap();
    let history = filled(folder.path(), 2, 365, 60_000);
    let reader = history.reader();
    let year = || {
        let (from_ms, to_ms) = (MARCH, MARCH + 365 * DAY);
        let answer =
            reader.history(&HistoryQuery { line, from_ms, to_ms, resolution: Resolution::Points(1_000) }).unwrap();
        assert!(answer.points.iter().filter(|point| point.rates.is_some()).count() > 300);
    };
    bars.hold("a year to 1,000 points, warm", warm(year), 30.0, "ms");
    bars.hold("a year to 1,000 points, cold", cold(folder.path(), year), 100.0, "ms");
}
