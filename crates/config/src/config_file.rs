//! The configuration file: which one is read, and whether other users can read it.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use crate::variables::Variables;
use crate::{Config, Error, Flags};

/// The file that is read when none is named and it is there.
const DEFAULT: &str = "lalin.toml";

/// No configuration is larger; a device file or a wrong path may be.
const LARGEST: u64 = 1 << 20;

/// Something that the operator should know, though the program starts.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Warning {
    /// The file holds a password and other users of the machine can read it.
    #[error("{path} holds a password and other users can read it: chmod 600 {path}", path = path.display())]
    ReadableByOthers {
        /// The file.
        path: PathBuf,
    },
    /// The container's environment announces a service called lalin, in variables that look like Lalin's own.
    #[error("{} ignored: a container's surroundings made them of a service called lalin, no setting is called so", .0.join(", "))]
    ServiceLinks(
        /// The variables' names.
        Vec<String>,
    ),
}

impl Config {
    /// Reads the file named by `--config` or `LALIN_CONFIG`, or `lalin.toml` in the working directory if it is
    /// there, and lays environment and flags over it.
    ///
    /// # Errors
    ///
    /// [`Error::Unreadable`] for a file that was named and cannot be read, and those of [`Config::load`].
    pub fn gather(env: impl Iterator<Item = (String, String)>, flags: Flags) -> Result<(Self, Vec<Warning>), Error> {
        let mut env = Variables::read(env)?;
        let links = std::mem::take(&mut env.service_links);
        let mut warnings = if links.is_empty() { Vec::new() } else { vec![Warning::ServiceLinks(links)] };
        let named = flags.config.clone().or_else(|| env.config.as_ref().map(|setting| setting.value.clone().into()));
        let path = named.clone().unwrap_or_else(|| DEFAULT.into());
        if named.is_none() && !path.exists() {
            return Ok((Self::assemble(None, env, flags)?, warnings));
        }
        let mut file = open(&path)?;
        let text = read(&mut file, &path)?;
        let config = Self::assemble(Some((&path, &text)), env, flags)?;
        let secret = text.lines().any(|line| line.split('#').next().is_some_and(|text| text.contains("password")));
        if secret && shared(&file) {
            warnings.push(Warning::ReadableByOthers { path });
        }
        Ok((config, warnings))
    }
}

fn open(path: &Path) -> Result<File, Error> {
    File::open(path).map_err(|error| unreadable(path, error))
}

fn read(file: &mut File, path: &Path) -> Result<Zeroizing<String>, Error> {
    let mut text = Zeroizing::new(String::new());
    let length = file.take(LARGEST + 1).read_to_string(&mut text).map_err(|error| unreadable(path, error))?;
    if length as u64 > LARGEST {
        return Err(Error::Unreadable { path: path.to_owned(), reason: "it is larger than 1 MiB".into() });
    }
    Ok(text)
}

fn unreadable(path: &Path, error: std::io::Error) -> Error {
    Error::Unreadable { path: path.to_owned(), reason: error.to_string() }
}

#[cfg(unix)]
fn shared(file: &File) -> bool {
    use std::os::unix::fs::PermissionsExt;
    file.metadata().is_ok_and(|metadata| metadata.permissions().mode() & 0o007 != 0)
}

/// On other systems access lists inherited from the folder decide; there is no mode to check.
#[cfg(not(unix))]
fn shared(_: &File) -> bool {
    false
}
