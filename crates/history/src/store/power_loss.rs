//! Power is lost at any moment, again and again: what was synced is there, once and in order.
//!
//! The disk is simulated: what was not synced is there, or not, or garbage, and so are names whose folder was not
//! synced. The database is SQLite's own; what it may forget, everything since the last booking, is forgotten by turns.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use lalin_stats::Counters;

use super::engine::{Engine, Work};
use crate::columns::Start;
use crate::disk::{Disk, SimulatedDisk};
use crate::segment::TimesCache;
use crate::settings::{Keep, Settings};
use crate::zone::Zone;
use crate::{LineName, LineReading, Tick};

const INTERVAL_MS: i64 = 300_000;
const LINES: u64 = 3;

/// What a line's counter shows at a moment: a function of both, so that whatever is lost is known.
fn counter(line: u64, at_ms: i64) -> u64 {
    let steps = at_ms as u64 / 1_000;
    steps * 1_000 + (steps * steps / 7 + line * 31) % 977
}

fn tick(wall_ms: i64) -> Tick {
    let reading = |line: u64| LineReading {
        name: LineName::interface(&format!("ether{line}")),
        shown: format!("ether{line}").into(),
        incarnation: 1,
        born: false,
        counters: Counters::bytes(counter(line, wall_ms), 7),
    };
    Tick {
        router: "r1".parse().unwrap(),
        wall_ms,
        mono_ms: wall_ms as u64,
        interval_ms: INTERVAL_MS as u32,
        readings: (1..=LINES).map(reading).collect(),
    }
}

fn open(disk: &SimulatedDisk, folder: &Path) -> Engine {
    let disk: Arc<dyn Disk> = Arc::new(disk.clone());
    let mut settings = Settings { zone: Zone::utc(), ..Settings::new(folder) };
    // Nothing goes for its age: what is missing is lost.
    settings.retention.raw = Keep::default();
    let mut engine = Engine::open(disk, settings).unwrap();
    engine.replay().unwrap();
    engine
}

/// Every sample of a line: when, and what rose.
fn samples(engine: &Engine, line: u32) -> Vec<(i64, Option<Start>, u64)> {
    let view = engine.shared.get();
    let pieces = view.pieces(line, (i64::MIN / 4, i64::MAX / 4), &mut TimesCache::default(), &engine.damage);
    let each = pieces.iter().flat_map(|piece| {
        let ticks = piece.chunk.runs.ticks().zip(&piece.chunk.columns[0]);
        ticks.map(|((tick, start), rise)| (piece.times.at(tick), start, *rise as u64))
    });
    each.collect()
}

fn check(engine: &Engine, ticks: &[i64]) {
    for line in 1..=LINES {
        let found = samples(engine, line as u32);
        assert_eq!(
            found.iter().map(|(at, ..)| *at).collect::<Vec<_>>(),
            ticks,
            "line {line}: every tick once, in order"
        );
        for (place, (at, start, rise)) in found.iter().enumerate() {
            let before = if place == 0 { counter(line, *at) } else { counter(line, ticks[place - 1]) };
            assert_eq!(*rise, counter(line, *at) - before, "line {line} at {at} {start:?}");
        }
    }
}

/// SQLite's syncs are not what is tested here.
fn in_memory() -> tempfile::TempDir {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() { tempfile::tempdir_in(memory).unwrap() } else { tempfile::tempdir().unwrap() }
}

fn copy(from: &Path, to: &Path) {
    let _ = std::fs::remove_dir_all(to);
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        std::fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
    }
}

#[test]
fn what_was_synced_survives_every_loss_of_power() {
    for seed in 0..6 {
        let mut random = fastrand::Rng::with_seed(seed);
        let (here, copies) = (in_memory(), in_memory());
        let mut folder = here.path().join("0");
        std::fs::create_dir(&folder).unwrap();
        let safe_copy = copies.path().join("safe");
        let mut disk = SimulatedDisk::default();
        let mut engine = open(&disk, &folder);
        copy(&folder, &safe_copy);
        let mut now = 1_700_000_000_000;
        let mut ticks: Vec<i64> = Vec::new();
        for round in 1..=6 {
            let mut synced = 0;
            let mut booked = engine.shared.get().booked_upto;
            for step in 0..random.u32(1..500) {
                now += INTERVAL_MS;
                engine.tick(&tick(now)).unwrap();
                ticks.push(now);
                // Whoever syncs each 5 s has synced before every tick but the last.
                engine.sync().unwrap();
                synced = ticks.len();
                if step % 3 == 0 {
                    now += INTERVAL_MS;
                    engine.tick(&tick(now)).unwrap();
                    ticks.push(now);
                }
                while random.u32(0..4) > 0 && engine.work().unwrap() == Work::More {
                    if engine.shared.get().booked_upto > booked {
                        booked = engine.shared.get().booked_upto;
                        copy(&folder, &safe_copy);
                    }
                }
                if engine.shared.get().booked_upto > booked {
                    booked = engine.shared.get().booked_upto;
                    copy(&folder, &safe_copy);
                }
            }
            disk = disk.after_power_loss(&mut random);
            let next = here.path().join(round.to_string());
            copy(if random.bool() { &folder } else { &safe_copy }, &next);
            drop(engine);
            // The simulated disk knows the files by their old folder.
            disk = disk.moved(&folder, &next);
            folder = next;
            engine = open(&disk, &folder);
            let kept = samples(&engine, 1).len();
            assert!(kept >= synced && kept <= ticks.len(), "seed {seed}: {kept} of {}, {synced} synced", ticks.len());
            ticks.truncate(kept);
            check(&engine, &ticks);
            engine.finish_work().unwrap();
            check(&engine, &ticks);
            copy(&folder, &safe_copy);
            now += 10 * INTERVAL_MS;
        }
        engine.compact().unwrap();
        check(&engine, &ticks);
        totals(&mut engine, &ticks);
    }
}

/// The hours' totals are what rose between the first and the last tick.
fn totals(engine: &mut Engine, ticks: &[i64]) {
    engine.seal().unwrap();
    engine.finish_work().unwrap();
    let (Some(first), Some(last)) = (ticks.first(), ticks.last()) else { return };
    let mut sums: BTreeMap<u32, u64> = BTreeMap::new();
    for row in engine.database.hours((1, LINES as u32), 0, i64::MAX / 2).unwrap() {
        *sums.entry(row.line.number()).or_default() += row.totals.rx_bytes + row.totals.unmeasured_rx_bytes;
    }
    for line in 1..=LINES {
        assert_eq!(sums[&(line as u32)], counter(line, *last) - counter(line, *first), "line {line}");
    }
}
