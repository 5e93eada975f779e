//! Files that commands make.

use std::fs::File;
use std::path::{Path, PathBuf};

use crate::error::Error;

/// A file that was not there, for its owner only: what customers use is nobody else's business.
pub(crate) fn new_file(path: &Path) -> Result<File, Error> {
    let mut options = File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map_err(|reason| Error::NewFile { path: PathBuf::from(path), reason })
}
