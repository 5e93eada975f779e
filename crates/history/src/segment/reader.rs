//! Reads a segment: which lines it has, and one line's chunk without the others.
//!
//! The directory of lines stays on the disk and is searched there: with 100,000 lines and 200 files it would be 480 MB.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use super::format::{HEADER, Header, LineEntry, PartEntry, TAIL, read_tail};
use crate::Error;
use crate::columns::{Bytes, LineChunk, Picked, Times};
use crate::disk::{Disk, ReadFile};

/// A segment that has its name.
#[derive(Debug)]
pub(crate) struct Segment {
    pub(crate) path: PathBuf,
    pub(crate) header: Header,
    pub(crate) parts: Vec<PartEntry>,
    /// How long the file is.
    pub(crate) bytes: u64,
    file: Arc<dyn ReadFile>,
    lines: u32,
    lines_offset: u64,
    /// Whether the directory of lines is what was written; looked at when it is used first.
    lines_whole: OnceLock<bool>,
}

/// One line's samples with their times.
#[derive(Clone, Debug)]
pub(crate) struct Piece {
    pub(crate) router: u32,
    pub(crate) first_seq: u64,
    pub(crate) times: Arc<Times>,
    pub(crate) chunk: LineChunk,
}

/// The times of parts that were read lately.
#[derive(Debug, Default)]
pub(crate) struct TimesCache(HashMap<(u64, i64, u32), Arc<Times>>);

/// So many parts, of a day each, are 70 MB at the most and usually a few.
const MOST_CACHED: usize = 1_000;

impl TimesCache {
    pub(crate) fn times(&mut self, segment: &Segment, part: u32) -> Result<Arc<Times>, Error> {
        let key = (segment.header.number, segment.header.to_ms, part);
        if let Some(times) = self.0.get(&key) {
            return Ok(times.clone());
        }
        if self.0.len() >= MOST_CACHED {
            self.0.clear();
        }
        let times = Arc::new(segment.times(part)?);
        self.0.insert(key, times.clone());
        Ok(times)
    }
}

const CRC: Error = Error::Damaged("a checksum is wrong");
const DIRECTORY: Error = Error::Damaged("the directory of lines is damaged");

impl Segment {
    pub(crate) fn open(disk: &dyn Disk, path: &Path) -> Result<Self, Error> {
        let file = disk.open(path).map_err(Error::file(path))?;
        let bytes = file.length().map_err(Error::file(path))?;
        let too_short = || Error::Damaged("the file is too short");
        let mut head = [0; HEADER];
        let mut tail = [0; TAIL];
        let tail_at = bytes.checked_sub((TAIL + HEADER) as u64).ok_or_else(too_short)? + HEADER as u64;
        file.read_at(0, &mut head).map_err(Error::file(path))?;
        let header = Header::read(&head)?;
        file.read_at(tail_at, &mut tail).map_err(Error::file(path))?;
        let (parts, lines) = read_tail(&tail)?;
        let lines_length = lines as usize * LineEntry::LENGTH + 4;
        let parts_length = parts as usize * PartEntry::LENGTH + 4;
        let lines_offset = tail_at.checked_sub(lines_length as u64).ok_or_else(too_short)?;
        let parts_offset = lines_offset.checked_sub(parts_length as u64).ok_or_else(too_short)?;
        let mut table = vec![0; parts_length];
        file.read_at(parts_offset, &mut table).map_err(Error::file(path))?;
        let mut rest = Bytes(checked_table(&table).ok_or(Error::Damaged("the directory of routers is damaged"))?);
        let parts = (0..parts).map(|_| PartEntry::read(&mut rest)).collect::<Result<_, _>>()?;
        let path = path.to_owned();
        Ok(Self { path, header, parts, bytes, file, lines, lines_offset, lines_whole: OnceLock::new() })
    }

    /// From the beginning of the first interval to the last tick.
    pub(crate) fn range(&self) -> Option<(i64, i64)> {
        let from = self.parts.iter().map(|part| part.from_ms).min()?;
        Some((from, self.parts.iter().map(|part| part.to_ms).max()?))
    }

    /// The places of a line's chunks, in the order of the parts.
    pub(crate) fn find(&self, line: u32) -> Result<Vec<LineEntry>, Error> {
        self.check_lines()?;
        let (mut low, mut high) = (0, self.lines);
        while low < high {
            let middle = low + (high - low) / 2;
            if self.entry(middle)?.line < line { low = middle + 1 } else { high = middle }
        }
        let mut found = Vec::new();
        while low < self.lines {
            let entry = self.entry(low)?;
            if entry.line != line {
                break;
            }
            found.push(entry);
            low += 1;
        }
        Ok(found)
    }

    /// The places of all chunks, sorted by line.
    pub(crate) fn entries(&self) -> Result<Vec<LineEntry>, Error> {
        self.check_lines()?;
        let table = self.read(self.lines_offset, self.lines as usize * LineEntry::LENGTH)?;
        let mut rest = Bytes(&table);
        (0..self.lines).map(|_| LineEntry::read(&mut rest)).collect()
    }

    fn entry(&self, place: u32) -> Result<LineEntry, Error> {
        let mut bytes = [0; LineEntry::LENGTH];
        let offset = self.lines_offset + u64::from(place) * LineEntry::LENGTH as u64;
        self.file.read_at(offset, &mut bytes).map_err(Error::file(&self.path))?;
        LineEntry::read(&mut Bytes(&bytes))
    }

    fn check_lines(&self) -> Result<(), Error> {
        let whole = match self.lines_whole.get() {
            Some(whole) => *whole,
            None => {
                let table = self.read(self.lines_offset, self.lines as usize * LineEntry::LENGTH + 4)?;
                *self.lines_whole.get_or_init(|| checked_table(&table).is_some())
            }
        };
        if whole { Ok(()) } else { Err(DIRECTORY) }
    }

    /// A part's times.
    pub(crate) fn times(&self, part: u32) -> Result<Times, Error> {
        let part = self.part(part)?;
        let bytes = self.checked(part.offset, part.length, part.crc)?;
        let times = Times::read(&mut Bytes(&bytes))?;
        if times.offsets.len() != part.ticks as usize { Err(CRC) } else { Ok(times) }
    }

    /// A line's chunk.
    pub(crate) fn chunk(&self, entry: &LineEntry) -> Result<LineChunk, Error> {
        self.columns(entry, Picked::ALL)
    }

    /// A line's chunk with some of its columns only; the others are empty.
    pub(crate) fn columns(&self, entry: &LineEntry, picked: Picked) -> Result<LineChunk, Error> {
        let ticks = self.part(entry.part)?.ticks;
        let bytes = self.checked(entry.offset, entry.length, entry.crc)?;
        LineChunk::read_picked(&bytes, ticks, self.header.tier.columns(), picked)
    }

    /// A chunk with its times; these are kept for the router's other lines.
    pub(crate) fn piece(&self, entry: &LineEntry, cache: &mut TimesCache) -> Result<Piece, Error> {
        let part = self.part(entry.part)?;
        let (router, first_seq) = (part.router, part.first_seq);
        let times = cache.times(self, entry.part)?;
        Ok(Piece { router, first_seq, times, chunk: self.chunk(entry)? })
    }

    /// A chunk as it is on the disk, to be set aside where it cannot be read.
    pub(crate) fn bytes_of(&self, entry: &LineEntry) -> Result<Vec<u8>, Error> {
        self.read(entry.offset, entry.length as usize)
    }

    /// Everything whose checksum is wrong: a line, or `None` for a router's times.
    pub(crate) fn damage(&self) -> Result<Vec<(Option<u32>, &'static str)>, Error> {
        let mut found = Vec::new();
        for part in &self.parts {
            if self.checked(part.offset, part.length, part.crc).is_err() {
                found.push((None, "a router's times are damaged"));
            }
        }
        for entry in self.entries()? {
            if self.checked(entry.offset, entry.length, entry.crc).is_err() {
                found.push((Some(entry.line), "a line's chunk is damaged"));
            }
        }
        Ok(found)
    }

    fn part(&self, part: u32) -> Result<&PartEntry, Error> {
        self.parts.get(part as usize).ok_or(Error::Damaged("a chunk of a router that is not there"))
    }

    fn checked(&self, offset: u64, length: u32, crc: u32) -> Result<Vec<u8>, Error> {
        let bytes = self.read(offset, length as usize)?;
        if crc32c::crc32c(&bytes) == crc { Ok(bytes) } else { Err(CRC) }
    }

    fn read(&self, offset: u64, length: usize) -> Result<Vec<u8>, Error> {
        if offset.saturating_add(length as u64) > self.bytes {
            return Err(Error::Damaged("a chunk lies behind the end"));
        }
        let mut bytes = vec![0; length];
        self.file.read_at(offset, &mut bytes).map_err(Error::file(&self.path))?;
        Ok(bytes)
    }
}

/// The table without the checksum at its end, where that is right.
fn checked_table(table: &[u8]) -> Option<&[u8]> {
    let (rows, crc) = table.split_last_chunk::<4>()?;
    (crc32c::crc32c(rows) == u32::from_le_bytes(*crc)).then_some(rows)
}

#[cfg(test)]
mod tests {
    use super::super::SegmentWriter;
    use super::super::format::Tier;
    use super::*;
    use crate::columns::{Effort, Start};
    use crate::disk::SimulatedDisk;

    fn chunk(samples: u32, seed: u64) -> LineChunk {
        let mut random = fastrand::Rng::with_seed(seed);
        let mut chunk = LineChunk { bases: vec![seed; 8], columns: vec![vec![]; 8], ..LineChunk::default() };
        for tick in 0..samples {
            chunk.runs.push(tick, (tick == 0).then_some(Start::First));
            chunk.columns.iter_mut().for_each(|column| column.push(random.i64(0..1_000_000)));
        }
        chunk
    }

    fn made(disk: &SimulatedDisk) -> Segment {
        let shared: Arc<dyn Disk> = Arc::new(disk.clone());
        let header = Header { tier: Tier::Raw, number: 3, from_ms: 0, to_ms: 3_600_000, days: 0 };
        let mut writer = SegmentWriter::create(&shared, Path::new("/raw/x.seg"), header).unwrap();
        for router in [4, 9] {
            let times = Times { anchor_ms: 1_000, lead_ms: 1_000, offsets: (0..60).map(|tick| tick * 1_000).collect() };
            let part = writer.part(router, 77, &times, Effort::Quick).unwrap();
            for line in [router + 100, router] {
                writer.line(part, line, &chunk(60, u64::from(line)), Effort::Quick).unwrap();
            }
        }
        writer.finish().unwrap()
    }

    #[test]
    fn every_line_is_found_and_no_other() {
        let disk = SimulatedDisk::default();
        let segment = made(&disk);
        assert_eq!(segment.range(), Some((0, 60_000)));
        let reopened = Segment::open(&disk, &segment.path).unwrap();
        for line in [4, 9, 104, 109] {
            let [entry] = reopened.find(line).unwrap()[..] else { panic!("{line}") };
            assert_eq!(reopened.chunk(&entry).unwrap(), chunk(60, u64::from(line)));
        }
        for absent in [0, 5, 105, 1_000] {
            assert!(reopened.find(absent).unwrap().is_empty());
        }
        assert!(disk.open(Path::new("/raw/x.seg.tmp")).is_err());
    }

    #[test]
    fn a_flipped_bit_costs_one_line_or_is_seen_when_the_file_is_opened() {
        let length = { made(&SimulatedDisk::default()).bytes as usize };
        for bit in (0..length * 8).step_by(29) {
            let disk = SimulatedDisk::default();
            let path = made(&disk).path;
            disk.flip(&path, bit);
            let Ok(segment) = Segment::open(&disk, &path) else { continue };
            let Ok(entries) = segment.entries() else { continue };
            let bad_lines = entries.iter().filter(|entry| segment.chunk(entry).is_err()).count();
            let bad_times = (0..2).filter(|part| segment.times(*part).is_err()).count();
            assert_eq!(bad_lines + bad_times, 1, "bit {bit}");
            assert_eq!(segment.damage().unwrap().len(), 1, "bit {bit}");
        }
    }

    #[test]
    fn a_file_that_was_removed_stays_readable_by_whoever_has_it() {
        let disk = SimulatedDisk::default();
        let segment = made(&disk);
        disk.remove(&segment.path).unwrap();
        assert_eq!(segment.entries().unwrap().len(), 4);
    }

    #[test]
    fn a_cut_file_is_no_segment() {
        let disk = SimulatedDisk::default();
        let segment = made(&disk);
        for length in (0..segment.bytes).rev().step_by(7) {
            disk.append(&segment.path).unwrap().truncate(length).unwrap();
            assert!(Segment::open(&disk, &segment.path).is_err(), "{length}");
        }
    }
}
