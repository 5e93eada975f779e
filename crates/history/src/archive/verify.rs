//! Everything that is kept, held against its checksums and against itself: files, journals, and the totals against the
//! samples that they are the sums of.

use std::collections::HashSet;

use super::Archive;
use crate::meta::RAW_FROM;
use crate::rollup::{Bucket, Grid, fold};
use crate::segment::{Piece, Tier, TimesCache};
use crate::store::{DAY_MS, HOUR_MS, View, touches};
use crate::{Error, Line, Progress};

/// What was looked at and what was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Segments that were read.
    pub segments: u64,
    /// Chunks whose checksum and numbers were looked at.
    pub chunks: u64,
    /// Journals.
    pub journals: u64,
    /// Their whole records.
    pub records: u64,
    /// Totals of a line's hour that were computed again.
    pub totals: u64,
    /// What is not as it was written.
    pub faults: Vec<Fault>,
}

/// Something that is not as it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// What sort of fault it is.
    pub kind: FaultKind,
    /// The file that it is in.
    pub file: String,
    /// The router and the name of the line that it is of, where it is of one.
    pub line: Option<(String, String)>,
    /// When, ms since 1970, where it is of one hour.
    pub at_ms: Option<i64>,
    /// More about it.
    pub what: String,
}

/// What sort of fault it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FaultKind {
    /// A segment cannot be opened.
    Segment,
    /// A line's chunk or a router's times cannot be read.
    Chunk,
    /// A journal, or records in it, cannot be read.
    Journal,
    /// The database is damaged.
    Database,
    /// A segment has a line or a router that the database does not know.
    Unknown,
    /// An hour's total is not what its samples sum up to.
    Total,
}

impl FaultKind {
    /// A stable word for programs.
    pub fn code(self) -> &'static str {
        match self {
            Self::Segment => "segment",
            Self::Chunk => "chunk",
            Self::Journal => "journal",
            Self::Database => "database",
            Self::Unknown => "unknown",
            Self::Total => "total",
        }
    }
}

/// A longer interval than this is a gap.
const LONGEST_MS: u64 = 60_000;
const META: &str = "meta.db";
/// More faults than this are a broken disk.
const MOST: usize = 1_000;

impl Archive {
    /// Looks at everything. Faults are in the report; an error says that it could not be looked at.
    pub fn verify(&self, each: &mut dyn FnMut(Progress)) -> Result<Report, Error> {
        let lines = self.reader.lines(None)?;
        let view = self.shared.get();
        let mut report = Report::default();
        for (path, what) in &self.broken {
            let file = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            report.add(FaultKind::Segment, &file, what.clone());
        }
        for journal in &self.journals {
            report.journals += 1;
            report.records += journal.records;
            if let Some(what) = &journal.unreadable {
                report.add(FaultKind::Journal, &journal.name, what.clone());
            } else if journal.damaged > 0 {
                report.add(FaultKind::Journal, &journal.name, format!("{} records", journal.damaged));
            }
        }
        for what in self.reader.database().check()? {
            report.add(FaultKind::Database, META, what);
        }
        let first = self.reader.database().first_hour()?.unwrap_or(i64::MAX);
        let days = comparable(&view, first.max(self.reader.database().number(RAW_FROM)?));
        // Half of the work is the files, half the totals.
        let steps = (days.len() * lines.len()) as u64;
        let bytes = view.raw.iter().chain(&view.minute).chain(&view.five_minutes).map(|segment| segment.bytes).sum();
        let scaled = |done: u64, of: u64, half: u64| Progress {
            done: half * 500 + (u128::from(done) * 500).checked_div(of.into()).unwrap_or(500) as u64,
            of: 1_000,
        };
        let damaged = self.verify_segments(&view, &lines, &mut report, &mut |done| each(scaled(done, bytes, 0)))?;
        let mut cache = TimesCache::default();
        let mut done = 0;
        for (from_ms, to_ms) in days {
            for line in &lines {
                done += 1;
                if !damaged.contains(&line.id.number()) {
                    self.compare(&view, line, (from_ms, to_ms), &mut report, &mut cache)?;
                }
                if done % 64 == 0 {
                    each(scaled(done, steps, 1));
                }
            }
        }
        each(Progress { done: 1_000, of: 1_000 });
        Ok(report)
    }

    /// Every chunk; the numbers of the lines that have a damaged one.
    fn verify_segments(
        &self,
        view: &View,
        lines: &[Line],
        report: &mut Report,
        each: &mut dyn FnMut(u64),
    ) -> Result<HashSet<u32>, Error> {
        let known: HashSet<u32> = lines.iter().map(|line| line.id.number()).collect();
        let name = |number: u32| {
            let line = lines.iter().find(|line| line.id.number() == number)?;
            Some((line.router.to_string(), line.shown.to_string()))
        };
        let (mut damaged, mut unknown, mut done) = (HashSet::new(), HashSet::new(), 0);
        for segment in view.raw.iter().chain(&view.minute).chain(&view.five_minutes) {
            let file = segment.path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            for part in 0..segment.parts.len() as u32 {
                if segment.header.tier == Tier::Raw
                    && let Err(what) = segment.times(part)
                {
                    report.add(FaultKind::Chunk, &file, what.to_string());
                    let all = segment.entries().unwrap_or_default();
                    damaged.extend(all.iter().filter(|entry| entry.part == part).map(|entry| entry.line));
                }
            }
            match segment.entries() {
                Err(what) => {
                    report.add(FaultKind::Segment, &file, what.to_string());
                    damaged.extend(&known);
                }
                Ok(entries) => {
                    for entry in entries {
                        report.chunks += 1;
                        if let Err(what) = segment.chunk(&entry) {
                            damaged.insert(entry.line);
                            let at_ms = segment.parts.get(entry.part as usize).map(|part| part.from_ms);
                            let kind = FaultKind::Chunk;
                            let line = name(entry.line);
                            report.push(Fault { kind, file: file.clone(), line, at_ms, what: what.to_string() });
                        }
                        if !known.contains(&entry.line) && unknown.insert(entry.line) {
                            report.add(FaultKind::Unknown, &file, format!("line {}", entry.line));
                        }
                    }
                }
            }
            report.segments += 1;
            done += segment.bytes;
            each(done);
        }
        Ok(damaged)
    }

    /// A line's hours of a range, computed again from its samples.
    fn compare(
        &self,
        view: &View,
        line: &Line,
        (from_ms, to_ms): (i64, i64),
        report: &mut Report,
        cache: &mut TimesCache,
    ) -> Result<(), Error> {
        let number = line.id.number();
        // With the hour before, which says whether samples begin here.
        let (first_ms, from_ms) = (from_ms, from_ms - HOUR_MS);
        let rows = self.reader.database().hours_between(number, from_ms, to_ms)?;
        let pieces = view.pieces(number, (from_ms, to_ms), cache, &self.reader.damage);
        if pieces.is_empty() && rows.is_empty() {
            return Ok(());
        }
        let mut grid = Grid::new(from_ms, HOUR_MS, ((to_ms - from_ms) / HOUR_MS) as usize);
        fold(&pieces, &mut grid);
        // A day's samples may have been put together since: then what lies on an edge is split elsewhere.
        let days = view.raw.iter().filter(|segment| segment.header.to_ms - segment.header.from_ms == DAY_MS);
        let in_days = days.into_iter().any(|segment| touches(segment, from_ms, to_ms));
        let slack = if in_days { largest(&pieces) } else { [0; 3] };
        let has_row = |at_ms: i64| rows.iter().any(|(hour, _)| *hour == at_ms);
        for (place, bucket) in (0..).zip(&grid.buckets) {
            let at_ms = from_ms + place * HOUR_MS;
            if at_ms < first_ms {
                continue;
            }
            let row = rows.iter().find(|(hour, _)| *hour == at_ms).map(|(_, bytes)| *bytes);
            // Totals may be there of time that came without its samples, up to where these begin.
            let came = place > 0 && grid.buckets[place as usize - 1].is_empty() && has_row(at_ms - HOUR_MS);
            if bucket.is_empty() || (came && sums(bucket)[2] < row.unwrap_or_default()[2]) {
                continue;
            }
            report.totals += 1;
            let samples = sums(bucket);
            let there = row.unwrap_or_default();
            let same = samples.iter().zip(there).zip(slack).all(|((a, b), slack)| a.abs_diff(b) <= slack);
            if !same {
                let what =
                    format!("{} and {} bytes, {} and {} in the samples", there[0], there[1], samples[0], samples[1]);
                let line = Some((line.router.to_string(), line.shown.to_string()));
                report.push(Fault { kind: FaultKind::Total, file: META.to_owned(), line, at_ms: Some(at_ms), what });
            }
        }
        Ok(())
    }
}

impl Report {
    fn add(&mut self, kind: FaultKind, file: &str, what: String) {
        self.push(Fault { kind, file: file.to_owned(), line: None, at_ms: None, what });
    }

    fn push(&mut self, fault: Fault) {
        if self.faults.len() < MOST {
            self.faults.push(fault);
        }
    }
}

fn sums(bucket: &Bucket) -> [u64; 3] {
    [bucket.passed[0], bucket.passed[1], bucket.measured_ms.max(0) as u64]
}

/// The most that one sample carried, and how long it was.
fn largest(pieces: &[Piece]) -> [u64; 3] {
    let mut most = [0; 3];
    for piece in pieces {
        for (most, column) in most.iter_mut().zip(&piece.chunk.columns) {
            *most = column.iter().map(|rise| *rise as u64).fold(*most, u64::max);
        }
        let spans = (0..piece.times.offsets.len() as u32).map(|tick| u64::from(piece.times.span(tick)));
        most[2] = spans.filter(|span| *span <= LONGEST_MS).fold(most[2], u64::max);
    }
    most
}

/// The stretches of a day at most of which every sample is kept and every total booked.
fn comparable(view: &View, from_ms: i64) -> Vec<(i64, i64)> {
    let range = view.raw.iter().filter_map(|segment| segment.range());
    let Some((first, last)) = range.reduce(|(a, b), (c, d)| (a.min(c), b.max(d))) else { return Vec::new() };
    let up = |at: i64| (at + HOUR_MS - 1).div_euclid(HOUR_MS) * HOUR_MS;
    let (first, last) = (up(first.max(from_ms)), last.div_euclid(HOUR_MS) * HOUR_MS);
    let unbooked = view.unbooked();
    let mut stretches: Vec<(i64, i64)> = Vec::new();
    let mut at = first;
    while at < last {
        let booked = unbooked.is_none_or(|(from, to)| at + HOUR_MS <= from || at >= to);
        let there = view.raw.iter().any(|segment| touches(segment, at, at + HOUR_MS));
        if booked && there {
            match stretches.last_mut() {
                Some(open) if open.1 == at && at.rem_euclid(DAY_MS) != 0 => open.1 = at + HOUR_MS,
                _ => stretches.push((at, at + HOUR_MS)),
            }
        }
        at += HOUR_MS;
    }
    stretches
}
