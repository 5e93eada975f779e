//! What is sealed is answered as soon as the folder is open; the journal is read behind it.

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex, RwLock};

use lalin_stats::Counters;

use super::engine::Engine;
use crate::disk::{Disk, SimulatedDisk};
use crate::handover::{HandOver, HandedTicks};
use crate::meta::Database;
use crate::segment::TimesCache;
use crate::settings::Settings;
use crate::zone::Zone;
use crate::{LineName, LineReading, Reader, Tick};

const BEGIN: i64 = 1_700_002_800_000;

fn open(disk: &SimulatedDisk, folder: &Path) -> Engine {
    let disk: Arc<dyn Disk> = Arc::new(disk.clone());
    Engine::open(disk, Settings { zone: Zone::utc(), ..Settings::new(folder) }).unwrap()
}

fn tick(number: i64) -> Tick {
    let reading = LineReading {
        name: LineName::interface("ether1"),
        shown: "ether1".into(),
        incarnation: 1,
        born: false,
        counters: Counters::bytes(number as u64 * 1_000, 0),
    };
    let (wall_ms, mono_ms) = (BEGIN + number * 10_000, number as u64 * 10_000);
    Tick { router: "r1".parse().unwrap(), wall_ms, mono_ms, interval_ms: 10_000, readings: vec![reading] }
}

fn samples(engine: &Engine) -> usize {
    let view = engine.shared.get();
    let pieces = view.pieces(1, (0, i64::MAX / 2), &mut TimesCache::default(), &engine.damage);
    pieces.iter().map(|piece| piece.chunk.runs.samples()).sum()
}

fn hands(engine: &Engine, folder: &Path) -> HandOver {
    let database = Arc::new(Mutex::new(Database::open_to_read(&folder.join("meta.db")).unwrap()));
    let zone = Arc::new(RwLock::new(Zone::utc()));
    let reader = Reader::new(engine.shared.clone(), engine.damage.clone(), database, zone);
    HandOver::new(reader, engine.status.clone(), engine.source, Box::new(|| Ok(())))
}

#[test]
fn what_is_sealed_is_answered_before_a_byte_of_the_journal_is_read() {
    let (disk, folder) = (SimulatedDisk::default(), tempfile::tempdir().unwrap());
    let mut engine = open(&disk, folder.path());
    engine.replay().unwrap();
    for number in 0..900 {
        engine.tick(&tick(number)).unwrap();
        engine.finish_work().unwrap();
    }
    let journals = engine.folder.journal();
    assert_eq!(engine.shared.get().raw.len(), 2, "two hours are sealed, half of one is in the journal");
    drop(engine);

    disk.refuse(Some(&journals));
    let mut engine = open(&disk, folder.path());
    assert!(engine.status.lock().replaying);
    let sealed = samples(&engine);
    assert!((700..=720).contains(&sealed), "{sealed}");
    let mut hands = hands(&engine, folder.path());
    let (batches, more) = hands.after(&HashMap::new(), usize::MAX).unwrap();
    let handed: usize = batches.iter().map(HandedTicks::count).sum();
    assert_eq!((handed, more), (sealed, true), "whoever follows is not told that this is all");
    let hours = engine.database.hours((1, 1), BEGIN, BEGIN + 3 * 3_600_000).unwrap();
    assert_eq!(hours.len(), 2);
    assert!(engine.replay().is_err(), "a journal that cannot be read is no answer");
    assert_eq!(samples(&engine), sealed);

    disk.refuse(None);
    engine.forget();
    engine.replay().unwrap();
    assert_eq!((samples(&engine), engine.status.lock().replaying), (900, false));
    let (batches, more) = hands.after(&HashMap::new(), usize::MAX).unwrap();
    assert_eq!((batches.iter().map(HandedTicks::count).sum::<usize>(), more), (900, false));
}
