//! Files of the data directory: how they are named, made whole beside their place, and kept from other users.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use crate::Error;

/// A file beside the database, by what its name ends with.
pub(crate) fn companion(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

/// Where the copy of an older schema is.
pub(crate) fn copy_of(path: &Path, version: i64) -> PathBuf {
    companion(path, &format!(".v{version}"))
}

/// Puts a finished file into its place, for good.
pub(crate) fn put(new: &Path, path: &Path) -> io::Result<()> {
    fs::rename(new, path)?;
    // That it has this name now has to reach the disk, too; where a folder cannot be opened that is the system's care.
    if let Some(Ok(folder)) = path.parent().map(File::open) {
        let _ = folder.sync_all();
    }
    Ok(())
}

/// A new file that only its owner can read; SQLite gives those beside it the same rights.
pub(crate) fn private(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(path)?;
    hand_over(path);
    Ok(file)
}

/// What root makes in the service's directory is the service's: `sudo lalin user add` must not lock it out.
#[cfg(unix)]
pub(crate) fn hand_over(path: &Path) {
    use std::os::unix::fs::MetadataExt;
    let of = |path: &Path| fs::metadata(path).map(|file| (file.uid(), file.gid()));
    let Some(Ok(folder)) = path.parent().map(of) else { return };
    if of(path).is_ok_and(|(user, _)| user != folder.0) {
        // Only root can; anybody else finds out when the other comes.
        let _ = std::os::unix::fs::chown(path, Some(folder.0), Some(folder.1));
    }
}

#[cfg(not(unix))]
pub(crate) fn hand_over(_: &Path) {}

/// How large a file is; `None` where there is none.
pub(crate) fn size(path: &Path) -> Result<Option<u64>, Error> {
    match fs::metadata(path) {
        Ok(file) => Ok(Some(file.len())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Error::Open { path: path.to_owned(), detail: error.to_string() }),
    }
}

/// Takes from others the right to read a file, and says that they had it: what was read already stays read.
#[cfg(unix)]
pub(crate) fn narrow(path: &Path) {
    use std::os::unix::fs::PermissionsExt;
    let Ok(metadata) = fs::metadata(path) else { return };
    let mode = metadata.permissions().mode() & 0o777;
    if mode & 0o077 == 0 {
        return;
    }
    let narrowed = fs::set_permissions(path, fs::Permissions::from_mode(mode & 0o700));
    let path = path.display();
    match narrowed {
        Ok(()) => {
            tracing::warn!("{path} could be read by other users of this machine (mode {mode:o}): it cannot any more")
        }
        Err(error) => tracing::warn!("{path} can be read by other users of this machine (mode {mode:o}): {error}"),
    }
}

/// Elsewhere access is ruled by lists that inherit from the folder; there is no mode to judge.
#[cfg(not(unix))]
pub(crate) fn narrow(_: &Path) {}
