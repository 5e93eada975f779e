//! A centre follows two collectors while everything goes wrong: the link is cut and loses answers, what was lost comes
//! late and again, processes are killed and machines lose their power. In the end every tick is there once, in order.
//!
//! Time and disk are simulated; the databases are SQLite's own, and what one may forget is forgotten by turns.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, RwLock};

use lalin_stats::{Counters, RouterId};

use super::{HandOver, HandedTicks};
use crate::columns::Start;
use crate::disk::{Disk, SimulatedDisk};
use crate::meta::Database;
use crate::segment::TimesCache;
use crate::settings::{Keep, Settings};
use crate::store::{Engine, Work};
use crate::zone::Zone;
use crate::{Cause, Error, Event, LineName, LineReading, Reader, Tick, What};

const BEGIN: i64 = 1_700_000_000_000;
const INTERVAL_MS: i64 = 60_000;
const LINES: u64 = 3;
/// Sixty were tried when this was written.
const SEEDS: u64 = 6;

fn counter(router: &str, line: u64, at_ms: i64) -> u64 {
    let steps = (at_ms - BEGIN) as u64 / 1_000;
    steps * 1_000 + (steps * steps / 7 + line * 31 + router.len() as u64) % 977
}

fn tick(router: &str, wall_ms: i64) -> Tick {
    let reading = |line: u64| LineReading {
        name: LineName::interface(&format!("ether{line}")),
        shown: format!("ether{line}").into(),
        incarnation: 1,
        born: false,
        counters: Counters::bytes(counter(router, line, wall_ms), 7),
    };
    let (mono_ms, interval_ms) = ((wall_ms - BEGIN) as u64, INTERVAL_MS as u32);
    Tick {
        router: router.parse().unwrap(),
        wall_ms,
        mono_ms,
        interval_ms,
        readings: (1..=LINES).map(reading).collect(),
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

/// A machine with a history.
struct Machine {
    disk: SimulatedDisk,
    engine: Option<Engine>,
    here: tempfile::TempDir,
    folder: PathBuf,
    booked: u64,
    lives: u32,
}

impl Machine {
    fn new() -> Self {
        let here = in_memory();
        let folder = here.path().join("0");
        std::fs::create_dir(&folder).unwrap();
        let mut machine = Self { disk: SimulatedDisk::default(), engine: None, here, folder, booked: 0, lives: 0 };
        machine.open();
        machine.keep_copy();
        machine
    }

    fn open(&mut self) {
        let disk: Arc<dyn Disk> = Arc::new(self.disk.clone());
        let mut settings = Settings { zone: Zone::utc(), thins: false, ..Settings::new(&self.folder) };
        settings.retention.raw = Keep::default();
        let mut engine = Engine::open(disk, settings).unwrap();
        engine.replay().unwrap();
        self.engine = Some(engine);
    }

    fn engine(&mut self) -> &mut Engine {
        self.engine.as_mut().unwrap()
    }

    fn safe_copy(&self) -> PathBuf {
        self.here.path().join("safe")
    }

    /// What a database was after a booking is what it is at least after a loss of power.
    fn keep_copy(&mut self) {
        let booked = self.engine().shared.get().booked_upto;
        if booked > self.booked || self.lives == 0 && !self.safe_copy().exists() {
            self.booked = booked;
            copy(&self.folder, &self.safe_copy());
        }
    }

    fn works(&mut self, random: &mut fastrand::Rng) {
        while random.u32(0..4) > 0 && self.engine().work().unwrap() == Work::More {
            self.keep_copy();
        }
        self.keep_copy();
    }

    fn killed(&mut self) {
        self.engine = None;
        self.open();
    }

    fn loses_power(&mut self, random: &mut fastrand::Rng) {
        self.lives += 1;
        let next = self.here.path().join(self.lives.to_string());
        let from = if random.bool() { self.folder.clone() } else { self.safe_copy() };
        copy(&from, &next);
        self.engine = None;
        self.disk = self.disk.after_power_loss(random).moved(&self.folder, &next);
        self.folder = next;
        self.open();
        self.engine().finish_work().unwrap();
        copy(&self.folder, &self.safe_copy());
        self.booked = self.engine().shared.get().booked_upto;
    }

    fn hand_over(&mut self) -> HandOver {
        let path = self.folder.join("meta.db");
        let engine = self.engine();
        let database = Arc::new(Mutex::new(Database::open_to_read(&path).unwrap()));
        let zone = Arc::new(RwLock::new(Zone::utc()));
        let reader = Reader::new(engine.shared.clone(), engine.damage.clone(), database, zone);
        // Nothing is recorded meanwhile: to sync before is to sync behind.
        engine.sync().unwrap();
        HandOver::new(reader, engine.status.clone(), engine.source, Box::new(|| Ok(())))
    }

    /// Every sample of a line, in order: when, how the stretch begins, and what rose.
    fn samples(&mut self, router: &str, line: u64) -> Vec<(i64, Option<Start>, u64)> {
        let engine = self.engine();
        let (id, name) = (router.parse().unwrap(), LineName::interface(&format!("ether{line}")));
        let Some(line) = engine.database.find(&id, &name).unwrap() else { return Vec::new() };
        let view = engine.shared.get();
        let range = (i64::MIN / 4, i64::MAX / 4);
        let pieces = view.pieces(line.id.number(), range, &mut TimesCache::default(), &engine.damage);
        let each = pieces.iter().flat_map(|piece| {
            let ticks = piece.chunk.runs.ticks().zip(&piece.chunk.columns[0]);
            ticks.map(|((tick, start), rise)| (piece.times.at(tick), start, *rise as u64))
        });
        each.collect()
    }
}

/// The samples of a line as they are read: the same, in the order of their times, whoever recorded them.
fn check_order(machine: &mut Machine, router: &str, line: u64) {
    let mut recorded = machine.samples(router, line);
    let engine = machine.engine();
    let (id, name) = (router.parse().unwrap(), LineName::interface(&format!("ether{line}")));
    let Some(line) = engine.database.find(&id, &name).unwrap() else { return };
    let (view, mut cache) = (engine.shared.get(), TimesCache::default());
    let read = view.in_time(line.id.number(), (i64::MIN / 4, i64::MAX / 4), &mut cache, &engine.damage);
    let read: Vec<_> = read.map(|kept| (kept.at_ms, kept.start, kept.rises[0] as u64)).collect();
    recorded.sort_by_key(|(at, ..)| *at);
    assert_eq!(read, recorded);
}

/// Asks one collector and takes in what arrives.
fn follow(centre: &mut Machine, collector: &mut Machine, late: &mut Vec<HandedTicks>, random: &mut fastrand::Rng) {
    let source = collector.engine().source;
    let cursors: HashMap<RouterId, u64> = centre.engine().cursors_of(source).unwrap();
    let (batches, _) = collector.hand_over().after(&cursors, random.usize(1..4_000)).unwrap();
    for batch in batches {
        let batch = HandedTicks::from_bytes(&batch.to_bytes()).unwrap();
        match random.u32(0..8) {
            // The link is cut: what is on the way may come later, or never.
            0 => late.push(batch),
            1 => return late.push(batch),
            2 => return,
            // The answer that it was taken in is lost, so it comes again.
            3 => {
                centre.engine().append(&batch, 0).unwrap();
                centre.engine().append(&batch, 0).unwrap();
            }
            // Left alone where the one before it is still on the way.
            _ => assert!(centre.engine().append(&batch, 0).is_ok()),
        }
    }
    if !late.is_empty() && random.bool() {
        let batch = late.swap_remove(random.usize(0..late.len()));
        centre.engine().append(&batch, 0).unwrap();
    }
    late.truncate(16);
}

fn catch_up(centre: &mut Machine, collector: &mut Machine) {
    let mut hand_over = collector.hand_over();
    let source = collector.engine().source;
    loop {
        let cursors = centre.engine().cursors_of(source).unwrap();
        let (batches, more) = hand_over.after(&cursors, 20_000).unwrap();
        for batch in &batches {
            assert_eq!(centre.engine().append(batch, 0).unwrap(), batch.last());
        }
        if !more {
            return;
        }
    }
}

/// The centre has what the collectors have: each tick once, those of one collector in its order.
fn check(seed: u64, centre: &mut Machine, collectors: &mut [Machine]) {
    for (router, line) in ["fixed", "moving"].into_iter().flat_map(|router| (1..=LINES).map(move |line| (router, line)))
    {
        let found = centre.samples(router, line);
        check_order(centre, router, line);
        let mut own: BTreeMap<i64, u64> = BTreeMap::new();
        let mut all = 0;
        for collector in &mut *collectors {
            let recorded = collector.samples(router, line);
            all += recorded.len();
            let times: Vec<i64> = recorded.iter().map(|(at, ..)| *at).collect();
            let there: Vec<i64> = found.iter().map(|(at, ..)| *at).filter(|at| times.contains(at)).collect();
            assert_eq!(there, times, "seed {seed}, {router} {line}: in order, once");
            own.extend(recorded.iter().map(|(at, _, rise)| (*at, *rise)));
        }
        assert_eq!(found.len(), all, "seed {seed}, {router} {line}: no more than was recorded");
        let mut sum = 0;
        for (at, start, rise) in &found {
            sum += rise;
            if start.is_none_or(Start::is_measured) {
                assert_eq!(*rise, own[at], "seed {seed}, {router} {line} at {at}");
            }
        }
        let (Some(first), Some(last)) = (own.keys().next(), own.keys().last()) else { continue };
        let passed = counter(router, line, *last) - counter(router, line, *first);
        assert!(sum <= passed, "seed {seed}, {router} {line}: {sum} of {passed}, nothing twice");
        // A centre that lost its power may have forgotten what a line's counter was.
        if router == "fixed" && centre.lives == 0 {
            let recorded: u64 = collectors[0].samples(router, line).iter().map(|(.., rise)| rise).sum();
            assert_eq!(sum, recorded, "seed {seed}, line {line}: to the byte");
        }
    }
}

#[test]
fn every_tick_arrives_once_and_in_order_whatever_is_cut_killed_or_repeated() {
    for seed in 0..SEEDS {
        let mut random = fastrand::Rng::with_seed(seed);
        let mut centre = Machine::new();
        let mut collectors = [Machine::new(), Machine::new()];
        let (mut late, mut holder, mut cut_until) = (Vec::new(), 0, 0);
        for step in 0..900 {
            let now = BEGIN + step * INTERVAL_MS;
            collectors[0].engine().tick(&tick("fixed", now)).unwrap();
            collectors[holder].engine().tick(&tick("moving", now)).unwrap();
            if random.u32(0..40) == 0 {
                holder = 1 - holder;
                collectors[holder].engine().begins_anew(&"moving".parse().unwrap());
            }
            if random.u32(0..100) == 0 {
                cut_until = step + random.i64(1..180);
            }
            if step >= cut_until && random.bool() {
                let asked = random.usize(0..2);
                follow(&mut centre, &mut collectors[asked], &mut late, &mut random);
            }
            let which = random.usize(0..3);
            let lives = random.u32(0..60);
            match lives {
                0 if which == 2 => centre.killed(),
                0 => collectors[which].killed(),
                1 if which == 2 && seed % 2 == 0 => centre.loses_power(&mut random),
                1 if which == 2 => centre.killed(),
                1 => collectors[which].loses_power(&mut random),
                _ => {}
            }
            if holder == which && lives < 2 {
                // Whoever starts anew claims anew.
                collectors[holder].engine().begins_anew(&"moving".parse().unwrap());
            }
            centre.works(&mut random);
            collectors.iter_mut().for_each(|collector| collector.works(&mut random));
        }
        collectors.iter_mut().for_each(|collector| catch_up(&mut centre, collector));
        check(seed, &mut centre, &mut collectors);
        centre.engine().compact().unwrap();
        collectors.iter_mut().for_each(|collector| collector.engine().compact().unwrap());
        check(seed, &mut centre, &mut collectors);
        // And nothing is left to ask for.
        centre.killed();
        for collector in &mut collectors {
            let source = collector.engine().source;
            let cursors = centre.engine().cursors_of(source).unwrap();
            let (batches, more) = collector.hand_over().after(&cursors, 1_000_000).unwrap();
            assert!(batches.is_empty() && !more, "seed {seed}: {batches:?}");
        }
    }
}

#[test]
fn a_site_that_was_cut_off_for_ten_minutes_is_whole_at_the_centre_with_its_causes() {
    let (mut centre, mut site) = (Machine::new(), Machine::new());
    let record = |site: &mut Machine, minutes: std::ops::Range<i64>| {
        for minute in minutes {
            site.engine().tick(&tick("fixed", BEGIN + minute * INTERVAL_MS)).unwrap();
        }
    };
    record(&mut site, 0..5);
    catch_up(&mut centre, &mut site);
    assert_eq!(centre.samples("fixed", 1).len(), 5);
    // The link is down; meanwhile the router is not reached for two minutes.
    record(&mut site, 5..9);
    let tell = |minute: i64, what| Event {
        router: "fixed".parse().unwrap(),
        line: None,
        at_ms: BEGIN + minute * INTERVAL_MS + 1,
        what,
    };
    site.engine().event(&tell(8, What::Began(Cause::Unreachable, "timeout".into()))).unwrap();
    site.engine().event(&tell(10, What::Ended(Cause::Unreachable))).unwrap();
    record(&mut site, 11..15);
    catch_up(&mut centre, &mut site);
    catch_up(&mut centre, &mut site);
    check(0, &mut centre, std::slice::from_mut(&mut site));
    let router = centre.engine().database.find_router(&"fixed".parse().unwrap()).unwrap().unwrap();
    let found = centre.engine().database.happenings(router, 0, 0, i64::MAX / 2).unwrap();
    let found: Vec<_> = found.iter().map(|one| (one.cause, one.to_ms.is_some(), one.detail.as_str())).collect();
    assert_eq!(found, [(Cause::Unreachable, true, "timeout")]);
}

#[test]
fn what_was_asked_behind_a_tick_that_is_not_here_is_left_alone() {
    let (mut centre, mut site) = (Machine::new(), Machine::new());
    for minute in 0..4 {
        site.engine().tick(&tick("fixed", BEGIN + minute * INTERVAL_MS)).unwrap();
    }
    let after = |site: &mut Machine, seq| {
        let cursors = HashMap::from([("fixed".parse().unwrap(), seq)]);
        site.hand_over().after(&cursors, 1_000_000).unwrap().0.remove(0)
    };
    let end = after(&mut site, 2);
    assert_eq!(centre.engine().append(&end, 0).unwrap(), 0, "ticks 1 and 2 are not here");
    let whole = after(&mut site, 0);
    assert_eq!(centre.engine().append(&whole, 0).unwrap(), 4);
    assert_eq!(centre.engine().append(&end, 0).unwrap(), 4);
    assert_eq!(centre.samples("fixed", 1).len(), 4);
    let twice = HandedTicks { names: [&whole.names[..1], &whole.names[..]].concat(), after: 4, ..whole };
    let later = twice.ticks.iter().map(|tick| super::HandedTick { seq: tick.seq + 4, ..tick.clone() }).collect();
    let later = HandedTicks { ticks: later, ..twice };
    assert!(matches!(centre.engine().append(&later, 0), Err(Error::Damaged(_))));
}
