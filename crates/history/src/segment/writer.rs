//! Makes a segment, so that it has its name only when it is whole and on the disk.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::format::{Header, LineEntry, PartEntry, write_tail};
use super::reader::Segment;
use crate::Error;
use crate::columns::{Effort, LineChunk, Times};
use crate::disk::{Disk, WriteFile};

/// A segment that is being made.
#[derive(Debug)]
pub(crate) struct SegmentWriter {
    disk: Arc<dyn Disk>,
    path: PathBuf,
    unfinished: PathBuf,
    file: Box<dyn WriteFile>,
    columns: usize,
    buffer: Vec<u8>,
    /// How much is written, without what is still in the buffer.
    written: u64,
    parts: Vec<PartEntry>,
    lines: Vec<LineEntry>,
}

/// What an unfinished segment's name ends in.
pub(crate) const UNFINISHED: &str = ".tmp";
/// Written at once.
const BUFFER: usize = 256 * 1024;

impl SegmentWriter {
    /// Begins one that will be at `path`.
    pub(crate) fn create(disk: &Arc<dyn Disk>, path: &Path, header: Header) -> Result<Self, Error> {
        let mut unfinished = path.as_os_str().to_owned();
        unfinished.push(UNFINISHED);
        let unfinished = PathBuf::from(unfinished);
        let file = disk.create(&unfinished).map_err(Error::file(&unfinished))?;
        Ok(Self {
            disk: disk.clone(),
            path: path.to_owned(),
            unfinished,
            file,
            columns: header.tier.columns(),
            buffer: header.write(),
            written: 0,
            parts: Vec::new(),
            lines: Vec::new(),
        })
    }

    /// A router's ticks; its lines follow. The part's number.
    pub(crate) fn part(&mut self, router: u32, first_seq: u64, times: &Times, effort: Effort) -> Result<u32, Error> {
        let start = self.buffer.len();
        times.write(effort, &mut self.buffer)?;
        let range = times.range();
        let ticks = times.offsets.len() as u32;
        self.add_part(start, PartEntry { router, first_seq, ticks, ..PartEntry::over(range) })
    }

    /// A router in a tier whose rows lie on a grid, so that there are no times to keep.
    pub(crate) fn grid(&mut self, router: u32, rows: u32, range: (i64, i64)) -> Result<u32, Error> {
        self.add_part(self.buffer.len(), PartEntry { router, ticks: rows, ..PartEntry::over(range) })
    }

    fn add_part(&mut self, start: usize, part: PartEntry) -> Result<u32, Error> {
        let (offset, length, crc) = self.placed(start);
        self.parts.push(PartEntry { offset, length, crc, ..part });
        self.pass_on(BUFFER)?;
        Ok(self.parts.len() as u32 - 1)
    }

    /// A line's chunk in a part that was begun.
    pub(crate) fn line(&mut self, part: u32, line: u32, chunk: &LineChunk, effort: Effort) -> Result<(), Error> {
        debug_assert_eq!(chunk.columns.len(), self.columns);
        let ticks = self.parts.get(part as usize).map_or(0, |part| part.ticks);
        let start = self.buffer.len();
        chunk.write(ticks, effort, &mut self.buffer)?;
        let (offset, length, crc) = self.placed(start);
        self.lines.push(LineEntry { line, part, offset, length, crc });
        self.pass_on(BUFFER)
    }

    fn placed(&self, start: usize) -> (u64, u32, u32) {
        let bytes = &self.buffer[start..];
        (self.written + start as u64, bytes.len() as u32, crc32c::crc32c(bytes))
    }

    fn pass_on(&mut self, keep: usize) -> Result<(), Error> {
        if self.buffer.len() > keep {
            self.file.write(&self.buffer).map_err(Error::file(&self.unfinished))?;
            self.written += self.buffer.len() as u64;
            self.buffer.clear();
        }
        Ok(())
    }

    /// Ends it: synced, read back whole, and renamed.
    pub(crate) fn finish(mut self) -> Result<Segment, Error> {
        self.lines.sort_unstable_by_key(|entry| (entry.line, entry.part));
        let start = self.buffer.len();
        self.parts.iter().for_each(|part| part.write(&mut self.buffer));
        let crc = crc32c::crc32c(&self.buffer[start..]);
        self.buffer.extend(crc.to_le_bytes());
        let start = self.buffer.len();
        self.lines.iter().for_each(|line| line.write(&mut self.buffer));
        let crc = crc32c::crc32c(&self.buffer[start..]);
        self.buffer.extend(crc.to_le_bytes());
        self.buffer.extend(write_tail(self.parts.len() as u32, self.lines.len() as u32));
        self.pass_on(0)?;
        self.file.sync().map_err(Error::file(&self.unfinished))?;
        let mut segment = Segment::open(&*self.disk, &self.unfinished)?;
        if let Some(damage) = segment.damage()?.first() {
            return Err(Error::Damaged(damage.1));
        }
        self.disk.rename(&self.unfinished, &self.path).map_err(Error::file(&self.path))?;
        if let Some(folder) = self.path.parent() {
            self.disk.sync_folder(folder).map_err(Error::file(folder))?;
        }
        segment.path.clone_from(&self.path);
        Ok(segment)
    }
}

impl PartEntry {
    fn over((from_ms, to_ms): (i64, i64)) -> Self {
        Self { router: 0, first_seq: 0, ticks: 0, from_ms, to_ms, offset: 0, length: 0, crc: 0 }
    }
}
