//! A disk on which nothing is changed: for whoever looks at a history that is another process's.

use std::io;
use std::path::Path;
use std::sync::Arc;

use super::{Disk, ReadFile, RealDisk, WriteFile};

/// The machine's disk, to be read.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct ReadOnlyDisk;

fn refused<T>() -> io::Result<T> {
    Err(io::ErrorKind::ReadOnlyFilesystem.into())
}

impl Disk for ReadOnlyDisk {
    fn create(&self, _: &Path) -> io::Result<Box<dyn WriteFile>> {
        refused()
    }

    fn append(&self, _: &Path) -> io::Result<Box<dyn WriteFile>> {
        refused()
    }

    fn open(&self, path: &Path) -> io::Result<Arc<dyn ReadFile>> {
        RealDisk.open(path)
    }

    fn rename(&self, _: &Path, _: &Path) -> io::Result<()> {
        refused()
    }

    fn remove(&self, _: &Path) -> io::Result<()> {
        refused()
    }

    fn sync_folder(&self, _: &Path) -> io::Result<()> {
        refused()
    }

    fn make_folder(&self, _: &Path) -> io::Result<()> {
        refused()
    }

    fn list(&self, path: &Path) -> io::Result<Vec<String>> {
        RealDisk.list(path)
    }
}
