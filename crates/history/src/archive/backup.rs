//! The files of a history at one moment, for whoever copies them while it is being recorded.
//!
//! As at a start after a crash, what is behind is made up for: a total that is missing is booked again from its segment,
//! a segment that is missing from its journal. So the totals are copied first, and everything after them is at least as
//! new. Files are held open: one that the writer takes away meanwhile stays readable.

use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::open::{journals, listed};
use crate::Error;
use crate::disk::{ReadOnlyDisk, RealDisk};
use crate::meta::Database;
use crate::query::now_ms;
use crate::segment::Tier;
use crate::store::Folder;

/// A history's files, each with its name in the folder.
#[derive(Debug)]
pub struct Snapshot {
    /// Everything but the database.
    pub files: Vec<SnapshotFile>,
    /// The copy of the database; its name in the folder is `meta.db`.
    pub database: PathBuf,
}

/// A file that is held open.
#[derive(Debug)]
pub struct SnapshotFile {
    /// Its name in the folder, such as `raw/day-020000.seg`.
    pub name: String,
    /// How much of it is copied: a journal grows meanwhile.
    pub bytes: u64,
    file: std::fs::File,
}

impl Read for SnapshotFile {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.file.read(buffer)
    }
}

/// The writer changes the folder a few times an hour.
const TRIES: usize = 8;

impl Snapshot {
    /// Takes the files of the history in a folder. The database is copied to `database`, which must not be there yet.
    pub fn take(folder: &Path, database: &Path) -> Result<Self, Error> {
        let folder = Folder::new(folder);
        if !folder.database().is_file() {
            return Err(Error::NoHistory(folder.path().to_owned()));
        }
        let mut last = None;
        for _ in 0..TRIES {
            let _ = std::fs::remove_file(database);
            match Self::try_take(&folder, database) {
                Ok(Some(snapshot)) => return Ok(snapshot),
                Ok(None) => {}
                Err(Error::File { path, source }) if source.kind() == io::ErrorKind::NotFound => {
                    last = Some(Error::File { path, source });
                }
                Err(error) => return Err(error),
            }
        }
        Err(last.unwrap_or(Error::Question("the history is being put together just now: try again in a minute")))
    }

    /// `None` where an hour was sealed meanwhile, so that the totals may not know all of its lines.
    fn try_take(folder: &Folder, database: &Path) -> Result<Option<Self>, Error> {
        let before = listed(&ReadOnlyDisk, &folder.tier(Tier::Raw))?;
        Database::open_beside(&folder.database())?.copy_to(database)?;
        let mut files = Vec::new();
        for path in journals(&RealDisk, folder)? {
            files.push(held(folder, path)?);
        }
        for tier in [Tier::Raw, Tier::Minute, Tier::FiveMinutes] {
            let folder_of_tier = folder.tier(tier);
            let names = listed(&ReadOnlyDisk, &folder_of_tier)?;
            for name in names.iter().filter(|name| name.ends_with(".seg")) {
                files.push(held(folder, folder_of_tier.join(name))?);
            }
        }
        let after = listed(&ReadOnlyDisk, &folder.tier(Tier::Raw))?;
        Ok((before == after).then(|| Self { files, database: database.to_owned() }))
    }

    /// How much is copied.
    pub fn bytes(&self) -> u64 {
        let database = std::fs::metadata(&self.database).map_or(0, |file| file.len());
        self.files.iter().map(|file| file.bytes).sum::<u64>() + database
    }
}

/// Tells a history that it is a copy which goes on in the place of the original. What the original recorded since had
/// numbers, and whoever follows it may have taken that in: the copy gives none of them again, and counts nothing of what
/// passed meanwhile. No server may run over it.
pub fn restored(folder: &Path) -> Result<(), Error> {
    let folder = Folder::new(folder);
    if !folder.database().is_file() {
        return Err(Error::NoHistory(folder.path().to_owned()));
    }
    // A copy that goes on from an earlier moment than another one of it went on from gives higher numbers all the same: a
    // router has less than a tick in a millisecond.
    Database::open(&folder.database())?.number_from(now_ms().max(1) as u64)
}

fn held(folder: &Folder, path: PathBuf) -> Result<SnapshotFile, Error> {
    let file = std::fs::File::open(&path).map_err(Error::file(&path))?;
    let bytes = file.metadata().map_err(Error::file(&path))?.len();
    let name = path.strip_prefix(folder.path()).unwrap_or(&path);
    let name = name.to_string_lossy().replace(std::path::MAIN_SEPARATOR, "/");
    Ok(SnapshotFile { name, bytes, file })
}
