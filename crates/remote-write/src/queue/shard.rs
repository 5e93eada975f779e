//! One shard of the queue: files of records, each named by the number of its first, and a file with the number of the first
//! record that is not settled. A file is removed once all of it is settled.

use std::collections::VecDeque;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use prost::Message;

use crate::tick::{MOST_SAMPLES, Tick};

use super::group::Group;
use super::record::{HEAD, Place, encode, places};

/// A file is closed beyond this size.
const FILE_BYTES: u64 = 1 << 20;
/// The ending of the files with records.
const ENDING: &str = "records";
const SETTLED: &str = "settled";

/// One file of records.
#[derive(Debug)]
struct Segment {
    path: PathBuf,
    file: File,
    first: u64,
    places: Vec<Place>,
    bytes: u64,
    unsynced: bool,
}

/// One shard.
#[derive(Debug)]
pub(super) struct Shard {
    folder: PathBuf,
    segments: VecDeque<Segment>,
    /// The number of the first record that is not settled.
    settled: u64,
    settled_file: File,
    /// The number of the next record.
    next: u64,
    /// Samples that wait.
    samples: u64,
}

impl Shard {
    /// Opens what is there; what is no record is left out.
    pub(super) fn open(folder: PathBuf) -> io::Result<Self> {
        fs::create_dir_all(&folder)?;
        let mut options = OpenOptions::new();
        let mut settled_file =
            options.read(true).write(true).create(true).truncate(false).open(folder.join(SETTLED))?;
        let mut text = String::new();
        // Unreadable, it is as if nothing were settled: a double is better than a loss.
        let _ = settled_file.read_to_string(&mut text);
        let settled = text.trim().parse().unwrap_or(0);
        let mut found: Vec<(u64, PathBuf)> = fs::read_dir(&folder)?
            .filter_map(|entry| {
                let path = entry.ok()?.path();
                let wanted = path.extension()? == ENDING;
                let first = path.file_stem()?.to_str()?.parse().ok()?;
                wanted.then_some((first, path))
            })
            .collect();
        found.sort();
        let mut shard = Self { folder, segments: VecDeque::new(), settled, settled_file, next: settled, samples: 0 };
        for (first, path) in found {
            shard.add(first, path)?;
        }
        shard.remove_settled();
        // Less than what is settled was kept, through a loss of power: numbers go on behind it all the same.
        if shard.segments.back().is_some_and(|last| last.first + (last.places.len() as u64) < settled) {
            shard.segments.drain(..).for_each(|segment| remove(&segment.path));
        }
        Ok(shard)
    }

    fn add(&mut self, first: u64, path: PathBuf) -> io::Result<()> {
        let (places, bytes) = places(&fs::read(&path)?);
        let file = OpenOptions::new().read(true).write(true).open(&path)?;
        // A half-written record goes, so that the next one stands where it is looked for.
        file.set_len(bytes)?;
        let unsettled = places.iter().zip(first..).filter(|(_, number)| *number >= self.settled);
        self.samples += unsettled.map(|(place, _)| u64::from(place.samples)).sum::<u64>();
        self.next = self.next.max(first + places.len() as u64);
        self.segments.push_back(Segment { path, file, first, places, bytes, unsynced: false });
        Ok(())
    }

    pub(super) fn bytes(&self) -> u64 {
        self.segments.iter().map(|segment| segment.bytes).sum()
    }

    pub(super) fn samples(&self) -> u64 {
        self.samples
    }

    /// The time of the oldest record that waits; the latest possible where none does.
    pub(super) fn oldest_ms(&self) -> i64 {
        self.waiting().next().map_or(i64::MAX, |(_, place)| place.at_ms)
    }

    /// The records that are not settled, each with its file.
    fn waiting(&self) -> impl Iterator<Item = (&Segment, Place)> {
        self.segments.iter().flat_map(|segment| {
            let skip = usize::try_from(self.settled.saturating_sub(segment.first)).unwrap_or(usize::MAX);
            segment.places.iter().skip(skip).map(move |place| (segment, *place))
        })
    }

    /// Writes a record behind the others.
    pub(super) fn append(&mut self, payload: &[u8], samples: u32, at_ms: i64) -> io::Result<()> {
        if self.segments.back().is_none_or(|segment| segment.bytes >= FILE_BYTES) {
            let path = self.folder.join(format!("{:020}.{ENDING}", self.next));
            let file = OpenOptions::new().read(true).write(true).create(true).truncate(true).open(&path)?;
            if let Some(full) = self.segments.back_mut() {
                full.sync();
            }
            let (first, places) = (self.next, Vec::new());
            self.segments.push_back(Segment { path, file, first, places, bytes: 0, unsynced: false });
        }
        let Some(segment) = self.segments.back_mut() else { return Ok(()) };
        let bytes = encode(payload, samples, at_ms);
        segment.file.seek(SeekFrom::Start(segment.bytes))?;
        segment.file.write_all(&bytes)?;
        let (from, length) = (segment.bytes + HEAD as u64, payload.len() as u32);
        segment.places.push(Place { from, length, samples, at_ms });
        segment.bytes += bytes.len() as u64;
        segment.unsynced = true;
        self.next += 1;
        self.samples += u64::from(samples);
        Ok(())
    }

    /// What one request may hold: one moment of a router at most, and not too many samples.
    pub(super) fn next(&mut self) -> Option<Group> {
        let mut group = Group { ticks: Vec::new(), end: self.settled, samples: 0 };
        for (segment, place) in self.waiting() {
            if group.samples + u64::from(place.samples) > MOST_SAMPLES as u64 && !group.ticks.is_empty() {
                break;
            }
            // What cannot be read any more is passed over.
            if let Some(tick) = read(&segment.file, place) {
                let again = |other: &Tick| other.router == tick.router && other.at_ms != tick.at_ms;
                if group.ticks.iter().any(again) {
                    break;
                }
                group.samples += u64::from(place.samples);
                group.ticks.push(tick);
            }
            group.end += 1;
        }
        if group.ticks.is_empty() {
            if group.end > self.settled {
                self.settle(group.end);
            }
            return None;
        }
        Some(group)
    }

    /// Everything before this number is settled.
    pub(super) fn settle(&mut self, end: u64) {
        if end <= self.settled {
            return;
        }
        let count = usize::try_from(end - self.settled).unwrap_or(usize::MAX);
        let samples: u64 = self.waiting().take(count).map(|(_, place)| u64::from(place.samples)).sum();
        self.samples = self.samples.saturating_sub(samples);
        self.settled = end;
        self.next = self.next.max(end);
        let text = format!("{end:020}\n");
        let written =
            self.settled_file.seek(SeekFrom::Start(0)).and_then(|_| self.settled_file.write_all(text.as_bytes()));
        if let Err(error) = written {
            tracing::warn!(%error, "the queue of remote write cannot note what is settled: it is sent again after a restart");
        }
        self.remove_settled();
    }

    /// Takes out what is older, and says how many samples that were.
    pub(super) fn forget_older(&mut self, oldest_ms: i64) -> u64 {
        let before = self.samples;
        let older = self.waiting().take_while(|(_, place)| place.at_ms < oldest_ms).count() as u64;
        if older > 0 {
            self.settle(self.settled + older);
        }
        before - self.samples
    }

    /// Takes out the oldest file, and says how many samples waited in it; `None` where there is none.
    pub(super) fn drop_oldest(&mut self) -> Option<u64> {
        let before = self.samples;
        let oldest = self.segments.front()?;
        let end = oldest.first + oldest.places.len() as u64;
        self.settle(end);
        // A file that is still written to goes too.
        if self.segments.front().is_some_and(|segment| segment.first < end) {
            let gone = self.segments.pop_front()?;
            let _ = fs::remove_file(gone.path);
        }
        Some(before - self.samples)
    }

    fn remove_settled(&mut self) {
        while let Some(segment) = self.segments.front() {
            let end = segment.first + segment.places.len() as u64;
            // The last one is written to until it is full.
            let full = self.segments.len() > 1 || segment.bytes >= FILE_BYTES;
            if end > self.settled || !full {
                return;
            }
            remove(&segment.path);
            self.segments.pop_front();
        }
    }

    /// Makes it safe from a loss of power.
    pub(super) fn sync(&mut self) {
        self.segments.iter_mut().for_each(Segment::sync);
    }
}

impl Segment {
    fn sync(&mut self) {
        if std::mem::take(&mut self.unsynced) {
            let _ = self.file.sync_data();
        }
    }
}

fn remove(path: &Path) {
    if let Err(error) = fs::remove_file(path) {
        tracing::debug!(%error, path = %path.display(), "a settled file stays");
    }
}

fn read(mut file: &File, place: Place) -> Option<Tick> {
    let mut bytes = vec![0; place.length as usize];
    file.seek(SeekFrom::Start(place.from)).ok()?;
    file.read_exact(&mut bytes).ok()?;
    Tick::decode(&*bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tick(router: &str, at_ms: i64) -> Tick {
        let line = crate::tick::Line {
            interface: "ether1".into(),
            metrics: vec![0, 1],
            values: vec![1.0, 2.0],
            ..Default::default()
        };
        Tick { router: router.into(), at_ms, lines: vec![line] }
    }

    fn push(shard: &mut Shard, router: &str, at_ms: i64) {
        shard.append(&tick(router, at_ms).encode_to_vec(), 2, at_ms).unwrap();
    }

    fn moments(group: &Group) -> Vec<(String, i64)> {
        group.ticks.iter().map(|tick| (tick.router.clone(), tick.at_ms)).collect()
    }

    #[test]
    fn a_group_holds_one_moment_of_a_router_and_the_rest_follows_once_it_is_settled() {
        let folder = tempfile::tempdir().unwrap();
        let mut shard = Shard::open(folder.path().join("0")).unwrap();
        assert!(shard.next().is_none());
        for (router, at) in [("a", 1), ("b", 2), ("a", 3)] {
            push(&mut shard, router, at);
        }
        let group = shard.next().unwrap();
        assert_eq!(moments(&group), [("a".into(), 1), ("b".into(), 2)]);
        assert_eq!(moments(&shard.next().unwrap()).len(), 2, "it stays until it is settled");
        shard.settle(group.end);
        assert_eq!(moments(&shard.next().unwrap()), [("a".into(), 3)]);
        assert_eq!(shard.samples(), 2);
    }

    #[test]
    fn what_is_not_settled_is_there_after_a_restart_and_what_is_settled_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("0");
        let mut shard = Shard::open(path.clone()).unwrap();
        (1..=3).for_each(|at| push(&mut shard, "a", at));
        let end = shard.next().unwrap().end;
        shard.settle(end);
        drop(shard);
        // A record that was half written when the program was killed.
        let file =
            fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()).find(|path| path.extension().is_some());
        OpenOptions::new().append(true).open(file.unwrap()).unwrap().write_all(&[7; 9]).unwrap();
        let mut shard = Shard::open(path).unwrap();
        assert_eq!((shard.samples(), moments(&shard.next().unwrap())), (4, vec![("a".into(), 2)]));
        push(&mut shard, "a", 4);
        for at in 2..=4 {
            let group = shard.next().unwrap();
            assert_eq!(moments(&group), [("a".into(), at)]);
            shard.settle(group.end);
        }
        assert!(shard.next().is_none());
    }

    #[test]
    fn what_is_too_old_and_what_has_no_room_is_counted() {
        let folder = tempfile::tempdir().unwrap();
        let mut shard = Shard::open(folder.path().join("0")).unwrap();
        (1..=4).for_each(|at| push(&mut shard, "a", at));
        assert_eq!(shard.forget_older(3), 4);
        assert_eq!(moments(&shard.next().unwrap()), [("a".into(), 3)]);
        assert_eq!(shard.drop_oldest(), Some(4));
        assert_eq!((shard.samples(), shard.bytes()), (0, 0));
        push(&mut shard, "a", 5);
        assert_eq!(moments(&shard.next().unwrap()), [("a".into(), 5)]);
    }
}
