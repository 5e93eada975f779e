//! Lines that come and go all day, as customers and guests do, take the memory and the files of those that are there.

use std::path::Path;
use std::sync::Arc;

use lalin_stats::Counters;

use super::engine::Engine;
use super::view::lock;
use crate::disk::{Disk, SimulatedDisk};
use crate::settings::Settings;
use crate::zone::Zone;
use crate::{Keep, LineName, LineReading, Tick};

const BEGIN: i64 = 1_700_006_400_000;
const INTERVAL_MS: i64 = 60_000;
/// How many are there at once, and how many of them go at each tick.
const THERE: i64 = 20;
const GO: i64 = 2;
const HOUR: i64 = 3_600_000;

fn engine(disk: &SimulatedDisk, folder: &Path) -> Engine {
    let disk: Arc<dyn Disk> = Arc::new(disk.clone());
    let mut settings = Settings { zone: Zone::utc(), ..Settings::new(folder) };
    settings.retention.raw = Keep::days(2);
    let mut engine = Engine::open(disk, settings).unwrap();
    engine.replay().unwrap();
    engine
}

/// A tick at which the guests from number `GO * tick` on are there.
fn tick(number: i64) -> Tick {
    let reading = |guest: i64| {
        let shown: Arc<str> = format!("<hotspot-{guest}>").into();
        let age = (number - guest / GO).max(0) as u64;
        let counters = Counters::bytes(age * 1_000_000, age * 1_000);
        LineReading { name: LineName::interface(&shown), shown, incarnation: guest as u64, born: true, counters }
    };
    Tick {
        router: "r1".parse().unwrap(),
        wall_ms: BEGIN + number * INTERVAL_MS,
        mono_ms: (number * INTERVAL_MS) as u64,
        interval_ms: INTERVAL_MS as u32,
        readings: (GO * number..GO * number + THERE).map(reading).collect(),
    }
}

/// What an engine holds in memory: lines of routers, lines of the open hour, ticks of routers.
fn held(engine: &Engine) -> (usize, usize) {
    let known = engine.routers.values().map(|router| router.lines.iter().count()).sum();
    let open = lock(&engine.hour).parts.iter().map(|part| part.lines.len()).sum();
    (known, open)
}

#[test]
fn guests_of_days_take_no_more_than_those_of_the_last_hours() {
    let (disk, folder) = (SimulatedDisk::default(), tempfile::tempdir().unwrap());
    let mut engine = engine(&disk, folder.path());
    let an_hour = HOUR / INTERVAL_MS;
    // Those of an hour, and of the two after which they are forgotten, which are counted in ticks of 10 s.
    let most = (GO * (an_hour + 6 * 2 * an_hour) + THERE) as usize;
    let mut peak = (0, 0);
    for number in 0..24 * 5 * an_hour {
        engine.tick(&tick(number)).unwrap();
        engine.finish_work().unwrap();
        let now = held(&engine);
        peak = (peak.0.max(now.0), peak.1.max(now.1));
    }
    let ever = (24 * 5 * an_hour * GO + THERE - GO) as u64;
    assert_eq!(engine.database.line_count().unwrap(), ever, "each has its totals, for ever");
    assert!(peak.0 <= most && peak.1 <= (GO * an_hour + THERE) as usize, "{peak:?}, at most {most}");
    engine.compact().unwrap();
    let files = disk.files(folder.path());
    // Two days and the one that is half old, today's hours, a week or two of minutes, five minutes, journals.
    assert!(files <= 4 + 24 + 2 + 1 + 2, "{files}");

    // A start knows no more than the last journal does.
    drop(engine);
    let engine = self::engine(&disk, folder.path());
    let now = held(&engine);
    assert!(now.0 <= most, "{now:?}");
}
