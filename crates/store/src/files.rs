//! Files of the data directory: their names, completing them before they are in place, keeping them from other users.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use crate::Error;

/// A file beside the database whose name has this ending more.
pub(crate) fn companion(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

/// Where the copy is that is made before a migration from this version.
pub(crate) fn copy_of(path: &Path, version: i64) -> PathBuf {
    companion(path, &format!(".v{version}"))
}

/// Puts a finished file into its place, durably.
pub(crate) fn put(new: &Path, path: &Path) -> io::Result<()> {
    fs::rename(new, path)?;
    // The new name has to reach the disk, too. Systems where a folder cannot be opened see to that themselves.
    if let Some(Ok(folder)) = path.parent().map(File::open) {
        let _ = folder.sync_all();
    }
    Ok(())
}

/// Makes a file that only its owner can read; SQLite gives the files beside it the same rights.
pub(crate) fn private(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(path)?;
    hand_over(path);
    Ok(file)
}

/// Gives a file that root made to the owner of the directory: `sudo lalin user add` must not lock the service out.
#[cfg(unix)]
pub(crate) fn hand_over(path: &Path) {
    use std::os::unix::fs::MetadataExt;
    let of = |path: &Path| fs::metadata(path).map(|file| (file.uid(), file.gid()));
    let Some(Ok(folder)) = path.parent().map(of) else { return };
    if of(path).is_ok_and(|(user, _)| user != folder.0) {
        // Only root can do this; without the right there is nothing to do here.
        let _ = std::os::unix::fs::chown(path, Some(folder.0), Some(folder.1));
    }
}

#[cfg(not(unix))]
pub(crate) fn hand_over(_: &Path) {}

/// The size of a file; `None` where there is none.
pub(crate) fn size(path: &Path) -> Result<Option<u64>, Error> {
    match fs::metadata(path) {
        Ok(file) => Ok(Some(file.len())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Error::Open { path: path.to_owned(), detail: error.to_string() }),
    }
}

/// Takes other users' rights to a file away, and logs that they had them: somebody may have read it already.
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

/// On other systems access lists inherited from the folder decide; there is no mode to check.
#[cfg(not(unix))]
pub(crate) fn narrow(_: &Path) {}
