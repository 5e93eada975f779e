//! Opening what is remembered: the data directory, the key, the database.

use std::path::Path;

use lalin_config::Config;
use lalin_store::{Key, Store};

use crate::error::Error;

/// The name of the key among systemd's credentials.
const CREDENTIAL: &str = "lalin-key";

/// Opens the store of a configuration; makes it where there is none.
///
/// # Errors
/// [`Error::DataDir`], [`Error::Store`].
pub(crate) fn open(config: &Config) -> Result<Store, Error> {
    let folder = &config.data_dir;
    make(folder).map_err(|source| Error::DataDir { path: folder.clone(), source })?;
    let credential = std::env::var_os("CREDENTIALS_DIRECTORY").map(|folder| Path::new(&folder).join(CREDENTIAL));
    let key = match (&config.key, credential.filter(|path| path.exists())) {
        (Some(key), _) => Key::from_text(key.expose())?,
        (None, Some(path)) => Key::of_file(&path)?,
        (None, None) => Key::of_file(&folder.join("lalin.key"))?,
    };
    Ok(Store::open(&folder.join("lalin.db"), key)?)
}

/// For its owner only, as the database inside is.
fn make(folder: &Path) -> std::io::Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}
