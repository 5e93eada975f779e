//! `lalin restore`: what a backup holds, in the place of what is there. It is looked at whole before anything is moved,
//! and what was there stays beside it.

use std::fs::{self, File};
use std::io::{self, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};

use lalin_config::Config;
use lalin_history::Archive;
use lalin_store::ServerLock;

use super::manifest::{DATABASES, Entry, FORMAT, LARGEST, Manifest, NAME, Summing, is_known};
use super::{KEY, failed, tar};
use crate::cli::RestoreFlags;
use crate::error::Error;
use crate::past::{FOLDERS, RECORDED};
use crate::progress::{ProgressLine, Unit};
use crate::words::say;

/// Where it is unpacked, in the data directory: moving it into its place then is quick and cannot fail for want of room.
const UNPACKED: &str = "restore.unfinished";

/// Puts a backup into the data directory of a configuration. No server may run over it.
pub(crate) fn restore(config: &Config, flags: &RestoreFlags) -> Result<(), Error> {
    let data = std::path::absolute(&config.data_dir).unwrap_or_else(|_| config.data_dir.clone());
    let _lock = ServerLock::take(&data)?;
    let there = parts(&data);
    if !there.is_empty() && !flags.replace {
        return Err(Error::DataThere { folder: data });
    }
    let unpacked = data.join(UNPACKED);
    // Left by one that was ended.
    let _ = fs::remove_dir_all(&unpacked);
    fs::create_dir_all(&unpacked).map_err(failed(&unpacked))?;
    let done = replaced(config, flags, &data, &unpacked, &there);
    let _ = fs::remove_dir_all(&unpacked);
    let aside = done?;
    if flags.json {
        let aside = aside.as_ref().map(|path| path.display().to_string());
        println!("{}", serde_json::json!({"folder": data, "before": aside}));
        return Ok(());
    }
    println!("{}", say("backup.restored", &[("folder", &data.display())]));
    if let Some(aside) = aside {
        println!("{}", say("backup.before", &[("folder", &aside.display())]));
    }
    let needs_key = data.join(DATABASES[0]).is_file() && config.encryption_key.is_none();
    if needs_key && !data.join(KEY).is_file() {
        println!("{}", say("backup.key-missing", &[("path", &data.join(KEY).display())]));
    }
    Ok(())
}

/// Unpacks, looks, and moves. Where what was there is now.
fn replaced(
    config: &Config,
    flags: &RestoreFlags,
    data: &Path,
    unpacked: &Path,
    there: &[PathBuf],
) -> Result<Option<PathBuf>, Error> {
    unpack(&flags.file, unpacked)?;
    looked_at(config, flags, data, unpacked)?;
    if unpacked.join(RECORDED).is_dir() {
        // Nodes with pages may have taken in what was recorded since.
        lalin_history::restored(&unpacked.join(RECORDED))?;
    }
    let aside = (!there.is_empty()).then(|| aside(data));
    if let Some(aside) = &aside {
        fs::create_dir(aside).map_err(failed(aside))?;
        for path in there {
            let to = aside.join(path.file_name().unwrap_or_default());
            fs::rename(path, &to).map_err(failed(path))?;
        }
    }
    if let Some(key) = &flags.key {
        let to = data.join(KEY);
        if to.is_file() && fs::read(key).ok() != fs::read(&to).ok() {
            let aside = aside.clone().unwrap_or_else(|| data.to_owned()).join("lalin.key.before");
            fs::rename(&to, &aside).map_err(failed(&to))?;
        }
        if !to.is_file() {
            let bytes = zeroize::Zeroizing::new(fs::read(key).map_err(failed(key))?);
            let mut file = crate::new_file::new_file(&to)?;
            file.write_all(&bytes).and_then(|()| file.sync_all()).map_err(failed(&to))?;
        }
    }
    for path in parts(unpacked) {
        let to = data.join(path.file_name().unwrap_or_default());
        fs::rename(&path, &to).map_err(failed(&to))?;
    }
    own(data);
    Ok(aside)
}

/// Everything in a data directory that a backup would hold, with what SQLite keeps beside it.
fn parts(data: &Path) -> Vec<PathBuf> {
    let endings = ["", "-wal", "-shm"];
    let databases = DATABASES.iter().flat_map(|name| endings.map(|ending| data.join(format!("{name}{ending}"))));
    databases.chain(FOLDERS.map(|name| data.join(name))).filter(|path| path.exists()).collect()
}

/// A folder that is not there yet, named by the day.
fn aside(data: &Path) -> PathBuf {
    let day = lalin_history::Zone::system().local(now_ms()).replace([' ', ':'], "-");
    let name = |number: u32| if number == 0 { format!("before-{day}") } else { format!("before-{day}-{number}") };
    (0..).map(|number| data.join(name(number))).find(|path| !path.exists()).unwrap_or_else(|| data.join("before"))
}

fn now_ms() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since.map_or(0, |since| since.as_millis() as i64)
}

/// Every file with its sum, and all of them.
fn unpack(backup: &Path, to: &Path) -> Result<(), Error> {
    let file = File::open(backup).map_err(failed(backup))?;
    let of = file.metadata().map_err(failed(backup))?.len();
    let mut line = ProgressLine::new(Unit::Bytes);
    let (mut found, mut manifest, mut done) = (Vec::<Entry>::new(), None, 0);
    let read = tar::read(BufReader::with_capacity(1 << 18, file), &mut |name, bytes, from| {
        if name == NAME && bytes <= LARGEST {
            let mut text = Vec::new();
            from.read_to_end(&mut text)?;
            manifest = Some(serde_json::from_slice::<Manifest>(&text).map_err(io::Error::from)?);
            return Ok(());
        }
        if !is_known(name) || found.iter().any(|entry| entry.name == name) {
            return Err(io::Error::new(io::ErrorKind::InvalidData, name.to_owned()));
        }
        let path = to.join(name);
        fs::create_dir_all(path.parent().unwrap_or(to))?;
        let mut summing = Summing::new(from);
        let mut out = BufWriter::with_capacity(1 << 18, private(&path)?);
        io::copy(&mut summing, &mut out)?;
        out.into_inner()?.sync_all()?;
        found.push(summing.entry(name));
        done += bytes;
        line.tell(done, of, done);
        Ok(())
    });
    drop(line);
    let broken = || Error::BackupBroken { path: backup.to_owned() };
    match read {
        Err(error) if matches!(error.kind(), io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof) => {
            return Err(broken());
        }
        read => read.map_err(failed(backup))?,
    }
    let manifest = manifest.ok_or_else(broken)?;
    if manifest.format > FORMAT {
        return Err(Error::BackupNewer { path: backup.to_owned(), version: manifest.version });
    }
    if manifest.files != found { Err(broken()) } else { Ok(()) }
}

fn private(path: &Path) -> io::Result<File> {
    let mut options = File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// The databases and the history are what they should be, and the key that is there fits.
fn looked_at(config: &Config, flags: &RestoreFlags, data: &Path, unpacked: &Path) -> Result<(), Error> {
    for name in DATABASES.iter().filter(|name| unpacked.join(name).is_file()) {
        lalin_store::check_database(&unpacked.join(name))?;
    }
    let key = match (&flags.key, data.join(KEY)) {
        (Some(path), _) => Some(lalin_store::EncryptionKey::of_file(path)?),
        (None, path) => match crate::store::key(config)? {
            Some(key) => Some(key),
            None if path.is_file() => Some(lalin_store::EncryptionKey::of_file(&path)?),
            None => None,
        },
    };
    if let (Some(key), true) = (key, unpacked.join(DATABASES[0]).is_file()) {
        // Opening it is what finds a wrong key, and a file of a newer Lalin.
        drop(lalin_store::Store::open(&unpacked.join(DATABASES[0]), key)?);
    }
    for history in FOLDERS.map(|name| unpacked.join(name)).into_iter().filter(|history| history.is_dir()) {
        let mut line = ProgressLine::new(Unit::Steps);
        let report = Archive::open(&history)?.verify(&mut |progress| line.tell(progress.done, progress.of, 0))?;
        drop(line);
        if !report.faults.is_empty() {
            eprintln!("{}", say("backup.faults", &[("n", &report.faults.len())]));
        }
    }
    Ok(())
}

/// What root unpacked belongs to the owner of the data directory, or the service could not read it.
#[cfg(unix)]
fn own(data: &Path) {
    use std::os::unix::fs::{MetadataExt, chown};
    let Ok(folder) = fs::metadata(data) else { return };
    let (user, group) = (Some(folder.uid()), Some(folder.gid()));
    let mut waiting = parts(data);
    waiting.push(data.join(KEY));
    while let Some(path) = waiting.pop() {
        if fs::metadata(&path).is_ok_and(|file| file.uid() != folder.uid()) {
            let _ = chown(&path, user, group);
        }
        if let Ok(inside) = fs::read_dir(&path) {
            waiting.extend(inside.flatten().map(|entry| entry.path()));
        }
    }
}

#[cfg(not(unix))]
fn own(_: &Path) {}
