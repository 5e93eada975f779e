//! The tiers of minutes and five minutes: a period's segment is written again with each day that it takes in.

use std::sync::Arc;

use super::engine::Engine;
use super::folder::DAY_MS;
use super::source::Source;
use crate::Error;
use crate::columns::{Effort, LineChunk, Runs, Start};
use crate::rollup::{Grid, Row, row_of};
use crate::segment::{Header, Segment, SegmentWriter, Tier};

/// How wide a row is, and how many days a segment has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TierKind {
    pub(crate) tier: Tier,
    pub(crate) width_ms: i64,
    days: i64,
}

/// A week of minutes: a year is 52 files, read in 15 ms.
pub(crate) const MINUTE: TierKind = TierKind { tier: Tier::Minute, width_ms: 60_000, days: 7 };
/// Four weeks of five minutes.
pub(crate) const FIVE_MINUTES: TierKind = TierKind { tier: Tier::FiveMinutes, width_ms: 300_000, days: 28 };

impl TierKind {
    fn period(self, at_ms: i64) -> (i64, i64) {
        let length = self.days * DAY_MS;
        let from = at_ms.div_euclid(length) * length;
        (from, from + length)
    }

    fn rows_a_day(self) -> usize {
        (DAY_MS / self.width_ms) as usize
    }
}

/// Whether a tier's segment has taken in a day.
pub(crate) fn has_day(segment: &Segment, day_ms: i64) -> bool {
    let Header { from_ms, to_ms, days, .. } = segment.header;
    day_ms >= from_ms && day_ms < to_ms && days >> ((day_ms - from_ms) / DAY_MS) & 1 == 1
}

/// A tier's segment that takes in a day.
#[derive(Debug)]
pub(super) struct TierWriter {
    kind: TierKind,
    day_ms: i64,
    from_ms: i64,
    writer: SegmentWriter,
    /// The period as it is so far.
    old: Option<Source>,
    part: u32,
    /// Samples of the day were taken away since: a row that is there is known better than it could be made now.
    keeps: bool,
}

impl TierWriter {
    pub(super) fn begin(engine: &Engine, kind: TierKind, day_ms: i64, number: u64, keeps: bool) -> Result<Self, Error> {
        let (from_ms, to_ms) = kind.period(day_ms);
        let path = engine.folder.period(kind.tier, from_ms);
        let view = engine.shared.get();
        let old = view.tier(kind.tier).iter().find(|segment| segment.path == path);
        let days = old.map_or(0, |old| old.header.days) | 1 << ((day_ms - from_ms) / DAY_MS);
        let header = Header { tier: kind.tier, number, from_ms, to_ms, days };
        let writer = SegmentWriter::create(&engine.disk, &path, header)?;
        let old = old.map(Source::open).transpose()?;
        Ok(Self { kind, day_ms, from_ms, writer, old, part: 0, keeps })
    }

    /// The lines of a router that the period has so far.
    pub(super) fn lines_of(&self, router: u32) -> Vec<u32> {
        let Some(old) = &self.old else { return Vec::new() };
        let of_router = |line: &u32| {
            let entries = old.entries_of(*line);
            let part = entries.first().and_then(|entry| old.segment.parts.get(entry.part as usize));
            part.is_some_and(|part| part.router == router)
        };
        old.lines().filter(of_router).collect()
    }

    pub(super) fn routers(&self) -> Vec<u32> {
        self.old.iter().flat_map(|old| &old.segment.parts).map(|part| part.router).collect()
    }

    pub(super) fn router(&mut self, router: u32) -> Result<(), Error> {
        let range = self.kind.period(self.day_ms);
        let rows = (range.1 - range.0) / self.kind.width_ms;
        self.part = self.writer.grid(router, rows as u32, range)?;
        Ok(())
    }

    /// An empty grid of the day.
    pub(super) fn grid(&self) -> Grid {
        Grid::new(self.day_ms, self.kind.width_ms, self.kind.rows_a_day())
    }

    /// A line's day beside the days that it has so far.
    pub(super) fn line(&mut self, line: u32, day: &Grid, engine: &Engine) -> Result<(), Error> {
        let first = ((self.day_ms - self.from_ms) / self.kind.width_ms) as u32;
        let end = first + self.kind.rows_a_day() as u32;
        let mut old: Vec<(u32, Row)> = Vec::new();
        if let Some(source) = &self.old {
            for entry in source.entries_of(line) {
                match source.segment.chunk(entry) {
                    Ok(chunk) => old.extend(rows(&chunk)),
                    Err(why) => engine.damage.chunk(&source.segment, entry, &why),
                }
            }
        }
        let fresh = day.buckets.iter().enumerate().filter(|(_, bucket)| !bucket.is_empty());
        let fresh = fresh.map(|(place, bucket)| (first + place as u32, row_of(bucket, self.kind.width_ms)));
        let mut inside: std::collections::BTreeMap<u32, Row> = fresh.collect();
        if self.keeps {
            inside.extend(old.iter().filter(|(row, _)| (first..end).contains(row)).copied());
        }
        let before = old.iter().filter(|(row, _)| *row < first).copied();
        let after = old.iter().filter(|(row, _)| *row >= end).copied();
        let chunk = chunk_of(before.chain(inside).chain(after));
        if chunk.runs.0.is_empty() {
            return Ok(());
        }
        self.writer.line(self.part, line, &chunk, Effort::Thorough)
    }

    pub(super) fn finish(self) -> Result<Arc<Segment>, Error> {
        Ok(Arc::new(self.writer.finish()?))
    }
}

fn chunk_of(rows: impl Iterator<Item = (u32, Row)>) -> LineChunk {
    let columns = Tier::Minute.columns();
    let mut chunk = LineChunk { runs: Runs::default(), bases: vec![0; columns], columns: vec![vec![]; columns] };
    let mut next = None;
    for (place, row) in rows {
        chunk.runs.push(place, (next != Some(place)).then_some(Start::Follows));
        chunk.columns.iter_mut().zip(row).for_each(|(column, number)| column.push(number));
        next = Some(place + 1);
    }
    chunk
}

/// The rows of a line's chunk, each with its place in the period.
pub(crate) fn rows(chunk: &LineChunk) -> impl Iterator<Item = (u32, Row)> + '_ {
    chunk.runs.ticks().enumerate().map(|(sample, (place, _))| {
        let mut row: Row = Default::default();
        row.iter_mut().zip(&chunk.columns).for_each(|(number, column)| *number = column[sample]);
        (place, row)
    })
}
