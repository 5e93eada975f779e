//! A collector's history that was restored from a backup: whoever follows it has what the lost one recorded since, and
//! misses nothing of what the restored one records.

use std::collections::HashMap;
use std::path::Path;

use lalin_history::{Error, History, LineName, LineReading, Snapshot, Tick, restored};
use lalin_stats::{Counters, RouterId};

use crate::truth::{folder, settings};

/// 2026-03-01 00:00 in Jakarta.
const BEGIN: i64 = 1_772_298_000_000;

fn router() -> RouterId {
    "r1".parse().unwrap()
}

/// A tick each minute, and ten bytes.
fn record(history: &History, minutes: std::ops::Range<u64>) {
    for minute in minutes {
        let reading = LineReading {
            name: LineName::interface("ether1"),
            shown: "ether1".into(),
            incarnation: 1,
            born: false,
            counters: Counters::bytes(minute * 10, 0),
        };
        let tick = Tick {
            router: router(),
            wall_ms: BEGIN + minute as i64 * 60_000,
            mono_ms: minute * 60_000,
            interval_ms: 60_000,
            readings: vec![reading],
        };
        assert!(history.recorder().record(tick));
    }
    history.flush().unwrap();
}

fn follow(centre: &History, collector: &History, cursors: &mut HashMap<RouterId, u64>) {
    let (batches, more) = collector.hand_over().after(cursors, usize::MAX).unwrap();
    assert!(!more);
    for batch in batches {
        let last = batch.last();
        assert_eq!(centre.append(batch).unwrap(), last);
        cursors.insert(router(), last);
    }
}

/// The minutes that are there, and what passed.
fn past(history: &History) -> (Vec<i64>, u64) {
    history.flush().unwrap();
    let line = history.reader().find(&router(), &LineName::interface("ether1")).unwrap().unwrap();
    let (mut minutes, mut sum) = (Vec::new(), 0);
    let each = &mut |sample: lalin_history::Sample| {
        minutes.push((sample.at_ms - BEGIN) / 60_000);
        sum += sample.rises.rx_bytes;
        true
    };
    history.reader().samples(line.id, BEGIN, BEGIN + 86_400_000, each).unwrap();
    (minutes, sum)
}

/// As `lalin backup` copies it, and `lalin restore` puts it somewhere.
fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for mut file in Snapshot::take(from, &to.join("meta.db")).unwrap().files {
        let path = to.join(&file.name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::io::copy(&mut file, &mut std::fs::File::create(path).unwrap()).unwrap();
    }
}

#[test]
fn who_follows_a_restored_history_misses_nothing_of_it_and_counts_nothing_twice() {
    let (lost, centre_folder, backup) = (folder(), folder(), folder());
    let centre = History::open(settings(centre_folder.path())).unwrap();
    let mut cursors = HashMap::new();
    let collector = History::open(settings(lost.path())).unwrap();
    record(&collector, 0..20);
    copy(lost.path(), &backup.path().join("copy"));
    record(&collector, 20..50);
    follow(&centre, &collector, &mut cursors);
    assert_eq!(past(&centre), ((0..50).collect(), 490));
    collector.close();
    drop(lost);

    // Restored twice from the same backup: the first one is lost as well.
    let mut expected: Vec<i64> = (0..50).collect();
    for (life, minutes) in [60..70, 80..90].into_iter().enumerate() {
        let place = backup.path().join(format!("life-{life}"));
        copy(&backup.path().join("copy"), &place);
        restored(&place).unwrap();
        let collector = History::open(settings(&place)).unwrap();
        record(&collector, minutes.clone());
        // Also when it was started again meanwhile, and has read its journal.
        collector.close();
        let collector = History::open(settings(&place)).unwrap();
        collector.flush().unwrap();
        follow(&centre, &collector, &mut cursors);
        expected.extend(minutes.map(|minute| minute as i64));
        let sum = 490 + 90 * (life as u64 + 1);
        assert_eq!(past(&centre), (expected.clone(), sum), "life {life}");
        collector.close();
    }
    assert!(matches!(restored(&backup.path().join("none")), Err(Error::NoHistory(_))));
}
