//! From the hour that was open to its segment.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use super::booking::BookJob;
use super::engine::{Engine, Job, Work};
use super::folder::HOUR_MS;
use super::view::{SharedHour, lock};
use crate::Error;
use crate::columns::Effort;
use crate::journal::Journal;
use crate::meta::Cursor;
use crate::open::OpenHour;
use crate::segment::{Header, SegmentWriter, Tier};

/// A segment that is being written.
#[derive(Debug)]
pub(super) struct SealJob {
    hour: SharedHour,
    hour_ms: i64,
    /// Taken away when the segment is booked.
    journal: Option<PathBuf>,
    writer: Option<SegmentWriter>,
    /// The part that is being written, and those of its lines that are not yet.
    part: usize,
    lines: Option<(u32, Vec<u32>)>,
    /// How far other histories were taken in when the hour was closed.
    cursors: Vec<Cursor>,
}

/// Sealed earlier than at the hour where the buffers take more.
pub(crate) const SEAL_AT: usize = 64 << 20;
/// A tick of another router may come a little after the hour was closed.
const LATE_MS: i64 = 60_000;
/// A line that was not there for so long is forgotten here, not in the database: lines come and go for ever.
const FORGET_AFTER_MS: i64 = 2 * HOUR_MS;

/// As many lines as a tick can wait for: some 20 ms.
const STEP: usize = 256;

impl SealJob {
    pub(super) fn new(hour: SharedHour, hour_ms: i64, journal: Option<PathBuf>) -> Self {
        Self { hour, hour_ms, journal, writer: None, part: 0, lines: None, cursors: Vec::new() }
    }
}

impl SealJob {
    /// With the cursors that the hour's ticks have reached.
    pub(super) fn with_cursors(self, cursors: Vec<Cursor>) -> Self {
        Self { cursors, ..self }
    }
}

impl Job for SealJob {
    fn again(&mut self) -> bool {
        (self.writer, self.part, self.lines) = (None, 0, None);
        true
    }

    fn is_seal(&self) -> bool {
        true
    }

    fn step(&mut self, engine: &mut Engine) -> Result<Work, Error> {
        let hour = lock(&self.hour);
        if self.writer.is_none() {
            let header = Header {
                tier: Tier::Raw,
                number: hour.number,
                from_ms: self.hour_ms,
                to_ms: self.hour_ms + HOUR_MS,
                days: 0,
            };
            self.writer = Some(SegmentWriter::create(&engine.disk, &engine.folder.hour(hour.number), header)?);
        }
        let Some(writer) = &mut self.writer else { return Ok(Work::Done) };
        if let Some(part) = hour.parts.get(self.part) {
            let (place, lines) = match &mut self.lines {
                Some(lines) => lines,
                None => {
                    let place = writer.part(part.router, part.first_seq, &part.times, Effort::Thorough)?;
                    let mut lines: Vec<u32> = part.lines.keys().copied().collect();
                    lines.sort_unstable_by(|a, b| b.cmp(a));
                    self.lines.insert((place, lines))
                }
            };
            for _ in 0..STEP {
                let Some(line) = lines.pop() else {
                    self.lines = None;
                    self.part += 1;
                    break;
                };
                if let Some(open) = part.lines.get(&line) {
                    writer.line(*place, line, &open.chunk(), Effort::Quick)?;
                }
            }
            return Ok(Work::More);
        }
        drop(hour);
        let Some(writer) = self.writer.take() else { return Ok(Work::Done) };
        let segment = Arc::new(writer.finish()?);
        // Behind the segment and before the journal goes: one of them has the cursors at any time.
        engine.database.keep_cursors(&self.cursors)?;
        for part in &segment.parts {
            let last = part.first_seq + u64::from(part.ticks).saturating_sub(1);
            let sealed = engine.sealed.entry(part.router).or_default();
            if last >= sealed.0 {
                *sealed = (last, part.to_ms);
            }
        }
        engine.shared.change(|view| {
            view.hours.retain(|hour| !Arc::ptr_eq(hour, &self.hour));
            view.put(segment.clone());
        });
        engine.jobs.push_back(Box::new(BookJob::new(segment, self.journal.take())));
        Ok(Work::Done)
    }
}

impl Engine {
    pub(super) fn seal_if_due(&mut self, wall_ms: i64) -> Result<(), Error> {
        let hour_ms = wall_ms.div_euclid(HOUR_MS) * HOUR_MS;
        let (empty, bytes) = {
            let hour = lock(&self.hour);
            (hour.is_empty(), hour.bytes)
        };
        if empty {
            self.hour_ms = hour_ms;
            return Ok(());
        }
        let left = wall_ms >= self.hour_ms + HOUR_MS || wall_ms < self.hour_ms - LATE_MS;
        if !left && bytes < SEAL_AT {
            return Ok(());
        }
        // One after the other: what is being sealed is in memory too.
        if self.jobs.iter().any(|job| job.is_seal())
            && let Err(error) = self.finish_work()
        {
            tracing::debug!(%error, "the hour before cannot be sealed yet");
            return if bytes >= 2 * SEAL_AT { Err(Error::Full) } else { Ok(()) };
        }
        self.seal()?;
        self.hour_ms = hour_ms;
        Ok(())
    }

    /// Closes the open hour: a new journal first, then the segment, in steps.
    pub(crate) fn seal(&mut self) -> Result<(), Error> {
        let number = lock(&self.hour).number;
        if lock(&self.hour).is_empty() {
            return Ok(());
        }
        let folder = self.folder.journal();
        // What the old one held has to be safe before anything is built on it.
        self.sync()?;
        self.forget_lines();
        let next = Journal::create(&self.disk, &folder, number + 1, &self.known().bytes);
        let old = self.journal.replace(next.map_err(Error::file(&folder))?);
        for router in self.routers.values_mut() {
            router.in_journal = number + 1;
            router.lines.states_mut().for_each(|state| state.in_journal = number + 1);
        }
        let hour = std::mem::replace(&mut self.hour, Arc::new(Mutex::new(OpenHour::new(number + 1))));
        let open = self.hour.clone();
        self.shared.change(|view| view.hours.push(open));
        let job = SealJob::new(hour, self.hour_ms, old.map(|journal| journal.path));
        self.jobs.push_back(Box::new(job.with_cursors(self.cursors.take_moved())));
        Ok(())
    }

    fn forget_lines(&mut self) {
        let latest = self.latest_ms;
        for router in self.routers.values_mut() {
            let seq = router.seq;
            // A tick is no shorter than half a second: fewer ticks than this are less than the time.
            let ticks = (FORGET_AFTER_MS / 10_000) as u64;
            router.lines.retain(|state| state.seen_seq + ticks > seq);
        }
        self.routers.retain(|_, router| router.wall_ms + 24 * HOUR_MS > latest || router.mono.is_none());
    }
}
