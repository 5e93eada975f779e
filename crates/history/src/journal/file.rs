//! A journal that is being written.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::Error;
use crate::columns::Bytes;
use crate::disk::{Disk, WriteFile};

/// The file at the end of which the next record goes.
#[derive(Debug)]
pub(crate) struct Journal {
    pub(crate) number: u64,
    pub(crate) path: PathBuf,
    disk: Arc<dyn Disk>,
    file: Box<dyn WriteFile>,
    /// Up to here it is whole.
    length: u64,
    reserved: u64,
    /// Something was written since the last sync.
    unsynced: bool,
    generation: u32,
}

const MAGIC: [u8; 8] = *b"LALINJNL";
const VERSION: u32 = 1;
pub(super) const HEADER: usize = 24;
/// Room is asked for in such pieces, so that a full disk is met before a record is half written.
const RESERVE: u64 = 16 << 20;
/// So that names sort like numbers.
const NUMBER_DIGITS: usize = 12;

fn name(number: u64, generation: u32) -> String {
    format!("{number:0NUMBER_DIGITS$}-{generation}.journal")
}

/// The number and the generation in a journal's name.
pub(crate) fn parse_name(name: &str) -> Option<(u64, u32)> {
    let (number, generation) = name.strip_suffix(".journal")?.split_once('-')?;
    Some((number.parse().ok()?, generation.parse().ok()?))
}

fn header(number: u64) -> Vec<u8> {
    let mut out = MAGIC.to_vec();
    out.extend(VERSION.to_le_bytes());
    out.extend(number.to_le_bytes());
    out.extend(crc32c::crc32c(&out).to_le_bytes());
    out
}

/// The number of the journal that begins so.
pub(super) fn read_header(bytes: &[u8]) -> Result<u64, Error> {
    const NONE: Error = Error::Damaged("the file is no journal");
    let mut rest = Bytes(bytes.get(..HEADER).ok_or(NONE)?);
    let (magic, version): ([u8; 8], _) = (rest.array()?, rest.u32()?);
    if magic == MAGIC && version > VERSION {
        return Err(Error::Newer { found: version, known: VERSION });
    }
    let number = rest.u64()?;
    if magic != MAGIC || rest.u32()? != crc32c::crc32c(&bytes[..HEADER - 4]) {
        return Err(NONE);
    }
    Ok(number)
}

impl Journal {
    /// A new journal that begins with these records; they and its name are safe when this returns.
    pub(crate) fn create(disk: &Arc<dyn Disk>, folder: &Path, number: u64, records: &[u8]) -> io::Result<Self> {
        Self::filled(disk, folder, number, 0, records)
    }

    /// A journal with these records, synced before it has its name.
    fn filled(disk: &Arc<dyn Disk>, folder: &Path, number: u64, generation: u32, records: &[u8]) -> io::Result<Self> {
        let path = folder.join(name(number, generation));
        let unfinished = path.with_extension("tmp");
        let mut file = disk.create(&unfinished)?;
        let made = file.reserve(RESERVE).and_then(|()| {
            file.write(&header(number))?;
            file.write(records)?;
            file.sync()?;
            disk.rename(&unfinished, &path)?;
            disk.sync_folder(folder)
        });
        if let Err(error) = made {
            let _ = disk.remove(&unfinished);
            return Err(error);
        }
        let length = (HEADER + records.len()) as u64;
        Ok(Self { number, path, disk: disk.clone(), file, length, reserved: RESERVE, unsynced: false, generation })
    }

    /// A journal of an earlier process, cut behind its last whole record.
    pub(crate) fn resume(disk: &Arc<dyn Disk>, path: &Path, length: u64) -> Result<Self, Error> {
        let text = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let (number, generation) = parse_name(text).ok_or(Error::Damaged("a journal has another name"))?;
        let mut file = disk.append(path).map_err(Error::file(path))?;
        file.truncate(length).map_err(Error::file(path))?;
        file.sync().map_err(Error::file(path))?;
        Ok(Self {
            number,
            path: path.to_owned(),
            disk: disk.clone(),
            file,
            length,
            reserved: 0,
            unsynced: false,
            generation,
        })
    }

    /// Writes records. Where that fails the journal is as it was before.
    pub(crate) fn append(&mut self, records: &[u8]) -> io::Result<()> {
        let end = self.length + records.len() as u64;
        if end > self.reserved {
            let room = end.next_multiple_of(RESERVE);
            self.file.reserve(room)?;
            self.reserved = room;
        }
        if let Err(error) = self.file.write(records) {
            self.file.truncate(self.length)?;
            return Err(error);
        }
        self.length = end;
        self.unsynced = true;
        Ok(())
    }

    /// Returns when everything that was written would survive a loss of power.
    ///
    /// After a failure this file is never synced again: the system may have dropped what it could not write. The
    /// caller writes what is in memory to a new one, with [`Journal::rewrite`].
    pub(crate) fn sync(&mut self) -> io::Result<()> {
        if self.unsynced {
            self.file.sync()?;
            self.unsynced = false;
        }
        Ok(())
    }

    /// Puts a new file with these records into the place of this one.
    pub(crate) fn rewrite(&mut self, records: &[u8]) -> io::Result<()> {
        let folder = self.path.parent().unwrap_or(Path::new("")).to_owned();
        let new = Self::filled(&self.disk, &folder, self.number, self.generation + 1, records)?;
        let old = std::mem::replace(self, new);
        self.disk.remove(&old.path)
    }

    pub(crate) fn length(&self) -> u64 {
        self.length
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Record, RecordWriter, read};
    use super::*;
    use crate::disk::SimulatedDisk;

    fn records(count: u64) -> Vec<u8> {
        let mut writer = RecordWriter::default();
        (0..count).for_each(|seq| writer.seen(1, seq, 5));
        writer.bytes
    }

    fn seqs(disk: &SimulatedDisk, path: &Path) -> Vec<u64> {
        let mut seqs = Vec::new();
        read(disk, path, &mut |record| {
            seqs.extend(if let Record::Seen { seq, .. } = record { Some(seq) } else { None })
        })
        .unwrap();
        seqs
    }

    fn fresh() -> (SimulatedDisk, Journal) {
        let disk = SimulatedDisk::default();
        let shared: Arc<dyn Disk> = Arc::new(disk.clone());
        let journal = Journal::create(&shared, Path::new("/journal"), 7, &[]).unwrap();
        (disk, journal)
    }

    #[test]
    fn a_full_disk_leaves_what_was_whole_and_writing_goes_on_when_there_is_room() {
        let (disk, mut journal) = fresh();
        journal.append(&records(3)).unwrap();
        disk.set_room(Some(disk.used() + 7));
        assert_eq!(journal.append(&records(3)).unwrap_err().kind(), io::ErrorKind::StorageFull);
        assert_eq!(seqs(&disk, &journal.path), [0, 1, 2]);
        disk.set_room(None);
        journal.append(&records(1)).unwrap();
        assert_eq!(seqs(&disk, &journal.path), [0, 1, 2, 0]);
    }

    #[test]
    fn after_a_failed_sync_a_new_file_takes_over() {
        let (disk, mut journal) = fresh();
        journal.append(&records(3)).unwrap();
        disk.fail_syncs(true);
        assert!(journal.sync().is_err());
        assert!(journal.rewrite(&records(3)).is_err());
        disk.fail_syncs(false);
        let old = journal.path.clone();
        journal.rewrite(&records(2)).unwrap();
        assert!(disk.open(&old).is_err());
        assert_eq!(seqs(&disk, &journal.path), [0, 1]);
        assert_eq!(parse_name("000000000007-1.journal"), Some((7, 1)));
        assert!(journal.path.ends_with("000000000007-1.journal"));
    }

    #[test]
    fn a_torn_tail_is_cut_wherever_it_is_torn() {
        let (_, mut journal) = fresh();
        journal.append(&records(4)).unwrap();
        let whole = journal.length();
        for length in HEADER as u64..whole {
            let (disk, mut journal) = fresh();
            journal.append(&records(4)).unwrap();
            disk.append(&journal.path).unwrap().truncate(length).unwrap();
            let contents = read(&disk, &journal.path, &mut |_| ()).unwrap();
            let shared: Arc<dyn Disk> = Arc::new(disk.clone());
            let mut resumed = Journal::resume(&shared, &journal.path, contents.length).unwrap();
            resumed.append(&records(1)).unwrap();
            let kept = (length as usize - HEADER) / ((whole as usize - HEADER) / 4);
            assert_eq!(seqs(&disk, &journal.path).len(), kept + 1, "{length}");
        }
    }

    #[test]
    fn one_bad_record_between_good_ones_is_skipped() {
        let (disk, mut journal) = fresh();
        journal.append(&records(4)).unwrap();
        let record = (journal.length() as usize - HEADER) / 4;
        disk.flip(&journal.path, (HEADER + record + 12) * 8);
        let contents = read(&disk, &journal.path, &mut |_| ()).unwrap();
        assert_eq!((contents.skipped, contents.length), (1, journal.length()));
        assert_eq!(seqs(&disk, &journal.path), [0, 2, 3]);
    }
}
