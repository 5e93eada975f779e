//! Brings in samples that were exported, as if they had been recorded here.
//!
//! The file is read twice. The first time nothing is written: it is held against what is there, and what would count
//! twice, or is no sample, refuses all of it. An hour of a router is in memory at a time where the file is in the order
//! in which it was exported; in any other order the same comes out, only slower.

use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::io::BufReader;
use std::path::PathBuf;
use std::sync::Arc;

use lalin_stats::RouterId;

use super::compact::open;
use super::csv::{ReadSample, read_samples};
use crate::columns::{Start, Times};
use crate::meta::RAW_FROM;
use crate::open::{Entry, OpenLine};
use crate::segment::{Piece, TimesCache};
use crate::store::{Engine, HOUR_MS, ImportedPart, View};
use crate::tick::COUNTERS;
use crate::{Error, LineName, Progress, Settings};

/// What is to be imported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportQuery {
    /// The CSV.
    pub file: PathBuf,
    /// Only samples from this moment on, ms since 1970.
    pub from_ms: Option<i64>,
    /// Only samples before this moment.
    pub to_ms: Option<i64>,
}

/// What was imported.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Imported {
    /// Samples.
    pub samples: u64,
    /// Lines that have samples among them.
    pub lines: u64,
    /// Totals of hours that came without samples; of a whole history only.
    pub totals: u64,
}

/// Samples in memory, some 50 MB.
const MOST: usize = 500_000;
/// A longer interval is not measured, whatever the file says.
const LONGEST_MS: u32 = 3_600_000;

/// Imports a CSV of samples. No server may run.
pub fn import(settings: Settings, query: &ImportQuery, each: &mut dyn FnMut(Progress)) -> Result<Imported, Error> {
    let of = std::fs::metadata(&query.file).map_err(Error::file(&query.file))?.len();
    let mut feed = |importer: &mut Importer<'_>, before: u64| -> Result<(), Error> {
        let file = File::open(&query.file).map_err(Error::file(&query.file))?;
        let mut rows = 0u64;
        read_samples(BufReader::with_capacity(1 << 16, file), &mut |sample, byte| {
            rows += 1;
            if rows.is_multiple_of(4_096) {
                each(Progress { done: before + byte, of: 2 * of });
            }
            let after = query.from_ms.is_none_or(|from| sample.at_ms >= from);
            let within = after && query.to_ms.is_none_or(|to| sample.at_ms < to);
            if within { importer.take(sample) } else { Ok(()) }
        })
    };
    let (mut engine, _lock) = open(settings)?;
    take_twice(&mut engine, &mut feed, of)
}

/// Reads all of it twice: once to look, once to take.
pub(super) fn take_twice(
    engine: &mut Engine,
    feed: &mut dyn FnMut(&mut Importer<'_>, u64) -> Result<(), Error>,
    of: u64,
) -> Result<Imported, Error> {
    let mut looking = Importer::new(engine, false);
    feed(&mut looking, 0)?;
    looking.finish()?;
    engine.begin_import()?;
    let mut taking = Importer::new(engine, true);
    feed(&mut taking, of)?;
    let imported = taking.finish()?;
    engine.seal_import()?;
    engine.compact()?;
    engine.sync()?;
    Ok(imported)
}

/// A router's hour.
type Key = (i64, RouterId);
type Window = BTreeMap<(Arc<str>, Arc<str>), LineSamples>;

#[derive(Debug, Default)]
struct LineSamples {
    shown: Arc<str>,
    rows: Vec<Sample>,
}

#[derive(Clone, Copy, Debug)]
struct Sample {
    at_ms: i64,
    span_ms: u32,
    start: Option<Start>,
    rises: [u64; COUNTERS],
}

/// Puts samples together to parts, and looks whether they are there already or takes them.
pub(super) struct Importer<'a> {
    engine: &'a mut Engine,
    /// What was there before.
    before: Arc<View>,
    cache: TimesCache,
    raw_from: i64,
    takes: bool,
    windows: BTreeMap<Key, Window>,
    waiting: usize,
    current: Option<Key>,
    lines: std::collections::HashSet<(RouterId, Arc<str>, Arc<str>)>,
    imported: Imported,
}

impl<'a> Importer<'a> {
    fn new(engine: &'a mut Engine, takes: bool) -> Self {
        let before = engine.shared.get();
        let raw_from = engine.database.number(RAW_FROM).unwrap_or_default();
        Self {
            engine,
            before,
            cache: TimesCache::default(),
            raw_from,
            takes,
            windows: BTreeMap::new(),
            waiting: 0,
            current: None,
            lines: Default::default(),
            imported: Imported::default(),
        }
    }

    /// Takes a sample.
    pub(super) fn take(&mut self, sample: ReadSample) -> Result<(), Error> {
        let no_router = |_| Error::Import { line: 0, what: format!("{:?} is no router's id", sample.router) };
        let router: RouterId = match &self.current {
            Some((_, router)) if router.as_str() == sample.router => router.clone(),
            _ => sample.router.parse().map_err(no_router)?,
        };
        let key = (sample.at_ms.div_euclid(HOUR_MS), router);
        if self.current.as_ref() != Some(&key) {
            if self.waiting >= MOST {
                self.flush(None)?;
            }
            self.current = Some(key.clone());
        } else if self.waiting >= MOST {
            self.flush(Some(&key))?;
        }
        let window = self.windows.entry(key).or_default();
        let name = (Arc::from(sample.kind), Arc::from(sample.line));
        let line = window.entry(name).or_default();
        if *line.shown != *sample.shown {
            line.shown = sample.shown.into();
        }
        let ReadSample { at_ms, span_ms, start, rises, .. } = sample;
        line.rows.push(Sample { at_ms, span_ms, start, rises });
        self.waiting += 1;
        self.imported.samples += 1;
        Ok(())
    }

    /// Everything that waits; but for the hour that is still coming, where there is anything else.
    fn flush(&mut self, coming: Option<&Key>) -> Result<(), Error> {
        let kept = coming.filter(|_| self.windows.len() > 1).and_then(|key| self.windows.remove_entry(key));
        for ((_, router), window) in std::mem::take(&mut self.windows) {
            self.window(router, window)?;
        }
        self.waiting = 0;
        if let Some((key, window)) = kept {
            self.waiting = window.values().map(|line| line.rows.len()).sum();
            self.windows.insert(key, window);
        }
        Ok(())
    }

    fn finish(mut self) -> Result<Imported, Error> {
        self.flush(None)?;
        self.imported.lines = self.lines.len() as u64;
        Ok(self.imported)
    }

    fn window(&mut self, router: RouterId, mut window: Window) -> Result<(), Error> {
        for ((kind, name), line) in &mut window {
            line.rows.sort_by_key(|row| row.at_ms);
            if let Some(twice) = line.rows.windows(2).find(|pair| pair[0].at_ms == pair[1].at_ms) {
                let what = format!("{router}: {name} has the sample of {} twice", twice[0].at_ms);
                return Err(Error::Import { line: 0, what });
            }
            if !self.takes {
                self.look(&router, &LineName { kind: kind.clone(), name: name.clone() }, &line.rows)?;
            } else {
                self.lines.insert((router.clone(), kind.clone(), name.clone()));
            }
        }
        if self.takes {
            for part in parts(&router, &window) {
                self.engine.import(part)?;
            }
        }
        Ok(())
    }

    /// Whether any of it is there already.
    fn look(&mut self, router: &RouterId, name: &LineName, rows: &[Sample]) -> Result<(), Error> {
        let Some(line) = self.engine.database.find(router, name)? else { return Ok(()) };
        let (Some(first), Some(last)) = (rows.first(), rows.last()) else { return Ok(()) };
        let measured = first.start.is_none_or(Start::is_measured) && first.span_ms <= LONGEST_MS;
        let from_ms = first.at_ms - if measured { i64::from(first.span_ms) } else { 0 };
        let to_ms = last.at_ms.max(from_ms + 1);
        let number = line.id.number();
        let damage = self.engine.damage.clone();
        let pieces = self.before.pieces(number, (from_ms, to_ms + 1), &mut self.cache, &damage);
        let mut there = pieces.iter().flat_map(stretches).find(|(from, to)| *from < to_ms && *to > from_ms);
        // Where the samples were taken away since, only the hour's total knows.
        let hour = from_ms.div_euclid(HOUR_MS) * HOUR_MS;
        if there.is_none() && hour < self.raw_from {
            let rows = self.engine.database.hours_between(number, hour, to_ms)?;
            there = rows.iter().find(|(_, sums)| sums[2] > 0).map(|(hour, _)| (*hour, hour + HOUR_MS));
        }
        let Some((from_ms, to_ms)) = there else { return Ok(()) };
        Err(Error::Double { router: router.to_string(), name: name.name.to_string(), from_ms, to_ms })
    }
}

/// The measured stretches of a piece; a sample alone is a stretch of a ms.
fn stretches(piece: &Piece) -> impl Iterator<Item = (i64, i64)> + '_ {
    piece.chunk.runs.0.iter().map(|run| {
        let end = piece.times.at(run.tick + run.length - 1);
        let before = if run.start.is_measured() { i64::from(piece.times.span(run.tick)) } else { 0 };
        ((piece.times.at(run.tick) - before).min(end - 1), end)
    })
}

/// The samples of an hour as parts: ticks that follow one another to the ms.
fn parts(router: &RouterId, window: &Window) -> Vec<ImportedPart> {
    let mut ticks: BTreeMap<i64, u32> = BTreeMap::new();
    for row in window.values().flat_map(|line| &line.rows) {
        ticks.entry(row.at_ms).or_insert(row.span_ms);
    }
    let mut parts: Vec<Times> = Vec::new();
    let mut places: HashMap<i64, (usize, u32)> = HashMap::new();
    let mut before = None;
    for (at_ms, span_ms) in ticks {
        match (parts.last_mut(), before) {
            (Some(times), Some(before)) if at_ms - before == i64::from(span_ms) => {
                let offset = times.offsets.last().copied().unwrap_or_default() + span_ms;
                times.offsets.push(offset);
            }
            _ => parts.push(Times { anchor_ms: at_ms, lead_ms: span_ms, offsets: vec![0] }),
        }
        before = Some(at_ms);
        let tick = parts.last().map_or(0, |times| times.offsets.len() as u32 - 1);
        places.insert(at_ms, (parts.len() - 1, tick));
    }
    let part = |times| ImportedPart { router: router.clone(), times, lines: Vec::new() };
    let mut parts: Vec<ImportedPart> = parts.into_iter().map(part).collect();
    for ((kind, name), line) in window {
        let mut open: Vec<Option<OpenLine>> = parts.iter().map(|_| None).collect();
        for row in &line.rows {
            let Some((part, tick)) = places.get(&row.at_ms).copied() else { continue };
            let open = open[part].get_or_insert_default();
            let follows = open.runs.0.last().is_some_and(|run| run.tick + run.length == tick);
            let start = row.start.or((!follows).then_some(Start::Follows));
            open.push(tick, &Entry { line: 0, start, bases: [0; COUNTERS], rises: row.rises });
        }
        for (part, open) in parts.iter_mut().zip(open) {
            let name = LineName { kind: kind.clone(), name: name.clone() };
            part.lines.extend(open.map(|open| (name, line.shown.clone(), open)));
        }
    }
    parts
}
