//! Takes ticks: one record in the journal each, and then they count.
//!
//! Without a clock and without a thread, so that a test can be both. Whatever fails while a tick is taken leaves things
//! as they were before it: the next tick then follows a gap.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use lalin_stats::RouterId;

use super::cursors::Cursors;
use super::damage::DamageLog;
use super::folder::Folder;
use super::introducing::{introduce, knows};
use super::status::StatusCell;
use super::view::{Shared, SharedHour, lock};
use crate::disk::Disk;
use crate::journal::{EventRecord, Happened, Journal, RecordWriter};
use crate::meta::Database;
use crate::open::{FoundLine, RouterTracker, Rows};
use crate::settings::Settings;
use crate::tick::Tick;
use crate::{Cause, Error};

/// Everything that the thread owns.
#[derive(Debug)]
pub(crate) struct Engine {
    pub(crate) disk: Arc<dyn Disk>,
    pub(crate) folder: Folder,
    pub(crate) settings: Settings,
    pub(crate) database: Database,
    pub(crate) shared: Arc<Shared>,
    pub(crate) damage: Arc<DamageLog>,
    pub(crate) status: Arc<StatusCell>,
    pub(super) routers: HashMap<RouterId, RouterTracker>,
    /// The last tick of each router in the segments: number and wall clock.
    pub(super) sealed: HashMap<u32, (u64, i64)>,
    pub(super) hour: SharedHour,
    /// The hour that the open buffers are filed under.
    pub(super) hour_ms: i64,
    pub(super) journal: Option<Journal>,
    pub(super) jobs: VecDeque<Box<dyn Job>>,
    /// Why nothing is recorded, and since when.
    pub(super) stopped: Option<(i64, String)>,
    pub(super) latest_ms: i64,
    /// By which it is judged what is too old.
    pub(super) today: Today,
    /// Which history this is.
    pub(crate) source: u64,
    /// No tick has a lower number from now on.
    pub(super) numbers_from: u64,
    /// How far others are taken in.
    pub(super) cursors: Cursors,
}

/// What the date is, as far as it may be believed: a clock that jumps ahead by a year must not cost what is kept.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Today {
    pub(super) ms: i64,
    /// Since when, on the other clock, the wall clock has been far ahead.
    ahead_since: Option<u64>,
}

impl Today {
    fn tick(&mut self, wall_ms: i64, mono_ms: u64) {
        const STEP_MS: i64 = 2 * 3_600_000;
        const BELIEVED_AFTER_MS: u64 = 6 * 3_600_000;
        if self.ms == 0 || wall_ms <= self.ms + STEP_MS {
            self.ms = self.ms.max(wall_ms);
            self.ahead_since = None;
            return;
        }
        let since = *self.ahead_since.get_or_insert(mono_ms);
        if mono_ms.saturating_sub(since) >= BELIEVED_AFTER_MS {
            (self.ms, self.ahead_since) = (wall_ms, None);
        }
    }
}

/// Long work, done in steps.
pub(super) trait Job: std::fmt::Debug + Send {
    fn step(&mut self, engine: &mut Engine) -> Result<Work, Error>;
    /// Back to its beginning, after a step failed. `false` for what is begun again by others.
    fn again(&mut self) -> bool;
    /// It is what the next hour waits for.
    fn is_seal(&self) -> bool {
        false
    }
    /// The day that it puts together.
    fn day_ms(&self) -> Option<i64> {
        None
    }
}

/// Whether there is more to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Work {
    Done,
    More,
}

impl Engine {
    /// Takes a tick. An error says that it is not recorded, and that the next one follows a gap.
    pub(crate) fn tick(&mut self, tick: &Tick) -> Result<(), Error> {
        let done = self.try_tick(tick);
        match &done {
            Ok(()) => self.recorded(tick.wall_ms),
            Err(error) => self.failed(tick, error),
        }
        done
    }

    fn try_tick(&mut self, tick: &Tick) -> Result<(), Error> {
        self.know(&tick.router)?;
        self.seal_if_due(tick.wall_ms)?;
        self.begin_journal()?;
        if let Some(router) = self.routers.get_mut(&tick.router) {
            router.is_recorded_here();
        }
        let Some(router) = self.routers.get(&tick.router) else { return Err(Error::Closed) };
        let (mut time, measured) = router.time(tick);
        time.seq = time.seq.max(self.numbers_from);
        let found = self.find_lines(router, tick)?;
        let rows = router.rows(&found, &tick.readings, time, measured);

        let Some(journal) = &mut self.journal else { return Err(Error::Closed) };
        let mut records = introduce(journal.number, router, &tick.readings, &found);
        let entries = rows.entries.iter().zip(&rows.sessions).zip(rows.implied.iter().zip(&rows.readings));
        let entries = entries.map(|((entry, sessions), (implied, reading))| {
            let known = *implied && found.get(*reading).is_some_and(|found| knows(journal.number, router, found));
            (entry, (!known).then_some(&sessions[..]))
        });
        records.tick(router.number, time, entries);
        journal.append(&records.bytes).map_err(Error::file(&journal.path))?;

        // From here on it is recorded.
        let (number, journal_number) = (router.number, journal.number);
        lock(&self.hour).push(number, time, &rows.entries);
        let clock = router.clock_step(tick);
        let began = (router.mono.is_none() && router.seq > 0).then_some(router.wall_ms);
        let lost = router.lost.then_some(router.wall_ms);
        let before_ms = router.wall_ms;
        self.remember(tick, time.seq, &found, rows, journal_number);
        if let Some(router) = self.routers.get_mut(&tick.router) {
            if time.new_part {
                router.wall_ahead_ms = Some(tick.wall_ms - tick.mono_ms as i64);
            }
            router.lost = false;
        }
        for (reading, found) in tick.readings.iter().zip(&found).filter(|(_, found)| !found.same_name) {
            self.database.show(found.line, &reading.shown, tick.wall_ms)?;
        }
        if let Some(from) = began {
            self.gap(number, Cause::Restarted, from, tick.wall_ms);
        }
        if let Some(from) = lost.filter(|_| self.stopped.is_none()) {
            self.gap(number, Cause::Dropped, from, tick.wall_ms);
        }
        if let Some(step) = clock {
            let from = if step > 0 { before_ms } else { tick.wall_ms };
            self.gap(number, Cause::Clock, from, tick.wall_ms);
        }
        Ok(())
    }

    /// A new history has no journal before its first tick.
    pub(super) fn begin_journal(&mut self) -> Result<(), Error> {
        if self.journal.is_none() {
            let number = lock(&self.hour).number;
            let folder = self.folder.journal();
            self.journal = Some(Journal::create(&self.disk, &folder, number, &[]).map_err(Error::file(&folder))?);
        }
        Ok(())
    }

    /// The router's tracker, made where there is none.
    pub(super) fn know(&mut self, id: &RouterId) -> Result<(), Error> {
        if !self.routers.contains_key(id) {
            let number = self.database.router(id)?;
            let (seq, wall_ms) = self.sealed.get(&number).copied().unwrap_or_default();
            let tracker = RouterTracker { wall_ms, ..RouterTracker::new(number, id.clone(), seq) };
            self.routers.insert(id.clone(), tracker);
        }
        Ok(())
    }

    /// Each reading's line and what it was called last.
    pub(super) fn find_lines(&self, router: &RouterTracker, tick: &Tick) -> Result<Vec<FoundLine>, Error> {
        let known = tick.readings.iter().enumerate().map(|(place, reading)| {
            let slot = router.lines.slot(place, &reading.name);
            let state = slot.and_then(|slot| router.lines.at(slot))?;
            Some(FoundLine { line: state.id, slot, same_name: state.shown == reading.shown })
        });
        let known: Vec<Option<FoundLine>> = known.collect();
        if known.iter().all(Option::is_some) {
            return Ok(known.into_iter().flatten().collect());
        }
        self.database.batch(|| {
            let each = known.iter().zip(&tick.readings).map(|(known, reading)| match known {
                Some(found) => Ok(*found),
                None => {
                    let (line, shown) = self.database.line(router.number, &reading.name, tick.wall_ms)?;
                    Ok(FoundLine { line, slot: None, same_name: shown.as_deref() == Some(&*reading.shown) })
                }
            });
            each.collect()
        })
    }

    pub(super) fn remember(&mut self, tick: &Tick, seq: u64, found: &[FoundLine], rows: Rows, in_journal: u64) {
        let Some(router) = self.routers.get_mut(&tick.router) else { return };
        router.remember(tick, seq, found, rows, in_journal);
        self.latest_ms = tick.wall_ms;
        self.today.tick(tick.wall_ms, tick.mono_ms);
    }

    /// Changes what it is kept by.
    pub(crate) fn configure(
        &mut self,
        zone: crate::zone::Zone,
        interval: std::time::Duration,
        retention: crate::Retention,
    ) -> Result<(), Error> {
        self.settings = Settings { zone, interval, retention, ..self.settings.clone() };
        self.database.set_zone(&self.settings.zone)
    }

    /// What the date is, as far as it may be believed.
    pub(crate) fn today_ms(&self) -> i64 {
        self.today.ms
    }

    /// Back to how it was when it was opened: what was read of the journal is read again.
    pub(crate) fn forget(&mut self) {
        self.routers.clear();
        self.jobs.clear();
        self.journal = None;
        self.hour = Arc::default();
        self.cursors = Cursors::of(self.database.cursors().unwrap_or_default());
        self.shared.change(|view| view.hours.clear());
    }

    /// Makes what was written safe from a loss of power. After a failure what is in memory goes to a new file.
    pub(crate) fn sync(&mut self) -> Result<(), Error> {
        let Some(journal) = &mut self.journal else { return Ok(()) };
        let Err(error) = journal.sync() else { return Ok(()) };
        tracing::error!(%error, path = %journal.path.display(), "the journal cannot be synced; a new one is begun");
        let records = self.whole_hour();
        let Some(journal) = &mut self.journal else { return Ok(()) };
        journal.rewrite(&records).map_err(Error::file(&journal.path))
    }

    /// How everything was seen last: a journal begins with it, so that one is enough to go on from.
    pub(super) fn known(&self) -> RecordWriter {
        let mut records = RecordWriter::default();
        for router in self.routers.values() {
            records.router(router.number, router.id.as_str());
            for (name, state) in router.lines.iter() {
                records.line(state.id, router.number, [&name.kind, &name.name, &state.shown]);
                records.state(state.id, state.seen_seq, &state.sessions);
            }
            records.seen(router.number, router.seq, router.wall_ms);
        }
        let latest: HashMap<u32, u64> =
            self.routers.values().filter_map(|router| Some((router.number, router.handed_by?))).collect();
        for cursor in self.cursors.all() {
            records.cursor(cursor, latest.get(&cursor.router) == Some(&cursor.source));
        }
        records
    }

    /// Everything that the journal says, from memory.
    fn whole_hour(&self) -> Vec<u8> {
        let mut records = self.known();
        let hour = lock(&self.hour);
        for part in &hour.parts {
            records.part(part.router, part.first_seq, &part.times);
            part.lines.iter().for_each(|(line, open)| records.open(*line, open));
        }
        records.bytes
    }

    /// One step of what is to be done in the background.
    pub(crate) fn work(&mut self) -> Result<Work, Error> {
        for (router, line, from_ms, to_ms) in self.damage.take_unsaid() {
            let what = Happened::Began(Cause::Damaged, String::new());
            self.database.happened(&EventRecord { router, line, at_ms: from_ms, what })?;
            let what = Happened::Ended(Cause::Damaged);
            self.database.happened(&EventRecord { router, line, at_ms: to_ms, what })?;
        }
        let Some(mut job) = self.jobs.pop_front() else { return Ok(Work::Done) };
        match job.step(self) {
            Ok(Work::Done) => {}
            Ok(Work::More) => self.jobs.push_front(job),
            Err(error) => {
                // It begins again from its beginning, when the caller finds it is time.
                if job.again() {
                    self.jobs.push_front(job);
                }
                return Err(error);
            }
        }
        Ok(if self.jobs.is_empty() { Work::Done } else { Work::More })
    }

    /// All steps of all jobs.
    pub(crate) fn finish_work(&mut self) -> Result<(), Error> {
        while self.work()? == Work::More {}
        Ok(())
    }
}
