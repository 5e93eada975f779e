//! What the server does by itself after midnight, now: days are put together, what is too old goes.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use crate::disk::RealDisk;
use crate::history::lock;
use crate::store::{Engine, Folder};
use crate::{Error, Progress, Settings};

/// What putting in order did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Compacted {
    /// Days that were put together.
    pub days: u64,
    /// What everything took before, in bytes.
    pub before: u64,
    /// What it takes now.
    pub after: u64,
}

/// Puts together every day that is over and takes away what is older than it is kept. No server may run.
pub fn compact(settings: Settings, each: &mut dyn FnMut(Progress)) -> Result<Compacted, Error> {
    if !Folder::new(&settings.folder).database().is_file() {
        return Err(Error::NoHistory(settings.folder));
    }
    let (mut engine, _lock) = open(settings)?;
    engine.measure();
    let before = engine.status.lock().bytes;
    let days = engine.compact_telling(&mut |done, of| each(Progress { done, of }))?;
    engine.sync()?;
    let after = engine.status.lock().bytes;
    Ok(Compacted { days, before, after })
}

/// The history as its one writer, with everything that was under way done.
pub(super) fn open(settings: Settings) -> Result<(Engine, File), Error> {
    let folder = Folder::new(&settings.folder);
    make(folder.path())?;
    let lock = lock(&folder)?;
    let mut engine = Engine::open(Arc::new(RealDisk), settings)?;
    engine.replay()?;
    engine.finish_work()?;
    Ok((engine, lock))
}

fn make(folder: &Path) -> Result<(), Error> {
    std::fs::create_dir_all(folder).map_err(Error::file(folder))
}
