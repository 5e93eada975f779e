//! A disk in memory that can lose power, be full, and fail to sync.
//!
//! What was not synced may be there after a loss of power, or not, or be garbage; what was synced is there. The same of
//! names: a file that was made or renamed has its new name for certain only when its folder was synced.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::{Disk, ReadFile, WriteFile};

#[derive(Debug, Default)]
struct File {
    bytes: Vec<u8>,
    /// What a loss of power leaves for certain.
    safe: Vec<u8>,
}

type Shared = Arc<Mutex<File>>;

#[derive(Debug, Default)]
struct State {
    names: BTreeMap<PathBuf, Shared>,
    safe_names: BTreeMap<PathBuf, Shared>,
    room: Option<u64>,
    syncs_fail: bool,
    next_sync_fails: bool,
    /// Nothing below it can be read.
    unreadable: Option<PathBuf>,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct SimulatedDisk(Arc<Mutex<State>>);

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl SimulatedDisk {
    /// What is left after the power came back.
    pub(crate) fn after_power_loss(&self, random: &mut fastrand::Rng) -> Self {
        let state = lock(&self.0);
        let mut names = BTreeMap::new();
        for path in state.names.keys().chain(state.safe_names.keys()) {
            let (now, safe) = (state.names.get(path), state.safe_names.get(path));
            let kept = if random.bool() { now } else { safe };
            if let Some(file) = kept {
                let file = lock(file);
                names.insert(path.clone(), Arc::new(Mutex::new(File::after_power_loss(&file, random))));
            }
        }
        Self(Arc::new(Mutex::new(State { safe_names: names.clone(), names, ..State::default() })))
    }

    /// From now on only so many bytes fit.
    pub(crate) fn set_room(&self, room: Option<u64>) {
        lock(&self.0).room = room;
    }

    pub(crate) fn fail_syncs(&self, fail: bool) {
        lock(&self.0).syncs_fail = fail;
    }

    /// The next sync fails, those after it do not.
    pub(crate) fn fail_next_sync(&self) {
        lock(&self.0).next_sync_fails = true;
    }

    /// What lies below a folder cannot be read from now on.
    pub(crate) fn refuse(&self, folder: Option<&Path>) {
        lock(&self.0).unreadable = folder.map(Path::to_owned);
    }

    /// How many files there are below a folder.
    pub(crate) fn files(&self, folder: &Path) -> usize {
        lock(&self.0).names.keys().filter(|path| path.starts_with(folder)).count()
    }

    /// The same files in another folder.
    pub(crate) fn moved(&self, from: &Path, to: &Path) -> Self {
        let state = lock(&self.0);
        let moved = |names: &BTreeMap<PathBuf, Shared>| {
            let path = |path: &Path| path.strip_prefix(from).map_or(path.to_owned(), |rest| to.join(rest));
            names.iter().map(|(name, file)| (path(name), file.clone())).collect()
        };
        let (names, safe_names) = (moved(&state.names), moved(&state.safe_names));
        Self(Arc::new(Mutex::new(State { names, safe_names, ..State::default() })))
    }

    pub(crate) fn used(&self) -> u64 {
        used(&lock(&self.0))
    }

    /// Turns one bit of a file around.
    pub(crate) fn flip(&self, path: &Path, bit: usize) {
        lock(&lock(&self.0).names[path]).bytes[bit / 8] ^= 1 << (bit % 8);
    }
}

fn used(state: &State) -> u64 {
    state.names.values().map(|file| lock(file).bytes.len() as u64).sum()
}

impl File {
    fn after_power_loss(file: &Self, random: &mut fastrand::Rng) -> Self {
        let mut bytes = file.safe.clone();
        if file.bytes.starts_with(&file.safe) {
            let loose = &file.bytes[file.safe.len()..];
            let kept = random.usize(0..=loose.len());
            bytes.extend(&loose[..kept]);
            if kept > 0 && random.bool() {
                let place = file.safe.len() + random.usize(0..kept);
                bytes[place] ^= random.u8(1..);
            }
        }
        Self { safe: bytes.clone(), bytes }
    }
}

impl Disk for SimulatedDisk {
    fn create(&self, path: &Path) -> io::Result<Box<dyn WriteFile>> {
        let file = Shared::default();
        lock(&self.0).names.insert(path.to_owned(), file.clone());
        Ok(Box::new(Writer { file, disk: self.clone() }))
    }

    fn append(&self, path: &Path) -> io::Result<Box<dyn WriteFile>> {
        let file = lock(&self.0).names.get(path).cloned().ok_or(io::ErrorKind::NotFound)?;
        Ok(Box::new(Writer { file, disk: self.clone() }))
    }

    fn open(&self, path: &Path) -> io::Result<Arc<dyn ReadFile>> {
        if lock(&self.0).unreadable.as_ref().is_some_and(|folder| path.starts_with(folder)) {
            return Err(io::ErrorKind::PermissionDenied.into());
        }
        let file = lock(&self.0).names.get(path).cloned().ok_or(io::ErrorKind::NotFound)?;
        Ok(Arc::new(Reader(file)))
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        let mut state = lock(&self.0);
        let file = state.names.remove(from).ok_or(io::ErrorKind::NotFound)?;
        state.names.insert(to.to_owned(), file);
        Ok(())
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        lock(&self.0).names.remove(path).map(drop).ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    fn sync_folder(&self, folder: &Path) -> io::Result<()> {
        let mut state = lock(&self.0);
        let inside: Vec<_> = state
            .names
            .iter()
            .filter(|(path, _)| path.parent() == Some(folder))
            .map(|(p, f)| (p.clone(), f.clone()))
            .collect();
        state.safe_names.retain(|path, _| path.parent() != Some(folder));
        state.safe_names.extend(inside);
        Ok(())
    }

    fn make_folder(&self, _path: &Path) -> io::Result<()> {
        Ok(())
    }

    fn list(&self, folder: &Path) -> io::Result<Vec<String>> {
        let state = lock(&self.0);
        let inside = state.names.keys().filter(|path| path.parent() == Some(folder));
        Ok(inside.filter_map(|path| Some(path.file_name()?.to_str()?.to_owned())).collect())
    }
}

#[derive(Debug)]
struct Writer {
    file: Shared,
    disk: SimulatedDisk,
}

impl WriteFile for Writer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        let room = {
            let state = lock(&self.disk.0);
            state.room.map_or(usize::MAX, |room| room.saturating_sub(used(&state)) as usize)
        };
        let fits = bytes.len().min(room);
        lock(&self.file).bytes.extend(&bytes[..fits]);
        if fits < bytes.len() { Err(io::ErrorKind::StorageFull.into()) } else { Ok(()) }
    }

    fn sync(&mut self) -> io::Result<()> {
        let fails = {
            let mut state = lock(&self.disk.0);
            std::mem::take(&mut state.next_sync_fails) || state.syncs_fail
        };
        if fails {
            return Err(io::Error::other("the disk is broken"));
        }
        let mut file = lock(&self.file);
        file.safe = file.bytes.clone();
        Ok(())
    }

    fn truncate(&mut self, length: u64) -> io::Result<()> {
        lock(&self.file).bytes.truncate(length as usize);
        Ok(())
    }

    fn reserve(&mut self, _length: u64) -> io::Result<()> {
        Ok(())
    }
}

#[derive(Debug)]
struct Reader(Shared);

impl ReadFile for Reader {
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<()> {
        let file = lock(&self.0);
        let from = usize::try_from(offset).map_err(io::Error::other)?;
        let part = file.bytes.get(from..from + buffer.len()).ok_or(io::ErrorKind::UnexpectedEof)?;
        buffer.copy_from_slice(part);
        Ok(())
    }

    fn length(&self) -> io::Result<u64> {
        Ok(lock(&self.0).bytes.len() as u64)
    }
}
