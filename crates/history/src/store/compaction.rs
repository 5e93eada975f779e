//! From the hours of a day to the day, and from its samples to its minutes.
//!
//! The tiers are written first and the day last: if anything stops in between, the hours are still there and all of it is
//! done again, with the same result. Only then do the hours go.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::PathBuf;
use std::sync::Arc;

use super::engine::{Engine, Job, Work};
use super::folder::{DAY_MS, HOUR_MS, is_day};
use super::source::Source;
use super::thinning::{Group, Part, groups};
use super::tiers::{FIVE_MINUTES, MINUTE, TierWriter};
use super::view::touches;
use crate::Error;
use crate::columns::Effort;
use crate::meta::RAW_FROM;
use crate::rollup::fold;
use crate::segment::{Header, Piece, Segment, SegmentWriter, Tier, TimesCache};

/// A day that is being put together.
#[derive(Debug)]
pub(super) struct CompactJob {
    day_ms: i64,
    writing: Option<Writing>,
}

#[derive(Debug)]
struct Writing {
    /// The day's hours, and the day so far where there is one.
    own: Vec<Source>,
    /// Whose first interval began on this day.
    others: Vec<Source>,
    day: SegmentWriter,
    tiers: Vec<TierWriter>,
    routers: VecDeque<u32>,
    router: Option<Router>,
    cache: TimesCache,
    hours: Vec<PathBuf>,
}

/// The router whose lines are being written.
#[derive(Debug)]
struct Router {
    groups: Vec<Group>,
    /// The number of each group's part, given when its first line is written.
    parts: Vec<u32>,
    lines: Vec<u32>,
}

/// As many lines as a tick can wait for: a line's day is some 2 ms.
const STEP: usize = 16;
/// A day is put together when so much of the next one has passed.
const AFTER_MS: i64 = HOUR_MS;

impl CompactJob {
    /// The earliest day that can be put together, unless that is under way.
    pub(super) fn due(engine: &Engine) -> Result<Option<Self>, Error> {
        Ok(Self::of(engine, AFTER_MS).into_iter().next())
    }

    /// All days that ended so long ago and still have hours.
    pub(super) fn of(engine: &Engine, after_ms: i64) -> Vec<Self> {
        let view = engine.shared.get();
        let under_way: BTreeSet<i64> = engine.jobs.iter().filter_map(|job| job.day_ms()).collect();
        let hours = view.raw.iter().filter(|segment| !is_day(segment.header.from_ms, segment.header.to_ms));
        let unbooked =
            |day: i64| hours.clone().any(|hour| day_of(hour) == day && hour.header.number > view.booked_upto);
        let days: BTreeSet<i64> = hours.clone().map(|hour| day_of(hour)).collect();
        let over =
            |day: &i64| engine.latest_ms >= day + DAY_MS + after_ms && !under_way.contains(day) && !unbooked(*day);
        days.into_iter().filter(over).map(|day_ms| Self { day_ms, writing: None }).collect()
    }
}

impl Job for CompactJob {
    fn again(&mut self) -> bool {
        false
    }

    fn day_ms(&self) -> Option<i64> {
        Some(self.day_ms)
    }

    fn step(&mut self, engine: &mut Engine) -> Result<Work, Error> {
        let writing = match &mut self.writing {
            Some(writing) => writing,
            None => {
                let begun = Writing::begin(self.day_ms, engine)?;
                self.writing.insert(begun)
            }
        };
        if writing.router.is_none() {
            let Some(router) = writing.routers.pop_front() else {
                if let Some(writing) = self.writing.take() {
                    writing.finish(engine)?;
                }
                if let Some(next) = Self::due(engine)? {
                    engine.jobs.push_back(Box::new(next));
                }
                return Ok(Work::Done);
            };
            writing.begin_router(router, engine)?;
            return Ok(Work::More);
        }
        for _ in 0..STEP {
            let Some(line) = writing.router.as_mut().and_then(|router| router.lines.pop()) else {
                writing.router = None;
                break;
            };
            writing.line(line, engine)?;
        }
        Ok(Work::More)
    }
}

fn day_of(hour: &Segment) -> i64 {
    hour.header.from_ms.div_euclid(DAY_MS) * DAY_MS
}

impl Writing {
    fn begin(day_ms: i64, engine: &Engine) -> Result<Self, Error> {
        let view = engine.shared.get();
        let (mut own, mut others, mut hours) = (Vec::new(), Vec::new(), Vec::new());
        let mut number = 0;
        for segment in &view.raw {
            let mine = day_of(segment) == day_ms;
            if !mine && !touches(segment, day_ms, day_ms + DAY_MS) {
                continue;
            }
            let source = match Source::open(segment) {
                Ok(source) => source,
                Err(why) => {
                    engine.damage.segment(segment, &why);
                    continue;
                }
            };
            if mine {
                number = number.max(segment.header.number);
                hours.extend((!is_day(segment.header.from_ms, segment.header.to_ms)).then(|| segment.path.clone()));
                own.push(source);
            } else {
                others.push(source);
            }
        }
        let header = Header { tier: Tier::Raw, number, from_ms: day_ms, to_ms: day_ms + DAY_MS, days: 0 };
        let day = SegmentWriter::create(&engine.disk, &engine.folder.period(Tier::Raw, day_ms), header)?;
        // Where samples of the day were taken away since, its minutes are known better than they could be made now.
        let keeps = day_ms < engine.database.number(RAW_FROM)?;
        let tiers = [MINUTE, FIVE_MINUTES].into_iter();
        let tiers: Vec<TierWriter> =
            tiers.map(|kind| TierWriter::begin(engine, kind, day_ms, number, keeps)).collect::<Result<_, _>>()?;
        let parts = own.iter().chain(&others).flat_map(|source| &source.segment.parts).map(|part| part.router);
        let routers: BTreeSet<u32> = parts.chain(tiers.iter().flat_map(TierWriter::routers)).collect();
        Ok(Self {
            own,
            others,
            day,
            tiers,
            routers: routers.into_iter().collect(),
            router: None,
            cache: TimesCache::default(),
            hours,
        })
    }

    fn begin_router(&mut self, router: u32, engine: &Engine) -> Result<(), Error> {
        let mut parts: Vec<Part> = Vec::new();
        let mut lines: BTreeSet<u32> = self.tiers.iter().flat_map(|tier| tier.lines_of(router)).collect();
        for (place, source) in self.own.iter().enumerate() {
            for (number, part) in source.segment.parts.iter().enumerate().filter(|(_, part)| part.router == router) {
                match self.cache.times(&source.segment, number as u32) {
                    Ok(times) => parts.push((place, number as u32, part.first_seq, (*times).clone())),
                    Err(why) => engine.damage.segment(&source.segment, &why),
                }
            }
        }
        for source in self.own.iter().chain(&self.others) {
            let of_router = |line: &u32| {
                let first = source.entries_of(*line).first();
                first
                    .and_then(|entry| source.segment.parts.get(entry.part as usize))
                    .is_some_and(|part| part.router == router)
            };
            lines.extend(source.lines().filter(of_router));
        }
        parts.sort_by_key(|(_, _, first_seq, _)| *first_seq);
        let mut groups = groups(parts);
        let interval_ms = u32::try_from(engine.settings.interval.as_millis()).unwrap_or(10_000);
        if engine.settings.thins && groups.iter().any(|group| group.is_dense(interval_ms)) {
            self.thin(&mut groups, &lines, interval_ms, engine);
        }
        let mut numbers = Vec::new();
        for group in &groups {
            numbers.push(self.day.part(router, group.first_seq, &group.kept_times(), Effort::Thorough)?);
        }
        for tier in &mut self.tiers {
            tier.router(router)?;
        }
        self.router = Some(Router { groups, parts: numbers, lines: lines.into_iter().rev().collect() });
        Ok(())
    }

    /// Chooses the ticks that stay, by where each of the lines comes and goes.
    fn thin(&mut self, groups: &mut [Group], lines: &BTreeSet<u32>, interval_ms: u32, engine: &Engine) {
        let mut runs = vec![Vec::new(); groups.len()];
        for line in lines {
            let chunks = chunks(&self.own, groups, *line, engine, &mut self.cache);
            for ((group, runs), (chunks, _)) in groups.iter().zip(&mut runs).zip(chunks) {
                runs.push(group.join(chunks).runs);
            }
        }
        for (group, runs) in groups.iter_mut().zip(runs) {
            if group.is_dense(interval_ms) {
                group.thin(interval_ms, runs.iter());
            }
        }
    }

    fn line(&mut self, line: u32, engine: &Engine) -> Result<(), Error> {
        let Some(router) = &self.router else { return Ok(()) };
        let mut pieces: Vec<Piece> = Vec::new();
        let chunks = chunks(&self.own, &router.groups, line, engine, &mut self.cache);
        for ((group, part), (chunks, own)) in router.groups.iter().zip(&router.parts).zip(chunks) {
            pieces.extend(own);
            if !chunks.is_empty() {
                self.day.line(*part, line, &group.join(chunks), Effort::Thorough)?;
            }
        }
        for source in &self.others {
            pieces.extend(source.pieces(line, &engine.damage, &mut self.cache).into_iter().map(|(_, piece)| piece));
        }
        pieces.sort_by_key(|piece| piece.first_seq);
        for tier in &mut self.tiers {
            let mut grid = tier.grid();
            fold(&pieces, &mut grid);
            tier.line(line, &grid, engine)?;
        }
        Ok(())
    }

    fn finish(self, engine: &mut Engine) -> Result<(), Error> {
        for tier in self.tiers {
            let segment = tier.finish()?;
            engine.shared.change(|view| view.put(segment));
        }
        let day = Arc::new(self.day.finish()?);
        engine.shared.change(|view| view.put(day));
        for path in self.hours {
            engine.disk.remove(&path).map_err(Error::file(&path))?;
        }
        engine.retain()
    }
}

/// A group's chunks of a line, each with its first tick, and the same as pieces.
type GroupChunks = (Vec<(u32, crate::columns::LineChunk)>, Vec<Piece>);

fn chunks(
    sources: &[Source],
    groups: &[Group],
    line: u32,
    engine: &Engine,
    cache: &mut TimesCache,
) -> Vec<GroupChunks> {
    let mut found: BTreeMap<(usize, u32), Piece> = BTreeMap::new();
    for (place, source) in sources.iter().enumerate() {
        for (entry, piece) in source.pieces(line, &engine.damage, cache) {
            found.insert((place, entry.part), piece);
        }
    }
    let of_group = |group: &Group| {
        let mut both = GroupChunks::default();
        for (source, part, first) in &group.members {
            if let Some(piece) = found.get(&(*source, *part)) {
                both.0.push((*first, piece.chunk.clone()));
                both.1.push(piece.clone());
            }
        }
        both
    };
    groups.iter().map(of_group).collect()
}

impl Engine {
    /// Puts together every day that is over, and takes away what is too old.
    pub(crate) fn compact(&mut self) -> Result<(), Error> {
        self.compact_telling(&mut |_, _| ()).map(drop)
    }

    /// The same, and says after each step how many days are done of how many. How many there were.
    pub(crate) fn compact_telling(&mut self, each: &mut dyn FnMut(u64, u64)) -> Result<u64, Error> {
        self.finish_work()?;
        let days = CompactJob::of(self, 0);
        let of = days.len() as u64;
        for (done, job) in (0..).zip(days) {
            self.jobs.push_back(Box::new(job));
            while self.work()? == Work::More {
                each(done, of);
            }
        }
        self.finish_work()?;
        self.retain()?;
        each(of, of);
        Ok(of)
    }
}
