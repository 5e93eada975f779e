//! `lalin backup`: everything that is kept, in one file, while the server runs.
//!
//! SQLite copies its databases as of one moment, whoever writes meanwhile; the history's files are as after a crash,
//! from which it starts without a loss. The key of the routers' passwords is never in it: whoever finds the file has no
//! password.

mod manifest;
mod restore;
mod tar;

use std::fs::{self, File};
use std::io::{BufWriter, Read, Write};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use lalin_config::Config;
use lalin_history::Snapshot;

use self::manifest::{DATABASES, Entry, FORMAT, Manifest, NAME, Summing};
use self::tar::TarWriter;
use crate::cli::BackupFlags;
use crate::error::Error;
use crate::figures::bytes;
use crate::past::FOLDERS;
use crate::progress::{ProgressLine, Unit};
use crate::words::say;

pub(crate) use restore::restore;

const KEY: &str = "lalin.key";

/// Makes a backup of the data of a configuration.
pub(crate) fn backup(config: &Config, flags: &BackupFlags) -> Result<(), Error> {
    let data = std::path::absolute(&config.data_dir).unwrap_or_else(|_| config.data_dir.clone());
    // A node of a cluster has only its history: what it remembers is the cluster's.
    let has_past = FOLDERS.iter().any(|name| data.join(name).join("meta.db").is_file());
    if !crate::store::exists(&data) && !has_past {
        return Err(Error::NothingToBackUp { folder: data });
    }
    let mut made = Making::begin(&flags.file)?;
    let manifest = made.fill(&data)?;
    let size = made.finish(&manifest)?;
    let key = copied_key(&data, flags.key.as_deref())?;
    let whole = (manifest.files.len(), bytes(size));
    if flags.json {
        let key = key.as_ref().map(|path| path.display().to_string());
        let files = manifest.files.len();
        println!("{}", serde_json::json!({"file": flags.file, "bytes": size, "files": files, "key": key}));
        return Ok(());
    }
    let path = flags.file.display();
    println!("{}", say("backup.made", &[("path", &path), ("files", &whole.0), ("size", &whole.1)]));
    match key {
        Some(key) => println!("{}", say("backup.key-copied", &[("path", &key.display())])),
        None if data.join(KEY).is_file() => {
            println!("{}", say("backup.key-apart", &[("path", &data.join(KEY).display())]));
        }
        None if crate::store::exists(&data) => println!("{}", say("backup.key-elsewhere", &[])),
        None => {}
    }
    Ok(())
}

/// A backup that has its name only when it is whole.
struct Making {
    path: PathBuf,
    unfinished: PathBuf,
    /// Copies of databases, until they are in.
    copies: PathBuf,
    tar: Option<TarWriter<BufWriter<File>>>,
}

impl Making {
    fn begin(path: &Path) -> Result<Self, Error> {
        if path.exists() {
            return Err(Error::NewFile { path: path.to_owned(), reason: std::io::ErrorKind::AlreadyExists.into() });
        }
        let beside = |ending: &str| {
            let mut name = path.as_os_str().to_owned();
            name.push(ending);
            PathBuf::from(name)
        };
        let (unfinished, copies) = (beside(".unfinished"), beside(".database"));
        // Left by one that was ended.
        let _ = fs::remove_file(&unfinished);
        let file = crate::new_file::new_file(&unfinished)?;
        let tar = Some(TarWriter::new(BufWriter::with_capacity(1 << 18, file)));
        Ok(Self { path: path.to_owned(), unfinished, copies, tar })
    }

    fn fill(&mut self, data: &Path) -> Result<Manifest, Error> {
        let at_ms = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis() as u64);
        let mut files = Vec::new();
        let mut line = ProgressLine::new(Unit::Bytes);
        for name in DATABASES.into_iter().filter(|name| data.join(name).is_file()) {
            let _ = fs::remove_file(&self.copies);
            lalin_store::copy_database(&data.join(name), &self.copies)?;
            files.push(self.copy(name, at_ms)?);
        }
        for folder in FOLDERS {
            let snapshot = match Snapshot::take(&data.join(folder), &self.copies) {
                Err(lalin_history::Error::NoHistory(_)) => continue,
                snapshot => snapshot?,
            };
            let (of, mut done) = (snapshot.bytes(), 0);
            files.push(self.copy(&format!("{folder}/meta.db"), at_ms)?);
            for mut file in snapshot.files {
                let (name, bytes) = (format!("{folder}/{}", file.name), file.bytes);
                files.push(self.add(&name, bytes, at_ms, &mut file)?);
                done += bytes;
                line.tell(done, of, done);
            }
        }
        Ok(Manifest { format: FORMAT, version: env!("CARGO_PKG_VERSION").to_owned(), at_ms, files })
    }

    /// The database that was copied.
    fn copy(&mut self, name: &str, at_ms: u64) -> Result<Entry, Error> {
        let failed = failed(&self.copies);
        let mut file = File::open(&self.copies).map_err(failed)?;
        let bytes = file.metadata().map_err(self::failed(&self.copies))?.len();
        self.add(name, bytes, at_ms, &mut file)
    }

    fn add(&mut self, name: &str, bytes: u64, at_ms: u64, from: &mut dyn Read) -> Result<Entry, Error> {
        let mut summing = Summing::new(from);
        let Some(tar) = &mut self.tar else { return Err(Error::BackupBroken { path: self.path.clone() }) };
        tar.file(name, bytes, at_ms / 1_000, &mut summing).map_err(failed(&self.unfinished))?;
        Ok(summing.entry(name))
    }

    /// The manifest, and the name. How large it is.
    fn finish(mut self, manifest: &Manifest) -> Result<u64, Error> {
        let text = serde_json::to_vec_pretty(manifest)?;
        self.add(NAME, text.len() as u64, manifest.at_ms, &mut &text[..])?;
        let Some(tar) = self.tar.take() else { return Err(Error::BackupBroken { path: self.path.clone() }) };
        let end = || -> std::io::Result<u64> {
            let file = tar.finish()?.into_inner()?;
            file.sync_all()?;
            let bytes = file.metadata()?.len();
            fs::rename(&self.unfinished, &self.path)?;
            Ok(bytes)
        };
        end().map_err(failed(&self.path))
    }
}

impl Drop for Making {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.copies);
        let _ = fs::remove_file(&self.unfinished);
    }
}

fn failed(path: &Path) -> impl FnOnce(std::io::Error) -> Error + use<> {
    let path = path.to_owned();
    move |reason| Error::BackupFile { path, reason }
}

/// The key, into a file of its own where that was asked for.
fn copied_key(data: &Path, to: Option<&Path>) -> Result<Option<PathBuf>, Error> {
    let Some(to) = to else { return Ok(None) };
    let key = zeroize::Zeroizing::new(fs::read(data.join(KEY)).map_err(failed(&data.join(KEY)))?);
    let mut file = crate::new_file::new_file(to)?;
    file.write_all(&key).and_then(|()| file.sync_all()).map_err(failed(to))?;
    Ok(Some(to.to_owned()))
}
