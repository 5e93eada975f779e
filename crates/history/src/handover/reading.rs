//! What is behind a cursor, for whoever follows.
//!
//! The oldest hours first, whichever router they are of: whoever appends them then closes each hour once, and not once for
//! each router. A line is read whole and only the asked ticks of it are kept, so an answer takes the memory of one line
//! beside its own.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::path::PathBuf;
use std::sync::Arc;

use lalin_stats::RouterId;

use super::{HandedEvent, HandedSample, HandedTick, HandedTicks};
use crate::columns::{LineChunk, Start, Times};
use crate::segment::{LineEntry, Segment};
use crate::store::{StatusCell, View, lock};
use crate::tick::COUNTERS;
use crate::{Error, LineId, LineName, Reader};

/// Hands over what a history recorded.
pub struct HandOver {
    reader: Reader,
    status: Arc<StatusCell>,
    source: u64,
    /// Returns when what was recorded is safe from a loss of power.
    flush: Flush,
    /// What lines are called; forgotten now and then, for a router may call them otherwise.
    names: HashMap<u32, (LineName, Arc<str>)>,
    asks: u32,
}

type Flush = Box<dyn Fn() -> Result<(), Error> + Send>;

/// A tick and a sample on the way, about.
const TICK: usize = 8;
const SAMPLE: usize = 10;
/// Names are read anew after so many asks.
const NAMES_LAST: u32 = 200;
/// Edges that are told by different witnesses are never quite the same.
const MARGIN_MS: i64 = 2_000;

/// Some of a router's ticks, in a segment or in an open hour.
#[derive(Clone, Debug)]
struct Part {
    first_seq: u64,
    ticks: u32,
    from_ms: i64,
    place: Place,
}

#[derive(Clone, Debug)]
enum Place {
    Sealed(Arc<Segment>, u32),
    Open(usize, usize),
}

impl Part {
    fn last(&self) -> u64 {
        self.first_seq + u64::from(self.ticks).saturating_sub(1)
    }
}

/// A router that has something behind its cursor.
#[derive(Debug)]
struct Pending {
    id: RouterId,
    after: u64,
    /// The newest first.
    parts: Vec<Part>,
}

type Directory = HashMap<u32, Vec<LineEntry>>;

impl std::fmt::Debug for HandOver {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("HandOver").field("source", &self.source).finish_non_exhaustive()
    }
}

impl HandOver {
    pub(crate) fn new(reader: Reader, status: Arc<StatusCell>, source: u64, flush: Flush) -> Self {
        Self { reader, status, source, flush, names: HashMap::new(), asks: 0 }
    }

    /// Which history this is.
    pub fn source(&self) -> u64 {
        self.source
    }

    /// Ticks behind the cursors, and of routers without one from the first that is kept; about so many bytes of them, and
    /// at least one tick where there is one. Whether there is more, as long as the journal of the run before is still
    /// being read also where there is nothing to hand over yet. Blocks as a [`Reader`] does, and until all of it is
    /// safe from a loss of power.
    pub fn after(&mut self, cursors: &HashMap<RouterId, u64>, bytes: usize) -> Result<(Vec<HandedTicks>, bool), Error> {
        self.asks += 1;
        if self.asks >= NAMES_LAST {
            (self.asks, self.names) = (0, HashMap::new());
        }
        // Asked before the view is taken: what is read of the journal meanwhile is then in the view, or known to be missing.
        let replaying = self.status.lock().replaying;
        let view = self.reader.shared.get();
        let mut pending = self.pending(&view, cursors)?;
        let next = |(number, router): (&u32, &Pending)| Some(Reverse((router.parts.last()?.from_ms, *number)));
        let mut queue: BinaryHeap<Reverse<(i64, u32)>> = pending.iter().filter_map(next).collect();
        let mut directories: HashMap<PathBuf, Directory> = HashMap::new();
        let (mut batches, mut left) = (Vec::new(), bytes);
        while let Some(Reverse((_, number))) = queue.pop() {
            if left == 0 {
                return self.safe(batches, true);
            }
            let Some(router) = pending.get_mut(&number) else { continue };
            let Some(part) = router.parts.pop() else { continue };
            let batch = match self.batch(&view, number, router, &part, left, &mut directories) {
                Ok(batch) => batch,
                // What cannot be read is left out, as it is from every answer.
                Err(why @ Error::Damaged(_)) => {
                    if let Place::Sealed(segment, _) = &part.place {
                        self.reader.damage.segment(segment, &why);
                    }
                    if let Some(part) = router.parts.last() {
                        queue.push(Reverse((part.from_ms, number)));
                    }
                    continue;
                }
                Err(why) => return Err(why),
            };
            left = left.saturating_sub(batch.ticks.iter().map(|tick| TICK + tick.samples.len() * SAMPLE).sum());
            router.after = batch.last().max(router.after);
            if router.after < part.last() {
                router.parts.push(part);
                left = 0;
            }
            if let Some(part) = router.parts.last() {
                queue.push(Reverse((part.from_ms, number)));
            }
            batches.push(batch);
        }
        self.safe(batches, replaying)
    }

    /// A number that was handed over must never be given again.
    fn safe(&self, batches: Vec<HandedTicks>, more: bool) -> Result<(Vec<HandedTicks>, bool), Error> {
        if !batches.is_empty() {
            (self.flush)()?;
        }
        Ok((batches, more))
    }

    fn pending(&self, view: &View, cursors: &HashMap<RouterId, u64>) -> Result<HashMap<u32, Pending>, Error> {
        let known = self.reader.database().routers()?.into_iter().map(|(number, id)| {
            let after = cursors.get(&id).copied().unwrap_or_default();
            (number, Pending { id, after, parts: Vec::new() })
        });
        let mut pending: HashMap<u32, Pending> = known.collect();
        let mut add = |router: u32, part: Part| {
            if let Some(pending) = pending.get_mut(&router).filter(|pending| part.last() > pending.after) {
                pending.parts.push(part);
            }
        };
        for segment in &view.raw {
            for (number, part) in segment.parts.iter().enumerate() {
                let place = Place::Sealed(segment.clone(), number as u32);
                let (first_seq, ticks, from_ms) = (part.first_seq, part.ticks, part.from_ms);
                add(part.router, Part { first_seq, ticks, from_ms, place });
            }
        }
        for (place, hour) in view.hours.iter().enumerate() {
            for (number, part) in lock(hour).parts.iter().enumerate() {
                let (ticks, from_ms) = (part.times.offsets.len() as u32, part.times.range().0);
                let place = Place::Open(place, number);
                add(part.router, Part { first_seq: part.first_seq, ticks, from_ms, place });
            }
        }
        pending.values_mut().for_each(|router| router.parts.sort_by_key(|part| Reverse(part.first_seq)));
        Ok(pending)
    }

    /// As much of a part as fits.
    fn batch(
        &mut self,
        view: &View,
        number: u32,
        router: &Pending,
        part: &Part,
        bytes: usize,
        directories: &mut HashMap<PathBuf, Directory>,
    ) -> Result<HandedTicks, Error> {
        let first = u32::try_from((router.after + 1).saturating_sub(part.first_seq)).unwrap_or(part.ticks);
        let mut slice = match &part.place {
            Place::Sealed(segment, place) => {
                let directory = match directories.get(&segment.path) {
                    Some(directory) => directory,
                    None => directories.entry(segment.path.clone()).or_insert(by_part(segment)?),
                };
                let entries = directory.get(place).map_or(&[][..], |entries| entries);
                let mut slice = Slice::new(segment.times(*place)?, part, first, entries.len(), bytes);
                for entry in entries {
                    match segment.chunk(entry) {
                        Ok(chunk) => slice.line(entry.line, &chunk),
                        // The others are whole; who asks for this one here is told why it is not there.
                        Err(why) => self.reader.damage.chunk(segment, entry, &why),
                    }
                }
                slice
            }
            Place::Open(hour, place) => {
                let hour = view.hours.get(*hour).map(|hour| lock(hour));
                let open = hour.as_ref().and_then(|hour| hour.parts.get(*place));
                let Some(open) = open else { return Err(Error::Closed) };
                let mut slice = Slice::new(open.times.clone(), part, first, open.lines.len(), bytes);
                let mut lines: Vec<u32> = open.lines.keys().copied().collect();
                lines.sort_unstable();
                for line in lines {
                    if let Some(samples) = open.lines.get(&line) {
                        slice.line(line, &samples.chunk());
                    }
                }
                slice
            }
        };
        let mut names = Vec::with_capacity(slice.lines.len());
        for line in std::mem::take(&mut slice.lines) {
            names.push(self.name(line)?);
        }
        let events = match (slice.ticks.first(), slice.ticks.last()) {
            (Some(first), Some(last)) => {
                let from_ms = first.wall_ms - i64::from(first.lead_ms) - MARGIN_MS;
                self.events(number, (from_ms, last.wall_ms), &mut names)?
            }
            _ => Vec::new(),
        };
        let (id, after) = (router.id.clone(), router.after);
        Ok(HandedTicks { source: self.source, router: id, after, names, ticks: slice.ticks, events })
    }

    fn name(&mut self, line: u32) -> Result<(LineName, Arc<str>), Error> {
        if let Some(known) = self.names.get(&line) {
            return Ok(known.clone());
        }
        let found = self.reader.line(LineId::from_number(line))?;
        let name = (found.name, found.shown);
        self.names.insert(line, name.clone());
        Ok(name)
    }

    fn events(
        &mut self,
        router: u32,
        (from_ms, to_ms): (i64, i64),
        names: &mut Vec<(LineName, Arc<str>)>,
    ) -> Result<Vec<HandedEvent>, Error> {
        let found = self.reader.database().events_between(router, from_ms, to_ms)?;
        let mut events = Vec::with_capacity(found.len());
        for (record, until_ms) in found {
            let name = match record.line {
                0 => None,
                line => {
                    let name = self.name(line)?;
                    let place = names.iter().position(|known| known.0 == name.0).unwrap_or(names.len());
                    if place == names.len() {
                        names.push(name);
                    }
                    Some(place as u32)
                }
            };
            events.push(HandedEvent { name, at_ms: record.at_ms, until_ms, what: record.what });
        }
        Ok(events)
    }
}

fn by_part(segment: &Segment) -> Result<Directory, Error> {
    let mut directory = Directory::new();
    for entry in segment.entries()? {
        directory.entry(entry.part).or_default().push(entry);
    }
    Ok(directory)
}

/// Some ticks of a part, being filled line by line.
struct Slice {
    first: u32,
    ticks: Vec<HandedTick>,
    lines: Vec<u32>,
}

impl Slice {
    fn new(times: Times, part: &Part, first: u32, lines: usize, bytes: usize) -> Self {
        let fit = u32::try_from((bytes / (TICK + lines * SAMPLE)).max(1)).unwrap_or(u32::MAX);
        let end = first.saturating_add(fit).min(part.ticks);
        let tick = |tick: u32| HandedTick {
            seq: part.first_seq + u64::from(tick),
            wall_ms: times.at(tick),
            lead_ms: times.span(tick),
            new_part: tick == 0,
            samples: Vec::with_capacity(lines),
        };
        Self { first, ticks: (first..end).map(tick).collect(), lines: Vec::new() }
    }

    /// Puts a line's samples into their ticks. Lines come in the order of their numbers.
    fn line(&mut self, line: u32, chunk: &LineChunk) {
        let name = self.lines.len() as u32;
        let mut any = false;
        let end = self.first + self.ticks.len() as u32;
        for (sample, (tick, start)) in chunk.runs.ticks().enumerate() {
            if tick >= end {
                break;
            }
            let Some(into) = tick.checked_sub(self.first).and_then(|at| self.ticks.get_mut(at as usize)) else {
                continue;
            };
            let mut rises = [0; COUNTERS];
            for (rise, column) in rises.iter_mut().zip(&chunk.columns) {
                *rise = column.get(sample).copied().unwrap_or_default() as u64;
            }
            let start = start.filter(|start| *start != Start::Follows);
            into.samples.push(HandedSample { name, start, rises });
            any = true;
        }
        if any {
            self.lines.push(line);
        }
    }
}
