//! The few things that the history asks of a disk, so that a test can be the disk that loses power or is full.

mod read_only;
mod real;
#[cfg(test)]
mod simulated;

use std::fmt::Debug;
use std::io;
use std::path::Path;
use std::sync::Arc;

pub(crate) use read_only::ReadOnlyDisk;
pub(crate) use real::{RealDisk, free};
#[cfg(test)]
pub(crate) use simulated::SimulatedDisk;

/// Where files are.
pub(crate) trait Disk: Debug + Send + Sync {
    /// A new and empty file, in the place of whatever was there.
    fn create(&self, path: &Path) -> io::Result<Box<dyn WriteFile>>;
    /// A file that is there, to be written on behind its end.
    fn append(&self, path: &Path) -> io::Result<Box<dyn WriteFile>>;
    /// A file to be read. It stays readable when it is removed.
    fn open(&self, path: &Path) -> io::Result<Arc<dyn ReadFile>>;
    /// Gives a file another name, in the place of whatever had it.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;
    /// Takes a file away.
    fn remove(&self, path: &Path) -> io::Result<()>;
    /// Returns when the names in a folder would survive a loss of power.
    fn sync_folder(&self, path: &Path) -> io::Result<()>;
    /// Makes a folder unless it is there.
    fn make_folder(&self, path: &Path) -> io::Result<()>;
    /// The names of a folder's files, in order.
    fn list(&self, path: &Path) -> io::Result<Vec<String>>;
}

/// A file that is written from front to back.
pub(crate) trait WriteFile: Debug + Send {
    /// Writes all of it, or says why not; then some of it may be there.
    fn write(&mut self, bytes: &[u8]) -> io::Result<()>;
    /// Returns when what was written would survive a loss of power.
    fn sync(&mut self) -> io::Result<()>;
    /// Cuts the file; what is written next comes there.
    fn truncate(&mut self, length: u64) -> io::Result<()>;
    /// Asks for room up to this length, where the system can be asked.
    fn reserve(&mut self, length: u64) -> io::Result<()>;
}

/// A file that is read anywhere.
pub(crate) trait ReadFile: Debug + Send + Sync {
    /// Fills the buffer from this place on.
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<()>;
    /// How long it is.
    fn length(&self) -> io::Result<u64>;
}
