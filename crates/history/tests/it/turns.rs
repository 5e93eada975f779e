//! A router that two machines recorded in turns: one past, wherever each part of it came from.

use std::collections::HashMap;
use std::fs::File;

use lalin_history::{Archive, CsvRows, ExportQuery, Fineness, History, LineName, LineReading, Reader, Tick};
use lalin_stats::Counters;

use crate::truth::{folder, settings};

/// 2026-03-01 00:00 in Jakarta.
const BEGIN: i64 = 1_772_298_000_000;

#[test]
fn what_two_machines_recorded_in_turns_is_told_in_the_order_of_its_times() {
    let (folders, centre_folder) = ([folder(), folder()], folder());
    let machines = [0, 1].map(|place| History::open(settings(folders[place].path())).unwrap());
    for minute in 0..180 {
        // In turns of twenty minutes.
        let reading = LineReading {
            name: LineName::interface("ether1"),
            shown: "ether1".into(),
            incarnation: 1,
            born: false,
            counters: Counters::bytes(minute * 1_000, 0),
        };
        let tick = Tick {
            router: "r1".parse().unwrap(),
            wall_ms: BEGIN + minute as i64 * 60_000,
            mono_ms: minute * 60_000,
            interval_ms: 60_000,
            readings: vec![reading],
        };
        let machine = &machines[(minute / 20 % 2) as usize];
        if minute % 20 == 0 {
            assert!(machine.recorder().begins_anew("r1".parse().unwrap()));
        }
        assert!(machine.recorder().record(tick));
    }
    // The one that began is taken in last.
    let centre = History::open(settings(centre_folder.path())).unwrap();
    for machine in machines.iter().rev() {
        machine.flush().unwrap();
        let (batches, more) = machine.hand_over().after(&HashMap::new(), usize::MAX).unwrap();
        assert!(!more);
        for batch in batches {
            let last = batch.last();
            assert_eq!(centre.append(batch).unwrap(), last);
        }
    }
    let expected: Vec<i64> = (0..180).map(|minute| BEGIN + minute * 60_000).collect();
    let told = |reader: &Reader| {
        let line = reader.find(&"r1".parse().unwrap(), &LineName::interface("ether1")).unwrap().unwrap();
        let mut times = Vec::new();
        let each = &mut |sample: lalin_history::Sample| {
            times.push(sample.at_ms);
            true
        };
        reader.samples(line.id, BEGIN, BEGIN + 86_400_000, each).unwrap();
        times
    };
    centre.flush().unwrap();
    assert_eq!(told(&centre.reader()), expected);
    centre.close();
    let archive = Archive::open(centre_folder.path()).unwrap();
    assert_eq!(told(archive.reader()), expected, "sealed");
    let path = centre_folder.path().join("samples.csv");
    let all = ExportQuery { router: None, line: None, from_ms: None, to_ms: None, fineness: Fineness::Samples };
    let rows = &mut CsvRows::new(File::create(&path).unwrap());
    assert_eq!(archive.export(&all, rows, &mut |_| ()).unwrap(), 180);
    let text = std::fs::read_to_string(path).unwrap();
    let times = text.lines().skip(1).map(|row| row.split(',').nth(5).unwrap().parse::<i64>().unwrap());
    assert_eq!(times.collect::<Vec<_>>(), expected);
}
