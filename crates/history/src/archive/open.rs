//! Opens a history that another process may be recording into: nothing is locked, nothing is changed.
//!
//! The writer replaces files while they are listed, so the order matters: the totals first, then the journals, then the
//! segments. An hour that is sealed in between is in both, and is taken once; one file that is gone begins it anew.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, RwLock};

use crate::disk::{Disk, ReadOnlyDisk};
use crate::journal::{Contents, Record, parse_name, read};
use crate::meta::{Database, SEALED_UPTO, ZONE};
use crate::open::{OpenHour, OpenPart};
use crate::segment::{Segment, Tier};
use crate::store::{DamageLog, Folder, Shared, StatusCell, View, is_within};
use crate::zone::Zone;
use crate::{Error, Reader};

/// A history that is looked at.
#[derive(Debug)]
pub struct Archive {
    pub(super) folder: Folder,
    pub(super) reader: Reader,
    pub(super) shared: Arc<Shared>,
    pub(super) journals: Vec<JournalState>,
    /// Segments that cannot be opened.
    pub(super) broken: Vec<(PathBuf, String)>,
}

/// A journal as it was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JournalState {
    /// Its file's name.
    pub name: String,
    /// How long it is up to its last whole record.
    pub bytes: u64,
    /// Whole records.
    pub records: u64,
    /// Damaged records with whole ones behind them.
    pub damaged: u64,
    /// It cannot be read at all; then why.
    pub unreadable: Option<String>,
}

/// The writer changes the folder a few times an hour.
const TRIES: usize = 8;

impl Archive {
    /// Opens the history in a folder.
    pub fn open(folder: &Path) -> Result<Self, Error> {
        let folder = Folder::new(folder);
        if !folder.database().is_file() {
            return Err(Error::NoHistory(folder.path().to_owned()));
        }
        let mut last = None;
        for _ in 0..TRIES {
            match Self::try_open(&folder) {
                Err(Error::File { path, source }) if source.kind() == io::ErrorKind::NotFound => {
                    last = Some(Error::File { path, source });
                }
                done => return done,
            }
        }
        Err(last.unwrap_or(Error::NoHistory(folder.path().to_owned())))
    }

    fn try_open(folder: &Folder) -> Result<Self, Error> {
        let disk = ReadOnlyDisk;
        let database = Database::open_beside(&folder.database())?;
        let mut view = View { booked_upto: database.number(SEALED_UPTO)?.max(0) as u64, ..View::default() };
        let zone = database.state(ZONE)?.and_then(|name| Zone::named(&name).ok()).unwrap_or_else(Zone::system);
        let mut records = Vec::new();
        for path in journals(&disk, folder)? {
            records.push(Replay::read(&disk, &path)?);
        }
        let mut broken = Vec::new();
        for tier in [Tier::Raw, Tier::Minute, Tier::FiveMinutes] {
            let mut segments = open_tier(&disk, folder, tier, &mut broken)?;
            let days = segments.clone();
            segments.retain(|hour| !days.iter().any(|day| is_within(hour, day)));
            segments.into_iter().for_each(|segment| view.put(segment));
        }
        let newest = view.raw.iter().map(|segment| segment.header.number).max().unwrap_or_default();
        let mut found = Vec::new();
        for (state, hour) in records {
            // What a segment has is not taken again: then the journal was only not removed yet.
            if let Some(hour) = hour.filter(|hour| hour.number > newest && !hour.is_empty()) {
                view.hours.push(Arc::new(Mutex::new(hour)));
            }
            found.push(state);
        }
        let shared = Arc::new(Shared::default());
        shared.change(|shared| *shared = view);
        let damage = Arc::new(DamageLog::new(Arc::new(disk), folder.clone(), Arc::new(StatusCell::default())));
        let (database, zone) = (Arc::new(Mutex::new(database)), Arc::new(RwLock::new(zone)));
        let reader = Reader::new(shared.clone(), damage, database, zone);
        Ok(Self { folder: folder.clone(), reader, shared, journals: found, broken })
    }

    /// Answers questions, as of the moment at which it was opened.
    pub fn reader(&self) -> &Reader {
        &self.reader
    }

    /// The journals that were found.
    pub fn journals(&self) -> &[JournalState] {
        &self.journals
    }

    /// From the first sample to the last one that is kept; `None` where there is none.
    pub fn range(&self) -> Option<(i64, i64)> {
        let view = self.shared.get();
        let raw = view.raw.iter().filter_map(|segment| segment.range());
        let open = view.hours.iter().filter_map(|hour| crate::store::lock(hour).range());
        let tiers = view.minute.iter().chain(&view.five_minutes);
        let tiers = tiers.map(|segment| (segment.header.from_ms, segment.header.from_ms));
        let first_hour = self.reader.database().first_hour().ok().flatten();
        let all = raw.chain(open).chain(tiers).chain(first_hour.map(|hour| (hour, hour)));
        all.reduce(|(from, to), (other_from, other_to)| (from.min(other_from), to.max(other_to)))
    }
}

/// The journals in their order; of two generations of one the newer.
pub(super) fn journals(disk: &dyn Disk, folder: &Folder) -> Result<Vec<PathBuf>, Error> {
    let journal = folder.journal();
    let mut newest: BTreeMap<u64, (u32, PathBuf)> = BTreeMap::new();
    for name in listed(disk, &journal)? {
        let Some((number, generation)) = parse_name(&name) else { continue };
        let known = newest.entry(number).or_insert_with(|| (generation, journal.join(&name)));
        if generation > known.0 {
            *known = (generation, journal.join(&name));
        }
    }
    Ok(newest.into_values().map(|(_, path)| path).collect())
}

/// A folder's files; none where the folder is not there.
pub(super) fn listed(disk: &dyn Disk, folder: &Path) -> Result<Vec<String>, Error> {
    match disk.list(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        listed => listed.map_err(Error::file(folder)),
    }
}

fn open_tier(
    disk: &dyn Disk,
    folder: &Folder,
    tier: Tier,
    broken: &mut Vec<(PathBuf, String)>,
) -> Result<Vec<Arc<Segment>>, Error> {
    let path = folder.tier(tier);
    let mut segments = Vec::new();
    for name in listed(disk, &path)?.into_iter().filter(|name| name.ends_with(".seg")) {
        let path = path.join(name);
        match Segment::open(disk, &path) {
            Ok(segment) if segment.header.tier == tier => segments.push(Arc::new(segment)),
            Err(error @ (Error::File { .. } | Error::Newer { .. })) => return Err(error),
            Ok(_) => broken.push((path, "a segment of another tier".to_owned())),
            Err(error) => broken.push((path, error.to_string())),
        }
    }
    Ok(segments)
}

/// A journal that was read; whether it counts is known only when the segments are.
#[derive(Debug, Default)]
struct Replay {
    hour: OpenHour,
    part: Option<OpenPart>,
    records: u64,
}

impl Replay {
    /// What the journal holds, unless it cannot be read at all.
    fn read(disk: &dyn Disk, path: &Path) -> Result<(JournalState, Option<OpenHour>), Error> {
        let mut replay = Self::default();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        match read(disk, path, &mut |record| replay.take(record)) {
            Ok(Contents { number, length, skipped, cut_short }) => {
                replay.close_part();
                let Self { mut hour, records, .. } = replay;
                hour.number = number;
                let damaged = u64::from(skipped) + u64::from(cut_short);
                Ok((JournalState { name, bytes: length, records, damaged, unreadable: None }, Some(hour)))
            }
            Err(error @ (Error::Damaged(_) | Error::Newer { .. })) => {
                let unreadable = Some(error.to_string());
                Ok((JournalState { name, bytes: 0, records: 0, damaged: 0, unreadable }, None))
            }
            Err(error) => Err(error),
        }
    }

    fn take(&mut self, record: Record) {
        self.records += 1;
        match record {
            Record::Part { router, first_seq, times } => {
                self.close_part();
                self.part = Some(OpenPart { router, first_seq, times, lines: Default::default() });
            }
            Record::Open { line, open } => {
                if let Some(part) = &mut self.part {
                    part.lines.insert(line, open);
                }
            }
            Record::Tick { router, time, entries, .. } => {
                self.close_part();
                // What the counters showed before is of no use to whoever only reads.
                let entries: Vec<_> = entries.into_iter().map(|(entry, _)| entry).collect();
                self.hour.push(router, time, &entries);
            }
            _ => {}
        }
    }

    fn close_part(&mut self) {
        if let Some(part) = self.part.take() {
            self.hour.insert(part);
        }
    }
}
