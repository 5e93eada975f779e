//! A disk that is full, or cannot be synced, stops the recording and nothing else; and it goes on by itself.

use std::path::Path;
use std::sync::Arc;

use lalin_stats::Counters;

use super::engine::Engine;
use super::status::Recording;
use crate::columns::Start;
use crate::disk::{Disk, SimulatedDisk};
use crate::segment::TimesCache;
use crate::settings::Settings;
use crate::zone::Zone;
use crate::{Cause, LineName, LineReading, Tick};

fn engine(disk: &SimulatedDisk, folder: &Path) -> Engine {
    let disk: Arc<dyn Disk> = Arc::new(disk.clone());
    let mut engine = Engine::open(disk, Settings { zone: Zone::utc(), ..Settings::new(folder) }).unwrap();
    engine.replay().unwrap();
    engine
}

const BEGIN: i64 = 1_700_000_000_000;

fn tick(number: i64) -> Tick {
    let counters = Counters::bytes(number as u64 * 1_000, 0);
    let name = LineName::interface("ether1");
    let reading = LineReading { name, shown: "ether1".into(), incarnation: 1, born: false, counters };
    let (wall_ms, mono_ms) = (BEGIN + number * 10_000, number as u64 * 10_000);
    Tick { router: "r1".parse().unwrap(), wall_ms, mono_ms, interval_ms: 10_000, readings: vec![reading] }
}

fn rises(engine: &Engine) -> Vec<(Option<Start>, i64)> {
    let view = engine.shared.get();
    let pieces = view.pieces(1, (0, i64::MAX / 2), &mut TimesCache::default(), &engine.damage);
    pieces
        .iter()
        .flat_map(|piece| {
            piece.chunk.runs.ticks().zip(&piece.chunk.columns[0]).map(|((_, start), rise)| (start, *rise))
        })
        .collect()
}

#[test]
fn a_full_disk_is_a_gap_with_its_cause_and_heals() {
    let (disk, folder) = (SimulatedDisk::default(), tempfile::tempdir().unwrap());
    let mut engine = engine(&disk, folder.path());
    (0..5).for_each(|number| engine.tick(&tick(number)).unwrap());
    disk.set_room(Some(disk.used() + 10));
    (5..8).for_each(|number| assert!(engine.tick(&tick(number)).is_err()));
    assert!(
        matches!(engine.status.lock().recording, Recording::Stopped { since_ms, .. } if since_ms == tick(5).wall_ms)
    );
    // What was recorded is still answered.
    assert_eq!(rises(&engine).len(), 5);
    disk.set_room(None);
    (8..10).for_each(|number| engine.tick(&tick(number)).unwrap());
    assert_eq!(engine.status.lock().recording, Recording::Running);
    let expected = [(Some(Start::First), 0), (None, 1_000), (None, 1_000), (None, 1_000), (None, 1_000)];
    let expected = [&expected[..], &[(Some(Start::Gap), 4_000), (None, 1_000)]].concat();
    assert_eq!(rises(&engine), expected);
    let found = engine.database.happenings(1, 0, 0, i64::MAX / 2).unwrap();
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!((found[0].cause, found[0].from_ms), (Cause::DiskFull, tick(5).wall_ms));
    assert_eq!(found[0].to_ms, Some(tick(8).wall_ms));
    drop(engine);
    let engine = self::engine(&disk, folder.path());
    assert_eq!(rises(&engine), expected);
}

#[test]
fn a_segment_that_does_not_fit_is_written_when_there_is_room() {
    let (disk, folder) = (SimulatedDisk::default(), tempfile::tempdir().unwrap());
    let mut engine = engine(&disk, folder.path());
    (0..400).for_each(|number| engine.tick(&tick(number)).unwrap());
    disk.set_room(Some(disk.used() + 20));
    assert!(engine.finish_work().is_err());
    assert_eq!(rises(&engine).len(), 400, "what is not sealed is read from memory");
    disk.set_room(None);
    engine.finish_work().unwrap();
    assert_eq!(rises(&engine).len(), 400);
    assert_eq!(engine.shared.get().raw.len(), 1);
    assert_eq!(engine.shared.get().hours.len(), 1);
}

#[test]
fn after_a_failed_sync_everything_is_written_anew() {
    let (disk, folder) = (SimulatedDisk::default(), tempfile::tempdir().unwrap());
    let mut engine = engine(&disk, folder.path());
    (0..7).for_each(|number| engine.tick(&tick(number)).unwrap());
    disk.fail_syncs(true);
    assert!(engine.sync().is_err());
    disk.fail_syncs(false);
    // The old file stays unsynced for ever: only a new one makes it safe.
    disk.fail_next_sync();
    engine.sync().unwrap();
    let after = disk.after_power_loss(&mut fastrand::Rng::with_seed(1));
    drop(engine);
    let mut engine = self::engine(&after, folder.path());
    assert_eq!(rises(&engine).len(), 7);
    engine.tick(&Tick { mono_ms: 5, ..tick(7) }).unwrap();
    assert_eq!(rises(&engine)[7], (Some(Start::Gap), 1_000));
}

#[test]
fn a_wall_clock_that_is_set_loses_doubles_and_reorders_nothing() {
    const DAY: i64 = 86_400_000;
    for by in [DAY, -7 * 3_600_000, 1_000, -1_000, -40 * DAY, 4_000 * DAY] {
        let (disk, folder) = (SimulatedDisk::default(), tempfile::tempdir().unwrap());
        let mut engine = engine(&disk, folder.path());
        let moved = |number: i64, by: i64| Tick { wall_ms: tick(number).wall_ms + by, ..tick(number) };
        for number in 0..2_000 {
            let by = if (700..1_400).contains(&number) { by } else { 0 };
            engine.tick(&moved(number, by)).unwrap();
            engine.finish_work().unwrap();
        }
        for _ in 0..2 {
            // What is dated before the oldest that is kept goes like everything as old; its totals stay.
            if by > -7 * DAY {
                let rises = rises(&engine);
                assert_eq!(rises.len(), 2_000, "{by}");
                let whole =
                    |(start, rise): &(Option<Start>, i64)| *rise == 1_000 && start.is_none_or(Start::is_measured);
                assert!(rises[1..].iter().all(whole), "{by}");
            }
            engine.seal().unwrap();
            engine.finish_work().unwrap();
            let (from, to) = (BEGIN + by.min(0) - DAY, BEGIN + by.max(0) + 2 * DAY);
            let days = engine.database.days((1, 1), from, to).unwrap();
            let sum = |pick: fn(&crate::Totals) -> u64| days.iter().map(|row| pick(&row.totals)).sum::<u64>();
            assert_eq!(sum(|totals| totals.rx_bytes), 1_999_000, "{by}");
            assert_eq!(sum(|totals| totals.measured_ms), 19_990_000, "{by}");
            engine.compact().unwrap();
        }
    }
}
