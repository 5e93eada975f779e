//! From what lies on the disk to an engine that goes on: first what readers need, then the journal.

use std::collections::{HashMap, VecDeque};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use lalin_stats::RouterId;

use super::booking::BookJob;
use super::cursors::Cursors;
use super::damage::DamageLog;
use super::engine::{Engine, Today};
use super::folder::{Folder, HOUR_MS};
use super::sealing::SealJob;
use super::status::StatusCell;
use super::view::{Shared, View, is_within};
use crate::columns::Times;
use crate::disk::Disk;
use crate::journal::{Contents, Journal, Record, parse_name, read};
use crate::meta::{Cursor, Database, SEALED_UPTO, TODAY};
use crate::open::{Numbered, OpenHour, OpenLine, OpenPart, RouterTracker};
use crate::segment::{Segment, Tier, UNFINISHED};
use crate::settings::Settings;
use crate::{Error, LineName};

impl Engine {
    /// Opens the folder as far as readers need it: the segments and the totals, not the journal.
    pub(crate) fn open(disk: Arc<dyn Disk>, settings: Settings) -> Result<Self, Error> {
        let folder = Folder::new(&settings.folder);
        for path in folder.all() {
            disk.make_folder(&path).map_err(Error::file(&path))?;
        }
        let database = Database::open(&folder.database())?;
        let (source, cursors) = (database.source()?, Cursors::of(database.cursors()?));
        let numbers_from = database.numbers_from()?;
        let status = Arc::new(StatusCell::default());
        let shared = Arc::new(Shared::default());
        let mut view = View::default();
        let mut overtaken = Vec::new();
        for tier in [Tier::Raw, Tier::Minute, Tier::FiveMinutes] {
            let mut segments = open_tier(&*disk, &folder, tier)?;
            let days = segments.clone();
            segments.retain(|hour| {
                let within = days.iter().any(|day| is_within(hour, day));
                overtaken.extend(within.then(|| hour.path.clone()));
                !within
            });
            segments.into_iter().for_each(|segment| view.put(segment));
        }
        view.booked_upto = database.number(SEALED_UPTO)?.max(0) as u64;
        let mut sealed: HashMap<u32, (u64, i64)> = HashMap::new();
        for part in view.raw.iter().flat_map(|segment| &segment.parts) {
            let last = part.first_seq + u64::from(part.ticks).saturating_sub(1);
            let known = sealed.entry(part.router).or_default();
            if last >= known.0 {
                *known = (last, part.to_ms);
            }
        }
        shared.change(|shared| *shared = view);
        let damage = Arc::new(DamageLog::new(disk.clone(), folder.clone(), status.clone()));
        for path in overtaken {
            disk.remove(&path).map_err(Error::file(&path))?;
        }
        Ok(Self {
            disk,
            folder,
            settings,
            database,
            shared,
            damage,
            status,
            routers: HashMap::new(),
            sealed,
            hour: Arc::default(),
            hour_ms: 0,
            journal: None,
            jobs: VecDeque::new(),
            stopped: None,
            latest_ms: 0,
            today: Today::default(),
            source,
            numbers_from,
            cursors,
        })
    }

    /// Reads the journals of the run before, and redoes whatever was under way.
    pub(crate) fn replay(&mut self) -> Result<(), Error> {
        self.database.set_zone(&self.settings.zone)?;
        self.today.ms = self.database.number(TODAY)?;
        let view = self.shared.get();
        let newest = view.raw.iter().map(|segment| segment.header.number).max().unwrap_or_default();
        let newest = newest.max(view.booked_upto);
        let journals = self.journals()?;
        let mut next = newest + 1;
        // Segments whose totals are not safe yet.
        for segment in view.raw.iter().filter(|segment| segment.header.number > view.booked_upto) {
            self.jobs.push_back(Box::new(BookJob::new(segment.clone(), None)));
        }
        self.latest_ms = view.raw.iter().filter_map(|segment| Some(segment.range()?.1)).max().unwrap_or_default();
        let last = journals.len();
        for (place, path) in journals.into_iter().enumerate() {
            let mut replay = Replay {
                engine: self,
                hour: OpenHour::default(),
                hour_ms: None,
                lines: HashMap::new(),
                part: None,
                lost: 0,
            };
            let disk = replay.engine.disk.clone();
            replay.engine.database.begin()?;
            let contents = read(&*disk, &path, &mut |record| replay.take(record));
            replay.engine.database.commit()?;
            let contents = match contents {
                Ok(contents) => contents,
                Err(error @ Error::Damaged(_)) => {
                    // Not even its beginning was safe: nothing in it was acknowledged for longer than 5 s.
                    tracing::warn!(%error, path = %path.display(), "a journal cannot be read and is set aside");
                    set_aside(&*disk, &self.folder, &path)?;
                    continue;
                }
                Err(error) => return Err(error),
            };
            let (mut hour, hour_ms, lost) = replay.done();
            let Contents { number, length, skipped, .. } = contents;
            if skipped + lost > 0 {
                tracing::warn!(path = %path.display(), skipped, lost, "records of the history's journal are damaged");
                self.forget_counters();
            }
            next = next.max(number + 1);
            // What a segment has is not taken again: then the journal was only not removed yet.
            if number <= newest || (hour.is_empty() && place + 1 < last) {
                disk.remove(&path).map_err(Error::file(&path))?;
                continue;
            }
            hour.number = number;
            let range = hour.range();
            let hour_ms = hour_ms.unwrap_or_default();
            let hour = Arc::new(Mutex::new(hour));
            self.latest_ms = range.map_or(self.latest_ms, |(_, to)| to.max(self.latest_ms));
            if place + 1 < last {
                let shared = hour.clone();
                self.shared.change(|view| view.hours.push(shared));
                let job = SealJob::new(hour, hour_ms, Some(path));
                self.jobs.push_back(Box::new(job.with_cursors(self.cursors.take_moved())));
            } else {
                self.journal = Some(Journal::resume(&disk, &path, length)?);
                (self.hour, self.hour_ms) = (hour, hour_ms);
            }
        }
        if self.journal.is_none() {
            self.hour = Arc::new(Mutex::new(OpenHour::new(next)));
        }
        let open = self.hour.clone();
        self.shared.change(|view| view.hours.push(open));
        // Of a copy: what passed since may have been counted by the history that it was taken of.
        let numbers_from = self.numbers_from;
        let copied = self.routers.values_mut().filter(|router| router.seq < numbers_from);
        copied.for_each(RouterTracker::begins_anew);
        self.remove_unfinished()?;
        self.status.lock().replaying = false;
        self.measure();
        Ok(())
    }

    /// The journals, the oldest first; of two generations of one the newer.
    fn journals(&self) -> Result<Vec<PathBuf>, Error> {
        let folder = self.folder.journal();
        let names = self.disk.list(&folder).map_err(Error::file(&folder))?;
        let mut found: Vec<(u64, u32, PathBuf)> =
            names.iter().filter_map(|name| parse_name(name).map(|(n, g)| (n, g, folder.join(name)))).collect();
        found.sort();
        let mut newest: Vec<(u64, u32, PathBuf)> = Vec::new();
        for one in found {
            if let Some(last) = newest.last_mut().filter(|last| last.0 == one.0) {
                self.disk.remove(&last.2).map_err(Error::file(&last.2))?;
                *last = one;
            } else {
                newest.push(one);
            }
        }
        Ok(newest.into_iter().map(|(_, _, path)| path).collect())
    }

    fn remove_unfinished(&self) -> Result<(), Error> {
        let folders = [self.folder.journal()].into_iter();
        for folder in folders.chain([Tier::Raw, Tier::Minute, Tier::FiveMinutes].map(|tier| self.folder.tier(tier))) {
            for name in self.disk.list(&folder).map_err(Error::file(&folder))? {
                if name.ends_with(UNFINISHED) {
                    let path = folder.join(name);
                    self.disk.remove(&path).map_err(Error::file(&path))?;
                }
            }
        }
        Ok(())
    }

    /// Of no line is it known what its counters showed.
    fn forget_counters(&mut self) {
        self.routers.values_mut().for_each(|router| router.lines.clear());
    }
}

fn open_tier(disk: &dyn Disk, folder: &Folder, tier: Tier) -> Result<Vec<Arc<Segment>>, Error> {
    let path = folder.tier(tier);
    let mut segments = Vec::new();
    for name in disk.list(&path).map_err(Error::file(&path))? {
        let path = path.join(&name);
        if !name.ends_with(".seg") {
            continue;
        }
        match Segment::open(disk, &path) {
            Ok(segment) if segment.header.tier == tier => segments.push(Arc::new(segment)),
            Err(error @ Error::Newer { .. }) => return Err(error),
            Err(error @ Error::File { .. }) => return Err(error),
            Ok(_) | Err(_) => {
                tracing::error!(path = %path.display(), "a segment of the history is damaged and is set aside");
                set_aside(disk, folder, &path)?;
            }
        }
    }
    Ok(segments)
}

fn set_aside(disk: &dyn Disk, folder: &Folder, path: &std::path::Path) -> Result<(), Error> {
    let to = folder.aside().join(path.file_name().unwrap_or_default());
    disk.rename(path, &to).map_err(Error::file(path))
}

/// A journal that is being read.
struct Replay<'a> {
    engine: &'a mut Engine,
    hour: OpenHour,
    hour_ms: Option<i64>,
    /// Which line of which router has a number.
    lines: HashMap<u32, (RouterId, LineName)>,
    part: Option<OpenPart>,
    /// Records that speak of what is not known.
    lost: u32,
}

impl Replay<'_> {
    fn take(&mut self, record: Record) {
        if self.try_take(record).is_none() {
            self.lost += 1;
        }
    }

    fn try_take(&mut self, record: Record) -> Option<()> {
        match record {
            Record::Router { number, id } => {
                let id: RouterId = id.parse().ok()?;
                self.engine.database.put_router(number, id.as_str()).ok()?;
                let seen = self.engine.sealed.get(&number).copied().unwrap_or_default();
                let tracker = || RouterTracker { wall_ms: seen.1, ..RouterTracker::new(number, id.clone(), seen.0) };
                self.engine.routers.entry(id.clone()).or_insert_with(tracker);
            }
            Record::Line { line, router, kind, name, shown } => {
                let at_ms = self.hour_ms.unwrap_or(self.engine.latest_ms);
                self.engine.database.put_line(line, router, [&kind, &name], at_ms).ok()?;
                self.engine.database.show(line, &shown, at_ms).ok()?;
                let tracker = self.engine.routers.values_mut().find(|tracker| tracker.number == router)?;
                let name = LineName { kind: kind.into(), name: name.into() };
                let state = crate::open::LineState {
                    id: line,
                    shown: shown.as_str().into(),
                    seen_seq: 0,
                    sessions: Vec::new(),
                    in_journal: 0,
                };
                match tracker.lines.get_mut(&name) {
                    Some(known) => known.shown = shown.into(),
                    None => drop(tracker.lines.insert(name.clone(), state)),
                }
                self.lines.insert(line, (tracker.id.clone(), name));
            }
            Record::Tick { router, time, entries, from } => return self.tick(router, time, entries, from),
            Record::Event(event) => self.engine.database.happened(&event).ok()?,
            Record::Part { router, first_seq, times } => {
                self.close_part();
                self.hour_ms.get_or_insert(times.anchor_ms.div_euclid(HOUR_MS) * HOUR_MS);
                self.part = Some(OpenPart { router, first_seq, times: Times { ..times }, lines: Numbered::default() });
            }
            Record::Open { line, open } => {
                let part = self.part.as_mut()?;
                let ticks = part.times.offsets.len() as u64;
                let within = |open: &OpenLine| {
                    open.runs.0.iter().all(|run| u64::from(run.tick) + u64::from(run.length) <= ticks)
                };
                part.lines.insert(line, Some(open).filter(within)?);
            }
            Record::State { line, seen_seq, sessions } => {
                let (router, name) = self.lines.get(&line)?;
                let state = self.engine.routers.get_mut(router)?.lines.get_mut(name)?;
                (state.seen_seq, state.sessions) = (seen_seq, sessions);
            }
            Record::Seen { router, seq, wall_ms } => {
                let tracker = self.engine.routers.values_mut().find(|tracker| tracker.number == router)?;
                (tracker.seq, tracker.wall_ms) = (seq.max(tracker.seq), wall_ms);
            }
            Record::Cursor { cursor, latest } => {
                self.engine.cursors.reach(cursor);
                if latest {
                    let mut routers = self.engine.routers.values_mut();
                    routers.find(|tracker| tracker.number == cursor.router)?.handed_by = Some(cursor.source);
                }
            }
        }
        Some(())
    }

    fn tick(
        &mut self,
        router: u32,
        time: crate::open::TickTime,
        entries: Vec<(crate::open::Entry, Option<Vec<crate::open::Session>>)>,
        from: Option<(u64, Cursor)>,
    ) -> Option<()> {
        self.close_part();
        if let Some((before, cursor)) = from {
            // Behind one whose record is damaged: it is asked for again with that one, so that none is missing.
            if self.engine.cursors.get(cursor.source, router) != before {
                return Some(());
            }
            self.engine.cursors.reach(cursor);
        }
        let tracker = self.engine.routers.values_mut().find(|tracker| tracker.number == router)?;
        if from.is_none() {
            tracker.is_recorded_here();
        }
        tracker.handed_by = from.map(|(_, cursor)| cursor.source);
        let mut whole = Vec::with_capacity(entries.len());
        for (mut entry, sessions) in entries {
            let (_, name) = self.lines.get(&entry.line)?;
            let state = tracker.lines.get_mut(name)?;
            match sessions {
                Some(sessions) => state.sessions = sessions,
                None => {
                    let [session] = &mut state.sessions[..] else { return None };
                    entry.bases = session.counters;
                    for (counter, rise) in session.counters.iter_mut().zip(entry.rises) {
                        *counter = counter.wrapping_add(rise);
                    }
                }
            }
            state.seen_seq = time.seq;
            whole.push(entry);
        }
        (tracker.seq, tracker.wall_ms) = (time.seq, time.wall_ms);
        self.hour_ms.get_or_insert(time.wall_ms.div_euclid(HOUR_MS) * HOUR_MS);
        // The identity of a tick is its number: one that is in a segment is not taken again.
        if self.engine.sealed.get(&router).is_none_or(|(last, _)| time.seq > *last) {
            self.hour.push(router, time, &whole);
        }
        Some(())
    }

    fn close_part(&mut self) {
        if let Some(part) = self.part.take() {
            self.hour.insert(part);
        }
    }

    fn done(mut self) -> (OpenHour, Option<i64>, u32) {
        self.close_part();
        (self.hour, self.hour_ms, self.lost)
    }
}
