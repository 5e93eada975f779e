//! From a sealed segment to the totals of its hours.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use super::compaction::CompactJob;
use super::engine::{Engine, Job, Work};
use super::folder::HOUR_MS;
use super::source::Source;
use super::view::touches;
use crate::Error;
use crate::columns::Times;
use crate::meta::{HourRows, RAW_FROM};
use crate::rollup::{Bucket, Grid, fold};
use crate::segment::{Piece, Segment, TimesCache};

/// A segment whose hours are being summed.
#[derive(Debug)]
pub(super) struct BookJob {
    segment: Arc<Segment>,
    journal: Option<PathBuf>,
    running: Option<Running>,
}

#[derive(Debug)]
struct Running {
    from_ms: i64,
    hours: usize,
    raw_from: i64,
    /// The segment itself, and all others that have samples of its hours.
    sources: Vec<Source>,
    lines: Vec<u32>,
    cache: TimesCache,
    rows: HourRows,
    read: BTreeMap<(u64, i64, u32), ReadTicks>,
}

/// The ticks of a part at which any line was measured.
#[derive(Debug)]
struct ReadTicks {
    router: u32,
    times: Arc<Times>,
    read: Vec<bool>,
    left: usize,
}

/// As many lines as a tick can wait for.
const STEP: usize = 256;

impl BookJob {
    pub(super) fn new(segment: Arc<Segment>, journal: Option<PathBuf>) -> Self {
        Self { segment, journal, running: None }
    }
}

impl Job for BookJob {
    fn again(&mut self) -> bool {
        self.running = None;
        true
    }

    fn step(&mut self, engine: &mut Engine) -> Result<Work, Error> {
        let number = self.segment.header.number;
        let running = match &mut self.running {
            Some(running) => running,
            None => {
                let begun = Running::begin(&self.segment, engine)?;
                self.running.insert(begun)
            }
        };
        for _ in 0..STEP {
            let Some(line) = running.lines.pop() else {
                running.finish();
                engine.database.book(number, &running.rows, &engine.settings.zone)?;
                engine.shared.change(|view| view.booked_upto = view.booked_upto.max(number));
                if let Some(journal) = &self.journal {
                    engine.disk.remove(journal).map_err(Error::file(journal))?;
                }
                if let Some(job) = CompactJob::due(engine)? {
                    engine.jobs.push_back(Box::new(job));
                }
                engine.measure();
                return Ok(Work::Done);
            };
            running.sum(line, engine);
        }
        Ok(Work::More)
    }
}

impl Running {
    fn begin(segment: &Arc<Segment>, engine: &Engine) -> Result<Self, Error> {
        let (from, to) = segment.range().unwrap_or_default();
        let from_ms = from.div_euclid(HOUR_MS) * HOUR_MS;
        let hours = usize::try_from((to - from_ms + HOUR_MS - 1).div_euclid(HOUR_MS)).unwrap_or_default();
        let until_ms = from_ms + hours as i64 * HOUR_MS;
        let mut sources = vec![Source::open(segment)?];
        for other in &engine.shared.get().raw {
            if !Arc::ptr_eq(other, segment) && touches(other, from_ms, until_ms) {
                match Source::open(other) {
                    Ok(source) => sources.push(source),
                    Err(why) => engine.damage.segment(other, &why),
                }
            }
        }
        Ok(Self {
            from_ms,
            hours,
            raw_from: engine.database.number(RAW_FROM)?,
            lines: sources[0].lines().collect(),
            sources,
            cache: TimesCache::default(),
            rows: HourRows::default(),
            read: BTreeMap::new(),
        })
    }

    fn sum(&mut self, line: u32, engine: &Engine) {
        let mut pieces = Vec::new();
        let mut own = Vec::new();
        for (place, source) in self.sources.iter().enumerate() {
            for (entry, piece) in source.pieces(line, &engine.damage, &mut self.cache) {
                let header = source.segment.header;
                let key = (header.number, header.to_ms, entry.part);
                self.read.entry(key).or_insert_with(|| ReadTicks::new(&piece)).mark(&piece);
                if place == 0 {
                    own.push(piece.clone());
                }
                pieces.push(piece);
            }
        }
        pieces.sort_by_key(|piece| piece.first_seq);
        let mut grid = Grid::new(self.from_ms, HOUR_MS, self.hours);
        fold(&pieces, &mut grid);
        let whole = grid.buckets;
        let mut grid = Grid::new(self.from_ms, HOUR_MS, self.hours);
        if self.from_ms < self.raw_from {
            fold(&own, &mut grid);
        }
        for (place, (whole, own)) in whole.iter().zip(&grid.buckets).enumerate() {
            let hour = self.from_ms + place as i64 * HOUR_MS;
            let bucket: &Bucket = if hour < self.raw_from { own } else { whole };
            if !bucket.is_empty() {
                self.rows.lines.push((hour, line, *bucket));
            }
        }
    }

    fn finish(&mut self) {
        let mut hours: BTreeMap<(i64, u32), i64> = BTreeMap::new();
        let own = self.sources[0].segment.header;
        for ((number, to_ms, _), part) in &self.read {
            let is_own = (*number, *to_ms) == (own.number, own.to_ms);
            let mut grid = Grid::new(self.from_ms, HOUR_MS, self.hours);
            part.spread(&mut grid);
            for (place, bucket) in grid.buckets.iter().enumerate() {
                let hour = self.from_ms + place as i64 * HOUR_MS;
                if bucket.measured_ms > 0 && (is_own || hour >= self.raw_from) {
                    *hours.entry((hour, part.router)).or_default() += bucket.measured_ms;
                }
            }
        }
        self.rows.routers = hours.into_iter().map(|((hour, router), ms)| (hour, router, ms)).collect();
        let all = (0..self.hours as i64).map(|place| self.from_ms + place * HOUR_MS);
        self.rows.added = all.filter(|hour| *hour < self.raw_from).collect::<BTreeSet<_>>();
    }
}

impl ReadTicks {
    fn new(piece: &Piece) -> Self {
        let left = piece.times.offsets.len();
        Self { router: piece.router, times: piece.times.clone(), read: vec![false; left], left }
    }

    fn mark(&mut self, piece: &Piece) {
        if self.left == 0 {
            return;
        }
        for run in &piece.chunk.runs.0 {
            let first = run.tick + u32::from(!run.start.is_measured());
            let ticks = first as usize..(run.tick + run.length) as usize;
            self.read.get_mut(ticks).unwrap_or_default().fill(true);
        }
        self.left = self.read.iter().filter(|read| !**read).count();
    }

    fn spread(&self, grid: &mut Grid) {
        for (tick, _) in self.read.iter().enumerate().filter(|(_, read)| **read) {
            let (to_ms, span) = (self.times.at(tick as u32), i64::from(self.times.span(tick as u32)));
            let portion = crate::rollup::Portion { measured_ms: span, ..Default::default() };
            grid.spread(to_ms - span.max(1), to_ms, portion);
        }
    }
}
